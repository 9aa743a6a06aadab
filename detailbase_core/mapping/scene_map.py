"""SceneMap: scans go in, a bounded voxel map of the surroundings comes out.

Every voxel keeps the running mean of position and colour over the scans that hit it (the
newest scan weighs at least 1/10, so the map follows changes), its hits, and when it was last
seen. Organised scans also carve: a voxel that the camera looks through loses a hit per scan and
goes at zero. The work is done in csrc/scene_map.cpp.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadCloudError, BadFileError, ConfigError
from detailbase_core.mapping.map_file import MapArrays, read_map_file, write_map_file
from detailbase_core.ops import native
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.config import MapConfig

_FARTHEST_M = 1e30  # the native module takes no farther sensor: squares must be numbers


@dataclass(frozen=True)
class InsertReport:
    """Effect of one scan on the map.

    Attributes:
        inserted: points used (finite, within range and crop box).
        new: voxels that appeared.
        updated: voxels that were there already and were hit again.
        carved: voxels that vanished because the scan saw through them.
        evicted: voxels forgotten, farthest from the sensor first, to stay within max_voxels.
    """

    inserted: int
    new: int
    updated: int
    carved: int
    evicted: int


class SceneMap:
    """The accumulated surroundings in one fixed frame. Safe to use from several threads.

    Number of voxels, version and memory are as after the last change: whoever asks for them does
    not wait for a scan of millions of points that is on its way in.
    """

    def __init__(self, config: MapConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._voxels = native.C.VoxelMap(config.voxel_size_m)
        self._note_figures()
        self._frame = ""
        self._stamp_ns = 0

    @property
    def config(self) -> MapConfig:
        """The settings; may be replaced while running, but for voxel_size_m (ConfigError)."""
        return self._config

    @config.setter
    def config(self, config: MapConfig) -> None:
        if config.voxel_size_m != self._config.voxel_size_m:
            raise ConfigError("voxel_size_m cannot change while a map exists; make a new map")
        self._config = config

    @property
    def frame(self) -> str:
        """Name of the map's frame; "" while it is empty."""
        return self._frame

    @property
    def stamp_ns(self) -> int:
        """Of the newest scan; 0 while the map is empty, and after forget_times()."""
        return self._stamp_ns

    @property
    def memory_bytes(self) -> int:
        """Memory of the map, bytes, copies in use elsewhere not counted."""
        return self._memory_bytes

    @property
    def version(self) -> int:
        """Grows with every change; 0 for a map that never held anything."""
        return self._version

    def __len__(self) -> int:
        """Number of occupied voxels."""
        return self._count

    def insert(
        self, cloud: PointCloud, sensor_to_map: NDArray[np.float64], map_frame: str
    ) -> InsertReport:
        """Add one scan.

        Points that are NaN, infinite, out of [min_range_m, max_range_m] from the sensor, or out
        of the crop box are dropped; a scan of which nothing is left changes nothing and is no
        error. An organised scan carves if it is a pinhole image in an optical frame (z forward):
        the camera is fitted to it, and where the fit is bad (a lidar, say) nothing is carved. A
        scan older than a voxel's last sighting does not carve that voxel.

        Args:
            cloud: the scan in the SENSOR's frame.
            sensor_to_map: (4, 4) float64 rigid transform, metres.
            map_frame: name of the frame into which `sensor_to_map` leads.

        Raises:
            BadCloudError: the transform is not rigid, leads to another frame than the map's,
                or to places too far from the frame's origin to be numbered (some 20 km at
                2 cm voxels). The map stays as it was.
        """
        transform = _rigid(sensor_to_map)
        if np.abs(transform).max() >= _FARTHEST_M:
            raise BadCloudError(_too_far(transform, self._config.voxel_size_m))
        height, width = cloud.image_shape or (0, 0)
        with self._lock:
            if self._frame and map_frame != self._frame:
                raise BadCloudError(
                    f"the map is in frame {self._frame!r}, this scan was to enter it in "
                    f"{map_frame!r}; clear the map first"
                )
            config = self._config
            try:
                counts = self._voxels.insert(
                    cloud.xyz,
                    cloud.rgb,
                    height=height,
                    width=width,
                    stamp_ns=cloud.stamp_ns,
                    sensor_to_map=transform,
                    min_range=config.min_range_m,
                    max_range=config.max_range_m,
                    crop_low=np.array(config.crop_low_m),
                    crop_high=np.array(config.crop_high_m),
                    carve=config.carve,
                    max_voxels=config.max_voxels,
                )
            except IndexError:
                raise BadCloudError(_too_far(transform, config.voxel_size_m)) from None
            self._note_figures()
            if self._count:
                self._frame = map_frame
                self._stamp_ns = max(self._stamp_ns, cloud.stamp_ns)
        return InsertReport(*counts)

    def snapshot(self) -> tuple[PointCloud, int]:
        """The map as a cloud, one point per voxel in ascending voxel order, and its version.

        The cloud is in the map's frame; its stamp is that of the newest scan (0 if empty).
        """
        with self._lock:
            voxels, version = self._voxels.copy_voxels(), self._voxels.version
            frame, stamp_ns = self._frame, self._stamp_ns
        xyz, rgb = voxels.cloud(self._config.voxel_size_m)
        return PointCloud(xyz, rgb, frame, stamp_ns), version

    def changes(
        self, version: int, around: Callable[[NDArray[np.int32]], NDArray[np.int32]]
    ) -> tuple[PointCloud, int] | None:
        """The map around what has changed since a snapshot, and its version.

        Args:
            version: of the snapshot.
            around: tells the patches whose points are wanted, (Q, 2), from those with a point that
                has appeared, vanished, moved or got another colour, be it by little, (P, 2). A
                patch is a square of the ground with an edge of native.C.PATCH_VOXELS voxels, given
                by x and y; (0, 0) begins at the origin. Scans wait meanwhile.

        Returns:
            The points in these patches as snapshot() has them, and in its order; None where it is
            not known what has changed, as after clear() and load().
        """
        with self._lock:
            changed = self._voxels.changed_patches(version)
            if changed is None:
                return None
            voxels = self._voxels.voxels_in(around(changed))
            version, frame, stamp_ns = self._voxels.version, self._frame, self._stamp_ns
        xyz, rgb = voxels.cloud(self._config.voxel_size_m)
        return PointCloud(xyz, rgb, frame, stamp_ns), version

    def last_seen_ns(self) -> NDArray[np.int64]:
        """(N,) stamp of the newest scan that hit each point of snapshot(), nanoseconds."""
        with self._lock:
            voxels = self._voxels.copy_voxels()
        last_seen_ns: NDArray[np.int64] = voxels.arrays()[4]
        return last_seen_ns

    def changed_since(self, version: int) -> float:
        """Part of the voxels, in [0, 1], that appeared, vanished or moved after `version`.

        A voxel moves when one scan shifts its mean by over a quarter of a voxel or a colour
        channel by over 16 of 255. Versions over 10,000 scans old count as all changed.
        """
        with self._lock:
            return self._voxels.changed_since(version)

    def clear(self) -> None:
        """Forget everything, the frame too. The version still grows."""
        with self._lock:
            self._voxels.clear()
            self._note_figures()
            self._frame, self._stamp_ns = "", 0

    def forget_times(self) -> None:
        """After the clock went back: keep the voxels, but not when they were seen.

        Stamps that lie in the future would keep scans from carving, and make answers unusable.
        All of the map counts as changed.
        """
        with self._lock:
            self._voxels.forget_times()
            self._note_figures()
            self._stamp_ns = 0

    def save(self, path: str | Path) -> None:
        """Write the map to `path` (npz), whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        with self._lock:
            voxels, frame, stamp_ns = self._voxels.copy_voxels(), self._frame, self._stamp_ns
        arrays = MapArrays(*voxels.arrays())
        write_map_file(path, arrays, self._config.voxel_size_m, frame, stamp_ns)

    def load(self, path: str | Path) -> None:
        """Replace the contents by those of a file that `save` wrote.

        Raises:
            BadFileError: not such a file, truncated, of another voxel size, or of more voxels
                than max_voxels. The map stays as it was.
        """
        arrays, frame, stamp_ns = read_map_file(
            path, self._config.voxel_size_m, self._config.max_voxels
        )
        if len(arrays.voxel) > self._config.max_voxels:
            raise BadFileError(
                f"{path}: holds {len(arrays.voxel)} voxels, max_voxels is "
                f"{self._config.max_voxels}; raise it"
            )
        with self._lock:
            self._voxels.restore(*arrays)
            self._note_figures()
            self._frame, self._stamp_ns = frame, stamp_ns

    def _note_figures(self) -> None:
        """After every change, under the lock."""
        voxels = self._voxels
        self._count, self._version = len(voxels), voxels.version
        self._memory_bytes = voxels.memory_bytes()


def _rigid(sensor_to_map: Any) -> NDArray[np.float64]:
    matrix = np.asarray(sensor_to_map, dtype=np.float64)
    if matrix.shape != (4, 4):
        raise BadCloudError(f"sensor_to_map: expected a (4, 4) matrix, got {matrix.shape}")
    rotation = matrix[:3, :3]
    rigid = (
        np.isfinite(matrix).all()
        and np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4)
        and np.array_equal(matrix[3], [0, 0, 0, 1])
    )
    if not rigid:
        raise BadCloudError(
            f"sensor_to_map is no rigid transform: {matrix.tolist()}; look at the TF of the "
            "scan's frame"
        )
    return matrix


def _too_far(sensor_to_map: NDArray[np.float64], voxel_size_m: float) -> str:
    x, y, z = sensor_to_map[:3, 3]
    limit = native.C.VOXEL_LIMIT * voxel_size_m
    return (
        f"the scan reaches beyond the {limit:.6g} m from the map frame's origin that voxels of "
        f"{voxel_size_m:g} m can number (sensor at {x:.6g}, {y:.6g}, {z:.6g}); use a local "
        "frame, such as odom instead of UTM, or larger voxels"
    )
