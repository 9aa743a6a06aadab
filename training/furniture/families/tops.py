"""Table tops of many outlines and what carries them, for tables of all heights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.soft import leg_finish, limb, plate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.furniture.families.shapes import Parts

    Color = palette.Color
    Finish = tuple[Color, str]


@dataclass(frozen=True)
class Top:
    """A table top that lies on its legs.

    Attributes:
        wide, deep: full size, metres.
        z: height of its upper face.
        thick: of the board.
        outline: "box", "rounded", "round", "oval", "boat" or "free".
        finish: colour and material.
    """

    wide: float
    deep: float
    z: float
    thick: float
    outline: str
    finish: Finish

    @property
    def under(self) -> float:
        """Height of its lower face."""
        return self.z - self.thick

    def rim(self, scale: float = 1.0) -> list[tuple[float, float]]:
        """Its outline, anticlockwise."""
        a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        power = {"rounded": 0.3, "box": 0.02}.get(self.outline, 1.0)
        x = np.sign(np.cos(a)) * np.abs(np.cos(a)) ** power
        y = np.sign(np.sin(a)) * np.abs(np.sin(a)) ** power
        if self.outline == "box":
            x, y = np.array([1.0, -1, -1, 1]), np.array([1.0, 1, -1, -1])
        elif self.outline == "boat":
            x = np.array([1.0, 0.5, 0, -0.5, -1, -1, -0.5, 0, 0.5, 1])
            y = np.array([0.75, 0.94, 1, 0.94, 0.75, -0.75, -0.94, -1, -0.94, -0.75])
        elif self.outline == "free":
            wave = 1 + 0.12 * np.sin(2 * a + 1) + 0.07 * np.sin(3 * a)
            x, y = x * wave / 1.15, y * wave / 1.15
        return [
            (self.wide / 2 * scale * u, self.deep / 2 * scale * v)
            for u, v in zip(x, y, strict=True)
        ]


def top_finish(rng: np.random.Generator) -> Finish:
    """Wood most of all; white, gray or black boards; marble and dull glass now and then."""
    u = rng.random()
    if u < 0.52:
        return palette.wood(rng), "wooden"
    if u < 0.74:
        return palette.white(rng), ""
    if u < 0.82:
        return palette.gray(rng), ""
    if u < 0.89:
        return palette.black(rng), ""
    if u < 0.94:
        return palette.pick(rng, (226, 224, 220), (60, 62, 64), (150, 140, 128)), "marble"
    if u < 0.98:
        return palette.pick(rng, (150, 172, 170), (90, 100, 104)), "glass"
    return palette.pastel(rng), ""


def lay(parts: Parts, top: Top, rng: np.random.Generator) -> None:
    """The board itself: planks, veins, a chamfer or an edge of another colour at times."""
    rgb, material = top.finish
    if top.outline == "box" and rng.random() < 0.3 and material == "wooden":
        count = int(rng.integers(3, 8))
        each = top.deep / count
        for i in range(count):
            y = -top.deep / 2 + each * (i + 0.5)
            shade = palette.shade(rgb, float(rng.uniform(0.92, 1.06)))
            parts.box(
                (0, y, top.z - top.thick / 2), (top.wide, each * 0.985, top.thick), shade, material
            )
    elif top.outline == "box":
        parts.box((0, 0, top.z - top.thick / 2), (top.wide, top.deep, top.thick), rgb, material)
    else:
        parts.extrude(top.rim(), top.thick, rgb, material, plane="xy").move(z=top.z - top.thick / 2)
    if rng.random() < 0.15 and material != "glass":
        edge = parts.extrude(
            top.rim(1.004), top.thick * 0.7, palette.shade(rgb, 0.6), "", plane="xy"
        )
        edge.move(z=top.z - top.thick * 0.55)


def cover(parts: Parts, top: Top, rng: np.random.Generator) -> None:
    """A cloth or runner over the top, now and then, or mats where people eat."""
    u, rgb = rng.random(), palette.cloth(rng) if rng.random() < 0.6 else palette.white(rng)
    if u < 0.35:
        drop = rng.uniform(0.12, 0.3)
        rim = np.array(top.rim())
        if len(rim) == 4:
            rim = np.concatenate([np.linspace(rim[i - 1], rim[i], 14)[:-1] for i in range(4)])
        rim = np.concatenate([rim, rim[:1]])
        a = np.linspace(0, 2 * np.pi, len(rim))
        folds = 1 + 0.02 * np.sin(13 * a) + 0.015 * np.sin(7 * a)
        low = np.c_[rim * folds[:, None] * 1.03, np.full(len(rim), top.z - drop)]
        high = np.c_[rim * 1.004, np.full(len(rim), top.z + 0.003)]
        middle = np.c_[rim * 0, np.full(len(rim), top.z + 0.003)]
        parts.surface(np.stack([middle, high, low]), rgb, "fabric")
        parts.laden = True
    elif u < 0.65:
        parts.box((0, 0, top.z + 0.002), (top.wide * 0.98, top.deep * 0.32, 0.004), rgb, "fabric")
    else:
        for x in (-0.28, 0.28):
            for s in (-1, 1):
                parts.box(
                    (x * top.wide, s * top.deep * 0.3, top.z + 0.002),
                    (0.4 * min(1, top.wide / 1.4), top.deep * 0.25, 0.004),
                    rgb,
                )


def apron(parts: Parts, top: Top, inset: float, tall: float, finish: Finish) -> None:
    """Rails below the top, between its legs."""
    x, y, z = top.wide / 2 - inset, top.deep / 2 - inset, top.under - tall / 2
    for s in (-1, 1):
        parts.box((s * x, 0, z), (0.022, 2 * y, tall), *finish)
        parts.box((0, s * y, z), (2 * x, 0.022, tall), *finish)


def carry(parts: Parts, top: Top, rng: np.random.Generator, style: str, finish: Finish) -> None:
    """Legs of a style below a top: see STYLES."""
    _STYLES[style](parts, top, rng, finish)


def _four(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    slim = top.z / 0.75
    r = rng.uniform(0.018, 0.045) * slim**0.5
    taper, square = rng.uniform(0.45, 1.0), rng.random() < 0.6
    splay = rng.choice([0.0, 0.0, rng.uniform(0.04, 0.12)]) * slim
    turned = not square and splay == 0 and rng.random() < 0.5 and finish[1] != "metal"
    round_ = top.outline in ("round", "oval", "free")
    reach = 0.66 if round_ else 1.0
    x = top.wide / 2 * reach - r - (0.0 if round_ else rng.uniform(0.005, 0.06))
    y = top.deep / 2 * reach - r - (0.0 if round_ else rng.uniform(0.005, 0.06))
    for sx in (-1, 1):
        for sy in (-1, 1):
            foot = np.array([sx * (x + splay * 0.4), sy * (y + splay * 0.4), 0])
            head = np.array([sx * (x - splay * 0.6), sy * (y - splay * 0.6), top.under])
            if turned:
                radii = r * np.array([0.55, 0.9, 0.6, 0.75, 1.1, 0.65, 1, 1])
                line = (
                    foot
                    + (head - foot) * np.array([0, 0.08, 0.14, 0.45, 0.66, 0.74, 0.8, 1])[:, None]
                )
                limb(parts, line, radii, *finish)
            else:
                limb(parts, [foot, head], [r * taper, r], *finish, square=square)
    if rng.random() < 0.7 and splay == 0 and finish[1] != "metal":
        apron(parts, top, top.wide / 2 - x, rng.uniform(0.06, 0.12) * slim**0.5, finish)


def _trestle(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    x, y = top.wide * rng.uniform(0.3, 0.4), top.deep * rng.uniform(0.32, 0.44)
    kind, r = int(rng.integers(4)), rng.uniform(0.02, 0.045)
    for s in (-1, 1):
        if kind == 0:  # A
            for sy in (-1, 1):
                limb(
                    parts,
                    [(s * x, sy * y, 0), (s * x, sy * y * 0.25, top.under)],
                    r,
                    *finish,
                    square=True,
                )
            limb(
                parts,
                [(s * x, -y * 0.7, 0.25 * top.z), (s * x, y * 0.7, 0.25 * top.z)],
                r * 0.7,
                *finish,
                square=True,
            )
        elif kind == 1:  # X
            for sy in (-1, 1):
                limb(
                    parts,
                    [(s * x, sy * y, 0), (s * x, -sy * y, top.under)],
                    r,
                    *finish,
                    square=True,
                )
        elif kind == 2:  # I
            parts.box((s * x, 0, 0.03), (0.08, 2 * y, 0.06), *finish)
            parts.box((s * x, 0, top.under - 0.02), (0.08, 1.8 * y, 0.04), *finish)
            parts.box(
                (s * x, 0, top.under / 2),
                (0.06, y * rng.uniform(0.3, 0.9), top.under - 0.04),
                *finish,
            )
        else:  # frames
            path = [(s * x, -y, top.under), (s * x, -y, r), (s * x, y, r), (s * x, y, top.under)]
            for a, b in zip(path, [*path[1:], path[0]], strict=True):
                limb(parts, [a, b], r * 0.8, *finish, square=True)
    if rng.random() < 0.6 and kind in (0, 2):
        z = top.z * rng.uniform(0.2, 0.45)
        parts.box((0, 0, z), (2 * x, 0.03, 0.09), *finish)


def _column(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    long = top.wide > 1.7 * top.deep
    middles = (-top.wide * 0.27, top.wide * 0.27) if long else (0.0,)
    reach = min(top.wide, top.deep) / 2 * rng.uniform(0.55, 0.8)
    kind, r = int(rng.integers(4)), rng.uniform(0.025, 0.06)
    for x in middles:
        if kind == 0:  # a trumpet
            h = top.under
            profile = [
                (0, 0),
                (reach, 0),
                (reach * 0.95, 0.015),
                (reach * 0.4, h * 0.12),
                (r * 1.3, h * 0.35),
                (r, h * 0.6),
                (r * 1.6, h * 0.9),
                (reach * 0.5, h),
                (0, h),
            ]
            parts.lathe(profile, *finish, center=(x, 0, 0))
            continue
        parts.cylinder((x, 0, top.under / 2), r, top.under, *finish)
        parts.cylinder((x, 0, top.under - 0.01), reach * 0.6, 0.02, *finish)
        if kind == 1:
            parts.cylinder((x, 0, 0.012), reach, 0.024, *finish)
        elif kind == 2:
            parts.box((x, 0, 0.015), (reach * 1.7, reach * 1.7, 0.03), *finish)
        else:  # feet
            count = int(rng.choice([3, 4, 4]))
            for k in range(count):
                a = 2 * np.pi * (k + 0.5) / count
                way = np.array([np.cos(a), np.sin(a), 0])
                h = top.z * rng.uniform(0.12, 0.3)
                path = [
                    way * r + (x, 0, h),
                    way * reach * 0.6 + (x, 0, h * 0.6),
                    way * reach + (x, 0, 0.015),
                ]
                limb(parts, path, [0.03, 0.025, 0.018], *finish, smooth=9)


def _wires(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    rgb = palette.black(rng) if rng.random() < 0.75 else palette.steel(rng)
    reach = 0.68 if top.outline in ("round", "oval", "free") else 0.92
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * top.wide / 2 * reach, sy * top.deep / 2 * reach
            path = [(x * 0.86, y, top.under), (x, y * 1.02, 0.005), (x, y * 0.78, top.under)]
            parts.tube(path, 0.006, rgb, "metal")


def _slabs(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    x, thick = top.wide * rng.uniform(0.36, 0.485), rng.uniform(0.02, 0.06)
    for s in (-1, 1):
        parts.box((s * x, 0, top.under / 2), (thick, top.deep * 0.96, top.under), *finish)
    if rng.random() < 0.4:
        z = top.z * rng.uniform(0.3, 0.7)
        parts.box((0, 0, z), (2 * x, 0.03, 0.12), *finish)


def _t_feet(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    x, r = top.wide * rng.uniform(0.33, 0.43), rng.uniform(0.02, 0.04)
    shift = rng.choice([0.0, -top.deep * 0.15])
    castors = rng.random() < 0.3
    low = 0.06 if castors else 0.0
    for s in (-1, 1):
        parts.box((s * x, 0, low + 0.018), (0.06, top.deep * 0.88, 0.036), *finish)
        parts.box((s * x, shift, (top.under + low) / 2), (2 * r, 2.4 * r, top.under - low), *finish)
        parts.box((s * x, 0, top.under - 0.015), (0.05, top.deep * 0.7, 0.03), *finish)
        if castors:
            for sy in (-1, 1):
                parts.wheel((s * x, sy * top.deep * 0.4, 0.03), 0.03, 0.025, palette.black(rng))
    if castors:
        parts.has.add("wheels")
    if rng.random() < 0.7:
        parts.box((0, shift, top.under - rng.choice([0.06, 0.3])), (2 * x, 0.03, 0.06), *finish)


def _cross(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    """Two crossed frames or curved plates below the middle."""
    reach = min(top.wide, top.deep) / 2 * rng.uniform(0.7, 0.9)
    r = rng.uniform(0.012, 0.03)
    count = int(rng.choice([3, 4]))
    for k in range(count):
        a = 2 * np.pi * (k + 0.5) / count
        way, other = np.array([np.cos(a), np.sin(a), 0]), np.array([-np.cos(a), -np.sin(a), 0])
        line = [
            way * reach,
            way * reach * 0.15 + (0, 0, top.under / 2),
            other * reach * -0.9 + (0, 0, top.under),
        ]
        limb(parts, line, r, *finish, smooth=10)


def _drum(parts: Parts, top: Top, rng: np.random.Generator, finish: Finish) -> None:
    rim = np.array(top.rim(float(rng.uniform(0.45, 0.9))))
    if rng.random() < 0.5:
        parts.extrude([tuple(p) for p in rim], top.under, *finish, plane="xy").move(z=top.under / 2)
        return
    if len(rim) == 4:
        rim = np.concatenate([np.linspace(rim[i - 1], rim[i], 8)[:-1] for i in range(4)])
    for x, y in rim[::2]:
        limb(parts, [(x, y, 0), (x, y, top.under)], 0.012, *finish)
    ring = np.c_[rim, np.full(len(rim), 0.02)]
    plate(parts, np.stack([ring, ring * (0.96, 0.96, 1)]), 0.03, *finish)


_STYLES = {
    "four": _four,
    "trestle": _trestle,
    "column": _column,
    "wires": _wires,
    "slabs": _slabs,
    "t": _t_feet,
    "cross": _cross,
    "drum": _drum,
}


def legs_like(top: Top, rng: np.random.Generator, wooden: float = 0.6) -> Finish:
    """Legs as the top, or of another material."""
    plain = top.finish[1] not in ("marble", "glass")
    return top.finish if plain and rng.random() < 0.5 else leg_finish(rng, wooden)


def shape_word(parts: Parts, top: Top) -> None:
    """Say the shape that people see in it."""
    ratio = max(top.wide, top.deep) / min(top.wide, top.deep)
    if top.outline == "round" and ratio < 1.05:
        parts.shape = "round"
    elif top.outline in ("box", "rounded"):
        parts.shape = "square" if ratio < 1.08 else "rectangular" if ratio > 1.2 else None


def papers(parts: Parts, top: Top, rng: np.random.Generator) -> None:
    """Sheets, a book or a cup's round, left lying."""
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-0.3, 0.3) * top.wide, rng.uniform(-0.25, 0.25) * top.deep
        thick = float(rng.choice([0.004, 0.02, 0.035]))
        back = palette.white(rng) if thick < 0.01 else palette.cloth(rng)
        sheet = parts.box((x, y, top.z + thick / 2), (0.21, 0.29, thick), back)
        turn = float(rng.uniform(0, 180))
        sheet.turn("z", turn)
        if thick < 0.01:
            lines = pictures.text(rng, palette.white(rng), (90, 90, 96), lines=12, width=16)
            part = parts.picture((x, y, top.z + thick + 0.001), (0.18, 0.26), lines)
            part.turn("x", 90, (x, y, top.z + thick + 0.001)).turn("z", turn)


def pick_by(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One of the names, as often as its share says."""
    names, share = list(shares), np.array(list(shares.values()))
    return names[int(rng.choice(len(names), p=share / share.sum()))]


def sides_of(outline: str, wide: float, ratio: float) -> tuple[float, float]:
    """Width and depth of a top; a round one has one measure."""
    return (wide, wide) if outline == "round" else (wide, wide * ratio)
