"""Plane geometry of things by sampled points, for the independent check of sentences.

Shares no code with the generator's own geometry; all lengths in metres, angles in radians.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import RoomObject

_GRID = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 15), np.linspace(-0.5, 0.5, 15)), -1)
_GRID = _GRID.reshape(-1, 2)


def footprint(thing: RoomObject) -> NDArray[np.float64]:
    """(225, 2) points all over a thing's footprint."""
    x, y = (_GRID * np.array(thing.box.size[:2])).T
    c, s = np.cos(thing.box.yaw), np.sin(thing.box.yaw)
    turned = np.stack([c * x - s * y, s * x + c * y], axis=1)
    return np.asarray(turned + np.array(thing.box.center[:2]))


def span(thing: RoomObject) -> tuple[float, float]:
    """Lowest and highest z."""
    middle, half = thing.box.center[2], thing.box.size[2] / 2
    return middle - half, middle + half


def local(anchor: RoomObject, thing: RoomObject) -> tuple[float, float]:
    """A thing's centre in another's frame: to its right, to its front."""
    dx, dy = away(anchor, thing)
    c, s = np.cos(anchor.box.yaw), np.sin(anchor.box.yaw)
    return float(c * dx + s * dy), float(c * dy - s * dx)


def away(a: RoomObject, b: RoomObject) -> NDArray[np.float64]:
    """From one centre to another, in the plane."""
    return np.asarray(np.subtract(b.box.center[:2], a.box.center[:2]))


def turn(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Angle from one direction to another, radians, positive to the left."""
    return float(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b))


def faces(thing: RoomObject, other: RoomObject, degrees: float) -> bool:
    """Whether a thing's front points at another, within some degrees."""
    return thing.has_front and abs(turn(np.array(thing.front), away(thing, other))) < np.radians(
        degrees
    )


def is_between(thing: RoomObject, a: RoomObject, b: RoomObject) -> bool:
    """Whether a thing stands between two others, 0.6 m off the line at most."""
    along = away(a, b)
    length = float(np.hypot(*along))
    offset = away(a, thing)
    t = float(offset @ along) / length**2
    off = float(np.hypot(*(offset - t * along)))
    return bool(0.1 < t < 0.9 and off < 0.6)


def to_line(points: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of points to a wall, metres."""
    along = line[1] - line[0]
    t = np.clip((points - line[0]) @ along / (along @ along), 0, 1)
    return np.asarray(np.hypot(*(points - line[0] - t[:, None] * along).T))
