"""A large scene whose points are kept in parts, which nobody need put together.

Of twenty million points that alone would take longer than asking about them, and keep them twice.
Whoever wants arrays of the whole gets them, put together when first asked for.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class PartedRows:
    """Rows of an array in parts.

    Args:
        parts: those of one after the other's.
        added: what is added to the rows of each part; None = nothing.
    """

    def __init__(
        self, parts: Sequence[NDArray[Any]], added: NDArray[np.int64] | None = None
    ) -> None:
        self._parts, self._added = parts, added
        self.begins = np.cumsum([0, *map(len, parts)])

    def __len__(self) -> int:
        """Number of rows."""
        return int(self.begins[-1])

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Some rows, in the order of their numbers."""
        owner = np.searchsorted(self.begins, rows, side="right") - 1
        taken = np.empty((len(rows), *self._parts[0].shape[1:]), self._parts[0].dtype)
        for part in np.unique(owner):
            here = owner == part
            own = self._parts[part][rows[here] - self.begins[part]]
            taken[here] = own if self._added is None else own + self._added[part]
        return taken

    def counted(self, part: int) -> NDArray[Any]:
        """The rows of a part, with nothing added."""
        return self._parts[part]

    def joined(self) -> NDArray[Any]:
        """All rows."""
        whole = np.concatenate(self._parts)
        if self._added is not None:
            whole += np.repeat(self._added, np.diff(self.begins))
        return whole

    def counts(self) -> NDArray[np.int64]:
        """How often each number occurs; every part has numbers of its own, and they follow."""
        return np.concatenate([np.bincount(part) for part in self._parts])


class PartedCloud(PointCloud):
    """A cloud in parts.

    Args:
        xyz, rgb: of each part.
        frame, stamp_ns: of the cloud.
    """

    def __init__(
        self,
        xyz: Sequence[NDArray[np.float32]],
        rgb: Sequence[NDArray[np.uint8]],
        frame: str,
        stamp_ns: int,
    ) -> None:
        rows = {"xyz_rows": PartedRows(xyz), "rgb_rows": PartedRows(rgb)}
        self.__dict__.update(rows, frame=frame, stamp_ns=stamp_ns, image_shape=None)

    xyz_rows: PartedRows
    rgb_rows: PartedRows

    def __len__(self) -> int:
        """Number of points."""
        return len(self.xyz_rows)

    def part(self, indices: NDArray[np.int64]) -> PointCloud:
        """The cloud of some of its points, without putting parts together."""
        xyz, rgb = self.xyz_rows[indices], self.rgb_rows[indices]
        return PointCloud(xyz, rgb, self.frame, self.stamp_ns)

    @cached_property
    def xyz(self) -> NDArray[np.float32]:
        """(N, 3) float32, of all parts."""
        return self.xyz_rows.joined()

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """(N, 3) uint8, of all parts."""
        return self.rgb_rows.joined()


class PartedScene(Scene):
    """A scene in parts, in two of which no superpoint lies.

    Args:
        cloud: the points.
        labels: the superpoint of each point of each part, in each part counted from 0.
        version: of the map.
    """

    def __init__(
        self, cloud: PartedCloud, labels: Sequence[NDArray[np.int64]], version: int
    ) -> None:
        first = np.cumsum([0, *(int(own.max()) + 1 for own in labels)])
        owners = PartedRows(labels, first[:-1])
        self.__dict__.update(cloud=cloud, version=version, owner_rows=owners, first=first)

    cloud: PartedCloud
    owner_rows: PartedRows  # the superpoint of each point
    first: NDArray[np.int64]  # superpoint of each part, and their number

    @cached_property
    def point_to_superpoint(self) -> NDArray[np.int64]:
        """(N,) int64, of all parts."""
        return self.owner_rows.joined()

    @cached_property
    def superpoint_count(self) -> int:
        """Number of superpoints."""
        return int(self.first[-1])

    def points_of(self, superpoints: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Indices of all points of some superpoints, ascending.

        Only parts that hold any of them are looked at, so nothing is sorted.

        Args:
            superpoints: (S,) bool, at least superpoint_count of them.
        """
        found = [np.zeros(0, np.int64)]
        wanted = np.flatnonzero(superpoints)
        for part in np.unique(np.searchsorted(self.first, wanted, side="right") - 1):
            own = superpoints[self.first[part] : self.first[part + 1]]
            points = np.flatnonzero(own[self.owner_rows.counted(part)])
            found.append(points + self.owner_rows.begins[part])
        return np.concatenate(found)


def xyz_rows(scene: Scene) -> NDArray[np.float32] | PartedRows:
    """The points of a scene (N, 3), metres, without putting parts together."""
    return scene.cloud.xyz_rows if isinstance(scene, PartedScene) else scene.cloud.xyz


def owner_rows(scene: Scene) -> NDArray[np.int64] | PartedRows:
    """The superpoint of each point of a scene (N,), without putting parts together."""
    return scene.owner_rows if isinstance(scene, PartedScene) else scene.point_to_superpoint
