"""Up axis of clouds from files: as told, or by the ground plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadCloudError, ConfigError
from detailbase_core.mapping.ground_plane import (
    GroundPlane,
    find_ground_plane,
    is_camera_view,
    up_by_walls,
)
from detailbase_core.mapping.length_unit import UNIT_CHOICES, length_unit
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Rows are the map's x, y, z in the file's axes. Where a camera looks (z of an optical frame,
# -z of a graphics frame) becomes x, as REP 103 has it.
AXIS_ROTATIONS: dict[str, NDArray[np.float64]] = {
    name: np.array(rows, np.float64)
    for name, rows in {
        "z": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        "-z": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
        "y": ((0, 0, -1), (-1, 0, 0), (0, 1, 0)),
        "-y": ((0, 0, 1), (-1, 0, 0), (0, -1, 0)),
        "x": ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
        "-x": ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    }.items()
}
UP_CHOICES = ("auto", *AXIS_ROTATIONS)
LEVEL_RAD = np.radians(2.0)  # as good as level


@dataclass(frozen=True)
class Orientation:
    """Transform from a cloud's coordinates to a map's.

    Attributes:
        file_to_map: (4, 4) float64; scales too where the file is not in metres.
        note: one sentence for people: what was taken, and from what.
    """

    file_to_map: NDArray[np.float64]
    note: str


def to_z_up(cloud: PointCloud, up: str = "auto", unit: str = "auto") -> tuple[PointCloud, str]:
    """The cloud with z up, in metres, and a sentence that says what was done.

    Raises:
        ConfigError, BadCloudError: as find_orientation.
    """
    orientation = find_orientation(cloud, up, unit)
    return transformed(cloud, orientation.file_to_map), orientation.note


def find_orientation(cloud: PointCloud, up: str = "auto", unit: str = "auto") -> Orientation:
    """Up axis and unit of a cloud.

    With `auto` a level, z-up cloud keeps its coordinates; any other is turned so that its floor
    lies at z = 0. With a named axis only the axes are exchanged.

    Args:
        cloud: as read from a file.
        up: auto, z, -z, y, -y, x or -x: the file's axis that points up.
        unit: auto, m, cm, mm, ft or feet; see length_unit.

    Raises:
        ConfigError: another word.
        BadCloudError: no finite point.
    """
    _check_choice("up", up, UP_CHOICES)
    _check_choice("unit", unit, UNIT_CHOICES)
    xyz = cloud.xyz[np.isfinite(cloud.xyz).all(axis=1)].astype(np.float64)
    if not len(xyz):
        raise BadCloudError(f"none of the cloud's {len(cloud)} points is finite; nothing to turn")
    scale, unit_note = length_unit(xyz, unit)
    matrix, up_note = np.eye(4), f"{up} is up as told"
    if up == "auto":
        matrix, up_note = _found(xyz * scale, find_ground_plane(xyz * scale))
    else:
        matrix[:3, :3] = AXIS_ROTATIONS[up]
        up_note += _tilt_note(xyz * scale, AXIS_ROTATIONS[up][2])
    return Orientation(matrix @ np.diag([scale, scale, scale, 1.0]), f"{up_note}; {unit_note}")


def transformed(cloud: PointCloud, matrix: NDArray[np.float64]) -> PointCloud:
    """The cloud under a (4, 4) transform; NaN rows stay."""
    xyz = cloud.xyz.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
    return PointCloud(
        xyz.astype(np.float32), cloud.rgb, cloud.frame, cloud.stamp_ns, cloud.image_shape
    )


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{name}: {value!r} is not one of {', '.join(choices)}")


def _found(xyz: NDArray[np.float64], floor: GroundPlane | None) -> tuple[NDArray[np.float64], str]:
    """The (4, 4) turn that lays the floor at z = 0, and what to say about it."""
    matrix = np.eye(4)
    if floor is None and is_camera_view(xyz):
        up, by_walls = up_by_walls(xyz, AXIS_ROTATIONS["-y"][2])
        matrix[:3, :3] = _leveling(up, AXIS_ROTATIONS["-y"])
        how = "upright by its walls" if by_walls else "-y up"
        return matrix, f"no floor seen: taken as a camera's view, {how}"
    if floor is None:
        return matrix, "no floor seen: taken as z up"
    name, tilt = _nearest_axis(floor.up)
    if name == "z" and tilt < LEVEL_RAD:
        return matrix, f"z is up: level floor at z = {floor.height:.2f} m, coordinates kept"
    rotation = _leveling(floor.up, AXIS_ROTATIONS[name])
    matrix[:3, :3] = rotation
    matrix[2, 3] = -floor.height
    tilted = f" tilted by {np.degrees(tilt):.0f} degrees" if tilt >= LEVEL_RAD else ""
    return matrix, f"found the floor: up is {name}{tilted}; turned so that the floor is z = 0"


def _nearest_axis(up: NDArray[np.float64]) -> tuple[str, float]:
    """The named axis closest to a direction, and the angle between them, radians."""
    cosines = {name: float(rotation[2] @ up) for name, rotation in AXIS_ROTATIONS.items()}
    name = max(cosines, key=cosines.__getitem__)
    return name, float(np.arccos(min(cosines[name], 1.0)))


def _leveling(up: NDArray[np.float64], rough: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotation whose z row is exactly `up` and whose x row stays close to that of `rough`."""
    x = rough[0] - (rough[0] @ up) * up
    if np.linalg.norm(x) < 0.1:
        x = rough[1] - (rough[1] @ up) * up
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(up, x), up])


def _tilt_note(xyz: NDArray[np.float64], up: NDArray[np.float64]) -> str:
    """A warning where the floor is not level under the axis that the user named."""
    floor = find_ground_plane(xyz, up)
    if floor is None:
        return ""
    tilt = float(np.degrees(np.arccos(np.clip(floor.up @ up, -1.0, 1.0))))
    return f", but the floor is tilted by {tilt:.0f} degrees: perhaps --up auto" if tilt > 5 else ""
