"""Keyframes: scans worth adding to the map; and jumps of the map's frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


def pose_difference(a: Matrix, b: Matrix) -> tuple[float, float]:
    """Distance (metres) and angle (degrees) between two rigid (4, 4) transforms."""
    distance = float(np.linalg.norm(a[:3, 3] - b[:3, 3]))
    cosine = (np.trace(a[:3, :3].T @ b[:3, :3]) - 1.0) / 2.0
    return distance, float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


@dataclass
class KeyframeSelector:
    """Selects a scan as keyframe once its camera has moved, turned or waited enough.

    Attributes:
        min_move_m: metres since the last scan added.
        min_turn_deg: degrees since then.
        max_gap_s: seconds since then, by the scans' stamps.
    """

    min_move_m: float
    min_turn_deg: float
    max_gap_s: float

    def __post_init__(self) -> None:
        self._last: dict[str, tuple[Matrix, int]] = {}

    def is_keyframe(self, source: str, sensor_to_map: Matrix, stamp_ns: int) -> bool:
        """Whether a scan is a keyframe, worth adding to the map.

        Args:
            source: name of the camera (its topic); each is judged by its own scans.
            sensor_to_map: (4, 4) pose of the camera.
            stamp_ns: of the scan.
        """
        last = self._last.get(source)  # one look: reset() may come from another thread
        if last is None:
            return True
        last_pose, last_ns = last
        move, turn = pose_difference(last_pose, sensor_to_map)
        gap_s = abs(stamp_ns - last_ns) / 1e9
        return move >= self.min_move_m or turn >= self.min_turn_deg or gap_s >= self.max_gap_s

    def added(self, source: str, sensor_to_map: Matrix, stamp_ns: int) -> None:
        """Remember the scan that was added last."""
        self._last[source] = (sensor_to_map, stamp_ns)

    def reset(self) -> None:
        """Forget all sources: the next scan of each is a keyframe."""
        self._last.clear()


@dataclass
class JumpDetector:
    """Notices when a localisation moves the map frame against the odometry at one stroke.

    Attributes:
        jump_m: larger steps between two looks are jumps, metres.
        jump_deg: larger turns are jumps, degrees.
    """

    jump_m: float
    jump_deg: float

    def __post_init__(self) -> None:
        self._last: Matrix | None = None

    def jumped(self, odom_to_map: Matrix) -> bool:
        """Whether `odom_to_map`, (4, 4), jumped since the last call."""
        last, self._last = self._last, odom_to_map
        if last is None:
            return False
        move, turn = pose_difference(last, odom_to_map)
        return move > self.jump_m or turn > self.jump_deg

    def reset(self) -> None:
        """Forget the last look."""
        self._last = None
