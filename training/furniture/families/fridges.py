"""Fridges: one door to four, drawers, old round ones, small ones, with glass, ajar, with notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.furniture.families import appliance_parts, palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    import numpy as np

    from training.furniture.families.palette import Color

_GAP = (52, 52, 54)  # the dark joint around a door


@dataclass(frozen=True)
class _Look:
    """What all doors of one fridge have in common."""

    rgb: Color
    material: str
    handle: int  # -1 a grip in the door's edge, otherwise as appliance_parts.bar
    metal: Color
    thick: float
    round: float

    def door(
        self,
        parts: Parts,
        middle: tuple[float, float, float],
        size: tuple[float, float],
        side: int,
        *,
        grip_at: float = 0.0,
        drawer: bool = False,
    ) -> None:
        """A door; `side` says where its handle is, `grip_at` how high, as a share of its half."""
        x, y, z = middle
        wide, high = size
        edge = min(self.round, self.thick * 0.45)
        parts.box(
            (x, y + self.thick / 2, z),
            (wide - 0.01, self.thick, high - 0.018),
            self.rgb,
            self.material,
            round=edge,
        )
        front = y + self.thick
        if drawer:
            if self.handle < 0:
                dark = palette.shade(self.rgb, 0.4)
                parts.box((x, front, z + high / 2 - 0.025), (wide * 0.96, 0.006, 0.03), dark)
            else:
                at = (x, front, z + high * 0.36)
                appliance_parts.bar(parts, at, wide * 0.7, self.metal, style=self.handle)
            return
        hx = x + side * (wide / 2 - 0.05)
        long = min(high * 0.55, 0.75)
        hz = z + grip_at * (high / 2 - long / 2 - 0.04)
        if self.handle < 0:
            dark = palette.shade(self.rgb, 0.45)
            gx = x + side * (wide / 2 - 0.016)
            parts.box((gx, front, hz), (0.026, 0.006, long), dark)
        else:
            at = (hx, front, hz)
            appliance_parts.bar(parts, at, long, self.metal, upright=True, style=self.handle)


def _look(rng: np.random.Generator) -> _Look:
    rgb, material = appliance_parts.finish(rng)
    u = rng.random()
    metal = palette.steel(rng)
    if u < 0.3:
        metal = palette.shade(rgb, 0.9)
    elif u < 0.4:
        metal = palette.black(rng)
    handle = int(rng.choice([-1, -1, 0, 0, 1, 2, 3]))
    return _Look(
        rgb, material, handle, metal, rng.uniform(0.045, 0.075), rng.choice([0.004, 0.012, 0.025])
    )


def _case(
    parts: Parts, size: tuple[float, float, float], look: _Look, rng: np.random.Generator
) -> float:
    """The box behind the doors, on feet; its front's y."""
    wide, deep, high = size
    side = look.rgb
    if look.material == "metal" and rng.random() < 0.6:
        side = palette.gray(rng) if rng.random() < 0.6 else palette.black(rng)
    body = deep - look.thick
    middle = (0.0, -look.thick / 2, 0.03 + (high - 0.03) / 2)
    parts.box(middle, (wide, body, high - 0.03), side, "metal" if look.material else "")
    front = body / 2 - look.thick / 2
    parts.box((0, front, middle[2]), (wide * 0.97, 0.012, (high - 0.03) * 0.985), _GAP)
    appliance_parts.feet(parts, (wide, deep))
    parts.box((0, front - 0.02, 0.04), (wide * 0.94, 0.03, 0.05), palette.shade(side, 0.6))
    return front + 0.006


def _notes(
    parts: Parts,
    middle: tuple[float, float, float],
    size: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """Paper, drawings and magnets stuck to a door."""
    for _ in range(int(rng.integers(2, 9))):
        wide = rng.uniform(0.05, 0.2)
        high = wide * rng.uniform(0.7, 1.4)
        x = middle[0] + rng.uniform(-0.5, 0.5) * max(0.0, size[0] - wide - 0.12)
        z = middle[2] + rng.uniform(-0.5, 0.5) * max(0.0, size[1] - high - 0.1)
        image = pictures.artwork(rng)
        if rng.random() < 0.5:
            image = pictures.text(rng, palette.white(rng), palette.black(rng), lines=7, width=14)
        sheet = parts.picture((x, middle[1] + rng.uniform(0.002, 0.005), z), (wide, high), image)
        sheet.turn("y", rng.uniform(-9, 9))
        dot = palette.lively(rng)
        parts.cylinder((x, middle[1] + 0.008, z + high * 0.4), 0.013, 0.008, dot, axis="y")


def _dispenser(parts: Parts, at: tuple[float, float, float], rng: np.random.Generator) -> None:
    """A niche for water and ice in a door."""
    x, y, z = at
    wide, high = rng.uniform(0.17, 0.23), rng.uniform(0.28, 0.4)
    frame = palette.steel(rng) if rng.random() < 0.4 else palette.black(rng)
    parts.box((x, y, z), (wide + 0.03, 0.012, high + 0.03), frame, round=0.004)
    parts.box((x, y + 0.007, z - high * 0.12), (wide, 0.004, high * 0.72), (22, 23, 25))
    parts.box((x, y + 0.014, z - high * 0.44), (wide * 0.9, 0.03, 0.015), palette.gray(rng))
    parts.box((x, y + 0.014, z + high * 0.05), (0.03, 0.02, high * 0.3), palette.gray(rng))
    appliance_parts.display(parts, (x, y + 0.008, z + high * 0.38), (wide * 0.8, 0.03), rng)


def _on_top(parts: Parts, size: tuple[float, float, float], rng: np.random.Generator) -> None:
    """Boxes, baskets and bread that people keep on a fridge."""
    wide, deep, high = size
    x = -wide / 2 + 0.1
    while x < wide / 2 - 0.1:
        w, h = rng.uniform(0.08, 0.25), rng.uniform(0.07, 0.24)
        w = min(w, wide / 2 - x)
        d = rng.uniform(0.15, deep * 0.7)
        if rng.random() < 0.7:
            parts.box((x + w / 2, 0, high + h / 2), (w, d, h), palette.cloth(rng), round=0.01)
        x += w + 0.03
    parts.laden = True


def _shelves(
    parts: Parts,
    middle: tuple[float, float, float],
    size: tuple[float, float],
    deep: float,
    rng: np.random.Generator,
) -> None:
    """A light inside with shelves and food, before a front."""
    x, y, z = middle
    wide, high = size
    parts.box((x, y + 0.002, z), (wide * 0.93, 0.004, high * 0.96), (226, 232, 236))
    for i in range(4):
        level = z - high * 0.47 + high * 0.24 * i
        parts.box((x, y + deep / 2, level), (wide * 0.92, deep, 0.008), (176, 192, 200))
        at = x - wide * 0.4
        while at < x + wide * 0.36:
            w, h = rng.uniform(0.05, 0.12), rng.uniform(0.3, 0.8) * high * 0.23
            if rng.random() < 0.75:
                food = palette.lively(rng) if rng.random() < 0.6 else palette.white(rng)
                if rng.random() < 0.5:
                    parts.cylinder((at + w / 2, y + deep / 2, level + h / 2), w * 0.4, h, food)
                else:
                    parts.box((at + w / 2, y + deep / 2, level + h / 2), (w, deep * 0.8, h), food)
            at += w + 0.01
    for s in (-1, 1):  # the walls around the shelves
        side = (x + s * wide * 0.475, y + deep / 2, z)
        parts.box(side, (0.03, deep, high * 0.97), (214, 220, 224))
        lid = (x, y + deep / 2, z + s * high * 0.48)
        parts.box(lid, (wide * 0.96, deep, 0.02), (214, 220, 224))


def _tall(rng: np.random.Generator, parts: Parts) -> None:
    """Fridge and freezer above each other, either one on top, or one door."""
    look = _look(rng)
    wide, deep = rng.uniform(0.5, 0.76), rng.uniform(0.56, 0.72)
    high = rng.uniform(1.35, 2.03)
    y = _case(parts, (wide, deep, high), look, rng)
    side = int(rng.choice([-1, 1]))
    inner, low = high - 0.09, 0.08
    u = rng.random()
    if u < 0.5:  # the freezer is below
        cut = low + inner * rng.uniform(0.3, 0.42)
    elif u < 0.85:
        cut = low + inner * rng.uniform(0.64, 0.76)
    else:
        cut = low
    main = (cut, high - 0.01) if cut < high / 2 else (low, cut)
    for begin, end in ((low, cut), (cut, high - 0.01)):
        if end - begin < 0.05:
            continue
        grip = 0.0 if cut == low else (1.0 if end == cut else -1.0)
        drawer = begin == low and end == cut and end < high / 2 and rng.random() < 0.2
        middle = (0.0, y, (begin + end) / 2)
        look.door(parts, middle, (wide, end - begin), side, grip_at=grip, drawer=drawer)
    front = (0.0, y + look.thick + 0.001, (main[0] + main[1]) / 2)
    if rng.random() < 0.3:
        _notes(parts, front, (wide * 0.8, main[1] - main[0]), rng)
    elif rng.random() < 0.25:
        appliance_parts.display(parts, (0, front[1], main[1] - 0.15), (0.14, 0.035), rng)
    elif rng.random() < 0.15:
        _dispenser(parts, (0, front[1], front[2]), rng)
    parts.box((-side * wide * 0.1, front[1], high - 0.07), (0.09, 0.003, 0.018), palette.steel(rng))
    if rng.random() < 0.2 and high < 1.8:
        _on_top(parts, (wide, deep, high), rng)


def _wide(rng: np.random.Generator, parts: Parts) -> None:
    """Two doors beside each other, or two above one or two drawers, or four doors."""
    look = _look(rng)
    wide, deep, high = rng.uniform(0.8, 0.96), rng.uniform(0.62, 0.8), rng.uniform(1.68, 1.86)
    y = _case(parts, (wide, deep, high), look, rng)
    style = int(rng.integers(3))
    low, top = 0.08, high - 0.01
    if style == 0:
        split = wide * rng.uniform(-0.14, 0.0)
        bottom = low
    else:
        split = 0.0
        bottom = low + (top - low) * rng.uniform(0.3, 0.45)
    for side in (-1, 1):
        door = wide / 2 - side * split
        x = side * (wide / 2 - door / 2)
        size = (door, top - bottom)
        grip = rng.choice([0.0, -0.5]) if style == 0 else -0.8
        look.door(parts, (x, y, (top + bottom) / 2), size, -side, grip_at=grip)
    if style == 1:
        rows = int(rng.integers(1, 3))
        each = (bottom - low) / rows
        for row in range(rows):
            middle = (0.0, y, low + each * (row + 0.5))
            look.door(parts, middle, (wide, each), 1, drawer=True)
    elif style == 2:
        for side in (-1, 1):
            middle = (side * wide / 4, y, (low + bottom) / 2)
            look.door(parts, middle, (wide / 2, bottom - low), -side, grip_at=0.9)
    front = y + look.thick + 0.001
    if rng.random() < 0.55:
        _dispenser(parts, (wide * 0.26, front, bottom + (top - bottom) * 0.52), rng)
    if rng.random() < 0.25:
        middle = (-wide * 0.2, front, bottom + (top - bottom) * 0.6)
        _notes(parts, middle, (wide * 0.3, (top - bottom) * 0.7), rng)


def _round(rng: np.random.Generator, parts: Parts) -> None:
    """An old one with round shoulders and a chromed lever."""
    rgb, _ = appliance_parts.finish(rng, steel=0.0, dark=0.08)
    if rng.random() < 0.45:
        rgb = palette.pick(rng, (170, 36, 34), (236, 224, 196), (150, 196, 186), (220, 150, 160))
    wide, deep, high = rng.uniform(0.54, 0.68), rng.uniform(0.58, 0.7), rng.uniform(1.2, 1.85)
    edge = rng.uniform(0.06, 0.1)
    parts.box(
        (0, -0.03, 0.05 + (high - 0.05) / 2), (wide, deep - 0.08, high - 0.05), rgb, round=edge
    )
    y = deep / 2 - 0.085
    cut = high * rng.uniform(0.3, 0.75) if rng.random() < 0.5 else 0.0
    spans = [(0.08, high - 0.005)] if cut == 0 else [(0.08, cut), (cut, high - 0.005)]
    side = int(rng.choice([-1, 1]))
    chrome = palette.pick(rng, (196, 198, 202), (172, 174, 180))
    for begin, end in spans:
        size = (wide * 0.99, 0.1, end - begin - 0.012)
        parts.box((0, y + 0.045, (begin + end) / 2), size, rgb, round=0.045)
        z = begin + (end - begin) * rng.uniform(0.5, 0.7)
        x = side * wide * 0.4
        parts.box((x, y + 0.105, z), (0.03, 0.03, 0.1), chrome, "metal", round=0.01)
        lever = parts.box((x - side * 0.05, y + 0.125, z + 0.02), (0.17, 0.018, 0.026), chrome)
        lever.turn("y", rng.choice([0.0, 90.0]), (x, y, z))
        for hinge in (begin + 0.1, end - 0.1):
            parts.box((-side * wide * 0.5, y + 0.03, hinge), (0.02, 0.03, 0.06), chrome, "metal")
    parts.box((0, y + 0.099, high * 0.9), (wide * 0.3, 0.006, 0.022), chrome, "metal")
    appliance_parts.feet(parts, (wide * 0.9, deep * 0.8), 0.08)


def _small(rng: np.random.Generator, parts: Parts) -> None:
    """A low one for rooms or below a worktop."""
    look = _look(rng)
    wide, deep = rng.uniform(0.43, 0.6), rng.uniform(0.44, 0.6)
    high = rng.uniform(0.48, 0.88)
    y = _case(parts, (wide, deep, high), look, rng)
    side = int(rng.choice([-1, 1]))
    top = high - 0.01
    if rng.random() < 0.4 and high > 0.7:  # a lid that overhangs, and a door below it
        parts.box((0, 0.01, high - 0.02), (wide * 1.01, deep + 0.02, 0.04), palette.white(rng))
        top = high - 0.045
    cut = high * 0.7 if rng.random() < 0.2 and high > 0.7 else 0.0
    for begin, end in ((0.06, cut), (cut, top)) if cut else ((0.06, top),):
        middle = (0.0, y, (begin + end) / 2)
        look.door(parts, middle, (wide, end - begin), side, grip_at=0.8)
    front = y + look.thick + 0.001
    parts.box((0, front, top - 0.06), (0.08, 0.003, 0.016), palette.steel(rng))
    if rng.random() < 0.25:
        _notes(parts, (0, front, high * 0.55), (wide * 0.8, high * 0.6), rng)
    if rng.random() < 0.25:
        _on_top(parts, (wide, deep, high), rng)


def _ajar(rng: np.random.Generator, parts: Parts) -> None:
    """One whose door stands open or is of glass: shelves full of food are seen."""
    look = _look(rng)
    wide, deep, high = rng.uniform(0.52, 0.7), rng.uniform(0.56, 0.68), rng.uniform(0.8, 1.95)
    y = _case(parts, (wide, deep, high), look, rng)
    middle, size = (0.0, y, 0.06 + (high - 0.06) / 2), (wide, high - 0.08)
    _shelves(parts, middle, size, 0.14, rng)
    side = int(rng.choice([-1, 1]))
    door = Parts()
    if rng.random() < 0.55:
        look.door(door, (-side * wide / 2, 0, middle[2]), size, -side)
        for level in (-0.3, 0.0, 0.3):
            rack = (-side * wide / 2, -0.05, middle[2] + level * high)
            door.box(rack, (wide * 0.85, 0.09, 0.08), (214, 222, 228), round=0.01)
        yaw = -side * rng.uniform(60, 115)
    else:  # a frame; the pane is not seen
        rgb = palette.black(rng) if rng.random() < 0.6 else palette.steel(rng)
        for s in (-1, 1):
            door.box(
                (-side * wide / 2 + s * (wide / 2 - 0.02), 0, middle[2]),
                (0.045, 0.04, size[1]),
                rgb,
            )
            door.box(
                (-side * wide / 2, 0, middle[2] + s * (size[1] / 2 - 0.022)),
                (wide, 0.04, 0.045),
                rgb,
            )
        x = -side * (wide - 0.03)
        appliance_parts.bar(
            door, (x, 0.02, middle[2]), high * 0.3, palette.steel(rng), upright=True
        )
        yaw = 0.0
    parts.join(door, x=side * wide / 2, y=y + 0.16, yaw=yaw)
    parts.laden = True


@family("fridge", mount="floor", has_front=True)
def fridge(rng: np.random.Generator) -> Parts:
    """Tall, wide, round-shouldered or low; seldom open."""
    parts = Parts()
    makers = (_tall, _wide, _round, _small, _ajar)
    chosen = int(rng.choice(len(makers), p=[0.4, 0.22, 0.12, 0.18, 0.08]))
    makers[chosen](rng, parts)
    return parts
