"""Places to sit: dining tables, meeting tables, sofas with what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.layout import spread

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.layout import Layout

_PUSHED_IN = (-0.22, -0.14, -0.06, 0.02, 0.1, 0.2)  # seat's front edge beyond the table's, metres


def dining(layout: Layout) -> None:
    """A table with chairs around it, a lamp above and objects on it."""
    table = layout.anywhere(layout.pick("table"), gap=0.35)
    if table is None:
        return
    chairs_around(layout, table, int(layout.rng.integers(2, 7)), "chair")
    things_on(
        layout,
        table,
        (
            "plate",
            "cup",
            "bowl",
            "vase",
            "bottle",
            "fruit bowl",
            "candle",
            "glass",
            "wine glass",
            "flowers",
            "jug",
            "teapot",
            "laptop",
        ),
        5,
    )
    if layout.rng.random() < 0.4:
        item = layout.items[table]
        layout.hang_from_ceiling(layout.pick("ceiling lamp"), (item.pose.x, item.pose.y))
    if layout.rng.random() < 0.35:
        layout.underneath(
            layout.pick(str(layout.rng.choice(["box", "trash can", "basket"]))), table
        )


def meeting(layout: Layout) -> None:
    """One long table, or two pushed together, with many alike chairs."""
    rng = layout.rng
    table = layout.anywhere(layout.stock.pick("table", rng, most=(3.5, 1.6, 0.9)), gap=0.5)
    if table is None:
        return
    chairs_around(layout, table, int(rng.integers(4, 11)), "office chair", "chair")
    things_on(
        layout, table, ("laptop", "cup", "bottle", "phone", "glass", "book", "projector", "mug"), 6
    )


def chairs_around(layout: Layout, table: int, count: int, *categories: str) -> None:
    """Alike chairs drawn up to a table, facing it."""
    rng = layout.rng
    category = next((c for c in categories if layout.pick(c) is not None), None)
    if category is None:
        return
    model = layout.items[table].model
    if model.shape == "round":
        spots = _round_spots(min(count, 5), model.size[0])
    else:
        spots = _side_spots(layout, count, model.size[0], model.size[1])
    chairs = layout.stock.twins(category, len(spots), rng)
    for (x, y, turn), chair in zip(spots, chairs, strict=False):
        for out in rng.permutation(_PUSHED_IN)[:4]:
            off = chair.size[1] / 2 + float(out)
            spot = (x + off * np.sin(turn), y - off * np.cos(turn))
            angle = turn + rng.normal(0, 0.1)
            if layout.relative(chair, table, spot, angle, gap=0.0) is not None:
                break


def _round_spots(count: int, diameter: float) -> list[tuple[float, float, float]]:
    """Edge points (x, y) around a round table and the turn that faces its middle."""
    radius = diameter / 2
    angles = np.arange(count) * 2 * np.pi / count
    return [(radius * np.cos(a), radius * np.sin(a), a + np.pi / 2) for a in angles.tolist()]


def _side_spots(
    layout: Layout, count: int, width: float, depth: float
) -> list[tuple[float, float, float]]:
    """Along the two long sides, the two heads last."""
    along = max(1, min((count + 1) // 2, int(width / 0.55)))
    spots = [(x, depth / 2, np.pi) for x in spread(along, width, layout.rng)]
    spots += [(x, -depth / 2, 0.0) for x in spread(along, width, layout.rng)]
    spots += [(width / 2, 0.0, np.pi / 2), (-width / 2, 0.0, -np.pi / 2)]
    return spots[:count]


def lounge(layout: Layout) -> None:
    """A sofa with a coffee table, armchairs, side tables, lamps; a screen opposite."""
    rng = layout.rng
    sofa = layout.against_wall(layout.pick("sofa"))
    if sofa is None:
        return
    model = layout.items[sofa].model
    width, depth, _ = model.size
    ahead = depth / 2 + rng.uniform(0.9, 1.3)
    if rng.random() < 0.5:
        layout.relative(layout.pick("rug"), sofa, (rng.normal(0, 0.1), ahead), 0.0)
    if rng.random() < 0.8 and (table := layout.pick("coffee table")) is not None:
        spot = (rng.normal(0, 0.1), depth / 2 + table.size[1] / 2 + rng.uniform(0.3, 0.45))
        index = layout.relative(table, sofa, spot, 0.0)
        if index is not None:
            things_on(
                layout,
                index,
                (
                    "book",
                    "vase",
                    "cup",
                    "bowl",
                    "candle",
                    "flowers",
                    "mug",
                    "books",
                    "bottle",
                    "tray",
                ),
                3,
            )
    for side, armchair in zip((-1, 1), layout.stock.twins("armchair", 2, rng), strict=False):
        if rng.random() < 0.55:
            spot = (side * (width / 2 + rng.uniform(0.35, 0.7)), depth / 2 + rng.uniform(0.6, 1.0))
            turn = side * (np.pi / 2 + rng.normal(0, 0.15))
            layout.relative(armchair, sofa, spot, turn)
    for side in rng.permutation([-1, 1])[: int(rng.integers(0, 3))].tolist():
        beside(
            layout, sofa, side, layout.pick(str(rng.choice(["side table", "floor lamp", "plant"])))
        )
    for pillow in layout.stock.twins("pillow", int(rng.integers(0, 4)), rng):
        layout.on_top(pillow, sofa, turn=0.4)
    if rng.random() < 0.15:
        layout.on_top(layout.pick("teddy bear"), sofa)
    if rng.random() < 0.75:
        screen(layout, opposite=sofa)


def beside(layout: Layout, anchor: int, side: int, model: FurnitureModel | None) -> int | None:
    """Next to a piece that stands at a wall, flush with its back."""
    if model is None:
        return None
    base = layout.items[anchor].model
    x = side * (base.size[0] / 2 + model.size[0] / 2 + layout.rng.uniform(0.05, 0.14))
    y = -base.size[1] / 2 + model.size[1] / 2 + layout.rng.uniform(0.0, 0.08)
    index = layout.relative(model, anchor, (x, y), 0.0, gap=0.02)
    if index is not None and model.on:
        things_on(layout, index, ("table lamp", "book", "vase", "clock", "plant", "cup"), 2)
    return index


def screen(layout: Layout, opposite: int | None = None) -> None:
    """A TV stand at a wall with a television on it, or one on the wall; opposite to a sofa."""
    rng = layout.rng
    stand = layout.pick("tv stand", "sideboard", "cabinet")
    index = None
    if stand is not None and opposite is not None:
        base = layout.items[opposite]
        for distance in rng.uniform(2.0, 4.5, 8).tolist():
            spot = (rng.normal(0, 0.2), distance)
            if not layout.is_inside(*base.to_room(*spot)):
                continue
            index = layout.relative(stand, opposite, spot, np.pi)
            if index is not None:
                break
    if index is None:
        index = layout.against_wall(stand)
    if index is None:
        return
    if rng.random() < 0.85:
        width = layout.items[index].model.size[0]
        television = layout.stock.pick("television", rng, most=(width + 0.1, 0.6, 1.2))
        layout.on_top(television, index, back=True, turn=0.05)
    for speaker in layout.stock.twins("speaker", int(rng.choice([0, 0, 2])), rng):
        layout.on_top(speaker, index)


def things_on(layout: Layout, support: int, categories: tuple[str, ...], most: int) -> None:
    """Up to `most` small objects on a piece of furniture, some of them alike."""
    rng = layout.rng
    known = [c for c in categories if c in layout.stock.categories]
    left = int(rng.integers(0, most + 1))
    while left > 0 and known:
        category = str(rng.choice(known))
        count = int(rng.choice([1, 1, 2, 3]))
        for model in layout.stock.twins(category, min(count, left), rng, most=(0.7, 0.6, 0.7)):
            layout.on_top(model, support, turn=0.6)
        left -= count
