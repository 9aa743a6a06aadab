"""Packed furniture: what a file keeps, what it refuses, and the models that are shipped."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.colors import COLOR_NAMES
from detailbase_core.synthetic.furniture_bank import SHIPPED, FurnitureBank, is_unseen, split
from detailbase_core.synthetic.furniture_file import read_packed, write_packed
from detailbase_core.synthetic.furniture_model import FurnitureModel, Surface
from detailbase_core.synthetic.furniture_packing import (
    decode_normals,
    encode_normals,
    pack,
    unpack,
)


def model(seed=0, count=50, key="BlendSwap-CC-0/thing", **changes):
    rng = np.random.default_rng(seed)
    normals = rng.normal(size=(count, 3))
    fields = {
        "key": key,
        "name": "Thing",
        "category": "chair",
        "library": key.partition("/")[0],
        "author": "Somebody",
        "license": "CC0-1.0",
        "mount": "floor",
        "elevation": 0.0,
        "size": (1.0, 2.0, 0.5),
        "radius": 0.02,
        "color": "red",
        "material": None,
        "shape": "round",
        "has_front": True,
        "parts": frozenset({"arms", "back"}),
        "lacks": frozenset({"wheels"}),
        "on": (Surface((0, 0, 0.5), (0.2, 0.1), 2.0),),
        "points": rng.uniform(-3, 3, (count, 3)).astype(np.float32),
        "normals": (normals / np.linalg.norm(normals, axis=1)[:, None]).astype(np.float32),
        "rgb": rng.integers(0, 256, (count, 3)).astype(np.uint8),
        "main": rng.random(count) < 0.5,
    }
    return FurnitureModel(**{**fields, **changes})


def matched(original, copy):
    """Rows of `copy` in the order of `original`: those nearest to its points."""
    assert len(copy.points) == len(original.points)
    return cKDTree(copy.points).query(original.points)[1]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 400))
def test_a_packed_model_is_the_same_to_half_a_millimetre(seed, count):
    original = model(seed, count)
    copy = unpack(pack(original))
    rows = matched(original, copy)
    assert np.abs(copy.points[rows] - original.points).max() <= 0.000501
    cosine = np.einsum("nk,nk->n", copy.normals[rows], original.normals)
    assert cosine.min() > np.cos(np.radians(1.0))
    np.testing.assert_allclose(np.linalg.norm(copy.normals, axis=1), 1, atol=1e-6)
    assert (copy.main[rows] == original.main).all()
    if count <= 256:
        assert (copy.rgb[rows] == original.rgb).all()
    else:  # a palette of 256 for as many random colours as can be
        assert np.abs(copy.rgb[rows].astype(int) - original.rgb).mean() < 12
    for field in dataclasses.fields(FurnitureModel):
        if field.name not in ("points", "normals", "rgb", "main"):
            assert getattr(copy, field.name) == getattr(original, field.name)


def test_the_six_axes_are_kept_exactly():
    axes = np.concatenate([np.eye(3), -np.eye(3)]).astype(np.float32)
    np.testing.assert_allclose(decode_normals(encode_normals(axes)), axes, atol=1e-7)


def test_files_give_back_all_models_in_order(tmp_path):
    models = [pack(model(seed, 100 + seed, f"Scopia/{seed}")) for seed in range(5)]
    write_packed(tmp_path / "bank.npz", models, "a note")
    read, note = read_packed(tmp_path / "bank.npz")
    assert note == "a note"
    assert [m.card for m in read] == [m.card for m in models]
    for one, two in zip(models, read, strict=True):
        for name in ("low", "steps", "normals", "colors", "main", "palette"):
            assert (getattr(one, name) == getattr(two, name)).all(), name


def test_banks_by_category_and_key(tmp_path):
    models = [pack(model(0, 9, "A/1")), pack(model(1, 9, "A/2", category="sofa"))]
    bank = FurnitureBank([*models, pack(model(2, 9, "A/3"))])
    assert bank.categories == ("chair", "sofa") and len(bank) == len(bank.models) == 3
    assert [m.key for m in bank.of("chair")] == ["A/1", "A/3"]
    assert bank.of("bed") == ()
    assert bank.models[0] is bank.of("chair")[0]
    assert [m.key for m in bank.models[1:]] == ["A/2", "A/3"]
    assert [c.key for c in bank.only(["A/3", "A/1"]).cards] == ["A/1", "A/3"]
    with pytest.raises(IndexError):
        bank.models[3]


def test_the_manifest_hash_knows_every_sample_and_word():
    hashes = {
        FurnitureBank([pack(m)]).manifest_hash
        for m in (
            model(),
            model(1),
            model(color="blue"),
            model(parts=frozenset()),
            model(radius=0.03),
        )
    }
    assert len(hashes) == 5
    assert (
        FurnitureBank([pack(model())]).manifest_hash == FurnitureBank([pack(model())]).manifest_hash
    )


def test_split_is_the_same_everywhere_and_holds_out_a_library():
    models = [pack(model(0, 3, f"Scopia/{i}")) for i in range(300)]
    models += [pack(model(0, 3, f"KatorLegaz/{i}")) for i in range(20)]
    bank = FurnitureBank(models)
    train, unseen = split(bank, "train"), split(bank, "unseen")
    assert len(train) + len(unseen) == 320
    assert not {c.key for c in train.cards} & {c.key for c in unseen.cards}
    assert all(is_unseen(c) for c in bank.cards if c.library == "KatorLegaz")
    assert 20 + 15 <= len(unseen) <= 20 + 45
    one = [c.key for c in unseen.cards if c.library == "Scopia"]
    assert one[:4] == ["Scopia/8", "Scopia/11", "Scopia/43", "Scopia/52"]


@pytest.mark.parametrize("cut", [0.0, 0.1, 0.6, 0.99])
def test_half_a_file_is_refused(tmp_path, cut):
    write_packed(tmp_path / "bank.npz", [pack(model(0, 500))])
    data = (tmp_path / "bank.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(BadFileError, match=r"half\.npz: not a furniture bank"):
        FurnitureBank.load(tmp_path / "half.npz")


def test_a_changed_byte_is_noticed(tmp_path):
    write_packed(tmp_path / "bank.npz", [pack(model(0, 500))])
    data = bytearray((tmp_path / "bank.npz").read_bytes())
    data[len(data) // 2] ^= 0x40
    (tmp_path / "bank.npz").write_bytes(data)
    with pytest.raises(BadFileError):
        FurnitureBank.load(tmp_path / "bank.npz")


def test_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", xyz=np.zeros(3))
    with pytest.raises(BadFileError, match=r"other\.npz: not a furniture bank"):
        FurnitureBank.load(tmp_path / "other.npz")
    with pytest.raises(BadFileError, match="no such file; python -m training"):
        FurnitureBank.load(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": 99}, "format 99, this version reads 1"),
        ({"counts": [499]}, r"steps is uint16 \(500, 3\)"),
        ({"counts": [500, 3]}, "1 models with samples for 2"),
        ({"models": [{"key": "x", "low": [0, 0, 0]}]}, "wrong fields"),
    ],
)
def test_headers_that_do_not_fit_are_refused(tmp_path, change, complaint):
    path = tmp_path / "bank.npz"
    write_packed(path, [pack(model(0, 500))])
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(arrays["header"].tobytes()) | change
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(path, **arrays)
    with pytest.raises(BadFileError, match=complaint):
        FurnitureBank.load(path)


# --- the shipped bank ---------------------------------------------------------------------

TALL = {  # metres, lowest and highest
    "chair": (0.4, 1.3),
    "armchair": (0.6, 1.2),
    "sofa": (0.6, 1.1),
    "bed": (0.4, 1.3),
    "table": (0.6, 1.1),
    "desk": (0.6, 1.3),
    "nightstand": (0.3, 0.8),
    "wardrobe": (1.4, 2.5),
    "bookshelf": (0.7, 2.3),
    "toilet": (0.6, 1.0),
    "fridge": (1.2, 2.1),
    "cup": (0.03, 0.2),
    "bottle": (0.08, 0.4),
    "radiator": (0.3, 1.2),
    "plant": (0.1, 1.5),
}


@pytest.fixture(scope="module")
def shipped():
    return FurnitureBank.load()


def test_shipped_models_are_many_small_and_free(shipped):
    assert 100 <= len(shipped) <= 130
    assert len(shipped.categories) >= 35
    assert SHIPPED.stat().st_size <= 6_000_000
    assert {card.license for card in shipped.cards} == {"CC0-1.0"}
    assert "KatorLegaz" not in {card.library for card in shipped.cards}
    assert len({card.key for card in shipped.cards}) == len(shipped)


def test_every_shipped_model_is_attributed(shipped):
    text = SHIPPED.with_name("ATTRIBUTION.md").read_text(encoding="utf-8")
    for card in shipped.cards:
        assert f"| {card.key} | {card.name} | {card.category} | {card.author} |" in text


def test_shipped_models_have_the_size_of_real_things(shipped):
    for card in shipped.cards:
        low, high = TALL.get(card.category, (0.02, 2.6))
        assert low <= card.size[2] <= high, (card.key, card.size)
        assert max(card.size) <= 3, card.key


def test_shipped_surfaces_are_sound(shipped):
    for thing in shipped.models:
        low, high = thing.points.min(axis=0), thing.points.max(axis=0)
        slack = 0.1 * max(thing.size) + thing.radius
        assert np.abs((high - low) - thing.size).max() < slack, thing.key
        assert np.abs(low[:2] + high[:2]).max() < slack and abs(low[2]) < slack, thing.key
        assert np.abs(np.linalg.norm(thing.normals, axis=1) - 1).max() < 1e-5
        assert 30 <= len(thing.points) <= 8000
        assert 0.003 < thing.radius < 0.06
        assert (thing.color is None) == (not thing.main.any()), thing.key
        assert thing.color is None or thing.color in COLOR_NAMES


def test_most_normals_of_shipped_models_point_out(shipped):
    shares = {}
    for thing in shipped.models:
        middle = (thing.points.min(axis=0) + thing.points.max(axis=0)) / 2
        out = np.einsum("nk,nk->n", thing.points - middle, thing.normals) > 0
        shares[thing.key] = out.mean()
    for solid in ("wardrobe", "fridge", "speaker", "locker", "kitchen cabinet", "ball"):
        for thing in shipped.of(solid):
            assert shares[thing.key] > 0.8, thing.key
    assert np.median(list(shares.values())) > 0.6  # a chair's legs also face its middle


def test_things_can_be_put_on_and_under_shipped_furniture(shipped):
    for category in ("table", "desk", "nightstand", "bookshelf", "bed", "sofa"):
        assert all(thing.on for thing in shipped.of(category)), category
    assert sum(bool(table.under) for table in shipped.of("table")) >= 2
    for card in shipped.cards:
        for place in (*card.on, *card.under):
            reach = np.abs(place.center[:2]) + place.half
            assert (reach <= np.array(card.size[:2]) / 2 + 0.01).all(), card.key
            assert 0 <= place.center[2] <= card.size[2] + 0.01, card.key
            assert min(place.half) >= 0.05 and place.clearance >= 0.1, card.key
