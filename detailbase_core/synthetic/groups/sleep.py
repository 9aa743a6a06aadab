"""Beds with what belongs to them, and a child's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.groups.seating import things_on

if TYPE_CHECKING:
    from detailbase_core.synthetic.layout import Layout


def beds(layout: Layout) -> None:
    """One or two beds with nightstands, lamps and pillows."""
    rng = layout.rng
    kind = "bunk bed" if rng.random() < 0.05 and layout.pick("bunk bed") else "bed"
    for model in layout.stock.twins(kind, int(rng.choice([1, 1, 1, 2])), rng):
        bed = layout.against_wall(model)
        if bed is None:
            continue
        if rng.random() < 0.35:
            layout.relative(layout.pick("rug"), bed, (0.0, model.size[1] * 0.45), 0.0)
        _bedside(layout, bed)
        for pillow in layout.stock.twins("pillow", int(rng.integers(0, 3)), rng):
            layout.on_top(pillow, bed, turn=0.15)
        things_on(layout, bed, ("teddy bear", "book", "laptop", "pillow", "blanket"), 1)
        if rng.random() < 0.25:
            foot = layout.pick("bench", "ottoman")
            if foot is not None:
                y = model.size[1] / 2 + foot.size[1] / 2 + rng.uniform(0.06, 0.2)
                layout.relative(foot, bed, (rng.normal(0, 0.1), y), 0.0)


def _bedside(layout: Layout, bed: int) -> None:
    """Alike nightstands left and right of the headboard."""
    rng = layout.rng
    base = layout.items[bed].model
    for side, stand in zip((-1, 1), layout.stock.twins("nightstand", 2, rng), strict=False):
        if rng.random() < 0.25:
            continue
        x = side * (base.size[0] / 2 + stand.size[0] / 2 + rng.uniform(0.04, 0.12))
        y = -base.size[1] / 2 + stand.size[1] / 2 + 0.02
        index = layout.relative(stand, bed, (x, y), 0.0, gap=0.02)
        if index is None:
            continue
        if rng.random() < 0.7:
            layout.on_top(layout.pick("table lamp"), index)
        things_on(
            layout, index, ("clock", "book", "cup", "vase", "phone", "glass", "flowers", "radio"), 2
        )


def dresser(layout: Layout) -> None:
    """A dresser with a mirror or picture above and objects on it."""
    rng = layout.rng
    index = layout.against_wall(layout.pick("dresser", "sideboard", "cabinet"))
    if index is None:
        return
    item = layout.items[index]
    if rng.random() < 0.6:
        above = layout.pick("mirror", "picture")
        layout.hang(above, above=index, bottom=item.model.size[2] + rng.uniform(0.08, 0.3))
    things_on(
        layout,
        index,
        (
            "vase",
            "table lamp",
            "candle",
            "box",
            "clock",
            "books",
            "plant",
            "picture frame",
            "basket",
            "statue",
        ),
        3,
    )


def crib(layout: Layout) -> None:
    """A child's bed."""
    layout.against_wall(layout.pick("crib", "bed"))


def toys(layout: Layout) -> None:
    """Toys on the floor."""
    rng = layout.rng
    for _ in range(int(rng.integers(2, 6))):
        layout.anywhere(
            layout.pick(
                str(
                    rng.choice(
                        [
                            "teddy bear",
                            "ball",
                            "toy car",
                            "box",
                            "easel",
                            "basket",
                            "rocking horse",
                            "toy train",
                        ]
                    )
                )
            ),
            square=False,
        )
