"""Cost of a training step, part by part, on rooms of boxes that it makes.

    python benchmarks/training_step.py config/detailbase_rooms.yaml

On any device: host time, operations, and operations that make a GPU's host wait. On a CUDA GPU
also kernels, how long they keep it busy, and where the host really waited.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from helpers.made_rooms import write_rooms
from helpers.step_watch import StepWatch, cuda_waits
from torch.profiler import ProfilerActivity, profile

import detailbase_core.network.detailbase
import detailbase_core.network.sparse_unet
import detailbase_core.network.superpoint_pooling
import training.trainer.trainer
import training.trainer.training_module
from detailbase_core.ops.execution import choose_device
from training.config import load_config
from training.scenes.scene_store import SceneStore
from training.trainer.trainer import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.config import TrainConfig


def parts_of(run: Run) -> Sequence[tuple[Any, str, str]]:
    """(owner, name of the function, name of the part) of each part."""
    module, model = run.module, run.module.model
    graph = () if run.graph is None else ((run.graph, "learn", "graph of losses and gradients"),)
    return (
        *graph,
        (run.batches, "take", "waiting for the batch"),
        (training.trainer.trainer, "batch_augmented", "augmentation"),
        (detailbase_core.network.detailbase, "voxelize", "voxels"),
        (model, "_grid_origins", "voxels"),
        (detailbase_core.network.sparse_unet, "pyramid_of_sorted", "kernel maps"),
        (model.unet, "forward", "U-Net"),
        (detailbase_core.network.superpoint_pooling, "pool_superpoints", "superpoints"),
        (detailbase_core.network.superpoint_pooling, "superpoint_geometry", "superpoints"),
        (detailbase_core.network.detailbase, "pad_superpoints", "superpoints"),
        (module.text, "encode_tokens", "text"),
        (training.trainer.training_module, "phrase_targets", "losses"),
        (model.decoder, "forward", "decoder"),
        (module.naming, "loss", "losses"),
        (training.trainer.training_module, "center_loss", "losses"),
        (training.trainer.training_module, "grounding_loss", "losses"),
        (training.trainer.training_module, "phrase_loss", "losses"),
        (run.meter, "add", "losses"),
        (torch.Tensor, "backward", "backward"),
        (run.state, "update", "optimiser and average"),
    )


def show(watch: StepWatch, steps: int) -> None:
    """A line per part, per step."""
    print(f"\n{'per step':30}{'host ms':>10}{'ops':>8}{'waits':>8}{'host tensors':>14}")
    rows = [(name, *dataclasses.astuple(figures)) for name, figures in watch.figures.items()]
    rows.append(("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])))
    for name, seconds, *counts in rows:
        ops, waits, tensors = (count / steps for count in counts)
        print(f"{name:30}{1e3 * seconds / steps:10.1f}{ops:8.0f}{waits:8.1f}{tensors:14.1f}")
    print("\nwhere a GPU's host would wait, per step")
    for site, count in watch.sites.most_common():
        print(f"{count / steps:8.1f}  {site}")


def show_cuda(run: Run, steps: int) -> None:
    """Kernels, the time that they take, and where the host waited."""
    sites: Counter[str] = Counter()
    with cuda_waits(sites):
        for _ in range(steps):
            run.train_step()
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        for _ in range(steps):
            run.train_step()
        torch.cuda.synchronize()
    kernels = [e for e in profiler.events() if e.device_type == torch.autograd.DeviceType.CUDA]
    busy = sum(e.time_range.elapsed_us() for e in kernels) / 1e3
    print(f"\n{len(kernels) / steps:.0f} kernels and copies, GPU busy {busy / steps:.1f} ms a step")
    print("where the host waited, per step")
    for site, count in sites.most_common():
        print(f"{count / steps:8.1f}  {site}")


def seconds_per_step(run: Run, steps: int) -> float:
    """Wall time, the device's work included."""
    start = time.perf_counter()
    for _ in range(steps):
        run.train_step()
    if run.device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / steps


def on_made_rooms(config: TrainConfig, folder: Path) -> TrainConfig:
    """The recipe on made rooms.

    A small text encoder as wide as the network stands for one that the recipe names, which would
    have to be downloaded: its part of the step is shorter than the real one's.
    """
    text, own_words = config.text, not config.start
    if config.text_encoder and own_words:
        text = dataclasses.replace(text, dim=config.model.text_dim)
    return dataclasses.replace(
        config,
        data=str(folder),
        descriptions="",
        backbone="",
        out=str(folder / "run"),
        text_encoder="" if own_words else config.text_encoder,
        text=text,
        word_vectors=str(folder / "words" / "words.npz") if own_words else "",
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", nargs="?", default="config/detailbase_rooms.yaml")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rooms", type=int, default=12)
    parser.add_argument("--points", type=int, default=5_000, help="of each room (real: 200,000)")
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, device = Path(name), choose_device(args.device)
        config = on_made_rooms(load_config(args.config, {}), folder)
        write_rooms(folder, args.rooms, args.points, config.text.vector_dim)
        run = Run(config, SceneStore(config, quiet=True), device)
        run.module.train()
        for _ in range(args.warm_up):  # Triton compiles in the first ones
            start = time.perf_counter()
            loss = float(run.train_step())
            print(f"warm-up {1e3 * (time.perf_counter() - start):8.1f} ms  loss {loss:.7f}")
        print(f"{1e3 * seconds_per_step(run, args.steps):.1f} ms a step on {device}")
        watch = StepWatch(parts_of(run))
        for count_ops in (False, True):
            with watch.watching(count_ops):
                for _ in range(args.steps):
                    run.train_step()
        show(watch, args.steps)
        if device.type == "cuda":
            show_cuda(run, args.steps)


if __name__ == "__main__":
    main()
