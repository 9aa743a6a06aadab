"""Faucets, and the colours of what stands in baths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    import numpy as np

    from training.furniture.families.palette import Color


def ceramic(rng: np.random.Generator) -> Color:
    """White sanitary ware, seldom ivory, black or a colour of the seventies."""
    u = rng.random()
    if u < 0.82:
        return palette.white(rng)
    if u < 0.88:
        return palette.black(rng)
    return palette.pick(
        rng, (232, 220, 192), (222, 176, 170), (150, 186, 176), (160, 140, 110), (150, 170, 196)
    )


def tap_metal(rng: np.random.Generator) -> Color:
    """Chrome, seldom black or brass."""
    u = rng.random()
    if u < 0.75:
        return palette.pick(rng, (186, 188, 192), (160, 162, 168))
    return palette.black(rng) if u < 0.87 else palette.brass(rng)


def tap(
    parts: Parts,
    at: tuple[float, float, float],
    reach: float,
    high: float,
    rng: np.random.Generator,
    rgb: Color,
    *,
    style: int | None = None,
) -> None:
    """A mixer that stands at a point: 0 an arch, 1 a stick, 2 two handles, 3 from the side.

    Args:
        parts: gets it.
        at: the middle of its foot.
        reach: of its spout, towards +y.
        high: its spout's height.
        rng: draws its form.
        rgb: its metal.
        style: see above; None = any.
    """
    x, y, z = at
    form = int(rng.integers(4)) if style is None else style
    thick = rng.uniform(0.011, 0.017)
    parts.cylinder((x, y, z + 0.006), thick * 1.9, 0.012, rgb, "metal")
    if form == 1:
        parts.cylinder((x, y, z + high / 2), thick * 1.5, high, rgb, "metal")
        parts.box(
            (x, y + reach / 2, z + high * 0.82),
            (thick * 2, reach, thick * 1.6),
            rgb,
            "metal",
            round=0.006,
        ).turn("x", -8)
        parts.box((x, y + 0.02, z + high + 0.02), (thick * 1.8, 0.09, 0.014), rgb, "metal").turn(
            "x", rng.uniform(5, 25)
        )
        return
    bend = [
        *((x, y, z), (x, y, z + high * 0.7), (x, y + reach * 0.2, z + high * 0.97)),
        *((x, y + reach * 0.6, z + high), (x, y + reach * 0.95, z + high * 0.85)),
        (x, y + reach, z + high * 0.65),
    ]
    parts.tube(bend, thick, rgb, "metal", smooth=20)
    if form == 2:
        gap = rng.uniform(0.08, 0.1)
        for s in (-1, 1):
            parts.cylinder((x + s * gap, y, z + 0.02), thick * 1.4, 0.04, rgb, "metal")
            if rng.random() < 0.8:
                for turn in (20, 110):
                    cross = parts.box((x + s * gap, y, z + 0.05), (0.055, 0.012, 0.012), rgb)
                    cross.turn("z", turn)
        parts.box((x, y, z + 0.008), (2 * gap + 0.05, 0.045, 0.014), rgb, "metal", round=0.006)
        return
    side = -1 if rng.random() < 0.3 else 1
    lever = parts.box((x + side * 0.05, y, z + high * 0.28), (0.1, 0.014, 0.012), rgb, "metal")
    lever.turn("y", -side * rng.uniform(10, 45))


@family("faucet", mount="top", has_front=True)
def faucet(rng: np.random.Generator) -> Parts:
    """A mixer that stands: an arch, a stick, or with two handles."""
    parts = Parts()
    tap(parts, (0, 0, 0), rng.uniform(0.1, 0.24), rng.uniform(0.1, 0.4), rng, tap_metal(rng))
    return parts
