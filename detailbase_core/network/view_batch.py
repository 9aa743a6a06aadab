"""All views of a scene as one batch, made on a GPU: its host has less to do and less to send."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from detailbase_core.network.batch import FLOOR_PERCENTILE, SceneBatch
from detailbase_core.ops.execution import to_device

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.types import PointCloud, Scene

MOST_POINTS = 4_000_000  # of all views; the U-Net takes about 2 kB for each


def batch_views(scene: Scene, views: int, coordinates: str, device: torch.device) -> SceneBatch:
    """What batch_scenes makes of turned_scenes, each with its own grid.

    Args:
        scene: holds at least one point.
        views: their number.
        coordinates: ModelConfig.coordinates.
        device: where to.
    """
    return with_superpoints(batch_points(scene.cloud, views, coordinates, device), scene)


def batch_points(
    cloud: PointCloud, views: int, coordinates: str, device: torch.device
) -> SceneBatch:
    """The same of a cloud whose superpoints are not known yet; arguments as for batch_views."""
    points = len(cloud)
    xyz = to_device(torch.from_numpy(cloud.xyz), device)
    rgb = to_device(torch.from_numpy(cloud.rgb), device).float() / 127.5 - 1.0
    view = torch.arange(views, device=device)[:, None]
    turned = torch.stack([_turned(xyz, 2 * math.pi * n / views) for n in range(views)])
    centred = _network_coordinates(turned, coordinates).flatten(0, 1)
    return SceneBatch(
        centred,
        centred if coordinates == "reference" else turned.flatten(0, 1),
        rgb.repeat(views, 1),
        view.expand(-1, points).flatten(),
        view.new_zeros(0),
        (),
        (points,) * views,
        own_grids=True,
    )


def with_superpoints(batch: SceneBatch, scene: Scene) -> SceneBatch:
    """A batch of views of this scene's points, with its superpoints."""
    views, count = len(batch.point_counts), scene.superpoint_count
    superpoint = to_device(torch.from_numpy(scene.point_to_superpoint), batch.xyz.device)
    view = torch.arange(views, device=superpoint.device)[:, None]
    return replace(
        batch,
        point_to_superpoint=(superpoint + view * count).flatten(),
        superpoint_counts=(count,) * views,
    )


def _turned(xyz: Tensor, angle: float) -> Tensor:
    """Points (N, 3) turned about z, as in turned_scenes."""
    if angle == 0.0:
        return xyz
    x, y, z = xyz.double().unbind(dim=1)
    cos, sin = math.cos(angle), math.sin(angle)
    return torch.stack([x * cos - y * sin, x * sin + y * cos, z], dim=1).float()


def _network_coordinates(xyz: Tensor, coordinates: str) -> Tensor:
    """See network_coordinates; of views (G, N, 3)."""
    exact = xyz.double()
    if coordinates == "reference":
        origin = exact.mean(dim=1)
    else:
        axes = exact.transpose(1, 2).contiguous()
        origin = (axes.amin(dim=2) + axes.amax(dim=2)) / 2
        origin[:, 2] = _percentile(exact[0, :, 2], FLOOR_PERCENTILE)  # the same in every view
    return (exact - origin[:, None]).float()


def _percentile(numbers: Tensor, percent: float) -> Tensor:
    """Between the two nearest ranks, as np.percentile."""
    rank = (len(numbers) - 1) * percent / 100
    low = math.floor(rank)
    ordered = numbers.sort().values[low : low + 2]
    return torch.lerp(ordered[0], ordered[-1], rank - low)
