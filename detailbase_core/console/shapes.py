"""Boxes as lines, and from where to look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.types import Box

_SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
_EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if (_SIGNS[a] != _SIGNS[b]).sum() == 1]
_MIN_DISTANCE_M = 1.2
_VIEW_UP = 1.2  # height of the eye over the object, per metre beside it: over most walls


def box_edges(box: Box) -> NDArray[np.float32]:
    """(12, 2, 3) begin and end of each edge, metres."""
    c, s = np.cos(box.yaw), np.sin(box.yaw)
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    corners = (_SIGNS * np.array(box.size) / 2) @ rotation.T + np.array(box.center)
    edges: NDArray[np.float32] = corners[np.array(_EDGES)].astype(np.float32)
    return edges


def view_of(box: Box, eye: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where to stand, and where to look, to see a box from the side that one comes from.

    Args:
        box: that shall be seen.
        eye: (3,) present position, metres.
    """
    center = np.array(box.center)
    away = (eye - center) * [1, 1, 0]
    length = float(np.linalg.norm(away))
    away = away / length if length > 1e-6 else np.array([-1.0, 0.0, 0.0])
    distance = max(_MIN_DISTANCE_M, 1.5 * float(np.linalg.norm(box.size)))
    return center + distance * np.add(away, (0.0, 0.0, _VIEW_UP)), center
