"""Families of screens: monitors and televisions, flat, curved and with tubes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.shapes import Part

    Color = palette.Color


def shown(rng: np.random.Generator, off: float) -> pictures.Picture:
    """What a screen shows: nothing with a chance of `off`, else windows, a film, a desktop."""
    if rng.random() < off:
        level = palette.pick(rng, (16, 17, 20), (34, 38, 44), (58, 62, 68))
        image = pictures.plain(level, 10, 16).astype(float)
        if rng.random() < 0.5:  # a lamp or window is reflected
            y, x = rng.uniform(0, 10), rng.uniform(0, 16)
            rows, columns = np.ogrid[:10, :16]
            glow = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / rng.uniform(3, 14))
            image += rng.uniform(15, 90) * glow[..., None]
        faded: pictures.Picture = image.clip(0, 255).astype(np.uint8)
        return faded
    image = pictures.landscape(rng, 20, 32)
    u = rng.random()
    if u < 0.3:
        return image
    back = palette.white(rng) if rng.random() < 0.6 else palette.black(rng)
    if u < 0.55:  # one window as large as the screen: a bar, a column at its side, text
        ink = palette.gray(rng)
        image[:] = back
        page = pictures.text(rng, back, ink, lines=9, width=24)
        image[1:20, 8:32] = page[:19]
        image[:2] = palette.shade(back, 0.7) if rng.random() < 0.5 else palette.lively(rng)
        image[2:, :7] = palette.shade(back, 0.88)
        return image
    for _ in range(int(rng.integers(1, 4))):
        y, x = int(rng.integers(0, 9)), int(rng.integers(0, 18))
        page = pictures.text(rng, back, palette.gray(rng), lines=5, width=14)
        image[y : y + 11, x : x + 14] = page
        image[y, x : x + 14] = palette.lively(rng)
    image[-1] = (36, 40, 48)
    return image


def _panel(
    parts: Parts,
    rng: np.random.Generator,
    size: tuple[float, float, float],
    z: float,
    body: Color,
    *,
    off: float,
    curve: float = 0.0,
) -> list[Part]:
    """A flat or curved screen with its rim and back, its lower edge at height z."""
    wide, high, thick = size
    thin = rng.random() < 0.6
    rim = rng.uniform(0.004, 0.012) if thin else rng.uniform(0.015, 0.045)
    chin = rim + (rng.uniform(0.01, 0.05) if rng.random() < 0.5 else 0.0)
    back = body if rng.random() < 0.7 else palette.shade(body, 1.15)
    if curve:  # many sides, else it would stay flat
        x = np.linspace(-wide / 2, wide / 2, 13)
        outline = [(a, 0.0) for a in x] + [(a, -thick) for a in x[::-1]]
        plate = parts.extrude(outline, high, body, "plastic", plane="xy").move(z=z + high / 2)
    else:
        at = (0, -thick / 2, z + high / 2)
        plate = parts.box(at, (wide, thick, high), body, "plastic", round=0.004)
    made = [plate]
    bulge = rng.uniform(0.015, 0.06)
    spread = rng.uniform(0.4, 0.85)
    hump = (wide * spread, bulge * 2, high * rng.uniform(0.4, 0.75))
    made.append(
        parts.box((0, -thick, z + high * 0.45), hump, back, "plastic", round=min(0.02, bulge))
    )
    made[-1].points[:, 1] = made[-1].points[:, 1].clip(None, -0.002)
    image = shown(rng, off)
    face = (wide - 2 * rim, high - rim - chin)
    glass = parts.picture((0, 0.002, z + chin + face[1] / 2), face, image, "glass")
    made.append(glass)
    if chin > 0.02 and rng.random() < 0.6:
        mark = palette.steel(rng)
        made.append(parts.box((0, 0.001, z + chin / 2), (wide * 0.07, 0.004, chin * 0.3), mark))
    if curve:
        for part in (plate, glass):
            x = part.points[:, 0]
            part.points[:, 1] += curve * (2 * x / wide) ** 2
    return made


def _foot(
    parts: Parts, rng: np.random.Generator, wide: float, top: float, middle: float, rgb: Color
) -> None:
    """A stand of one of many forms, its neck from the ground behind the screen up to `middle`."""
    style = int(rng.integers(7))
    y = -0.045
    reach = wide * rng.uniform(0.32, 0.5)
    deep = rng.uniform(0.16, 0.24)
    if style in (0, 1, 2):
        neck = rng.uniform(0.03, 0.1)
        lean = parts.box((0, y, middle / 2), (neck, 0.022, middle), rgb, "plastic")
        lean.turn("x", rng.uniform(-4, 8), (0, y, middle))
        if style == 0:
            parts.box((0, 0, 0.007), (reach, deep, 0.014), rgb, "plastic", round=0.005)
        elif style == 1:
            outline = [
                (reach / 2 * np.cos(a), deep / 2 * np.sin(a)) for a in np.linspace(0, 6.1, 24)
            ]
            parts.extrude(outline, 0.016, rgb, "plastic", plane="xy").move(z=0.008)
        else:  # two prongs
            for s in (-1, 1):
                path = [(0, y, 0.012), (s * reach * 0.55, deep * 0.75, 0.008)]
                parts.tube(path, 0.009, rgb, "metal", sides=6)
    elif style == 3:  # a loop of tube
        path = [(-reach / 2, -deep / 2, 0.012), (-reach / 2, deep / 2, 0.012)]
        path += [(reach / 2, deep / 2, 0.012), (reach / 2, -deep / 2, 0.012)]
        parts.tube([*path, path[0]], 0.008, rgb, "metal", sides=6)
        parts.cylinder((0, y, middle / 2), 0.018, middle, rgb, "metal", sides=12)
        parts.box((0, (y - deep / 2) / 2, 0.012), (0.05, abs(y + deep / 2) + 0.02, 0.014), rgb)
    elif style == 4:  # one bent sheet
        side = [(-deep / 2, middle), (-deep / 2 - 0.008, middle), (-deep / 2 + 0.01, 0)]
        side += [(deep / 2, 0), (deep / 2, 0.008), (-deep / 2 + 0.02, 0.01)]
        parts.extrude(side, wide * rng.uniform(0.25, 0.4), rgb, "metal", plane="yz").move(
            y=deep * 0.5 + y - 0.01
        )
    elif style == 5:  # an arm from a clamp at the back
        bend = rng.uniform(-0.2, 0.2)
        path = [(bend, -0.22, 0), (bend, -0.22, middle * 0.8), (0, y - 0.02, middle)]
        parts.tube(path, 0.016, rgb, "metal", sides=8)
        parts.box((bend, -0.22, 0.012), (0.09, 0.09, 0.024), rgb, "metal")
    else:  # a leg at each end
        for s in (-1, 1):
            x = s * wide * rng.uniform(0.33, 0.42)
            for way in (-1, 1):
                path = [(x, -0.015, top + 0.01), (x + s * 0.01, way * deep * 0.55, 0.006)]
                parts.tube(path, 0.008, rgb, "metal", sides=6)


@family("monitor", mount="top", has_front=True)
def monitor(rng: np.random.Generator) -> Parts:
    """A flat screen on a stand: office, wide and curved, upright, on an arm, or an old tube."""
    parts = Parts()
    u = rng.random()
    body = palette.black(rng) if rng.random() < 0.68 else palette.case(rng, dark=0.2, other=0.0)
    if u < 0.06:
        _tube_set(parts, rng, rng.uniform(0.34, 0.44), knobs=False)
        return parts
    inches = rng.uniform(0.43, 0.72)
    ratio = float(rng.choice([16 / 9, 16 / 9, 16 / 9, 16 / 10, 5 / 4]))
    high = inches / np.hypot(1, ratio)
    wide, thick = high * ratio, rng.uniform(0.01, 0.04)
    curve = 0.0
    if u < 0.2:  # very wide
        wide = high * rng.choice([2.37, 2.37, 3.0]) * 1.1
        curve = rng.uniform(0.02, 0.06)
        wide = min(wide, 1.2)
    elif u < 0.28:  # turned upright
        wide, high = high, wide
    lift = rng.uniform(0.05, 0.16)
    stand = body if rng.random() < 0.65 else palette.steel(rng)
    made = _panel(parts, rng, (wide, high, thick), lift, body, off=0.45, curve=curve)
    tilt = rng.uniform(-3, 14)
    for part in made:
        part.turn("x", tilt, (0, 0, lift + high / 2))
    _foot(parts, rng, wide, lift, lift + high * 0.5, stand)
    if rng.random() < 0.06:
        note = palette.pick(rng, (250, 230, 110), (240, 150, 180), (150, 220, 160))
        parts.box((wide * 0.4, 0.006, lift + high * 0.1), (0.075, 0.002, 0.075), note)
    if rng.random() < 0.12:  # a camera on its upper edge
        at = (0, -0.01, lift + high + 0.012)
        parts.box(at, (0.08, 0.03, 0.025), palette.black(rng), round=0.006)
    return parts


def _tube_set(parts: Parts, rng: np.random.Generator, wide: float, *, knobs: bool) -> None:
    """A set with a picture tube: deep, narrower to the back, its glass bulged."""
    high, deep = wide * rng.uniform(0.76, 0.95), wide * rng.uniform(0.75, 1.0)
    body = palette.pick(rng, (206, 200, 182), (60, 60, 64), (34, 34, 36), (168, 168, 166))
    if knobs and rng.random() < 0.5:
        body = palette.wood(rng)
    front = deep * 0.3
    parts.box((0, deep / 2 - front / 2, high / 2), (wide, front, high), body, round=0.015)
    funnel = parts.box((0, -front / 2, high / 2), (wide * 0.94, deep - front, high * 0.94), body)
    far = funnel.points[:, 1] < -front / 2
    shrink = rng.uniform(0.5, 0.75)
    funnel.points[far, 0] *= shrink
    funnel.points[far, 2] = funnel.points[far, 2] * shrink + high * 0.45 * (1 - shrink)
    side = 0.2 if knobs and rng.random() < 0.5 else 0.0
    face = (wide * (0.86 - side), high * 0.76)
    image = shown(rng, 0.75)
    if not image.max() > 120:
        image = (image * 0.6 + np.array([50, 58, 54])).clip(0, 255).astype(np.uint8)
    x0, z0 = wide * side / 2, high * 0.54
    parts.box((x0, deep / 2, z0), (face[0] * 1.05, 0.012, face[1] * 1.05), palette.black(rng))
    glass = parts.picture((x0, deep / 2 + 0.008, z0), face, image, "glass")
    u, v = (glass.points[:, 0] - x0) / face[0], (glass.points[:, 2] - z0) / face[1]
    glass.points[:, 1] += 0.02 * (1 - 4 * u * u).clip(0) * (1 - 4 * v * v).clip(0)
    if side:
        for level in (0.8, 0.62):
            at = (-wide * 0.39, deep / 2 + 0.01, high * level)
            parts.cylinder(at, 0.022, 0.03, palette.steel(rng), axis="y", sides=12)
    for i in range(4):
        at = (wide * (0.1 + 0.07 * i), deep / 2 + 0.004, high * 0.07)
        parts.box(at, (0.016, 0.008, 0.01), palette.shade(body, 0.6))
    if not knobs:  # a swivel foot
        for part in parts.parts:
            part.move(z=0.05)
        parts.cylinder((0, 0, 0.025), wide * 0.35, 0.05, body, top=wide * 0.28)
    elif rng.random() < 0.4:
        for s in (-1, 1):
            path = [
                (0, -0.02, high),
                (s * rng.uniform(0.1, 0.3), -0.1, high + rng.uniform(0.2, 0.45)),
            ]
            parts.tube(path, 0.003, palette.steel(rng), "metal", sides=5)


@family("television", mount="top", has_front=True)
def television(rng: np.random.Generator) -> Parts:
    """Flat on a foot, on two feet, on the wall, on an arm or a trolley; old ones with a tube."""
    parts = Parts()
    u = rng.random()
    if u < 0.13:
        _tube_set(parts, rng, rng.uniform(0.38, 0.78), knobs=True)
        return parts
    inches = float(rng.choice([24, 32, 32, 40, 43, 50, 55, 55, 65, 75, 85])) * 0.0254
    high = inches * 0.49 * rng.uniform(0.98, 1.05)
    wide, thick = inches * 0.872, rng.uniform(0.012, 0.06)
    body = palette.black(rng) if rng.random() < 0.82 else palette.steel(rng)
    body = palette.white(rng) if rng.random() < 0.04 else body
    curve = rng.uniform(0.03, 0.07) if rng.random() < 0.06 else 0.0
    hung = u < 0.5
    lift = 0.0 if hung else rng.uniform(0.04, 0.09)
    made = _panel(parts, rng, (wide, high, thick), lift, body, off=0.72, curve=curve)
    if hung:
        parts.mount, parts.elevation = "wall", rng.uniform(0.85, 1.4)
        gap = rng.uniform(0.07, 0.12)
        parts.box((0, -gap, high * 0.5), (0.3, 0.03, 0.24), palette.black(rng), "metal")
        if u < 0.22:  # tilted or turned on an arm
            axis, angle = ("x", -rng.uniform(4, 14)) if u < 0.18 else ("z", rng.uniform(-25, 25))
            for part in made:
                part.turn(axis, angle, (0, -thick, high / 2))
            arm = [(0, -gap - 0.1, high / 2), (0, -0.03, high / 2)]
            parts.tube(arm, 0.025, palette.black(rng), "metal")
        if rng.random() < 0.06:  # its cord hangs down
            x = rng.uniform(-0.2, 0.2) * wide
            path = [(x, -thick - 0.01, 0.05), (x + 0.03, -thick - 0.02, -rng.uniform(0.1, 0.3))]
            parts.tube(path, 0.004, palette.black(rng), sides=5)
        return parts
    stand = body if rng.random() < 0.6 else palette.steel(rng)
    if u < 0.6:  # a trolley of a meeting room
        rise = rng.uniform(0.95, 1.1) - lift
        for part in made:
            part.move(z=rise)
        base = float(parts.extent[0][2])
        for s in (-1, 1):
            x = s * wide * 0.22
            parts.box(
                (x, -thick - 0.05, (base + high * 0.7) / 2), (0.05, 0.03, base + high * 0.7), stand
            )
            parts.box((x * 1.6, -0.02, 0.09), (0.05, 0.65, 0.03), stand, "metal")
            for y in (-0.3, 0.26):
                parts.wheel((x * 1.6, y, 0.038), 0.038, 0.025, palette.black(rng))
        parts.box((0, -thick - 0.05, 0.1), (wide * 0.75, 0.05, 0.03), stand, "metal")
        parts.box((0, 0.0, base * 0.55), (wide * 0.5, 0.35, 0.02), stand)
        parts.has.add("wheels")
        parts.mount = "floor"
        return parts
    if u < 0.8:
        deep = rng.uniform(0.2, 0.32)
        for s in (-1, 1):  # a foot at each end
            x = s * wide * rng.uniform(0.3, 0.42)
            for way in (-1, 1):
                path = [(x, -thick / 2, lift + 0.01), (x + s * 0.02, way * deep / 2, 0.007)]
                parts.tube(path, 0.009, stand, "metal", sides=6)
    else:
        _foot(parts, rng, wide * rng.uniform(0.7, 1.0), lift, lift + high * 0.25, stand)
    if rng.random() < 0.15:  # a sound bar before it
        at, long = (0, 0.1, 0.03), wide * rng.uniform(0.5, 0.9)
        parts.box(at, (long, 0.07, 0.06), palette.black(rng), round=0.01)
    return parts
