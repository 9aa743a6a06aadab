"""What doors of kitchen machines have: finishes, handles, knobs, displays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette

if TYPE_CHECKING:
    from training.furniture.families.palette import Color
    from training.furniture.families.shapes import Parts

_ENAMELS = (
    *((232, 222, 196), (150, 190, 190), (170, 40, 36), (120, 150, 110), (60, 84, 110)),
    *((196, 150, 60), (90, 62, 44), (214, 160, 160)),
)


def finish(
    rng: np.random.Generator, *, steel: float = 0.35, dark: float = 0.15
) -> tuple[Color, str]:
    """Colour and material of a machine's body: white, bare steel, black, seldom coloured."""
    u = rng.random()
    if u < steel:
        return palette.steel(rng), "metal"
    if u < steel + dark:
        color = palette.black(rng) if rng.random() < 0.7 else palette.pick(rng, (74, 76, 80))
        return color, ""
    if u < steel + dark + 0.1:
        return palette.pick(rng, *_ENAMELS), ""
    return palette.white(rng), ""


def bar_look(rng: np.random.Generator, rgb: Color) -> tuple[Color, int]:
    """Colour and style of a bar for a body of a colour, see bar."""
    u = rng.random()
    color = palette.steel(rng) if u < 0.55 else (palette.black(rng) if u < 0.75 else rgb)
    return color, int(rng.integers(4))


def bar(
    parts: Parts,
    at: tuple[float, float, float],
    length: float,
    rgb: Color,
    *,
    upright: bool = False,
    style: int = 0,
    out: float = 0.045,
) -> None:
    """A handle before a front: 0 a round bar on two posts, 1 a flat bar, 2 a bow, 3 a moulding.

    Args:
        parts: gets it.
        at: its middle on the front.
        length: metres.
        rgb: its colour.
        upright: along z, otherwise along x.
        style: see above.
        out: how far it stands off the front.
    """
    x, y, z = at
    half = length / 2
    run = (0.0, 0.0, 1.0) if upright else (1.0, 0.0, 0.0)
    ends = [(x + s * half * run[0], z + s * half * run[2]) for s in (-1, 1)]
    if style == 3:
        size = (0.03, 0.03, length) if upright else (length, 0.03, 0.03)
        parts.box((x, y + 0.012, z), size, rgb, round=0.012)
        return
    if style == 2:
        (x0, z0), (x1, z1) = ends
        path = [(x0, y, z0), (x0, y + out * 0.8, z0), (x, y + out, z), (x1, y + out * 0.8, z1)]
        parts.tube([*path, (x1, y, z1)], 0.011, rgb, "metal", smooth=16)
        return
    for ex, ez in ends:
        px, pz = x + (ex - x) * 0.86, z + (ez - z) * 0.86
        parts.cylinder((px, y + out / 2, pz), 0.008, out, rgb, "metal", axis="y", sides=10)
    if style == 1:
        size = (0.028, 0.012, length) if upright else (length, 0.012, 0.028)
        parts.box((x, y + out, z), size, rgb, "metal")
    else:
        parts.cylinder(
            (x, y + out, z), 0.011, length, rgb, "metal", axis="z" if upright else "x", sides=12
        )


def knob(
    parts: Parts,
    at: tuple[float, float, float],
    radius: float,
    rgb: Color,
    rng: np.random.Generator,
) -> None:
    """A knob to turn on a front, with a mark."""
    x, y, z = at
    parts.cylinder((x, y + 0.004, z), radius * 1.25, 0.008, palette.shade(rgb, 0.8), axis="y")
    parts.cylinder((x, y + 0.02, z), radius, 0.028, rgb, axis="y", sides=18)
    mark = palette.white(rng) if sum(rgb) < 360 else palette.black(rng)
    stroke = parts.box((x, y + 0.036, z + radius * 0.4), (0.005, 0.004, radius), mark)
    stroke.turn("y", float(rng.choice([0, 0, 0, -40, 60])), (x, y, z))


def knob_row(
    parts: Parts,
    xs: np.ndarray,
    at: tuple[float, float],
    rng: np.random.Generator,
    radius: float = 0.02,
) -> None:
    """Knobs of one kind beside each other, at (y, z)."""
    rgb = palette.steel(rng) if rng.random() < 0.45 else palette.case(rng, dark=0.6, other=0.03)
    for x in xs:
        knob(parts, (float(x), *at), radius, rgb, rng)


def display(
    parts: Parts,
    at: tuple[float, float, float],
    size: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """A dark window with glowing digits on a front."""
    x, y, z = at
    parts.box((x, y, z), (size[0], 0.006, size[1]), (20, 22, 24))
    glow = palette.pick(rng, (90, 220, 200), (230, 90, 60), (220, 220, 210), (90, 200, 110))
    for i in np.linspace(-0.3, 0.3, 4):
        parts.box(
            (x + i * size[0] * 0.9, y + 0.004, z), (size[0] * 0.1, 0.003, size[1] * 0.5), glow
        )


def feet(parts: Parts, size: tuple[float, float], height: float = 0.03) -> None:
    """Four short feet below a machine."""
    parts.legs((size[0] * 0.94, size[1] * 0.9), height, 0.035, (36, 36, 38), round_=True)
