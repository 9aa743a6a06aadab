"""Times the sparse convolution backends on a synthetic room and prints a table.

    python benchmarks/sparse_conv.py --voxels 133000 --threads 2

Every backend is checked against the first on the way; the run fails where they differ.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from detailbase_core.config import ModelConfig
from detailbase_core.errors import ConfigError
from detailbase_core.network.sparse_unet import SparseUNet
from detailbase_core.sparse import Pyramid, available_backends, build_pyramid, select_backend

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


def room_voxels(count: int, seed: int = 0) -> Tensor:
    """Coords [count, 4] int32 of a furnished room whose surfaces are as rough as depth noise."""
    rng = np.random.default_rng(seed)
    for size in range(32, 4096, 4):
        surface = np.concatenate(_surfaces(size, np.random.default_rng(seed)))
        rough = np.repeat(surface, 2, axis=0) + rng.normal(scale=0.7, size=(2 * len(surface), 3))
        cells = np.unique(np.round(rough).astype(np.int32), axis=0)
        if len(cells) >= count:
            break
    cells -= cells.min(axis=0)
    kept = cells[rng.permutation(len(cells))[:count]]
    return torch.from_numpy(np.pad(kept, ((0, 0), (1, 0))))


def _surfaces(size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Cells of floor, two walls and twelve boxes in a room of size^2 voxels, half as high."""
    height = size // 2
    parts = [_grid((size, size, 1)), _grid((1, size, height)), _grid((size, 1, height))]
    for _ in range(12):
        shape = rng.integers(size // 20 + 4, size // 6 + 5, 3)
        corner = np.append(rng.integers(3, size - size // 6 - 5, 2), 1)
        cells = _grid(tuple(shape))
        parts.append(cells[((cells == 0) | (cells == shape - 1)).any(axis=1)] + corner)
    return parts


def _grid(shape: tuple[int, ...]) -> np.ndarray:
    return np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 3)


def seconds(work: Callable[[], object], repeat: int, device: str) -> float:
    """The shortest wall time of `repeat` runs after one to warm up."""
    times = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def gigaflops(pyramid: Pyramid, widths: tuple[int, ...], block_reps: int) -> float:
    """Multiplications and additions of the U-Net's 3^3 layers that have a neighbour to work on."""
    total = 0.0
    for level, width in zip(pyramid.levels, widths, strict=True):
        pairs = int((level.neighbours >= 0).sum())
        layers = 2 * block_reps + (2 * block_reps + 1) * (width != widths[-1])
        total += 2e-9 * pairs * width * width * layers
    return total


def candidates(features: Tensor) -> list[str]:
    """The backends that run here, for these features."""
    names = []
    for name in available_backends():
        try:
            select_backend(name, features)
        except ConfigError as error:
            print(f"not measured: {error}")
        else:
            names.append(name)
    return names


def compare(name: str, have: Tensor, want: Tensor) -> None:
    """Stop where a backend's result differs from the first one's."""
    error = float((have - want).abs().max() / want.abs().max())
    if not error < 1e-3:
        raise SystemExit(f"{name} differs from the first backend by {error:.1e} of the maximum")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=133_000)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--backward", action="store_true", help="measure a training step too")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)

    config = ModelConfig()
    coords = room_voxels(args.voxels).to(args.device)
    features = torch.randn(len(coords), config.in_channels).to(args.device)
    x, y, z = (max(int(s) + 1, config.min_spatial_shape) for s in coords[:, 1:].amax(0))

    def build() -> Pyramid:
        return build_pyramid(coords, (x, y, z), len(config.widths))

    pyramid = build()
    names = candidates(features)
    work = gigaflops(pyramid, config.widths, config.block_reps)
    print(
        f"{len(coords)} voxels on {args.device}, {args.threads} threads, {work:.0f} GFLOP; "
        f"voxels per level {[len(level) for level in pyramid.levels]}; backends {names}"
    )
    print(f"{'':24}" + "".join(f"{name:>12}" for name in names) + f"{'first/last':>12}")
    _row("kernel maps", [seconds(build, args.repeat, args.device)] * len(names))

    for level, width in zip(pyramid.levels, config.widths, strict=True):
        inputs = torch.randn(len(level), width, device=args.device)
        weight = torch.randn(width, 3, 3, 3, width, device=args.device)
        results, times = [], []
        for name in names:
            backend = select_backend(name, inputs)
            results.append(backend.submanifold(inputs, level, weight))
            compare(name, results[-1], results[0])
            times.append(
                seconds(
                    lambda b=backend, i=inputs, m=level, w=weight: b.submanifold(i, m, w),
                    args.repeat,
                    args.device,
                )
            )
        _row(f"3^3, {len(level)} x {width}", times)
    _network(names, features, pyramid, config, args)


def _network(
    names: list[str],
    features: Tensor,
    pyramid: Pyramid,
    config: ModelConfig,
    args: argparse.Namespace,
) -> None:
    unet = SparseUNet(config.in_channels, config.widths, config.block_reps).to(args.device)

    def forward() -> Tensor:
        with torch.inference_mode():
            (finest,) = unet.eval()(features, pyramid)
        out: Tensor = finest.features
        return out

    def step() -> None:
        (finest,) = unet.train()(features, pyramid)
        finest.features.square().mean().backward()

    results, forwards, steps = [], [], []
    for name in names:
        unet.backend = name
        results.append(forward())
        compare(name, results[-1], results[0])
        forwards.append(seconds(forward, args.repeat, args.device))
    _row("U-Net forward", forwards)
    if args.backward:
        for name in names:
            unet.backend = name
            steps.append(seconds(step, args.repeat, args.device))
        _row("forward and backward", steps)


def _row(name: str, times: list[float]) -> None:
    cells = "".join(f"{1e3 * t:9.1f} ms" for t in times)
    print(f"{name:24}{cells}{times[0] / times[-1]:12.2f}", flush=True)


if __name__ == "__main__":
    main()
