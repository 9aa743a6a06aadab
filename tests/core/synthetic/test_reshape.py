"""Furniture in other proportions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.synthetic.furniture import make_model
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.furniture_model import FurnitureModel, Surface
from detailbase_core.synthetic.reshape import reshaped, stretched
from detailbase_core.synthetic.stock import Stock

ANY_SIZE = (9.0, 9.0, 9.0)


@pytest.fixture
def table() -> FurnitureModel:
    return make_model("table", np.random.default_rng(3))


def test_a_stretched_model_has_the_size_that_it_states(table: FurnitureModel):
    wide = stretched(table, (1.2, 0.8, 1.1))
    extent = wide.points.max(0) - wide.points.min(0)
    assert np.allclose(wide.size, np.multiply(table.size, (1.2, 0.8, 1.1)))
    assert np.allclose(extent, wide.size, atol=0.03)
    assert wide.points[:, 2].min() == pytest.approx(table.points[:, 2].min() * 1.1, abs=1e-5)


def test_places_for_smaller_things_move_along():
    model = replace(
        make_model("table", np.random.default_rng(3)),
        on=(Surface((0.1, 0.2, 0.7), (0.5, 0.3), 1.0),),
    )
    (place,) = stretched(model, (1.2, 0.5, 1.1)).on
    assert place.center == pytest.approx((0.12, 0.1, 0.77))
    assert place.half == pytest.approx((0.6, 0.15))
    assert place.clearance == pytest.approx(1.1)


def test_normals_stay_at_right_angles_to_slopes(table: FurnitureModel):
    along = np.array([1.0, 0.0, -1.0]) / np.sqrt(2)  # in a surface whose normal is (1, 0, 1)
    normals = np.tile(np.array([[1.0, 0.0, 1.0]], np.float32) / np.sqrt(2), (len(table.points), 1))
    factors = (1.3, 1.0, 0.8)
    turned = stretched(replace(table, normals=normals.astype(np.float32)), factors).normals
    assert np.abs(turned @ (along * factors)).max() < 1e-6
    assert np.allclose(np.linalg.norm(turned, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_factors_keep_to_what_a_kind_allows(table: FurnitureModel, seed: int):
    rng = np.random.default_rng(seed)
    round_one = reshaped(replace(table, shape="round"), rng, ANY_SIZE)
    factors = np.divide(round_one.size, table.size)
    assert factors[0] == pytest.approx(factors[1])
    hung = np.divide(reshaped(replace(table, mount="wall"), rng, ANY_SIZE).size, table.size)
    assert hung[1:] == pytest.approx([1.0, 1.0])
    assert (0.76 < hung[0] < 1.31) and hung[0] != 1.0
    tight = (table.size[0], 9.0, table.size[2] * 1.01)
    narrow = reshaped(table, rng, tight)
    assert all(size <= most + 1e-6 for size, most in zip(narrow.size, tight, strict=True))


def test_only_training_rooms_have_other_proportions():
    bank = FurnitureBank.load()
    made = {model.key: model.size for model in bank.models}

    def sizes(**settings: object) -> list[bool]:
        stock = Stock.of_bank(bank, **settings)  # type: ignore[arg-type]
        picked = [stock.pick("kitchen cabinet", np.random.default_rng(seed)) for seed in range(30)]
        return [model.size == made[model.key] for model in picked if model and model.key in made]

    reshaped_ones, plain = sizes(part="train", everyday=True), sizes(part="train")
    unseen = sizes(part="unseen", everyday=True)
    assert reshaped_ones and not any(reshaped_ones)
    assert plain and all(plain)
    assert unseen and all(unseen)
