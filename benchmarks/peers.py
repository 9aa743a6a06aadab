"""What a CPU computes at each scan and each question, beside others' ways of doing the same.

    pip install -e '.[bench]'
    python benchmarks/peers.py --json build/bench/peers.json

Ways are run in turn and their results compared; the U-Net's peer is in sparse_peers.py, ROS's own
reading of clouds in pointcloud2.py.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from helpers.in_turn import Row, in_turn, rows, write_figures
from helpers.plain_decoder import PlainDecoder
from scene_map import OPTICAL_TO_MAP, room_scan
from sparse_peers import published_unet, room

from detailbase_core.config import MapConfig, ModelConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.network.batch import SceneBatch, TextBatch
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.voxelization import voxelize
from detailbase_core.ops.malloc import tune_malloc

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from detailbase_core.network.batch import SuperpointBatch
    from detailbase_core.types import PointCloud

VOXEL_M = 0.02


def numpy_voxels(xyz: NDArray[np.float64], rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(V, 6) means of the points and colours in each voxel, by numpy.unique of packed cells."""
    cells = np.floor(xyz / VOXEL_M).astype(np.int64) + (1 << 20)
    keys = cells[:, 0] << 42 | cells[:, 1] << 21 | cells[:, 2]
    _, owner, counts = np.unique(keys, return_inverse=True, return_counts=True)
    columns = [*xyz.T, *rgb.T]
    return np.stack([np.bincount(owner, weights=one) for one in columns], axis=1) / counts[:, None]


def one_scan(given: argparse.Namespace) -> list[Row]:
    """A depth image's cloud to the voxels that it fills, mean position and colour of each."""
    scan = room_scan(3.0, np.random.default_rng(0), 0)
    scan = type(scan)(scan.xyz, scan.rgb, scan.frame)  # no image: nothing is carved
    config = MapConfig(min_range_m=0.0, max_range_m=100.0, carve=False)
    turn = OPTICAL_TO_MAP[:3, :3].T

    def ours() -> PointCloud:
        scene_map = SceneMap(config)
        scene_map.insert(scan, OPTICAL_TO_MAP, "map")
        return scene_map.snapshot()[0]

    def theirs() -> NDArray[np.float64]:
        return numpy_voxels(scan.xyz.astype(np.float64) @ turn, scan.rgb)

    ways: dict[str, Callable[[], Any]] = {"SceneMap, new": ours, "numpy.unique": theirs}
    mine, by_numpy = ours(), theirs()
    error = np.abs(mine.xyz - by_numpy[:, :3]).max() if len(mine) == len(by_numpy) else np.inf
    differences = {"numpy.unique": f"{len(by_numpy):,} voxels each, means by {error:.0e} m"}
    if error > 1e-4:
        raise SystemExit(f"numpy.unique has {len(by_numpy)} voxels, ours {len(mine)}: {error} m")
    try:
        o3d: Any = importlib.import_module("open3d")
    except ImportError as problem:
        print(f"not measured: open3d: {problem}")
    else:
        points = o3d.utility.Vector3dVector(scan.xyz.astype(np.float64) @ turn)
        colors = o3d.utility.Vector3dVector(scan.rgb / 255.0)

        def by_open3d() -> Any:
            cloud = o3d.geometry.PointCloud(points)
            cloud.colors = colors
            return cloud.voxel_down_sample(VOXEL_M)

        ways["Open3D voxel_down_sample"] = by_open3d
        count = len(by_open3d().points)
        differences["Open3D voxel_down_sample"] = f"{count:,} voxels: its grid begins elsewhere"
        if not 0.9 < count / len(mine) < 1.1:
            raise SystemExit(f"Open3D has {count} voxels, ours {len(mine)}")
    return rows(
        f"{len(scan):,} points to voxels", in_turn(ways, given.warm_up, given.turns), differences
    )


def network_voxels(given: argparse.Namespace) -> list[Row]:
    """A scene's points to the network's voxels, and the voxel of each point."""
    xyz, scene = _points(given.voxels)
    size = ModelConfig().voxel_size_m

    def ours() -> Any:
        return voxelize(xyz, scene, size, 128, torch.zeros(3))

    def theirs() -> Any:
        cells = np.floor(xyz.numpy().astype(np.float64) / size).astype(np.int64)
        keys = cells[:, 0] << 32 | cells[:, 1] << 16 | cells[:, 2]
        return np.unique(keys, return_inverse=True)

    voxels, (keys, owner) = ours(), theirs()
    same = (
        len(voxels)
        == len(keys)
        == len(np.unique(np.stack([voxels.point_to_voxel.numpy(), owner]), axis=1).T)
    )
    if not same:
        raise SystemExit(f"numpy.unique has {len(keys)} voxels, ours {len(voxels)}")
    times = in_turn({"voxelize": ours, "numpy.unique": theirs}, given.warm_up, given.turns)
    differences = {"numpy.unique": f"the same {len(keys):,} voxels"}
    return rows(f"{len(xyz):,} points to the network's voxels", times, differences)


def _points(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    cells, _, _ = room(count)
    shift = torch.rand(count, 3, generator=torch.Generator().manual_seed(0))
    xyz = (cells.coords[:, 1:] + shift.clamp(0.01, 0.99)) * VOXEL_M
    return xyz.contiguous(), torch.zeros(count, dtype=torch.int64)


def encoded_scene(model: DetailBase, voxels: int) -> SuperpointBatch:
    """A room that the published network has seen."""
    cells, features, owner = room(voxels)
    xyz = (cells.coords[:, 1:] * VOXEL_M + VOXEL_M / 2).contiguous()
    count = int(owner.max()) + 1
    batch = SceneBatch(
        xyz,
        xyz,
        features[:, :3].contiguous(),
        torch.zeros(voxels, dtype=torch.int64),
        owner,
        (count,),
        (voxels,),
    )
    return model.encode_scene(batch)


def questions(
    model: DetailBase, superpoints: SuperpointBatch, sentences: int, given: argparse.Namespace
) -> list[Row]:
    """Masks of sentences about a scene that is kept."""
    keys = model.decoder.scene_keys(superpoints)
    generator = torch.Generator().manual_seed(1)
    shape = (1, sentences, 16, model.config.text_dim)
    text = TextBatch(torch.randn(shape, generator=generator), torch.ones(shape[:3]).bool())
    plain = PlainDecoder(model.decoder)
    ways: dict[str, Callable[[], Any]] = {
        "kept keys": lambda: model.ground(superpoints, text, None, keys).mask_logits,
        "plain torch": lambda: plain(superpoints, text)[0],
    }
    ours, theirs = (way() for way in ways.values())
    error = float((ours - theirs).norm() / ours.norm())
    if error > 1e-3:
        raise SystemExit(f"the plain decoder differs by {error:.1e}")
    times = in_turn(ways, given.warm_up, given.turns)
    what = (
        f"published decoder, {superpoints.features.shape[1]:,} superpoints, {sentences} sentences"
    )
    return rows(what, times, {"plain torch": f"{error:.0e}"})


def main() -> None:
    """Measure, compare, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=133_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    tune_malloc()  # as node and command line do
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    print("| what | way | median (quartiles) | times ours | difference |\n" + 5 * "| --- " + "|")
    model = DetailBase(ModelConfig()).eval()
    model.unet = published_unet()
    found = one_scan(given)
    with torch.inference_mode():
        found += network_voxels(given)
        superpoints = encoded_scene(model, given.voxels)
        for sentences in (1, 32):
            found += questions(model, superpoints, sentences, given)
    if given.json:
        write_figures(given.json, ("torch", "numpy", "open3d"), threads=given.threads, rows=found)


if __name__ == "__main__":
    main()
