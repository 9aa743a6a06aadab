"""Families of halls: racks with clothes, umbrellas, and what divides rooms."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


def _garment(
    parts: Parts, x: float, z: float, rng: np.random.Generator, *, along_y: bool = True
) -> None:
    """A coat or shirt on a hanger at a rail of height z, seen along the rail (x)."""
    rgb = palette.cloth(rng)
    half, long, thick = rng.uniform(0.18, 0.24), rng.uniform(0.6, 1.1), rng.uniform(0.03, 0.07)
    long = min(long, z - 0.15)
    outline = [
        (-half * 0.3, 0),
        (-half, -0.08),
        (-half * 1.15, -long * 0.55),
        (-half * 0.85, -long * 0.55),
    ]
    outline += [(-half * rng.uniform(0.8, 1.1), -long), (half * rng.uniform(0.8, 1.1), -long)]
    outline += [
        (half * 0.85, -long * 0.55),
        (half * 1.15, -long * 0.55),
        (half, -0.08),
        (half * 0.3, 0),
    ]
    plane = "yz" if along_y else "xz"
    part = parts.extrude(outline, thick, rgb, "fabric", plane=plane).move(x=x, z=z - 0.06)
    part.turn("z", rng.normal(0, 6))
    parts.tube([(x, 0, z + 0.01), (x, 0, z - 0.07)], 0.003, palette.steel(rng), sides=5)


@family("clothes rack", mount="floor")
def clothes_rack(rng: np.random.Generator) -> Parts:
    """A rail on two uprights with clothes on hangers, shelves or shoes below; some on castors."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.8, 1.5), rng.uniform(0.4, 0.5), rng.uniform(1.35, 1.75)
    wooden = rng.random() < 0.3
    rgb, material = (
        (palette.wood(rng), "wooden") if wooden else (palette.case(rng, dark=0.5, other=0), "metal")
    )
    if not wooden and rng.random() < 0.35:
        rgb = palette.steel(rng)
    thick = 0.018 if wooden else 0.013
    for s in (-1, 1):
        x = s * wide / 2
        if wooden and rng.random() < 0.7:
            for y in (-1, 1):
                parts.tube([(x, y * deep / 2, 0), (x, -y * 0.02, high)], thick, rgb, material)
        else:
            parts.cylinder((x, 0, high / 2), thick, high, rgb, material, sides=10)
            parts.cylinder((x, 0, 0.06), thick, deep, rgb, material, axis="y", sides=10)
            for y in (-1, 1):
                parts.wheel((x, y * deep / 2, 0.03), 0.03, 0.02, palette.black(rng))
    parts.cylinder((0, 0, high - 0.02), thick, wide * 1.05, rgb, material, axis="x", sides=10)
    if rng.random() < 0.6:
        parts.box((0, 0, 0.12), (wide, deep * 0.7, 0.016), rgb, material)
    x = -wide * 0.44
    while x < wide * 0.44:
        if rng.random() < 0.8:
            _garment(parts, x, high - 0.02, rng)
        x += rng.uniform(0.06, 0.16)
    parts.laden = True
    return parts


@family("coat rack", mount="floor")
def coat_stand(rng: np.random.Generator) -> Parts:
    """A pole with hooks and feet; half of them carry coats, hats or bags."""
    parts = Parts()
    high = rng.uniform(1.6, 1.95)
    wooden = rng.random() < 0.6
    rgb, material = (
        (palette.wood(rng), "wooden") if wooden else (palette.case(rng, dark=0.7, other=0), "metal")
    )
    parts.cylinder((0, 0, high / 2), 0.022 if wooden else 0.015, high, rgb, material, sides=14)
    if rng.random() < 0.35:
        parts.cylinder((0, 0, 0.015), rng.uniform(0.15, 0.22), 0.03, rgb, material)
    else:
        count = int(rng.integers(3, 5))
        for i in range(count):
            a = 2 * np.pi * i / count
            foot = [
                (0, 0, 0.25),
                (0.15 * np.cos(a), 0.15 * np.sin(a), 0.12),
                (0.26 * np.cos(a), 0.26 * np.sin(a), 0.012),
            ]
            parts.tube(foot, 0.014, rgb, material, smooth=8)
    hooks = int(rng.integers(4, 9))
    for i in range(hooks):
        a = 2 * np.pi * i / hooks
        z = high - (0.05 if i % 2 else 0.2)
        c, s = np.cos(a), np.sin(a)
        hook = [(0, 0, z), (0.1 * c, 0.1 * s, z), (0.15 * c, 0.15 * s, z + 0.09)]
        parts.tube(hook, 0.01, rgb, material, smooth=8)
        parts.ball((0.15 * c, 0.15 * s, z + 0.1), (0.03,) * 3, rgb, material)
        if rng.random() < 0.3:
            _hung(parts, 0.14 * c, 0.14 * s, z + 0.03, a, rng)
            parts.laden = True
    if rng.random() < 0.2:
        parts.ball((0, 0, high + 0.05), (0.26, 0.26, 0.06), palette.cloth(rng), "fabric")
        parts.ball((0, 0, high + 0.09), (0.15, 0.15, 0.13), palette.cloth(rng), "fabric")
    return parts


def _hung(
    parts: Parts, x: float, y: float, z: float, angle: float, rng: np.random.Generator
) -> None:
    """A coat or scarf that hangs from a hook, in folds."""
    long, wide = rng.uniform(0.5, 1.0), rng.uniform(0.12, 0.3)
    u, v = np.meshgrid(np.linspace(-1, 1, 11), np.linspace(0, 1, 9))
    spread = wide * (0.25 + 0.75 * np.sqrt(v))
    fold = 0.05 * np.cos(u * rng.uniform(4, 8)) * (0.4 + v)
    points = np.stack([u * spread, fold + 0.02, -v * long], axis=-1)
    part = parts.surface(points, palette.cloth(rng), "fabric")
    back = points * (1, -1, 1) - (0, 0.05, 0)
    other = parts.surface(back, part.rgb[0].astype(int).tolist(), "fabric")
    for piece in (part, other):
        piece.turn("z", float(np.degrees(angle)) - 90, (0, 0, 0)).move(x, y, z)


@family("coat rack", mount="wall", has_front=True, elevation=1.2)
def wall_hooks(rng: np.random.Generator) -> Parts:
    """A board or rail with hooks, coats and bags on some of them."""
    parts = Parts()
    wide, high = rng.uniform(0.4, 1.1), rng.uniform(0.07, 0.16)
    rgb, material = palette.finish(rng)
    parts.box((0, 0, 0), (wide, 0.02, high), rgb, material)
    if rng.random() < 0.3:
        parts.box((0, 0.11, high / 2 + 0.02), (wide * 1.05, 0.24, 0.02), rgb, material)
    metal = palette.black(rng) if rng.random() < 0.4 else palette.steel(rng)
    count = max(3, round(wide / rng.uniform(0.13, 0.2)))
    for i in range(count):
        x = wide * 0.9 * (i / (count - 1) - 0.5)
        hook = [(x, 0.01, 0.01), (x, 0.05, -0.03), (x, 0.085, 0.015)]
        parts.tube(hook, 0.007, metal, "metal", smooth=8)
        if rng.random() < 0.3:
            _hung(parts, x, 0.12, 0.0, np.pi / 2, rng)
            parts.laden = True
    low = parts.extent[0][2]
    parts.elevation = max(0.3, 1.65 + low)
    return parts


@family("umbrella", mount="floor")
def umbrella(rng: np.random.Generator) -> Parts:
    """A closed umbrella that lies or leans, or an open one that dries on the floor."""
    parts = Parts()
    rgb = palette.cloth(rng)
    stick = palette.wood(rng) if rng.random() < 0.4 else palette.black(rng)
    if rng.random() < 0.3:
        radius, high = rng.uniform(0.42, 0.55), rng.uniform(0.18, 0.26)
        ribs = 8
        second = palette.pastel(rng) if rng.random() < 0.3 else rgb
        angle = np.linspace(0, 2 * np.pi, ribs * 4 + 1)
        t = np.linspace(0.02, 1, 7)[:, None]
        sag = 1 - 0.06 * np.abs(np.sin(angle * ribs / 2))
        points = np.stack(
            [
                radius * t * np.cos(angle) * sag,
                radius * t * np.sin(angle) * sag,
                high * (1 - t**2) + 0 * angle,
            ],
            -1,
        )
        cells = np.zeros((6, ribs * 4, 3), np.uint8)
        for column in range(ribs * 4):
            cells[:, column] = rgb if (column // 4) % 2 else second
        parts.surface(points, cells, "fabric")
        parts.cylinder((0, 0, high - 0.35), 0.007, 0.75, stick, sides=8)
        for part in parts.parts:
            part.turn("x", 118, (0, 0, 0))
        return parts
    long = rng.uniform(0.6, 0.95)
    profile = [
        (0.006, 0.06),
        (0.02, 0.09),
        (0.038, long * 0.6),
        (0.03, long * 0.72),
        (0.012, long * 0.75),
    ]
    parts.lathe(profile, rgb, "fabric", sides=14)
    parts.cylinder((0, 0, long / 2), 0.006, long, stick, sides=8)
    parts.cylinder((0, 0, 0.02), 0.005, 0.08, palette.steel(rng), "metal", sides=8)
    if rng.random() < 0.6:
        crook = [
            (0, 0, long),
            (0, 0, long + 0.05),
            (0.03, 0, long + 0.09),
            (0.07, 0, long + 0.07),
            (0.075, 0, long + 0.03),
        ]
        parts.tube(crook, 0.011, stick, smooth=14)
    else:
        parts.cylinder((0, 0, long + 0.04), 0.016, 0.09, stick)
    lean = rng.choice([80.0, rng.uniform(8, 20)])
    for part in parts.parts:
        part.turn("x", lean, (0, 0, 0))
    return parts


@family("room divider", mount="floor", has_front=True)
def room_divider(rng: np.random.Generator) -> Parts:
    """A folding screen of three to five panels of wood, cloth, paper or slats."""
    parts = Parts()
    panels, wide, high = int(rng.integers(3, 6)), rng.uniform(0.4, 0.5), rng.uniform(1.6, 1.85)
    rgb, material = palette.finish(rng)
    style = int(rng.integers(4))
    fill = palette.white(rng) if style == 1 else palette.cloth(rng)
    zig = rng.uniform(12, 35)
    x = y = 0.0
    for i in range(panels):
        turn = zig if i % 2 else -zig
        panel = Parts()
        for z in (0.04, high - 0.02, high * 0.5 if style == 1 else 0.04):
            panel.box((wide / 2, 0, z), (wide, 0.022, 0.04), rgb, material)
        for s in (0.02, wide - 0.02):
            panel.box((s, 0, high / 2), (0.035, 0.024, high), rgb, material)
        if style == 0:  # slats
            for k in range(26):
                z = 0.08 + k * (high - 0.14) / 26
                panel.box((wide / 2, 0, z), (wide * 0.92, 0.008, 0.045), rgb, material).turn(
                    "x", 25
                )
        elif style == 1:  # paper with bars
            panel.box((wide / 2, 0, high / 2), (wide * 0.95, 0.006, high * 0.95), fill)
            for k in range(1, 6):
                panel.box(
                    (wide / 2, 0.005, high * k / 6), (wide * 0.95, 0.006, 0.012), rgb, material
                )
                panel.box(
                    (wide / 2, -0.005, high * k / 6), (wide * 0.95, 0.006, 0.012), rgb, material
                )
        elif style == 2:
            panel.box((wide / 2, 0, high / 2), (wide * 0.95, 0.012, high * 0.95), fill, "fabric")
        else:
            panel.box(
                (wide / 2, 0, high / 2),
                (wide * 0.95, 0.01, high * 0.95),
                palette.shade(rgb, 0.85),
                material,
            )
            art = pictures.landscape(rng) if rng.random() < 0.5 else pictures.flower(rng)
            panel.picture((wide / 2, 0.007, high * 0.55), (wide * 0.88, high * 0.75), art)
        parts.join(panel, x, y, yaw=turn)
        x += wide * np.cos(np.radians(turn))
        y += wide * np.sin(np.radians(turn))
    return parts


@family("desk divider", mount="top")
def desk_divider(rng: np.random.Generator) -> Parts:
    """A felt or acrylic panel that stands on a desk, straight or with wings."""
    parts = Parts()
    wide, high = rng.uniform(1.0, 1.7), rng.uniform(0.32, 0.5)
    rgb = palette.gray(rng) if rng.random() < 0.5 else palette.cloth(rng)
    thick = rng.uniform(0.015, 0.03)
    parts.box((0, 0, high / 2), (wide, thick, high), rgb, "fabric", round=0.006)
    if rng.random() < 0.4:
        for s in (-1, 1):
            wing = rng.uniform(0.3, 0.5)
            parts.box(
                (s * wide / 2, wing / 2, high / 2), (thick, wing, high), rgb, "fabric", round=0.006
            )
    metal = palette.steel(rng)
    for along in (-0.35, 0.35):
        parts.box((along * wide, 0, 0.015), (0.05, 0.11, 0.03), metal, "metal")
    for _ in range(int(rng.integers(0, 4))):
        at = (rng.uniform(-0.4, 0.4) * wide, thick / 2 + 0.002, high * rng.uniform(0.45, 0.75))
        note = pictures.plain(
            palette.pick(rng, (240, 225, 110), (240, 150, 180), (150, 220, 150)), 2, 2
        )
        parts.picture(at, (0.08, 0.08), note)
    return parts
