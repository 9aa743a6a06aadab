"""Curtains, rugs, pillows and towels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.lofts import cushion
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.furniture.families.palette import Color


def _weave(
    rng: np.random.Generator, rgb: Color, rows: int, columns: int, plain: float
) -> NDArray[np.uint8]:
    """A cloth's colours by cells: plain with a chance, else stripes, checks, dots or patches."""
    image = pictures.plain(rgb, rows, columns)
    other = palette.shade(rgb, rng.uniform(0.6, 0.85)) if rng.random() < 0.5 else palette.cloth(rng)
    u = rng.random()
    r, c = np.mgrid[:rows, :columns]
    step = int(rng.integers(2, 6))
    if u < plain:
        image = (
            (image * (1 + rng.normal(0, 0.02, (rows, columns, 1)))).clip(0, 255).astype(np.uint8)
        )
        return image
    share = (u - plain) / (1 - plain)
    if share < 0.3:
        image[(r // step) % 2 == 0] = other
    elif share < 0.5:
        image[(c // step) % 2 == 0] = other
    elif share < 0.7:
        image[((r // step) + (c // step)) % 2 == 0] = other
    elif share < 0.85:
        image[(r % (step + 1) < 2) & (c % (step + 1) < 2)] = other
    else:
        third = palette.cloth(rng)
        d = np.hypot(r - rows / 2, (c - columns / 2) * rows / columns)
        image[(d // step) % 2 == 0] = other
        image[(d // step) % 5 == 3] = third
    return image


@family("curtain", mount="wall", elevation=0.05)
def curtain(rng: np.random.Generator) -> Parts:
    """One or two in folds on a rod or a rail; drawn, open, tied back, short, sheer ones behind."""
    parts = Parts()
    u = rng.random()
    rgb = palette.cloth(rng)
    if u < 0.3:
        rgb = palette.white(rng)
    elif u < 0.6:
        rgb = palette.pick(rng, (200, 190, 170), (170, 168, 164), (224, 216, 200), (120, 110, 100))
    wide, top = rng.uniform(0.9, 2.6), rng.uniform(2.1, 2.5)
    long = top - 0.04 if rng.random() < 0.7 else rng.uniform(1.1, 1.7)
    low = top - long
    parts.elevation = max(0.02, low)
    metal = palette.steel(rng) if rng.random() < 0.5 else palette.finish(rng)[0]
    rod = rng.random() < 0.65
    if rod:
        parts.cylinder((0, 0.06, top + 0.03), 0.014, wide + 0.24, metal, axis="x", sides=12)
        for s in (-1, 1):
            x = s * (wide / 2 + 0.13)
            parts.ball((x, 0.06, top + 0.03), (0.05, 0.045, 0.05), metal)
            parts.box((s * wide * 0.46, 0.02, top + 0.03), (0.02, 0.08, 0.02), metal)
    else:
        parts.box((0, 0.05, top + 0.01), (wide, 0.06, 0.025), palette.white(rng))
    both = rng.random() < 0.7
    share = rng.uniform(0.14, 0.3) if rng.random() < 0.5 else rng.uniform(0.4, 0.5)
    if not both:
        share = rng.uniform(0.2, 1.0)
    tied = share < 0.32 and rng.random() < 0.35
    folds = max(3, round(wide * share / rng.uniform(0.06, 0.14)))
    image = pictures.plain(rgb, 12, 6 * folds)
    if rng.random() < 0.22:
        other = palette.shade(rgb, 0.75) if rng.random() < 0.5 else palette.cloth(rng)
        if rng.random() < 0.5:
            image[:, np.arange(6 * folds) % 6 < int(rng.integers(1, 4))] = other
        else:
            image[-int(rng.integers(1, 5)) :] = other
    for side in (-1, 1) if both else (int(rng.choice([-1, 1])),):
        _hang(parts, rng, rgb, (wide, share), (top, low), side, tied=tied, image=image)
    if rng.random() < 0.2:  # a pelmet of the same cloth
        fold = np.arange(33)
        grid = np.zeros((2, 33, 3))
        grid[..., 0] = np.linspace(-0.53, 0.53, 33) * wide
        grid[..., 1] = 0.12 + 0.012 * np.sin(fold * 1.6)
        grid[0, :, 2], grid[1, :, 2] = top + 0.06, top - rng.uniform(0.16, 0.3)
        parts.surface(grid, palette.shade(rgb, 0.92), "fabric")
    return parts


def _hang(
    parts: Parts,
    rng: np.random.Generator,
    rgb: Color,
    across: tuple[float, float],
    span: tuple[float, float],
    side: int,
    *,
    tied: bool,
    image: NDArray[np.uint8],
) -> None:
    """A cloth in folds from its outer end inwards; `across` is all the width and its share."""
    wide, share = across
    top, low = span
    w = wide * share
    rows, columns = image.shape[:2]
    folds = columns // 6
    u = np.linspace(0, 1, columns + 1)
    v = np.linspace(0, 1, rows + 1)
    sway = rng.uniform(-0.5, 0.5, folds + 1)
    wobble = np.interp(u * folds, np.arange(folds + 1), sway)
    depth = rng.uniform(0.02, 0.045)
    grid = np.zeros((rows + 1, columns + 1, 3))
    phase = 2 * np.pi * folds * u
    for i, down in enumerate(v):
        narrow = 1.0
        if tied:  # narrow where the band is
            narrow = 1 - 0.62 * float(np.exp(-(((down - 0.6) / 0.2) ** 2)))
        x = u * w * narrow + 0.02 * wobble * down
        grid[i, :, 0] = side * (wide / 2 - x)
        grid[i, :, 1] = 0.06 + depth * (0.7 + 0.5 * down) * np.sin(phase + wobble * down)
        grid[i, :, 2] = top - (top - low) * down
    parts.surface(grid, image, "fabric")
    if tied:
        z = top - 0.6 * (top - low)
        parts.box(
            (side * (wide / 2 - w * 0.19), 0.06, z),
            (w * 0.42, 0.11, 0.06),
            palette.shade(rgb, 0.75),
            "fabric",
            round=0.02,
        )


@family("rug", mount="floor")
def rug(rng: np.random.Generator) -> Parts:
    """Woven, oriental, shaggy, striped, round, oval, like a hide; flat or with a turned corner."""
    parts = Parts()
    style = int(rng.integers(6))
    rgb = (
        palette.cloth(rng)
        if rng.random() < 0.6
        else palette.pick(rng, (204, 192, 170), (150, 146, 140), (180, 160, 130), (226, 220, 208))
    )
    wide = rng.uniform(1.1, 3.0)
    deep = wide * rng.uniform(0.55, 0.8)
    if rng.random() < 0.18:
        wide, deep = rng.uniform(1.8, 3.2), rng.uniform(0.55, 0.8)  # a runner
    round_ = style == 4 or (style == 3 and rng.random() < 0.3)
    if round_:
        deep = wide = rng.uniform(0.8, 2.2)
        parts.shape = "round"
    rows, columns = 40, 56
    v, u = np.meshgrid(np.linspace(-1, 1, rows + 1), np.linspace(-1, 1, columns + 1), indexing="ij")
    thick = rng.uniform(0.006, 0.014)
    z = np.full_like(u, thick)
    image = _weave(rng, rgb, rows, columns, 0.3)
    if style in (0, 1):
        image = _oriental(rng, rows, columns)
    elif style == 3:  # shaggy
        image = _weave(rng, rgb, rows, columns, 0.85)
        z = thick + rng.uniform(0.005, 0.022) * rng.random(u.shape)
    x, y = u * wide / 2, v * deep / 2
    if round_:
        x, y = x * np.sqrt(1 - v**2 / 2), y * np.sqrt(1 - u**2 / 2)
        if style == 4:
            ring = (np.hypot(*np.mgrid[-1:1:40j, -1:1:56j]) * rng.uniform(3, 7)).astype(int)
            other = palette.cloth(rng)
            image[ring % 2 == 0] = other
    elif style == 5 and rng.random() < 0.5:  # a hide
        patch = rng.uniform(1.5, 4, 4)
        coat = palette.pick(rng, (236, 230, 220), (190, 150, 110), (120, 84, 56))
        spot = palette.pick(rng, (60, 44, 36), (30, 28, 28), (150, 100, 64))
        wave = np.sin(patch[0] * u + patch[1] * v + 1) + np.sin(patch[2] * u - patch[3] * v)
        image = pictures.plain(coat, rows, columns)
        image[wave[:-1, :-1] > rng.uniform(-0.2, 0.8)] = spot
        around = np.arctan2(v, u)
        r = 0.78 + 0.09 * np.cos(4 * around - np.pi) + 0.03 * np.cos(7 * around)
        x, y = x * np.sqrt(1 - v**2 / 2) * r * 1.2, y * np.sqrt(1 - u**2 / 2) * r * 1.2
    elif rng.random() < 0.1:  # a corner turned up
        z = z + 0.09 * ((u + v - 1.35).clip(0) / 0.65) ** 1.5
    z[[0, -1], :] = 0.001
    z[:, [0, -1]] = 0.001
    parts.surface(np.stack([x, y, z], axis=2), image, "fabric")
    if not round_ and style in (0, 1, 2) and rng.random() < 0.5:
        for s in (-1, 1):  # fringes
            for t in np.linspace(-0.49, 0.49, 30):
                parts.box(
                    (s * (wide / 2 + 0.03), t * deep, 0.003),
                    (0.06, 0.012, 0.005),
                    (226, 218, 200),
                    "fabric",
                )
    return parts


def _oriental(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.uint8]:
    """Borders around a field with a medallion or small figures."""
    field = palette.pick(
        rng, (130, 34, 34), (36, 46, 84), (150, 90, 60), (206, 194, 168), (60, 80, 70)
    )
    edge = palette.pick(rng, (36, 44, 74), (120, 40, 36), (210, 198, 170), (70, 56, 46))
    light = palette.pick(rng, (216, 200, 164), (190, 150, 100), (230, 224, 210))
    image = pictures.plain(edge, rows, columns)
    r, c = np.mgrid[:rows, :columns]
    inset = np.minimum(np.minimum(r, rows - 1 - r), np.minimum(c, columns - 1 - c))
    image[(inset >= 2) & (inset < 5) & ((r + c) % 3 == 0)] = light
    image[inset == 1] = light
    image[inset == 5] = light
    inner = inset > 5
    image[inner] = field
    image[inner & (r % 5 == 2) & (c % 5 == 2)] = light
    d = np.abs(r - (rows - 1) / 2) / rows + np.abs(c - (columns - 1) / 2) / columns
    if rng.random() < 0.65:
        for reach, color in ((0.26, edge), (0.2, light), (0.15, field), (0.07, edge)):
            image[inner & (d < reach)] = color
        image[inner & (d > 0.72)] = edge
    return image


@family("pillow", mount="top")
def pillow(rng: np.random.Generator) -> Parts:
    """For a bed, a sofa or a seat: square, long, round, a roll, bordered, buttoned; some lean."""
    parts = Parts()
    style = int(rng.choice(6, p=[0.28, 0.34, 0.1, 0.1, 0.1, 0.08]))
    rgb = palette.cloth(rng)
    cells = 16
    if style == 0:  # for a bed
        rgb = palette.white(rng) if rng.random() < 0.6 else palette.pastel(rng)
        size = (rng.uniform(0.55, 0.9), rng.uniform(0.4, 0.6), rng.uniform(0.12, 0.2))
        cushion(parts, size, _weave(rng, rgb, cells, cells, 0.75), rng, power=0.4, pinch=0.05)
    elif style == 3:  # a roll
        r, long = rng.uniform(0.08, 0.13), rng.uniform(0.4, 0.8)
        parts.cylinder((0, 0, r), r, long, rgb, "fabric", axis="x")
        for s in (-1, 1):
            parts.cylinder(
                (s * long / 2, 0, r), r * 0.96, 0.02, palette.shade(rgb, 0.85), "fabric", axis="x"
            )
            parts.ball((s * (long / 2 + 0.01), 0, r), (0.03, 0.04, 0.04), palette.shade(rgb, 0.7))
        return parts
    elif style == 2:  # round
        side = rng.uniform(0.35, 0.5)
        cushion(parts, (side, side, rng.uniform(0.1, 0.16)), rgb, rng, round_=True, power=0.4)
        parts.ball((0, 0, 0.06), (0.04, 0.04, 0.02), palette.shade(rgb, 0.7), "fabric")
        parts.shape = "round"
    elif style == 4:  # boxy, for a seat
        side = rng.uniform(0.38, 0.55)
        high = rng.uniform(0.05, 0.1)
        parts.box(
            (0, 0, 0), (side, side * rng.uniform(0.9, 1), high), rgb, "fabric", round=high * 0.4
        )
        for x in (-0.2, 0.2):
            for y in (-0.2, 0.2):
                parts.ball(
                    (x * side, y * side, high / 2),
                    (0.03, 0.03, 0.012),
                    palette.shade(rgb, 0.65),
                    "fabric",
                )
    else:
        side = rng.uniform(0.36, 0.6)
        size = (side, side * (1 if style == 1 else 0.62), rng.uniform(0.11, 0.2))
        pinch = rng.uniform(0.05, 0.14)
        cushion(parts, size, _weave(rng, rgb, cells, cells, 0.55), rng, power=0.5, pinch=pinch)
        if rng.random() < 0.2:  # a flat border around it
            edge = palette.shade(rgb, 0.8) if rng.random() < 0.6 else palette.white(rng)
            parts.box((0, 0, 0), (size[0] * 1.06, size[1] * 1.06, 0.008), edge, "fabric")
    if rng.random() < 0.25:  # leaning, or stood on its edge
        lean = rng.uniform(35, 75)
        for part in parts.parts:
            part.turn("x", lean, (0, 0, 0))
    return parts


@family("towel", mount="top")
def towel(rng: np.random.Generator) -> Parts:
    """A folded one, a pile, rolls, one dropped in a heap, or hung on a hook, a ring or a bar."""
    parts = Parts()
    rgb = palette.white(rng) if rng.random() < 0.35 else palette.cloth(rng)
    if rng.random() < 0.25:
        rgb = palette.pastel(rng)
    style = int(rng.choice(6, p=[0.22, 0.18, 0.12, 0.1, 0.23, 0.15]))
    metal = palette.steel(rng)
    if style in (0, 1):
        wide, deep = rng.uniform(0.25, 0.45), rng.uniform(0.2, 0.36)
        z = 0.0
        for i in range(1 if style == 0 else int(rng.integers(2, 6))):
            color = rgb if i == 0 or rng.random() < 0.5 else palette.pastel(rng)
            high = rng.uniform(0.035, 0.07)
            for k in range(3):
                fold = (wide * rng.uniform(0.97, 1), deep * rng.uniform(0.96, 1), high / 3)
                parts.box((0, 0, z + high * (k + 0.5) / 3), fold, color, "fabric", round=high / 7)
            z += high
    elif style == 2:
        r, long = rng.uniform(0.045, 0.075), rng.uniform(0.28, 0.45)
        spots = [(-r, r), (r, r), (0, r * 2.7)] if rng.random() < 0.6 else [(0, r)]
        for y, z in spots:
            parts.cylinder((0, y, z), r, long, rgb, "fabric", axis="x", sides=18)
            for s in (-1, 1):
                parts.cylinder(
                    (s * long / 2, y, z), r * 0.55, 0.004, palette.shade(rgb, 0.75), axis="x"
                )
    elif style == 3:
        n = 21
        v, u = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n), indexing="ij")
        a = rng.uniform(-2.6, 2.6, (5, 2))
        bump = sum(np.abs(np.sin(k * u + m * v + k)) for k, m in a) / len(a)
        edge = ((1 - u**2) * (1 - v**2)).clip(0) ** 0.4
        grid_z = 0.01 + edge * (0.03 + 0.11 * bump)
        size = rng.uniform(0.2, 0.32)
        twist = 0.12 * np.sin(3 * a[0, 0] * v)
        grid = np.stack(
            [size * (u + twist), size * 0.8 * (v + 0.1 * np.sin(3 * u)), grid_z], axis=2
        )
        parts.surface(grid, rgb, "fabric")
        parts.surface(grid * [1, 1, 0.0], palette.shade(rgb, 0.8), "fabric")
    else:
        long = rng.uniform(0.5, 1.1)
        parts.mount, parts.elevation = "wall", rng.uniform(0.5, 0.9)
        rows, columns = 16, 30
        v, u = np.meshgrid(
            np.linspace(0, 1, rows + 1), np.linspace(-1, 1, columns + 1), indexing="ij"
        )
        wide = rng.uniform(0.25, 0.5)
        if style == 5:  # on a hook or a ring: gathered above
            half = wide * 0.4 * (0.18 + 0.82 * v**0.6)
            out = 0.04 + 0.03 * np.sin(u * 9) * (0.5 + v)
            down = long * (1 - v) - 0.06 * (1 - np.abs(u)) * v
            parts.cylinder((0, 0.02, long), 0.012, 0.05, metal, "metal", axis="y")
            parts.cylinder((0, 0.004, long), 0.026, 0.008, metal, "metal", axis="y")
        else:
            half = wide / 2 * np.ones_like(u)
            out = 0.085 + 0.006 * np.sin(u * 5 + 1) * v
            down = long * (1 - v)
            back = np.stack([u * half, 0.045 + 0 * u, long - long * 0.8 * v], axis=2)
            parts.surface(back, palette.shade(rgb, 0.9), "fabric")
            parts.cylinder((0, 0.065, long), 0.022, wide, rgb, "fabric", axis="x")
            bar = wide + rng.uniform(0.04, 0.25)
            parts.cylinder((0, 0.065, long), 0.009, bar, metal, "metal", axis="x")
            for s in (-1, 1):
                parts.box((s * bar / 2, 0.035, long), (0.02, 0.07, 0.03), metal, "metal")
        image = pictures.plain(rgb, rows, columns)
        if rng.random() < 0.4:
            band = palette.shade(rgb, 0.75) if rng.random() < 0.5 else palette.cloth(rng)
            image[-3:-1] = band
        parts.surface(np.stack([u * half, out, down], axis=2), image, "fabric")
    return parts
