"""Groups of furniture as people arrange them. Each adds to a Layout what fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.furniture import KINDS
from detailbase_core.synthetic.layout import spread

if TYPE_CHECKING:
    from detailbase_core.synthetic.layout import Layout


def group_colors(layout: Layout, category: str, count: int) -> list[str]:
    """Colours of look-alikes: all the same, all but one, or each its own."""
    rng = layout.rng
    names = [str(rng.choice(KINDS[category].colors)) for _ in range(count)]
    style = rng.random()
    if style < 0.4:
        return names[:1] * count
    if style < 0.7 and count > 1:
        colors = names[:1] * count
        colors[int(rng.integers(count))] = names[1]
        return colors
    return names


def dining(layout: Layout) -> None:
    """A table with chairs around it, perhaps something on it or under it."""
    rng = layout.rng
    table = layout.anywhere(layout.model("table"))
    if table is None:
        return
    model = layout.items[table].model
    count = int(rng.integers(2, 7))
    spots = _round_spots(count, model.size[0]) if model.shape == "round" else _side_spots(layout,
        count, model.size[0], model.size[1])  # fmt: skip
    colors = group_colors(layout, "chair", len(spots))
    for (x, y, turn), color in zip(spots, colors, strict=True):
        chair = layout.model("chair", color)
        out = chair.size[1] / 2 + rng.uniform(-0.16, 0.14)
        spot = (x + out * np.sin(turn), y - out * np.cos(turn))
        layout.relative(chair, table, spot, turn + rng.normal(0, 0.08))
    for _ in range(int(rng.integers(0, 3))):
        layout.on_top(layout.model(str(rng.choice(["table lamp", "box", "monitor"]))), table)
    if rng.random() < 0.4:
        layout.underneath(layout.model(str(rng.choice(["box", "trash can", "stool"]))), table)


def _round_spots(count: int, diameter: float) -> list[tuple[float, float, float]]:
    """Edge points (x, y) around a round table and the turn that faces its middle."""
    radius = diameter / 2
    angles = np.arange(min(count, 4)) * 2 * np.pi / min(count, 4)
    return [(radius * np.cos(a), radius * np.sin(a), a + np.pi / 2) for a in angles.tolist()]


def _side_spots(
    layout: Layout, count: int, width: float, depth: float
) -> list[tuple[float, float, float]]:
    spots = [(x, depth / 2, np.pi) for x in spread((count + 1) // 2, width, layout.rng)]
    spots += [(x, -depth / 2, 0.0) for x in spread(count // 2, width, layout.rng)]
    return spots


def work(layout: Layout) -> None:
    """One to three desks with chairs, monitors, lamps and bins."""
    rng = layout.rng
    count = int(rng.integers(1, 4))
    chair_colors = group_colors(layout, "chair", count)
    for color, desk_color in zip(chair_colors, group_colors(layout, "desk", count), strict=True):
        desk = layout.against_wall(layout.model("desk", desk_color))
        if desk is None:
            continue
        depth = layout.items[desk].model.size[1]
        chair = layout.model("chair", color)
        out = depth / 2 + chair.size[1] / 2 + rng.uniform(-0.12, 0.2)
        layout.relative(chair, desk, (rng.uniform(-0.15, 0.15), out), np.pi + rng.normal(0, 0.25))
        for _ in range(int(rng.integers(0, 3))):
            layout.on_top(layout.model("monitor"), desk, back=True)
        if rng.random() < 0.5:
            layout.on_top(layout.model("table lamp"), desk)
        if rng.random() < 0.3:
            layout.on_top(layout.model("box"), desk)
        if rng.random() < 0.5:
            layout.underneath(layout.model(str(rng.choice(["trash can", "box"]))), desk)


def sleep(layout: Layout) -> None:
    """One or two beds with nightstands, lamps and pillows."""
    rng = layout.rng
    for color in group_colors(layout, "bed", int(rng.choice([1, 1, 2]))):
        bed = layout.against_wall(layout.model("bed", color))
        if bed is None:
            continue
        model = layout.items[bed].model
        stands = group_colors(layout, "nightstand", 2)
        for side, stand_color in zip((-1, 1), stands, strict=True):
            if rng.random() < 0.7:
                stand = layout.model("nightstand", stand_color)
                x = side * (model.size[0] / 2 + stand.size[0] / 2 + rng.uniform(0.05, 0.12))
                spot = (x, model.low[1] + 0.03 - stand.low[1])
                index = layout.relative(stand, bed, spot, 0.0)
                if index is not None and rng.random() < 0.65:
                    layout.on_top(layout.model("table lamp"), index)
        for pillow_color in group_colors(layout, "pillow", int(rng.integers(0, 3))):
            layout.on_top(layout.model("pillow", pillow_color), bed, turn=0.15)


def lounge(layout: Layout) -> None:
    """A sofa with a coffee table and armchairs, perhaps a television opposite."""
    rng = layout.rng
    sofa = layout.against_wall(layout.model("sofa"))
    if sofa is None:
        return
    model = layout.items[sofa].model
    width, depth, _ = model.size
    if rng.random() < 0.8:
        table = layout.model("coffee table")
        spot = (rng.normal(0, 0.1), depth / 2 + table.size[1] / 2 + rng.uniform(0.3, 0.45))
        index = layout.relative(table, sofa, spot, 0.0)
        if index is not None and rng.random() < 0.4:
            layout.on_top(layout.model(str(rng.choice(["box", "table lamp"]))), index)
    for side, color in zip((-1, 1), group_colors(layout, "armchair", 2), strict=True):
        if rng.random() < 0.5:
            spot = (side * (width / 2 + rng.uniform(0.3, 0.6)), depth / 2 + rng.uniform(0.6, 0.9))
            turn = side * np.pi / 2 + rng.normal(0, 0.15)
            layout.relative(layout.model("armchair", color), sofa, spot, turn)
    if rng.random() < 0.5:
        lamp = layout.model("floor lamp")
        end = float(rng.choice([-1, 1]))
        layout.relative(lamp, sofa, (end * (width / 2 + rng.uniform(0.28, 0.4)), -0.1), 0.0)
    for color in group_colors(layout, "pillow", int(rng.integers(0, 3))):
        layout.on_top(layout.model("pillow", color), sofa, turn=0.4)
    if rng.random() < 0.7:
        screen(layout)


def screen(layout: Layout) -> None:
    """A TV stand at a wall with a television on it."""
    stand = layout.against_wall(layout.model("tv stand"))
    if stand is not None and layout.rng.random() < 0.85:
        layout.on_top(layout.model("television"), stand, back=True, turn=0.05)


def storage(layout: Layout) -> None:
    """Look-alike shelves, cabinets or wardrobes against the walls."""
    rng = layout.rng
    category = str(rng.choice(["bookshelf", "cabinet", "wardrobe"]))
    for color in group_colors(layout, category, int(rng.integers(1, 4))):
        index = layout.against_wall(layout.model(category, color))
        if index is not None and category == "cabinet" and rng.random() < 0.6:
            layout.on_top(layout.model(str(rng.choice(["table lamp", "box"]))), index)


def clutter(layout: Layout) -> None:
    """Look-alikes of one loose thing, here and there."""
    rng = layout.rng
    category = str(rng.choice(["box", "stool", "trash can", "plant", "floor lamp", "armchair"]))
    for color in group_colors(layout, category, int(rng.integers(1, 4))):
        model = layout.model(category, color)
        how = rng.random()
        if category in ("plant", "floor lamp") and how < 0.7:
            layout.in_corner(model)
        elif category in ("box", "trash can", "plant") and how < 0.5:
            layout.against_wall(model)
        else:
            layout.anywhere(model, square=category != "armchair" or how < 0.5)


def openings(layout: Layout) -> None:
    """One door, sometimes two, and up to three windows."""
    rng = layout.rng
    for color in group_colors(layout, "door", int(rng.choice([1, 1, 2]))):
        index = layout.against_wall(layout.model("door", color), gap=0.005)
        if index is not None:
            door = layout.items[index]
            x, y = door.to_room((0.0, 0.45))
            layout.reserve((x, y, 1.0), (0.4, 0.4, 1.0))
    for _ in range(int(rng.integers(0, 4))):
        layout.against_wall(layout.model("window"), gap=0.005)


def pictures(layout: Layout) -> None:
    """Pictures on what is left of the walls."""
    for _ in range(int(layout.rng.integers(0, 4))):
        layout.against_wall(layout.model("picture"), gap=0.005)


THEMES: dict[str, tuple[tuple[str, float], ...]] = {
    "bedroom": (("sleep", 1), ("storage", 0.8), ("work", 0.35), ("clutter", 0.8), ("clutter", 0.5)),
    "living room": (("lounge", 1), ("storage", 0.6), ("dining", 0.4), ("clutter", 0.8),
                    ("clutter", 0.6)),
    "office": (("work", 1), ("work", 0.5), ("storage", 0.9), ("dining", 0.25), ("clutter", 0.9),
               ("clutter", 0.5)),
    "dining room": (("dining", 1), ("storage", 0.7), ("lounge", 0.3), ("screen", 0.2),
                    ("clutter", 0.9), ("clutter", 0.6)),
    "studio": (("sleep", 0.8), ("lounge", 0.6), ("dining", 0.6), ("work", 0.5), ("storage", 0.5),
               ("clutter", 0.7)),
}  # fmt: skip
GROUPS = {
    "dining": dining, "work": work, "sleep": sleep, "lounge": lounge, "screen": screen,
    "storage": storage, "clutter": clutter,
}  # fmt: skip
