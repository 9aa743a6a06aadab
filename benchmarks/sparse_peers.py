"""The published U-Net on a CPU, in float32 and in bfloat16, beside the same network on spconv's CPU
build; prints a table, and writes it as JSON where told so.

    pip install spconv==2.3.8
    python benchmarks/sparse_peers.py --json build/sparse_peers.json

All run in turn on one thread. What counts is the processor's time, since others at work on the
machine lengthen the wall's; ratios are those of each turn, and the median of them is told.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import torch
from helpers.in_turn import installed as installed  # for gpu.py, too
from helpers.in_turn import processor, write_figures
from helpers.spconv_unet import SpconvUNet
from sparse_conv import room_voxels

from detailbase_core.config import ModelConfig
from detailbase_core.errors import ConfigError
from detailbase_core.network.sparse_unet import NormReLU, SparseUNet
from detailbase_core.network.superpoint_pooling import pool_superpoints
from detailbase_core.network.voxelization import Voxels
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.ops.scatter import distinct_keys
from detailbase_core.sparse import morton

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

SUPERPOINT_VOXELS = 8  # edge of the cells that stand for superpoints
MOST_ERROR = {"float32": 1e-4, "bfloat16": 1e-2}


def room(count: int) -> tuple[Voxels, Tensor, Tensor]:
    """Voxels of a room, their features (V, 6), and the superpoint of each (V,)."""
    coords = room_voxels(count)
    coords = coords[morton.encode(coords).argsort()].contiguous()
    least = ModelConfig().min_spatial_shape
    x, y, z = (max(int(size) + 1, least) for size in coords[:, 1:].amax(0))
    features = torch.cat([torch.rand(count, 3) * 2 - 1, coords[:, 1:] * 0.02], dim=1)
    cells = coords.clone()
    cells[:, 1:] //= SUPERPOINT_VOXELS
    owner = distinct_keys(morton.encode(cells)).inverse
    return Voxels(coords, torch.arange(count), (x, y, z)), features, owner


def published_unet() -> SparseUNet:
    """The published sizes with random weights, and norms that do something."""
    config = ModelConfig()
    unet = SparseUNet(config.in_channels, config.widths, config.block_reps).eval()
    for norm in unet.modules():
        if isinstance(norm, NormReLU):
            norm.running_mean.normal_(0, 0.1)
            norm.running_var.uniform_(0.5, 1.5)
    return unet


def networks(unet: SparseUNet) -> dict[str, Callable[..., Any]]:
    """The networks that run here by name, the peer last."""
    found: dict[str, Callable[..., Any]] = {"float32": unet}
    halved = copy.deepcopy(unet)
    try:
        halved.use_precision(torch.bfloat16)
        found["bfloat16"] = halved
    except ConfigError as error:
        print(f"not measured: {error}")
    try:
        found["spconv"] = SpconvUNet(unet)
    except ImportError as error:
        print(f"not measured: spconv: {error}")
    return found


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=133_000)
    parser.add_argument("--turns", type=int, default=5, help="after one to warm up")
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    tune_malloc()  # as node and command line do
    torch.set_num_threads(1)
    torch.manual_seed(0)
    voxels, features, owner = room(args.voxels)
    count = int(owner.max()) + 1
    ways = networks(published_unet())
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    pooled: dict[str, Tensor] = {}
    with torch.inference_mode():
        for turn in range(args.turns + 1):
            for name, network in ways.items():
                begin = time.process_time()
                levels = network(features, voxels)
                pooled[name] = pool_superpoints(levels, voxels.point_to_voxel, owner, count)
                if turn:
                    seconds[name].append(time.process_time() - begin)
    last = list(ways)[-1]
    rows = [row(name, last, seconds, pooled) for name in ways]
    packages = ("torch", "spconv")
    versions = {name: installed(name) for name in packages}
    print(f"{args.voxels} voxels to {count} superpoints, 1 thread; {processor()} {versions}")
    for one in rows:
        print(
            " | ".join(
                f"{value:.4g}" if isinstance(value, float) else value for value in one.values()
            )
        )
    if args.json:
        write_figures(args.json, packages, rows=rows)


def row(
    name: str, peer: str, seconds: dict[str, list[float]], pooled: dict[str, Tensor]
) -> dict[str, Any]:
    """A network's figures; SystemExit where its result is not the first one's."""
    exact, times = pooled["float32"], seconds[name]
    error = float((pooled[name] - exact).norm() / exact.norm())
    if error > MOST_ERROR.get(name, 1e-3):
        raise SystemExit(f"{name} differs from float32 by {error:.1e}")
    ratios = [theirs / ours for theirs, ours in zip(seconds[peer], times, strict=True)]
    return {
        "name": name,
        "seconds": median(times),
        "least": min(times),
        "most": max(times),
        f"times as fast as {peer}": median(ratios),
        "difference": error,
    }


if __name__ == "__main__":
    main()
