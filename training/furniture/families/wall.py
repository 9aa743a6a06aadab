"""Families of boards, pictures, mirrors and fire extinguishers."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("fire extinguisher", mount="wall", has_front=True, elevation=0.5)
def fire_extinguisher(rng: np.random.Generator) -> Parts:
    """A red bottle with valve, hose and label; powder, or CO2 with a horn."""
    parts = Parts()
    tall = rng.uniform(0.3, 0.52)
    radius = tall * rng.uniform(0.13, 0.18)
    red = palette.pick(rng, (190, 24, 24), (206, 34, 26), (168, 20, 26))
    black = palette.black(rng)
    if rng.random() < 0.08:
        red = palette.steel(rng)
    neck = radius * rng.uniform(0.28, 0.4)
    body = [(0, 0), (radius * 0.92, 0), (radius, 0.01), (radius, tall * 0.82)]
    shoulder = [
        (radius * np.cos(a) * 0.999 + neck * (1 - np.cos(a)), tall * (0.82 + 0.14 * np.sin(a)))
        for a in np.linspace(0.2, np.pi / 2, 5)
    ]
    parts.lathe([*body, *shoulder, (neck, tall), (0, tall)], red, "metal")
    valve = black if rng.random() < 0.6 else palette.steel(rng)
    parts.cylinder((0, 0, tall + 0.015), neck * 0.8, 0.05, valve)
    parts.box((0, radius * 0.35, tall + 0.045), (0.022, radius * 1.9, 0.012), valve).turn("x", 12)
    parts.box((0, radius * 0.3, tall + 0.02), (0.02, radius * 1.5, 0.01), valve)
    if rng.random() < 0.6:  # a gauge
        parts.cylinder((0, neck + 0.01, tall + 0.005), 0.017, 0.015, palette.white(rng), axis="y")
    side = radius + 0.012
    end = tall * rng.uniform(0.25, 0.6)
    hose = [(0.01, 0, tall + 0.01), (side * 0.8, 0, tall), (side, 0, tall * 0.8), (side, 0, end)]
    parts.tube(hose, 0.011, black, smooth=18)
    if rng.random() < 0.35:  # a horn
        parts.cylinder((side + 0.008, 0, end - 0.07), 0.032, 0.16, black, top=0.013)
    label = pictures.text(
        rng, palette.white(rng), palette.pick(rng, (190, 30, 30), (40, 40, 40)), lines=7, width=14
    )
    angle = np.linspace(np.pi / 2 - 0.9, np.pi / 2 + 0.9, label.shape[1] + 1)
    z = np.linspace(tall * rng.uniform(0.6, 0.75), tall * rng.uniform(0.25, 0.4), len(label) + 1)
    points = np.zeros((len(label) + 1, label.shape[1] + 1, 3))
    points[..., 0] = (radius + 0.001) * np.cos(angle)
    points[..., 1] = (radius + 0.001) * np.sin(angle)
    points[..., 2] = z[:, None]
    parts.surface(points, label)
    if rng.random() < 0.35:
        parts.mount = "floor"
    else:
        parts.box((0, -radius - 0.005, tall * 0.6), (0.04, 0.012, tall * 0.5), palette.steel(rng))
    return parts


@family("whiteboard", mount="wall", has_front=True, elevation=0.9)
def whiteboard(rng: np.random.Generator) -> Parts:
    """A white board in a frame with a tray; often some writing."""
    parts = Parts()
    wide = rng.choice([0.6, 0.9, 1.2, 1.5, 1.8, 2.4]) * rng.uniform(0.95, 1.05)
    high = min(wide * rng.uniform(0.6, 0.75), 1.25)
    white = palette.pick(rng, (240, 242, 244), (232, 236, 240), (246, 246, 242))
    frame = (palette.steel, palette.steel, palette.white, palette.black, palette.wood)
    trim = frame[int(rng.integers(5))](rng)
    thick, edge = rng.uniform(0.012, 0.03), rng.uniform(0.012, 0.035)
    parts.box((0, 0, high / 2), (wide, thick, high), white)
    for z in (0, high):
        parts.box((0, 0.003, z), (wide + edge, thick + 0.008, edge), trim)
    for x in (-wide / 2, wide / 2):
        parts.box((x, 0.003, high / 2), (edge, thick + 0.008, high + edge), trim)
    if rng.random() < 0.75:
        tray = wide * rng.uniform(0.25, 0.95)
        parts.box((0, 0.045, -edge / 2), (tray, 0.075, 0.012), trim)
        for _ in range(int(rng.integers(0, 5))):
            x = rng.uniform(-tray / 2.3, tray / 2.3)
            parts.cylinder((x, 0.045, 0.005), 0.009, 0.13, palette.lively(rng), axis="x", sides=8)
        if rng.random() < 0.6:
            parts.box((tray * 0.3, 0.045, 0.018), (0.13, 0.05, 0.03), palette.black(rng))
    for _ in range(int(rng.integers(0, 4))):
        ink = palette.pick(rng, (30, 60, 150), (30, 30, 34), (180, 30, 30), (20, 110, 60))
        size = wide * rng.uniform(0.15, 0.35), high * rng.uniform(0.15, 0.4)
        x = rng.uniform(-1, 1) * (wide - size[0]) * 0.45
        z = high / 2 + rng.uniform(-1, 1) * (high - size[1]) * 0.42
        writing = pictures.text(rng, white, ink, lines=int(rng.integers(2, 7)), width=20)
        parts.picture((x, thick / 2 + 0.002, z), size, writing)
    return parts


@family("whiteboard", mount="floor", has_front=True)
def rolling_whiteboard(rng: np.random.Generator) -> Parts:
    """A whiteboard in a stand on castors."""
    parts = whiteboard(rng)
    low, high = parts.extent
    wide, tall = high[0] - low[0], high[2] - low[2]
    lift = rng.uniform(0.65, 0.9)
    parts.lift(lift)
    post = palette.steel(rng) if rng.random() < 0.7 else palette.black(rng)
    depth = rng.uniform(0.45, 0.65)
    for side in (-1, 1):
        x = side * (wide / 2 + 0.02)
        parts.box((x, 0, (lift + tall) / 2), (0.035, 0.035, lift + tall), post, "metal")
        parts.box((x, 0, 0.09), (0.04, depth, 0.035), post, "metal")
        for y in (-depth / 2, depth / 2):
            parts.wheel((x, y, 0.035), 0.035, 0.025, palette.black(rng))
    parts.box((0, 0, 0.3), (wide, 0.03, 0.03), post, "metal")
    return parts


@family("notice board", mount="wall", has_front=True, elevation=1.0)
def notice_board(rng: np.random.Generator) -> Parts:
    """Cork or felt in a frame, with sheets, cards and photos pinned to it."""
    parts = Parts()
    wide = rng.choice([0.6, 0.9, 1.2, 1.8]) * rng.uniform(0.95, 1.05)
    high = min(wide * rng.uniform(0.55, 0.8), 1.2)
    if rng.random() < 0.3:
        wide, high = high, wide
    cork = palette.pick(rng, (190, 142, 92), (176, 126, 78), (204, 160, 112))
    felt = palette.pick(rng, (40, 70, 130), (110, 112, 116), (40, 96, 66), (150, 36, 40))
    back = cork if rng.random() < 0.7 else felt
    trim = palette.wood(rng) if rng.random() < 0.5 else palette.steel(rng)
    parts.box((0, 0, high / 2), (wide, 0.018, high), back)
    edge = rng.uniform(0.015, 0.04)
    _frame(parts, wide, high, edge, 0.026, trim)
    for _ in range(int(rng.integers(2, 14))):
        size = [(0.21, 0.297), (0.297, 0.21), (0.15, 0.1), (0.105, 0.148), (0.08, 0.08)]
        w, h = size[int(rng.integers(5))]
        if w > wide * 0.8 or h > high * 0.8:
            continue
        x = rng.uniform(-1, 1) * (wide - w - 2 * edge) / 2
        z = high / 2 + rng.uniform(-1, 1) * (high - h - 2 * edge) / 2
        sheet = _note(rng)
        y = 0.0095 + rng.uniform(0.001, 0.006)
        parts.picture((x, y, z), (w, h), sheet).turn("y", rng.normal(0, 4))
        parts.ball((x, y + 0.004, z + h * 0.45), (0.012, 0.01, 0.012), palette.lively(rng))
    return parts


def _note(rng: np.random.Generator) -> pictures.Picture:
    u = rng.random()
    if u < 0.55:
        ink = palette.pick(rng, (60, 60, 64), (40, 60, 120), (150, 40, 40))
        return pictures.text(rng, palette.white(rng), ink, lines=8, width=16)
    if u < 0.75:
        return pictures.plain(palette.lively(rng), 2, 2)
    return pictures.artwork(rng)


def _frame(
    parts: Parts, wide: float, high: float, edge: float, thick: float, rgb: palette.Color
) -> None:
    """Four bars around a rectangle that stands at z = 0."""
    for z in (edge / 2, high - edge / 2):
        parts.box((0, 0.002, z), (wide, thick, edge), rgb)
    for x in (-1, 1):
        parts.box((x * (wide - edge) / 2, 0.002, high / 2), (edge, thick, high), rgb)


@family("picture", mount="wall", has_front=True)
def picture(rng: np.random.Generator) -> Parts:
    """A painting, photograph or poster; framed, with a mat, on canvas, or bare paper."""
    parts = Parts()
    art = pictures.artwork(rng)
    high = float(np.exp(rng.uniform(np.log(0.2), np.log(1.0))))
    wide = high * art.shape[1] / art.shape[0] * rng.uniform(0.9, 1.1)
    style = rng.random()
    if style < 0.2:  # paper or canvas without a frame
        thick = 0.003 if rng.random() < 0.5 else rng.uniform(0.02, 0.04)
        parts.box((0, 0, high / 2), (wide, thick, high), palette.white(rng))
        parts.picture((0, thick / 2 + 0.001, high / 2), (wide, high), art)
        return parts
    edge = rng.uniform(0.01, 0.06) if style < 0.85 else rng.uniform(0.05, 0.1)
    mat = rng.uniform(0.1, 0.3) * min(wide, high) if rng.random() < 0.45 else 0.0
    u = rng.random()
    trim = palette.black(rng) if u < 0.3 else palette.wood(rng)
    trim = palette.white(rng) if u > 0.65 else trim
    trim = palette.brass(rng) if u > 0.82 else trim
    thick = rng.uniform(0.015, 0.04)
    full = wide + 2 * (mat + edge), high + 2 * (mat + edge)
    parts.box((0, -0.004, full[1] / 2), (full[0], 0.008, full[1]), palette.white(rng))
    parts.picture((0, 0.002, full[1] / 2), (wide, high), art)
    _frame(parts, *full, edge, thick, trim)
    return parts


@family("mirror", mount="wall", has_front=True)
def mirror(rng: np.random.Generator) -> Parts:
    """A mirror, round, oval or rectangular; some stand on the floor."""
    parts = Parts()
    stands = rng.random() < 0.25
    high = rng.uniform(1.3, 1.8) if stands else rng.uniform(0.4, 1.2)
    wide = high * rng.uniform(0.26, 0.36) if stands else high * rng.uniform(0.5, 1.3)
    round_ = not stands and rng.random() < 0.35
    if round_ and rng.random() < 0.7:
        wide = high
    glass = _reflection(rng)
    u = rng.random()
    trim, material = (palette.wood(rng), "wooden") if u < 0.35 else (palette.black(rng), "")
    trim = palette.brass(rng) if 0.55 < u < 0.7 else trim
    trim = palette.steel(rng) if 0.7 < u < 0.85 else trim
    trim = palette.white(rng) if u > 0.85 else trim
    edge = rng.uniform(0.008, 0.06)
    if round_:
        angle = np.linspace(0, 2 * np.pi, 33)[:-1]
        ring = [(np.cos(a) * wide / 2, np.sin(a) * high / 2) for a in angle]
        inner = [((1 - 2 * edge / wide) * x, (1 - 2 * edge / wide) * z) for x, z in ring]
        parts.extrude(ring, 0.02, trim, material)
        rows = np.linspace(0, 1, 9)[:, None, None] * np.array([*inner, inner[0]])[None]
        points = np.stack([rows[..., 0], np.full(rows.shape[:2], 0.012), rows[..., 1]], axis=-1)
        level = (points[:-1, :-1, 2] / high + 0.5).clip(0, 1)
        index = ((1 - level) * (len(glass) - 1)).round().astype(int)
        parts.surface(points, glass[index, 0], "glass")
        parts.shape = "round" if wide == high else None
    else:
        parts.box((0, 0, high / 2), (wide, 0.018, high), trim, material)
        parts.picture((0, 0.0105, high / 2), (wide - 2 * edge, high - 2 * edge), glass, "glass")
        if rng.random() < 0.7:
            _frame(parts, wide, high, edge, 0.03, trim)
    if stands:
        parts.mount = "floor"
        for part in parts.parts:
            part.turn("x", 6, (0, 0, 0))
        parts.box((0, -high * 0.17, high * 0.32), (0.04, 0.02, high * 0.7), trim, material).turn(
            "x", -16
        )
    return parts


def _reflection(rng: np.random.Generator) -> pictures.Picture:
    """What cameras see of a mirror's glass: the far room, blurred, bluish gray."""
    top, bottom = np.array(palette.gray(rng)) * 1.1 + 10, np.array(palette.gray(rng)) * 0.9 + 10
    fade = np.linspace(0, 1, 24)[:, None, None]
    image = np.repeat(top * (1 - fade) + bottom * fade, 16, axis=1)
    image += np.array([-6, 0, 10]) + rng.normal(0, 3, (24, 16, 1))
    for _ in range(int(rng.integers(0, 4))):  # reflected things
        y, x = int(rng.integers(4, 22)), int(rng.integers(0, 13))
        image[y : y + 5, x : x + 4] *= rng.uniform(0.7, 1.2)
    image[:, 1:] = image[:, :1] * 0.4 + image[:, 1:] * 0.6
    return image.clip(0, 255).astype(np.uint8)
