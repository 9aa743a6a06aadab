"""People who stand, walk or sit, in what they wear at home and at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose, whole_rgb
from training.furniture.families.clothes import CLOTHES
from training.furniture.families.lofts import Ring, loft
from training.furniture.families.registry import family
from training.furniture.families.soft import limb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts

    Oval = tuple[float, float, float, float]  # z, y of its middle, half width, half depth

SKIN = {"#f0cdb4": 3, "#e3b694": 3, "#cf9b74": 2, "#a8734c": 2, "#7d5136": 2, "#4f3324": 1.5}
HAIR = {"#1d1a19": 4, "#3a2a20": 3, "#6b4a2e": 2, "#b08a55": 1, "#9a9894": 1, "#7c3a22": 0.4}
LEGWEAR = {"#26272a": 4, "#2a3a5a": 4, "#3f5f8a": 3, "#6a6a68": 1.5, "#b5a284": 1.5, "#4d5440": 1}
SHOES = {"#1f1f20": 4, "#e8e6e2": 2, "#6b4630": 2, "#56585c": 1, "#a83030": 0.3, "#2c4a80": 0.4}
HATS = {"#e8b81c": 2, "#f0efec": 2, "#2a3a5a": 2, "#26272a": 2, "#b83428": 1}
VESTS = {"#e3ea3a": 2, "#ee7a24": 2}


@dataclass(frozen=True)
class _Body:
    """Sizes of somebody in metres, all from the ground up."""

    height: float
    girth: float  # 1 = slim

    def up(self, share: float) -> float:
        return self.height * share

    def wide(self, share: float) -> float:
        return self.height * share * self.girth


def _limb(p: Blocks, begin: Vector, end: Vector, first: float, last: float, color: Rgb) -> None:
    """A round limb that gets thinner, with round ends."""
    limb(p, [begin, end], [first, last], whole_rgb(color))
    p.blob((first, first, first), begin, color)
    p.blob((last, last, last), end, color)


def _skin(p: Blocks, rings: Sequence[Oval], color: Rgb, lean: float = 0.0) -> None:
    """Cloth or hair through level ovals; `lean` is to the front, a metre up."""
    bottom = rings[0][0]
    through = [Ring(z, x, d, d, 2.4, y=y + lean * (z - bottom)) for z, y, x, d in rings]
    p.add(loft(through, 24), whole_rgb(color))


def _head(p: Blocks, rng: np.random.Generator, body: _Body, at: Vector, skin: Rgb) -> None:
    """Head and neck, hair or a hat; `at` is the top of the shoulders' middle."""
    x, y, z = at
    h = body.height
    rx, ry, rz = 0.044 * h, 0.056 * h, 0.068 * h
    if h < 1.45:  # children's heads are larger
        rx, ry, rz = rx * 1.2, ry * 1.15, rz * 1.1
    neck = 0.03 * h
    middle = (x, y + 0.012 * h, z + neck + rz)
    p.post(0.032 * h, neck + 0.03 * h, (x, y, z - 0.01 * h), skin)
    p.blob((rx, ry, rz), middle, skin)
    p.blob((0.008 * h, 0.012 * h, 0.012 * h), (x, middle[1] + ry, middle[2] - 0.1 * rz), skin)
    style = rng.choice(["short", "long", "bun", "bald", "hat", "helmet", "scarf"],
                       p=[0.4, 0.2, 0.08, 0.08, 0.1, 0.08, 0.06])  # fmt: skip
    hair = choose(rng, HAIR)
    back = (x, middle[1] - 0.1 * ry, middle[2] + 0.16 * rz)
    if style in ("short", "long", "bun"):
        p.blob((rx * 1.08, ry * 1.02, rz * 0.98), back, hair)
    if style == "long":
        drop = rng.uniform(0.7, 1.7) * rz
        top = middle[2] + 0.3 * rz
        _skin(p, [(top - drop - rz, y - 0.055 * h, rx * 0.9, ry * 0.35),
                  (top, y - 0.028 * h, rx * 1.1, ry * 0.7)], hair)  # fmt: skip
    elif style == "bun":
        p.blob((0.4 * rx, 0.4 * rx, 0.4 * rx), (x, back[1] - ry, middle[2] + 0.6 * rz), hair)
    elif style in ("hat", "helmet"):
        color = choose(rng, HATS)
        dome = 1.22 if style == "helmet" else 1.08
        p.blob((rx * dome, ry * dome, rz * 0.8), (x, middle[1], middle[2] + 0.36 * rz), color)
        p.block((1.5 * rx, 0.07 * h, 0.008 * h), (x, middle[1] + ry, middle[2] + 0.3 * rz), color,
                round=0.003 * h)  # fmt: skip
    elif style == "scarf":
        scarf = choose(rng, CLOTHES)
        p.blob((rx * 1.12, ry * 1.02, rz * 1.08), (x, middle[1] - 0.2 * ry, middle[2]), scarf)
        p.post(0.05 * h, 0.06 * h, (x, y, z - 0.02 * h), scarf, top=0.04 * h)


def _arms(
    p: Blocks,
    rng: np.random.Generator,
    body: _Body,
    shoulders: Vector,
    sleeve: Rgb,
    skin: Rgb,
    rest: float | None,
) -> None:
    """Both arms; `rest` is how high hands lie before somebody who sits, None = as one stands."""
    h = body.height
    thick = 0.026 * h * (0.6 + 0.4 * body.girth)
    bare = rng.random() < 0.35  # short sleeves
    pose = rng.choice(["down", "carry", "folded", "point"], p=[0.5, 0.25, 0.15, 0.1])
    for side in (-1, 1):
        shoulder = np.array([side * 0.118 * h * body.girth**0.5, shoulders[1], shoulders[2]])
        upper, lower = 0.175 * h, 0.16 * h
        if rest is not None:
            elbow = shoulder + upper * np.array([side * 0.2, 0.45, -0.87])
            hand = np.array([side * rng.uniform(0.02, 0.12) * h, elbow[1] + lower, rest])
        elif pose == "carry":
            elbow = shoulder + upper * np.array([side * 0.12, 0.05, -0.99])
            hand = elbow + lower * np.array([-side * 0.4, 0.85, 0.3])
        elif pose == "folded":
            elbow = shoulder + upper * np.array([side * 0.2, 0.3, -0.93])
            hand = elbow + lower * np.array([-side * 0.93, 0.33, 0.15])
        elif pose == "point" and side > 0:
            elbow = shoulder + upper * np.array([0.25, 0.9, -0.3])
            hand = elbow + lower * np.array([0.1, 0.97, 0.2])
        else:
            swing = rng.uniform(-0.25, 0.3)
            elbow = shoulder + upper * np.array([side * 0.18, -0.5 * swing, -0.96])
            hand = elbow + lower * np.array([0.0, swing + 0.15, -0.97])
        _limb(p, shoulder, elbow, thick * 1.25, thick, sleeve)
        _limb(p, elbow, hand, thick * 0.98, thick * 0.72, skin if bare else sleeve)
        p.blob((0.022 * h, 0.03 * h, 0.028 * h), hand, skin)
    if pose == "carry" and rest is None and rng.random() < 0.6:
        before = (0, shoulders[1] + 0.16 * h, shoulders[2] - 0.16 * h)
        p.block((0.14 * h, 0.012 * h, 0.1 * h), before, choose(rng, SHOES))


def _shoe(p: Blocks, body: _Body, ankle: Vector, color: Rgb) -> None:
    h = body.height
    middle = (ankle[0], ankle[1] + 0.035 * h, 0.022 * h)
    p.blob((0.03 * h, 0.078 * h, 0.024 * h), middle, color)
    p.block((0.052 * h, 0.14 * h, 0.02 * h), (*middle[:2], 0.0), color, round=0.008 * h)


def _legs(
    p: Blocks,
    rng: np.random.Generator,
    body: _Body,
    hip: float,
    color: Rgb,
    skin: Rgb,
    sits: bool,
) -> None:
    h = body.height
    shoes = choose(rng, SHOES)
    thigh, calf = 0.046 * h * body.girth**0.7, 0.034 * h * body.girth**0.5
    stride = 0.0 if sits or rng.random() < 0.65 else rng.uniform(0.08, 0.2) * h
    below = skin if rng.random() < 0.15 else color  # shorts
    apart = rng.uniform(0.045, 0.08) * h
    for side in (-1, 1):
        joint = np.array([side * 0.05 * h * body.girth**0.5, 0.0, hip])
        ankle = np.array([side * apart, side * stride, 0.045 * h])
        knee = (joint + ankle) / 2 + [0, 0.015 * h + max(0.0, side * stride) * 0.3, 0]
        if sits:
            knee = joint + np.array([side * 0.03, 0.25, 0.005]) * h
            ankle = np.array([knee[0], knee[1] + rng.uniform(-0.1, 0.06) * h, 0.045 * h])
        _limb(p, joint, knee, thigh, calf * 1.15, color)
        _limb(p, knee, ankle, calf * 1.1, calf * 0.72, below)
        _shoe(p, body, ankle, shoes)


def _torso(
    p: Blocks, rng: np.random.Generator, body: _Body, hip: float, shirt: Rgb, lean: float
) -> Vector:
    """From the hips to the shoulders; the shoulders' middle."""
    h, wide = body.height, body.wide
    belly = rng.uniform(0.062, 0.07) * body.girth**1.3
    shoulder = hip + 0.3 * h
    rings: list[Oval] = [
        (hip - rng.uniform(0.02, 0.07) * h, 0, wide(0.094), wide(0.066)),
        (hip + 0.06 * h, 0.004 * h, wide(0.09), h * belly),
        (hip + 0.12 * h, 0.004 * h, wide(0.085), h * belly),
        (hip + 0.22 * h, 0, wide(0.1), wide(0.068)),
        (hip + 0.28 * h, 0, wide(0.106), wide(0.055)),
        (shoulder, -0.004 * h, wide(0.07), wide(0.04)),
        (shoulder + 0.012 * h, 0, 0.036 * h, 0.034 * h),
    ]
    _skin(p, rings, shirt, lean)
    return (0.0, lean * 0.3 * h, shoulder - 0.015 * h)


def _worn(p: Blocks, rng: np.random.Generator, body: _Body, hip: float, lean: float) -> None:
    """A vest or a backpack, now and then."""
    h, kind = body.height, rng.random()
    if kind < 0.1:
        _skin(p, [(hip - 0.01 * h, 0, body.wide(0.1), body.wide(0.078)),
                  (hip + 0.14 * h, 0, body.wide(0.096), body.wide(0.076)),
                  (hip + 0.27 * h, 0, body.wide(0.1), body.wide(0.064))],
              choose(rng, VESTS), lean)  # fmt: skip
    elif kind < 0.2:
        y = lean * 0.2 * h - body.wide(0.07)
        p.block((0.17 * h, 0.09 * h, 0.25 * h), (0, y - 0.03 * h, hip + 0.03 * h),
                choose(rng, CLOTHES), round=0.03 * h)  # fmt: skip


def _body(rng: np.random.Generator) -> _Body:
    if rng.random() < 0.15:
        return _Body(float(rng.uniform(0.95, 1.4)), float(rng.uniform(0.95, 1.1)))
    return _Body(float(rng.uniform(1.52, 1.93)), float(rng.choice([1.0, 1.1, 1.25])))


def _person(rng: np.random.Generator, sits: bool) -> Parts:
    p, body = Blocks(), _body(rng)
    skin, shirt, legwear = choose(rng, SKIN), choose(rng, CLOTHES), choose(rng, LEGWEAR)
    hip = body.up(0.27 if sits else 0.5)
    lean = float(rng.uniform(-0.25, 0.3) if sits else rng.uniform(-0.03, 0.08))
    _legs(p, rng, body, hip, legwear, skin, sits)
    shoulders = _torso(p, rng, body, hip, shirt, lean)
    if not sits and rng.random() < 0.2:  # a skirt, or a dress or coat of one colour
        low = body.up(rng.uniform(0.2, 0.34))
        color = shirt if rng.random() < 0.6 else choose(rng, CLOTHES)
        _skin(p, [(low, 0, body.wide(rng.uniform(0.1, 0.15)), body.wide(0.1)),
                  (body.up(0.53), 0, body.wide(0.095), body.wide(0.075))], color)  # fmt: skip
    rest = hip + body.up(rng.uniform(0.04, 0.14)) if sits else None
    _arms(p, rng, body, shoulders, shirt, skin, rest)
    _worn(p, rng, body, hip, lean)
    _head(p, rng, body, (0, shoulders[1], shoulders[2] + 0.02 * body.height), skin)
    p.laden = True  # nobody is called by the colours of what they wear
    return p


@family("person", mount="floor", has_front=True)
def standing_person(rng: np.random.Generator) -> Parts:
    """Somebody who stands or walks."""
    return _person(rng, sits=False)


@family("person", mount="floor", has_front=True)
def sitting_person(rng: np.random.Generator) -> Parts:
    """Somebody as they sit, without what they sit on."""
    return _person(rng, sits=True)
