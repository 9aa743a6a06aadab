"""Wire frames of boxes, drawn with regard to what stands in front of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import ImageDraw

    from detailbase_core.output.palette import Rgb
    from detailbase_core.output.render.camera import Camera
    from detailbase_core.types import Box

STEPS = 96  # pieces of an edge that are visible or hidden as a whole
TOLERANCE_M = 0.06

_CORNERS = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
_EDGES = [
    (a, b)
    for a, b in itertools.combinations(range(8), 2)
    if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1.0
]


def box_corners(box: Box) -> NDArray[np.float64]:
    """(8, 3) corners in the map frame."""
    cos, sin = np.cos(box.yaw), np.sin(box.yaw)
    turned = (_CORNERS * np.array(box.size)) @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    corners: NDArray[np.float64] = turned + np.array(box.center)
    return corners


def draw_box(
    draw: ImageDraw.ImageDraw,
    camera: Camera,
    depth: NDArray[np.float32],
    box: Box,
    color: Rgb,
    width: int,
) -> None:
    """Draw a box's edges: firm where they are in the open, faint where something hides them.

    Args:
        draw: of an RGBA layer of the camera's size.
        depth: (height, width) of the drawn scene, metres.
        width: of a firm line, pixels.
    """
    corners = box_corners(box)
    for a, b in _EDGES:
        t = np.linspace(0.0, 1.0, STEPS + 1)[:, None]
        pixels, distance = camera.project(corners[a] * (1 - t) + corners[b] * t)
        columns, rows = np.clip(pixels.astype(np.int64), 0, np.array(camera.size) - 1).T
        hidden = distance > depth[rows, columns] + TOLERANCE_M
        for is_hidden, run in itertools.groupby(range(STEPS), key=lambda k: bool(hidden[k])):
            steps = list(run)
            line = [tuple(pixels[k]) for k in (*steps, steps[-1] + 1)]
            alpha, thickness = (90, max(width // 2, 1)) if is_hidden else (255, width)
            draw.line(line, fill=(*_deep(color), alpha), width=thickness, joint="curve")


def _deep(color: Rgb) -> Rgb:
    """A darker shade, so that a line is seen on an object of its own colour."""
    red, green, blue = (int(0.72 * channel) for channel in color)
    return red, green, blue
