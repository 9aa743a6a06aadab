"""Kitchens and bathrooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.groups.seating import things_on

if TYPE_CHECKING:
    from detailbase_core.synthetic.layout import Layout

_ON_COUNTER = (
    "kettle",
    "toaster",
    "microwave",
    "coffee maker",
    "pot",
    "bowl",
    "bottle",
    "cup",
    "plate",
    "fruit bowl",
    "teapot",
    "vase",
    "rice cooker",
    "toaster oven",
    "radio",
    "jug",
    "wine glass",
)


def kitchen_row(layout: Layout) -> None:
    """Appliances and cabinets side by side along a wall, objects on them, cupboards above."""
    rng = layout.rng
    wall = int(rng.integers(len(layout.outline)))
    length = layout.wall_length(wall)
    wanted = [
        "fridge",
        "kitchen cabinet",
        "sink",
        "kitchen cabinet",
        "stove",
        "kitchen cabinet",
        "oven",
        "washing machine",
        "freezer",
    ]
    must = ["sink", "stove", "fridge"]
    extra = [w for w in wanted if w not in must]
    row = must + [str(c) for c in rng.permutation(extra)[: int(rng.integers(2, 6))]]
    along = float(rng.uniform(0.05, 0.5))
    base = layout.stock.pick("kitchen cabinet", rng, most=(1.2, 0.8, 1.1))
    for category in (row[i] for i in rng.permutation(len(row))):
        cabinet = category == "kitchen cabinet"
        model = base if cabinet else layout.pick(category, mount="floor")
        if model is None or along + model.size[0] > length - 0.05:
            continue
        index = layout.at_wall(model, wall, along + model.size[0] / 2, snug=True)
        along += model.size[0] + rng.uniform(0.0, 0.02)
        if index is None:
            continue
        if model.size[2] < 1.2:
            if category not in ("sink", "stove"):
                things_on(layout, index, _ON_COUNTER, 2)
            elif category == "stove" and rng.random() < 0.6:
                layout.on_top(layout.pick("pot"), index)
            if rng.random() < 0.5:
                what = "range hood" if category == "stove" else "kitchen cabinet"
                layout.hang(
                    layout.pick(what, mount="wall"),
                    above=index,
                    bottom=float(rng.uniform(1.4, 1.55)),
                )


def bath(layout: Layout) -> None:
    """Toilet, sink under a mirror, bathtub or shower, washing machine."""
    rng = layout.rng
    layout.against_wall(layout.pick("toilet"))
    for sink in layout.stock.twins("sink", int(rng.choice([1, 1, 2])), rng):
        index = (
            layout.against_wall(sink)
            if sink.mount == "floor"
            else layout.hang(sink, bottom=max(0.0, 0.85 - sink.size[2]))
        )
        if index is not None and rng.random() < 0.8:
            layout.hang(layout.pick("mirror"), above=index, bottom=float(rng.uniform(1.1, 1.3)))
    first = str(rng.choice(["bathtub", "shower"]))
    tub = layout.pick(first, "bathtub", "shower")
    if layout.in_corner_square(tub) is None:
        layout.against_wall(tub)
    if rng.random() < 0.4:
        layout.against_wall(layout.pick("washing machine"))
    if rng.random() < 0.5:
        layout.hang(layout.pick("towel rack", "towel"))
    for category in (
        "basket",
        "trash can",
        "cabinet",
        "stool",
        "plant",
        "radiator",
        "bathroom mat",
    ):
        if rng.random() < 0.35:
            layout.against_wall(layout.pick(category))
    if rng.random() < 0.4:
        layout.anywhere(
            layout.stock.pick(
                "rug", rng, "white" if rng.random() < 0.3 else None, most=(1.6, 1.2, 1.0)
            )
        )
