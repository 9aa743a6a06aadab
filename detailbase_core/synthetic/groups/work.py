"""Desks with what stands on, at and under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.groups.seating import things_on

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.layout import Layout


def desk(layout: Layout) -> None:
    """One desk."""
    _desks(layout, 1)


def desks(layout: Layout) -> None:
    """Two to four alike desks."""
    _desks(layout, int(layout.rng.integers(2, 5)))


def _desks(layout: Layout, count: int) -> None:
    rng = layout.rng
    chairs = layout.stock.twins("office chair" if rng.random() < 0.7 else "chair", count, rng)
    chairs = chairs or layout.stock.twins("chair", count, rng)
    screens = layout.stock.twins("monitor", 2 * count, rng)
    for i, model in enumerate(layout.stock.twins("desk", count, rng)):
        index = layout.against_wall(model) if rng.random() < 0.75 else layout.anywhere(model)
        if index is None:
            continue
        if i < len(chairs):
            _seat(layout, index, chairs[i])
        _equip(layout, index, screens[2 * i : 2 * i + 2])


def _seat(layout: Layout, index: int, chair: FurnitureModel) -> None:
    rng = layout.rng
    depth = layout.items[index].model.size[1]
    for out in (rng.uniform(-0.25, 0.1), rng.uniform(0.0, 0.3)):
        spot = (rng.uniform(-0.15, 0.15), depth / 2 + chair.size[1] / 2 + out)
        # A desk's front is where its chair is.
        if layout.relative(chair, index, spot, np.pi + rng.normal(0, 0.3), gap=0.0) is not None:
            return


def _equip(layout: Layout, index: int, screens: list[FurnitureModel]) -> None:
    rng = layout.rng
    used = screens[: int(rng.choice([0, 1, 1, 1, 2]))]
    for model in used:
        layout.on_top(model, index, back=True)
    if used:
        layout.on_top(layout.pick("keyboard"), index, turn=0.1)
        if rng.random() < 0.6:
            layout.on_top(layout.pick("mouse"), index, turn=0.1)
    elif rng.random() < 0.6:
        layout.on_top(layout.pick("laptop"), index, turn=0.2)
    things_on(
        layout,
        index,
        (
            "table lamp",
            "phone",
            "cup",
            "books",
            "book",
            "printer",
            "plant",
            "box",
            "clock",
            "bottle",
            "globe",
            "speaker",
            "mug",
            "flowers",
            "radio",
        ),
        4,
    )
    if rng.random() < 0.6:
        below = str(rng.choice(["trash can", "trash can", "box", "computer", "cabinet"]))
        layout.underneath(layout.pick(below), index)


def board(layout: Layout) -> None:
    """A whiteboard or a television on the wall."""
    if layout.rng.random() < 0.75:
        layout.hang(layout.pick("whiteboard"))
    else:
        layout.hang(
            layout.pick("television", mount="wall"), bottom=float(layout.rng.uniform(1.0, 1.4))
        )


def machines(layout: Layout) -> None:
    """A printer on a low cabinet, or a copier."""
    cabinet = layout.against_wall(layout.stock.pick("cabinet", layout.rng, most=(1.6, 0.8, 1.0)))
    if cabinet is not None:
        layout.on_top(layout.pick("printer"), cabinet, back=True)
