"""Small things of bathrooms, and showers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import CERAMIC, FABRIC, METAL, WOOD
from training.furniture.families.registry import family

if TYPE_CHECKING:
    import numpy as np

    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts


@family("shower", mount="floor", has_front=True)
def shower(rng: np.random.Generator) -> Parts:
    """A cabin: tray, frame and two walls; its glass, which cameras see through, is left out."""
    p = Blocks()
    size = rng.choice([0.8, 0.9, 1.0])
    depth = size if rng.random() < 0.6 else rng.uniform(0.75, 0.9)
    if rng.random() < 0.3:
        size = rng.uniform(1.1, 1.5)
    tray = rng.uniform(0.03, 0.16)
    height = rng.uniform(1.85, 2.05)
    frame, white = (
        choose(rng, {"#c8cacc": 5, "#e6e6e4": 2, "#232426": 3}),
        choose(rng, {"#ecebe7": 6, "#8b8d90": 1, "#3a3c3f": 0.6}),
    )
    p.block((size, depth, tray * 0.6), (0, 0, 0), white)
    for x, y, w, d in (
        (0, 0.5, 1, 0.05),
        (0, -0.5, 1, 0.05),
        (0.5, 0, 0.05, 1),
        (-0.5, 0, 0.05, 1),
    ):
        p.block(
            (w * size, d * depth if w == 1 else depth, tray * 0.4),
            (x * size * 0.95, y * depth * 0.95, tray * 0.6),
            white,
        )
    p.post(0.045, 0.006, (0, 0, tray * 0.6), choose(rng, METAL))
    x, y, t = size / 2 - 0.02, depth / 2 - 0.02, 0.028
    walls = choose(rng, {"#e4e4e0": 4, "#b9b5ac": 1.5, "#6f8791": 0.7, "#4a4b4d": 0.8})
    p.block((size, 0.015, height - tray), (0, -depth / 2 + 0.01, tray), walls)
    if rng.random() < 0.75:
        p.block((0.015, depth, height - tray), (-size / 2 + 0.01, 0, tray), walls)
    posts = [(x, y), (-x, y), (x, -y)] + (
        [(rng.uniform(-0.2, 0.2) * size, y)] if rng.random() < 0.7 else []
    )
    for px, py in posts:
        p.block((t, t, height - tray), (px, py, tray), frame)
    for z in (tray, height - t):
        p.block((size, t, t), (0, y, z), frame)
        p.block((t, depth, t), (x, 0, z), frame)
    p.rod(
        [
            (posts[-1][0] + 0.06, y, height * 0.45),
            (posts[-1][0] + 0.06, y + 0.05, height * 0.45),
            (posts[-1][0] + 0.06, y + 0.05, height * 0.6),
            (posts[-1][0] + 0.06, y, height * 0.6),
        ],
        0.009,
        frame,
    )
    _shower_head(p, rng, depth, height)
    return p


def _shower_head(p: Blocks, rng: np.random.Generator, depth: float, height: float) -> None:
    metal, y = choose(rng, METAL), -depth / 2 + 0.05
    p.rod([(0, y, 0.9), (0, y, height - 0.05)], 0.011, metal)
    p.block((0.22, 0.06, 0.06), (0, y, 1.0), metal)
    if rng.random() < 0.5:
        p.rod([(0, y, height - 0.05), (0, y + 0.3, height - 0.05)], 0.011, metal)
        p.post(rng.uniform(0.08, 0.14), 0.02, (0, y + 0.3, height - 0.09), metal)
    else:
        p.spun(
            [(0, 0), (0.05, 0.0), (0.02, 0.06), (0.015, 0.18), (0, 0.18)],
            (0, y + 0.12, height - 0.25),
            metal,
            tilt=("x", 50),
        )


@family("toilet brush", mount="floor")
def toilet_brush(rng: np.random.Generator) -> Parts:
    """A brush in its holder."""
    p = Blocks()
    holder, handle = (
        choose(rng, {"#ececea": 4, "#b8babc": 4, "#2b2c2e": 2, "#8aa0a8": 0.6}),
        choose(rng, {"#ececea": 3, "#b8babc": 4, "#2b2c2e": 2}),
    )
    radius, height = rng.uniform(0.04, 0.06), rng.uniform(0.1, 0.34)
    total = max(height + 0.1, rng.uniform(0.34, 0.46))
    if rng.random() < 0.3:
        p.block((radius * 2, radius * 2, height), (0, 0, 0), holder)
    else:
        p.spun(
            [
                (0, 0),
                (radius * rng.uniform(0.9, 1.3), 0),
                (radius, 0.03),
                (radius * rng.uniform(0.8, 1.05), height),
                (0, height),
            ],
            (0, 0, 0),
            holder,
        )
    p.post(rng.uniform(0.006, 0.011), total - height, (0, 0, height), handle)
    p.spun([(0, 0), (0.02, 0), (0.016, 0.05), (0, 0.06)], (0, 0, total - 0.05), handle)
    if height < 0.2:
        p.post(0.038, 0.08, (0, 0, height - 0.03), "#ebebe6", top=0.03)
    else:
        p.post(radius * 0.75, 0.012, (0, 0, height), handle)
    return p


@family("toilet paper", mount="top")
def toilet_paper(rng: np.random.Generator) -> Parts:
    """One or two rolls."""
    p = Blocks()
    radius, height = rng.uniform(0.045, 0.063), rng.uniform(0.092, 0.105)
    paper, card = choose(rng, {"#f2f1ee": 8, "#e8dfd0": 1, "#e9c9cf": 0.4}), "#998061"
    roll = [(0.02, 0), (radius, 0), (radius, height), (0.02, height)]
    inner = [(0.019, 0.001), (0.021, 0.001), (0.021, height + 0.001), (0.019, height + 0.001)]
    kind = rng.integers(4)
    spots: list[Vector] = [(-height / 2, 0, radius) if kind == 3 else (0, 0, 0)]
    spots += [(0, 0, height)] if kind == 1 else [(2.05 * radius, 0, 0)] if kind == 2 else []
    axis = "x" if kind == 3 else "z"
    for at in spots:
        p.spun([*roll, roll[0]], at, paper, axis=axis)
        p.spun([*inner, inner[0]], at, card, axis=axis)
    if kind == 3:
        p.block((height, 0.002, radius * rng.uniform(0.6, 1)), (0, radius, 0), paper)
    return p


@family("soap", mount="top")
def soap(rng: np.random.Generator) -> Parts:
    """A bar, often in a dish."""
    p = Blocks()
    color = choose(
        rng,
        {
            "#f0ece0": 4,
            "#d9c98a": 1.5,
            "#a9c7a0": 1.2,
            "#e3b3bb": 1.2,
            "#9bb8d0": 0.8,
            "#7a5a3c": 0.8,
            "#e2a25a": 0.7,
        },
    )
    dish = rng.random() < 0.6
    width, depth, height = (
        rng.uniform(0.07, 0.1),
        rng.uniform(0.045, 0.065),
        rng.uniform(0.018, 0.032),
    )
    z = 0.0
    if dish:
        plate = choose(rng, CERAMIC)
        p.spun(
            [
                (0, 0.006),
                (0.9 * width * 0.7, 0.006),
                (width * 0.72, 0.02),
                (width * 0.74, 0.018),
                (width * 0.6, 0),
                (0, 0),
            ],
            (0, 0, 0),
            plate,
            squash=0.75,
        )
        z = 0.008
    if rng.random() < 0.5:
        p.blob((width / 2, depth / 2, height / 2), (0, 0, z + height / 2), color)
    else:
        p.block((width, depth, height), (0, 0, z), color)
    return p


@family("bathroom scale", mount="floor")
def bathroom_scale(rng: np.random.Generator) -> Parts:
    """A flat box or disk with a display."""
    p = Blocks()
    size, thick = rng.uniform(0.27, 0.34), rng.uniform(0.02, 0.05)
    body, mark = (
        choose(rng, {"#26272a": 4, "#ececea": 4, "#b8babc": 2, "#a8c4c8": 0.6, "#d8a0a8": 0.3}),
        choose(rng, METAL),
    )
    if rng.random() < 0.25:
        p.post(size / 2, thick, (0, 0, 0), body)
    else:
        p.block((size, size * rng.uniform(0.85, 1), thick), (0, 0, 0), body)
    p.block(
        (size * 0.25, size * 0.14, 0.003),
        (0, size * 0.28, thick),
        choose(rng, {"#8fa39a": 3, "#1c1d1f": 3}),
    )
    for x in (-0.28, 0.28):
        p.block((size * 0.22, size * rng.uniform(0.3, 0.5), 0.003), (x * size, -0.04, thick), mark)
    return p


def _ridges(
    p: Blocks,
    extent: tuple[float, float, float],
    at: Vector,
    base: Rgb,
    second: Rgb,
    rng: np.random.Generator,
    count: int,
) -> None:
    width, depth, thick = extent
    step = width / count
    for i in range(count):
        x = -width / 2 + (i + 0.5) * step
        p.block(
            (step * rng.uniform(0.9, 1.0), depth, thick * (1 if i % 2 else 0.8)),
            (at[0] + x, at[1], at[2]),
            base if i % 2 else second,
        )


@family("bath mat", mount="floor")
def bath_mat(rng: np.random.Generator) -> Parts:
    """Ribbed, bordered, oval, or of wooden slats."""
    p = Blocks()
    width, depth, thick = rng.uniform(0.55, 0.95), rng.uniform(0.4, 0.6), rng.uniform(0.01, 0.03)
    color = choose(rng, {**FABRIC, "#eceae4": 6, "#9cc0c8": 2, "#c8a0a8": 1})
    form = rng.integers(4)
    if form == 0:
        _ridges(
            p,
            (width, depth, thick),
            (0, 0, 0),
            color,
            color * rng.uniform(0.75, 1.1),
            rng,
            int(rng.integers(7, 16)),
        )
    elif form == 1:
        p.block((width, depth, thick * 0.8), (0, 0, 0), color)
        edge = color * rng.uniform(0.6, 1.2)
        p.block((width * 0.84, depth * 0.8, thick), (0, 0, 0), edge)
    elif form == 2:
        p.spun(
            [(0, 0), (depth / 2, 0), (depth / 2, thick), (0, thick)],
            (0, 0, 0),
            color,
            squash=rng.uniform(0.6, 1),
        )
    else:  # slats of wood
        wood = choose(rng, WOOD)
        n = int(rng.integers(7, 12))
        for i in range(n):
            p.block(
                (width / n * 0.75, depth, 0.015),
                (-width / 2 + (i + 0.5) * width / n, 0, 0.015),
                wood,
            )
        for y in (-0.35, 0.35):
            p.block((width, 0.04, 0.015), (0, y * depth, 0), wood * 0.85)
    return p


@family("hair dryer", mount="top")
def hair_dryer(rng: np.random.Generator) -> Parts:
    """A barrel and a handle."""
    p = Blocks()
    body, second = (
        choose(
            rng,
            {
                "#26272a": 5,
                "#e8e8e6": 2,
                "#b83a5a": 1,
                "#8a6aa0": 0.7,
                "#a8a9ab": 1,
                "#5a8ab0": 0.5,
            },
        ),
        choose(rng, METAL),
    )
    length, radius = rng.uniform(0.16, 0.23), rng.uniform(0.032, 0.045)
    z = radius
    p.spun(
        [(0, 0), (radius, 0), (radius * 1.05, length * 0.3), (radius * 0.75, length), (0, length)],
        (-length / 2, 0, z),
        body,
        axis="x",
    )
    p.spun(
        [(0, 0), (radius * 0.95, 0), (radius * 0.95, 0.012), (0, 0.012)],
        (-length / 2 - 0.01, 0, z),
        second,
        axis="x",
    )
    p.spun(
        [(0, 0), (radius * 0.7, 0), (radius * 0.8, 0.03), (0, 0.03)],
        (length / 2, 0, z),
        "#1f1f21",
        axis="x",
        squash=0.6,
    )
    p.rod(
        [(-length * 0.2, 0, z), (-length * 0.12, rng.uniform(0.11, 0.15), z * 0.7)],
        rng.uniform(0.014, 0.02),
        body,
    )
    return p
