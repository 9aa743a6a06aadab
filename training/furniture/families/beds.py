"""Beds: frames of many kinds, and bedding that is made or left as people got up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import (
    cushion,
    draped,
    leg_finish,
    limb,
    plate,
    puffed,
    upholstery,
)

if TYPE_CHECKING:
    from training.furniture.families.tops import Finish


@dataclass(frozen=True)
class Bed:
    """Measures: the mattress, its top, and the thickness of the mattress; its head is at -y."""

    wide: float
    long: float
    top: float
    thick: float

    @property
    def head(self) -> float:
        """The y of its head end."""
        return -self.long / 2


def _bed(rng: np.random.Generator, low: float = 0.4, high: float = 0.62) -> Bed:
    wide = float(rng.choice([0.9, 1.0, 1.2, 1.4, 1.4, 1.6, 1.6, 1.8, 2.0])) * rng.uniform(
        0.97, 1.03
    )
    return Bed(wide, rng.uniform(1.9, 2.1), rng.uniform(low, high), rng.uniform(0.14, 0.28))


def _linen(rng: np.random.Generator) -> palette.Color:
    u = rng.random()
    if u < 0.45:
        return palette.white(rng)
    if u < 0.75:
        return upholstery(rng, 0.0)[0]
    return palette.gray(rng) if u < 0.85 else palette.pastel(rng)


def _cover(
    parts: Parts,
    rng: np.random.Generator,
    bed: Bed,
    start: float,
    rgb: palette.Color,
    *,
    mess: float,
) -> None:
    """A duvet from y = `start` to the foot, over the sides; `mess` 0 = smooth, 1 = unmade."""
    rows, columns = 22, 27
    u, v = np.linspace(-1, 1, columns), np.linspace(0, 1, rows)[:, None]
    over = rng.uniform(0.03, 0.12)
    drop = rng.uniform(0.1, 0.75) * (bed.top - 0.1)
    reach = bed.wide / 2 + over
    side = np.abs(u) * (reach + drop)
    hang = (side - bed.wide / 2 - 0.01).clip(0)
    x = np.sign(u) * np.minimum(side, bed.wide / 2 + 0.02 + 0.12 * hang)
    skew = mess * rng.uniform(-0.3, 0.3)
    y = start + (bed.long / 2 + 0.03 - start) * v + 0 * u
    y = y + mess * 0.12 * np.sin(2.5 * u + rng.uniform(0, 6)) * (1 - v)
    z = bed.top + 0.035 - hang + 0 * v
    phases = rng.uniform(0, 6, 4)
    folds = (
        np.sin(5 * u + 6 * v + phases[0])
        + np.sin(11 * v - 4 * u + phases[1])
        + 0.6 * np.sin(9 * u + phases[2])
    )
    z = z + (0.006 + 0.035 * mess) * folds * (hang < 0.02)
    x = (
        x
        + skew * (1 - v) * (0.5 + 0.3 * np.sin(3 * v + phases[3]))
        + 0.012 * np.sin(14 * v) * np.sign(u) * (hang > 0.02)
    )
    grid = np.stack([x, y, z], axis=2)
    plate(parts, grid, puffed(grid.shape, rng.uniform(0.03, 0.08), 0.6), rgb, "fabric")
    if mess < 0.5 and rng.random() < 0.5:  # folded back at its upper edge
        other = palette.white(rng) if rng.random() < 0.6 else palette.shade(rgb, 0.85)
        strip = grid[:5].copy()
        strip[..., 2] += 0.03
        plate(parts, strip, 0.04, other, "fabric")


def _bedding(parts: Parts, rng: np.random.Generator, bed: Bed) -> None:
    """Mattress, pillows and covers, smooth or unmade; seldom a bare mattress."""
    sheet = _linen(rng)
    parts.box(
        (0, 0, bed.top - bed.thick / 2),
        (bed.wide, bed.long, bed.thick),
        sheet,
        "fabric",
        round=0.04,
    )
    if rng.random() < 0.05:
        return
    rgb = _linen(rng)
    pillow = sheet if rng.random() < 0.4 else rgb if rng.random() < 0.5 else palette.white(rng)
    mess = float(rng.choice([0.0, 0.25, 1.0], p=[0.4, 0.3, 0.3]))
    count = 1 if bed.wide < 1.25 else 2
    for row in range(2 if rng.random() < 0.3 else 1):
        for i in range(count):
            wide = min(0.75, bed.wide / count * 0.85)
            x = bed.wide * ((i + 0.5) / count - 0.5) + mess * rng.uniform(-0.08, 0.08)
            pad = cushion(
                parts,
                (0, 0, 0),
                (wide, rng.uniform(0.4, 0.5), rng.uniform(0.13, 0.2)),
                pillow,
                rng=rng,
                firm=0.35,
                plump=0.85,
                uneven=0.08,
            )
            steep = 20 + 40 * row * rng.random() if mess < 0.5 else rng.uniform(0, 15)
            pad.turn("x", steep, (0, 0, 0)).turn("z", mess * rng.uniform(-20, 20), (0, 0, 0))
            pad.move(x, bed.head + 0.26 + 0.16 * row, bed.top + 0.09 + 0.1 * row)
    start = bed.head + (rng.uniform(0.45, 0.7) if mess < 0.5 else rng.uniform(0.6, 1.1))
    if rng.random() < 0.12 and mess == 0:
        start = bed.head + 0.02  # a spread over all, pillows below
    _cover(parts, rng, bed, start, rgb, mess=mess)
    u = rng.random()
    other = _linen(rng) if rng.random() < 0.5 else palette.cloth(rng)
    if u < 0.22:  # a throw across its foot
        y, z, x = bed.long * rng.uniform(0.25, 0.35), bed.top + 0.08, bed.wide / 2 + 0.05
        drop = rng.uniform(0.1, 0.3)
        line = np.array(
            [
                (-x - 0.02, 0, z - drop),
                (-x, 0, z),
                (0, 0, z + 0.01),
                (x, 0, z),
                (x + 0.02, 0, z - drop),
            ]
        )
        across = np.linspace(-0.28, 0.28, 7)[None, :, None] * np.array([0, 1, 0])
        plate(parts, line[:, None] + (0, y, 0) + across, 0.02, other, "fabric")
    elif u < 0.32:
        cushion(
            parts,
            (rng.uniform(-0.3, 0.3) * bed.wide, rng.uniform(0.2, 0.5), bed.top + 0.1),
            (0.5, 0.4, 0.12),
            other,
            rng=rng,
            firm=0.7,
            uneven=0.2,
        )
    elif u < 0.5:  # small cushions
        for i in range(int(rng.integers(1, 4))):
            pad = cushion(
                parts, (0, 0, 0), (0.42, 0.42, 0.15), other, rng=rng, firm=0.35, plump=0.9
            )
            pad.turn("x", 65, (0, 0, 0)).move(
                (i - 1) * 0.4 * bed.wide / 1.6, bed.head + 0.5, bed.top + 0.22
            )


def _headboard(
    parts: Parts, rng: np.random.Generator, bed: Bed, frame: Finish, style: int, high: float
) -> None:
    """A solid, slatted, padded, panelled, arched or barred board at the head."""
    y, wide = bed.head - 0.04, bed.wide + 0.08
    parts.has.add("headboard")
    if style == 0:
        parts.box((0, y, high / 2 + 0.08), (wide, 0.035, high - 0.16), *frame)
    elif style == 1:  # slats
        upright = rng.random() < 0.5
        for s in (-1, 1):
            parts.box((s * (wide / 2 - 0.02), y, high / 2), (0.06, 0.05, high), *frame)
        parts.box((0, y, high - 0.03), (wide, 0.05, 0.07), *frame)
        parts.box((0, y, bed.top - bed.thick), (wide, 0.03, 0.09), *frame)
        if upright:
            for x in np.linspace(-0.44, 0.44, int(rng.integers(6, 14))) * wide:
                parts.box(
                    (x, y, (high + bed.top) / 2 - 0.1), (0.03, 0.02, high - bed.top + 0.2), *frame
                )
        else:
            for z in np.linspace(bed.top, high - 0.12, int(rng.integers(2, 5))):
                parts.box((0, y, z), (wide, 0.022, 0.07), *frame)
    elif style == 2:  # padded
        cover = frame if frame[1] in ("fabric", "leather") else upholstery(rng)
        arch = rng.uniform(0, 0.2) if rng.random() < 0.4 else 0.0
        xs, t = np.linspace(-1, 1, 25), np.linspace(0, 1, 9)[:, None]
        grid = np.stack(
            [
                wide / 2 * xs + 0 * t,
                y - 0.03 + 0 * xs + 0 * t,
                0.1 + t * (high - 0.1 + arch * (1 - xs**2)),
            ],
            axis=2,
        )
        plate(parts, grid, puffed(grid.shape, rng.uniform(0.08, 0.13), 0.7), *cover)
        dark, look = palette.shade(cover[0], 0.68), int(rng.integers(3))
        if look == 0:
            for k, z in enumerate(np.arange(bed.top + 0.1, high - 0.04, 0.14)):
                for x in np.arange(-wide / 2 + 0.1 + 0.1 * (k % 2), wide / 2 - 0.05, 0.2):
                    parts.ball((x, y + 0.03, z), (0.03, 0.02, 0.03), dark)
        elif look == 1:
            for x in np.linspace(-0.5, 0.5, int(rng.integers(4, 12)))[1:-1] * wide:
                parts.box(
                    (x, y + 0.028, (high + bed.top) / 2), (0.012, 0.012, high - bed.top), dark
                )
    elif style == 3:  # panels
        parts.box((0, y, high / 2 + 0.05), (wide, 0.03, high - 0.1), *frame)
        count = int(rng.integers(2, 5))
        for i in range(count):
            x = wide * ((i + 0.5) / count - 0.5)
            parts.box(
                (x, y + 0.012, (high + bed.top) / 2),
                (wide / count * 0.8, 0.03, (high - bed.top) * 0.75),
                palette.shade(frame[0], 0.92),
                frame[1],
            )
        parts.box((0, y, high), (wide + 0.06, 0.07, 0.05), *frame)
    elif style == 4:  # an arch of wood
        a = np.linspace(0, np.pi, 17)
        rim = [(wide / 2 * np.cos(q), high - 0.2 + 0.2 * np.sin(q)) for q in a]
        parts.extrude([(wide / 2, 0.15), *rim, (-wide / 2, 0.15)], 0.035, *frame).move(y=y)
    else:  # bars
        _bars(parts, rng, y, wide, high, frame)


def _bars(
    parts: Parts, rng: np.random.Generator, y: float, wide: float, high: float, frame: Finish
) -> None:
    """A metal end: posts, a straight or arched upper tube, upright bars."""
    arch = rng.uniform(0, 0.2)
    x = wide / 2 - 0.02
    for s in (-1, 1):
        limb(parts, [(s * x, y, 0), (s * x, y, high)], 0.018, *frame)
        parts.ball((s * x, y, high + 0.015), (0.05, 0.05, 0.05), *frame)
    parts.tube(
        [
            (-x, y, high - 0.02),
            (-x * 0.5, y, high + arch * 0.75),
            (0, y, high + arch),
            (x * 0.5, y, high + arch * 0.75),
            (x, y, high - 0.02),
        ],
        0.015,
        *frame,
        smooth=20,
    )
    low = min(0.32, high * 0.5)
    parts.tube([(-x, y, low), (x, y, low)], 0.012, *frame)
    for t in np.linspace(-0.9, 0.9, int(rng.integers(5, 12))):
        parts.tube([(t * x, y, low), (t * x, y, high + arch * (1 - t * t) * 0.95)], 0.008, *frame)


def _finish(rng: np.random.Generator) -> Finish:
    return (palette.wood(rng), "wooden") if rng.random() < 0.65 else palette.finish(rng)


@family("bed", mount="floor", has_front=True)
def frame_bed(rng: np.random.Generator) -> Parts:
    """Rails on legs with any headboard, often a footboard; low platforms; old high ends."""
    parts = Parts()
    bed, frame = _bed(rng), _finish(rng)
    rail, z = rng.uniform(0.1, 0.24), bed.top - bed.thick + 0.04
    for s in (-1, 1):
        parts.box(
            (s * (bed.wide / 2 + 0.02), 0, z - rail / 2), (0.03, bed.long + 0.04, rail), *frame
        )
    parts.box((0, 0, z - 0.05), (bed.wide, bed.long, 0.03), palette.shade(frame[0], 0.85))
    x, y = bed.wide / 2, bed.long / 2
    for sx in (-1, 1):
        for sy in (-1, 1):
            limb(
                parts,
                [(sx * x, sy * y, 0), (sx * x, sy * y, z)],
                rng.uniform(0.022, 0.035),
                *frame,
                square=True,
            )
    if rng.random() < 0.88:
        _headboard(parts, rng, bed, frame, int(rng.choice([0, 1, 2, 3, 4])), rng.uniform(0.8, 1.25))
    else:
        parts.lacks.add("headboard")
    foot = bed.long / 2 + 0.035
    if rng.random() < 0.35:
        high = bed.top + rng.uniform(0.05, 0.25)
        parts.box((0, foot, high / 2 + 0.06), (bed.wide + 0.08, 0.035, high - 0.12), *frame)
    else:
        parts.box((0, foot, z - rail / 2), (bed.wide + 0.07, 0.03, rail), *frame)
    _bedding(parts, rng, bed)
    return parts


@family("bed", mount="floor", has_front=True)
def padded_bed(rng: np.random.Generator) -> Parts:
    """A covered base with a padded headboard, or a base of springs with a thick top."""
    parts = Parts()
    bed, cover = _bed(rng, 0.45, 0.68), upholstery(rng, 0.2)
    foot, edge = rng.uniform(0.02, 0.13), rng.choice([0.0, 0.06])
    high = bed.top - bed.thick + (0.06 if edge else 0.0)
    parts.box(
        (0, 0, (foot + high) / 2),
        (bed.wide + 2 * edge, bed.long + edge, high - foot),
        *cover,
        round=0.025,
    )
    legs = leg_finish(rng)
    for sx in (-1, 1):
        for sy in (-1, 1):
            limb(
                parts,
                [
                    (sx * bed.wide * 0.46, sy * bed.long * 0.46, 0),
                    (sx * bed.wide * 0.46, sy * bed.long * 0.46, foot + 0.02),
                ],
                0.025,
                *legs,
            )
    if rng.random() < 0.85:
        _headboard(parts, rng, bed, cover, 2, rng.uniform(0.9, 1.35))
    else:
        parts.lacks.add("headboard")
    _bedding(parts, rng, bed)
    return parts


@family("bed", mount="floor", has_front=True)
def metal_bed(rng: np.random.Generator) -> Parts:
    """Tube ends with bars, thin or thick; a hospital or dormitory bed; four posts at times."""
    parts = Parts()
    bed = _bed(rng)
    u = rng.random()
    frame = (
        palette.black(rng)
        if u < 0.5
        else palette.white(rng)
        if u < 0.75
        else palette.brass(rng)
        if u < 0.87
        else palette.gray(rng),
        "metal",
    )
    z = bed.top - bed.thick
    for s in (-1, 1):
        parts.box((s * (bed.wide / 2 - 0.01), 0, z - 0.01), (0.03, bed.long, 0.04), *frame)
    parts.box((0, 0, z - 0.012), (bed.wide * 0.97, bed.long * 0.97, 0.015), palette.gray(rng))
    high = rng.uniform(0.85, 1.25)
    _headboard(parts, rng, bed, frame, 5, high)
    _bars(
        parts, rng, bed.long / 2 + 0.02, bed.wide + 0.06, bed.top + rng.uniform(-0.05, 0.25), frame
    )
    if rng.random() < 0.18:  # four posts
        top, x, y = rng.uniform(1.9, 2.15), bed.wide / 2 + 0.02, bed.long / 2 + 0.03
        wood = frame if rng.random() < 0.5 else _finish(rng)
        for sx in (-1, 1):
            for sy in (-1, 1):
                limb(parts, [(sx * x, sy * y, 0), (sx * x, sy * y, top)], 0.028, *wood, square=True)
            parts.box((sx * x, 0, top), (0.05, 2 * y, 0.05), *wood)
            parts.box((0, sx * y, top), (2 * x, 0.05, 0.05), *wood)
        if rng.random() < 0.5:
            rgb = palette.white(rng)
            for sx in (-1, 1):
                path = [(-y + 0.0, 0.1), (-y - 0.02, top * 0.5), (-y + 0.02, top)]
                draped(parts, path, sx * (x - 0.2), 0.4, rgb, rng)
    _bedding(parts, rng, bed)
    return parts


@family("bed", mount="floor", has_front=True)
def case_bed(rng: np.random.Generator) -> Parts:
    """A chest with drawers below, a daybed with ends and a back, or a low wide platform."""
    parts = Parts()
    bed, frame = _bed(rng), _finish(rng)
    z, kind = bed.top - bed.thick, int(rng.integers(3))
    if kind == 2:
        out = rng.uniform(0.05, 0.2)
        parts.box((0, 0, z - 0.03), (bed.wide + 2 * out, bed.long + out, 0.08), *frame)
        parts.box(
            (0, 0, z / 2 - 0.03),
            (bed.wide * 0.8, bed.long * 0.8, z - 0.06),
            palette.shade(frame[0], 0.5),
        )
        if rng.random() < 0.6:
            _headboard(parts, rng, bed, frame, int(rng.choice([0, 2, 3])), rng.uniform(0.7, 1.0))
        _bedding(parts, rng, bed)
        return parts
    parts.box((0, 0, z / 2 + 0.02), (bed.wide + 0.05, bed.long + 0.05, z + 0.04), *frame)
    for s in (-1, 1):
        for i in range(int(rng.integers(2, 4))):
            y = (i - 1) * bed.long * 0.31
            parts.box(
                (s * (bed.wide / 2 + 0.032), y, z / 2),
                (0.018, bed.long * 0.29, z * 0.7),
                palette.shade(frame[0], 1.07),
                frame[1],
            )
            parts.box(
                (s * (bed.wide / 2 + 0.05), y, z / 2 + 0.04),
                (0.016, 0.12, 0.014),
                palette.steel(rng),
                "metal",
            )
    parts.has.add("drawers")
    high = rng.uniform(0.75, 1.1)
    _headboard(parts, rng, bed, frame, int(rng.choice([0, 1, 2, 3])), high)
    if kind == 1 and bed.wide < 1.3:
        side = float(rng.choice([-1, 1]))
        parts.box((0, bed.long / 2 + 0.04, high / 2), (bed.wide + 0.06, 0.035, high), *frame)
        parts.box(
            (side * (bed.wide / 2 + 0.03), 0, high / 2 - 0.05), (0.03, bed.long, high - 0.1), *frame
        )
    _bedding(parts, rng, bed)
    return parts
