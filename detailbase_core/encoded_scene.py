"""A scene as the network keeps it between questions, and the same as plain arrays for a file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from detailbase_core.network.batch import SuperpointBatch, Votes
from detailbase_core.network.tiling import Tiles
from detailbase_core.network.views import Views
from detailbase_core.postprocess.vote_clustering import CenterVotes
from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from detailbase_core.network.batch import SceneKeys
    from detailbase_core.network.tiled_views import TiledViews

    Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class EncodedScene:
    """A scene and what the network keeps of it, until the map changes.

    Attributes:
        scene: the snapshot.
        views: its encoded superpoints in one heading or more (GrounderConfig.views).
        centers: of the superpoints' objects, where the network votes for them.
        encoded_at: time.monotonic() when it was made.
        seconds: wall time per stage.
    """

    scene: Scene
    views: Views | TiledViews
    centers: CenterVotes | None
    encoded_at: float
    seconds: dict[str, float]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What takes long to make, by name; for from_arrays().

        Frame and times are not among it, and SceneKeys are made anew in a moment.
        """
        cloud = self.scene.cloud
        arrays: dict[str, NDArray[Any]] = {
            "xyz": cloud.xyz,
            "rgb": cloud.rgb,
            "superpoint": self.scene.point_to_superpoint,
        }
        for number, tiles in enumerate(self.views.headings()):
            tensors = {"index": tiles.index, **_tensors(tiles.superpoints)}
            arrays |= {f"view{number}_{name}": t.cpu().numpy() for name, t in tensors.items()}
        if self.centers is not None:
            arrays["centers"] = self.centers.centers
            arrays["reach"], arrays["movable"] = self.centers.reach, self.centers.movable
        return arrays

    @classmethod
    def from_arrays(
        cls,
        arrays: Arrays,
        frame: str,
        device: torch.device,
        scene_keys: Callable[[SuperpointBatch], SceneKeys],
    ) -> EncodedScene:
        """The scene whose arrays() these are.

        Args:
            arrays: by name.
            frame: of the cloud.
            device: of the network.
            scene_keys: the network's, MaskDecoder.scene_keys.

        Raises:
            KeyError, ValueError: they are not those of a scene.
        """
        scene = Scene(PointCloud(arrays["xyz"], arrays["rgb"], frame), arrays["superpoint"])
        headings: list[Tiles] = []
        while f"view{len(headings)}_index" in arrays:
            prefix = f"view{len(headings)}_"
            own = {
                name.removeprefix(prefix): torch.from_numpy(array).to(device)
                for name, array in arrays.items()
                if name.startswith(prefix)
            }
            headings.append(Tiles(_superpoints(own), own["index"], scene.superpoint_count))
        if not headings:
            raise KeyError("view0_index")
        centers = None
        if "centers" in arrays:
            votes = (arrays[name] for name in ("centers", "reach", "movable"))
            centers = CenterVotes(scene.point_to_superpoint, *votes)
        views = Views.of_headings(headings, scene_keys)
        return cls(scene, views, centers, time.monotonic(), {})


def _tensors(superpoints: SuperpointBatch) -> dict[str, torch.Tensor]:
    parts = {
        "features": superpoints.features,
        "padding": superpoints.padding,
        "geometry": superpoints.geometry,
    }
    return parts if superpoints.votes is None else {**parts, **superpoints.votes._asdict()}


def _superpoints(parts: Mapping[str, torch.Tensor]) -> SuperpointBatch:
    votes = Votes(parts["offsets"], parts["movable"]) if "offsets" in parts else None
    return SuperpointBatch(parts["features"], parts["padding"], parts["geometry"], votes)
