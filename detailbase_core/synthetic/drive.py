"""A drive through a room in continuous time: where the robot's base and camera are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from detailbase_core.synthetic.path import look
from detailbase_core.transforms import invert

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEIGHT_M, _TILT_DEG = 1.0, 18.0

BASE_TO_CAMERA: NDArray[np.float64] = look((0.0, 0.0, _HEIGHT_M), 0.0, float(np.radians(_TILT_DEG)))
"""(4, 4) pose of the camera's optical frame in the base: on a mast, tilted downwards."""


class Drive:
    """Moves the camera evenly from pose to pose.

    Args:
        camera_poses: (M, 4, 4) optical frame to map, M >= 2.
        period_s: seconds from one pose to the next.
    """

    def __init__(self, camera_poses: NDArray[np.float64], period_s: float) -> None:
        self._times = np.arange(len(camera_poses)) * period_s
        self._positions = camera_poses[:, :3, 3]
        self._turn = Slerp(self._times, Rotation.from_matrix(camera_poses[:, :3, :3]))

    @property
    def duration_s(self) -> float:
        """Time of the last pose."""
        return float(self._times[-1])

    def camera_at(self, time_s: float) -> NDArray[np.float64]:
        """(4, 4) camera to map; it stands at the first pose before, at the last one after."""
        time_s = float(np.clip(time_s, 0.0, self.duration_s))
        pose = np.eye(4)
        pose[:3, :3] = self._turn(time_s).as_matrix()
        pose[:3, 3] = [np.interp(time_s, self._times, axis) for axis in self._positions.T]
        return pose

    def base_at(self, time_s: float) -> NDArray[np.float64]:
        """(4, 4) base to map. It nods a little, since the camera is fixed to it."""
        base: NDArray[np.float64] = self.camera_at(time_s) @ invert(BASE_TO_CAMERA)
        return base
