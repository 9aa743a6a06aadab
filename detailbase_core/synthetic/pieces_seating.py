"""Chairs, armchairs, sofas, stools and beds (metres, front towards +y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import jittered, scaled
from detailbase_core.synthetic.parts import Parts, frame_color

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color


def chair(rng: np.random.Generator, main: Color) -> Parts:
    """A dining chair on four legs, or an office chair on a column."""
    width, depth = rng.uniform(0.40, 0.50), rng.uniform(0.40, 0.48)
    seat, total = rng.uniform(0.43, 0.48), rng.uniform(0.80, 0.98)
    parts = Parts()
    frame = frame_color(rng, main)
    if rng.random() < 0.3:
        parts.column(seat - 0.05, 0.24, frame)
    else:
        parts.legs((width, depth), seat - 0.02, 0.045, frame, round_=bool(rng.random() < 0.4))
    parts.box((0, 0, seat), (width, depth, 0.05), main)
    gap = float(rng.choice([0.0, 0.12]))
    top = total - seat - 0.025 - gap
    parts.box((0, -depth / 2 + 0.02, total - top / 2), (width, 0.04, top), main)
    if gap:
        for side in (-1, 1):
            center = (side * (width / 2 - 0.03), -depth / 2 + 0.02, seat + gap / 2 + 0.03)
            parts.box(center, (0.035, 0.03, gap + 0.02), frame)
    return parts


def armchair(rng: np.random.Generator, main: Color) -> Parts:
    """A padded chair for one."""
    return _padded_seat(rng, main, rng.uniform(0.75, 0.95), cushions=1)


def sofa(rng: np.random.Generator, main: Color) -> Parts:
    """A padded seat for two or three."""
    width = rng.uniform(1.45, 2.2)
    return _padded_seat(rng, main, width, cushions=2 if width < 1.8 else 3)


def _padded_seat(rng: np.random.Generator, main: Color, width: float, cushions: int) -> Parts:
    depth, total = rng.uniform(0.78, 0.95), rng.uniform(0.72, 0.92)
    seat, arm, back = rng.uniform(0.40, 0.46), rng.uniform(0.12, 0.2), rng.uniform(0.16, 0.24)
    arm_top = seat + rng.uniform(0.12, 0.22)
    parts = Parts()
    parts.legs((width - 0.1, depth - 0.1), 0.1, 0.06, frame_color(rng, main), round_=False)
    parts.box((0, 0, 0.2), (width, depth, 0.2), main)
    parts.box((0, -depth / 2 + back / 2, (total + 0.3) / 2), (width, back, total - 0.3), main)
    for side in (-1, 1):
        center = (side * (width - arm) / 2, back / 2, (arm_top + 0.3) / 2)
        parts.box(center, (arm, depth - back, arm_top - 0.3), main)
    inner = width - 2 * arm
    cushion = scaled(main, rng.uniform(0.9, 1.12))
    for i in range(cushions):
        x = (i + 0.5) * inner / cushions - inner / 2
        size = (inner / cushions - 0.015, depth - back, seat - 0.3)
        parts.box((x, back / 2, (seat + 0.3) / 2), size, cushion)
    half = (inner / 2 - 0.02, (depth - back) / 2 - 0.04)
    parts.on.append(((0, back / 2, seat), half, 0.6))
    return parts


def stool(rng: np.random.Generator, main: Color) -> Parts:
    """A round or square seat without a back."""
    height, width = rng.uniform(0.42, 0.7), rng.uniform(0.30, 0.40)
    parts = Parts()
    frame = frame_color(rng, main)
    if rng.random() < 0.4:
        parts.column(height - 0.06, width / 2, frame)
    else:
        parts.legs((width * 0.8, width * 0.8), height - 0.06, 0.04, frame, round_=True)
    if rng.random() < 0.6:
        parts.cylinder((0, 0, height - 0.03), width / 2, 0.06, main)
    else:
        parts.box((0, 0, height - 0.03), (width, width, 0.06), main)
    return parts


def bed(rng: np.random.Generator, main: Color) -> Parts:
    """A bed with headboard at -y, white sheet and a blanket of the main colour."""
    width = float(rng.choice([0.95, 1.2, 1.45, 1.65]))
    length, top = rng.uniform(1.95, 2.1), rng.uniform(0.45, 0.58)
    parts = Parts()
    wood = jittered(str(rng.choice(["brown", "white", "black", "grey"])), rng)
    sheet = jittered("white", rng)
    parts.box((0, 0, 0.18), (width, length, 0.24), wood)
    parts.box((0, 0.02, (top + 0.3) / 2), (width - 0.04, length - 0.06, top - 0.3), sheet)
    cover = length * rng.uniform(0.66, 0.78)
    center = (0.0, (length - cover) / 2, (top + 0.29) / 2)
    parts.box(center, (width + 0.02, cover + 0.02, top - 0.25), main)
    head = rng.uniform(0.8, 1.1)
    parts.box((0, -length / 2 - 0.025, head / 2), (width, 0.05, head), wood)
    half = (width / 2 - 0.03, (length - cover) / 2 - 0.04)
    parts.on.append(((0, -cover / 2 + 0.02, top), half, 0.8))
    return parts
