"""Families of what hangs on walls to be read or watched."""

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
