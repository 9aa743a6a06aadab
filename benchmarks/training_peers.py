"""Times training steps beside those of the same trainer on spconv's layers, in turn.

    python benchmarks/training_peers.py --json build/training.json

It needs a CUDA GPU, Triton and spconv (`pip install spconv-cu126==2.3.8`). Rooms and sentences of
all ways are the same, and so are their losses at the first step, which drops nothing out: random
numbers differ where sizes are padded. Ours is a CUDA graph; the trainer on spconv's layers goes
step by step, since they wait for the host. spconv computes in float16 wherever torch's autocast is
on.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import torch
from helpers.in_turn import in_turn, write_figures
from helpers.made_rooms import write_rooms
from helpers.spconv_unet import SpconvUNet
from torch import nn
from training_step import on_made_rooms

from training.config import load_config
from training.scenes.scene_store import SceneStore
from training.trainer.trainer import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.config import TrainConfig

MOST_DIFFERENCE = {"none": 1e-3, "bfloat16": 3e-2, "float16": 3e-2}  # of the first losses, relative


def runs(config: TrainConfig) -> dict[str, Run]:
    """Ways of training by name, ours before spconv's; each has a model of its own."""
    found, device = {}, torch.device("cuda")
    for precision in ("none", "bfloat16"):
        own = dataclasses.replace(config, autocast=precision)
        for peer in (False, True):
            run = Run(own, SceneStore(own, quiet=True), device)
            run.module.train()
            if peer:
                unet = run.module.model.unet
                unet.forward = SpconvUNet(unet)  # type: ignore[assignment,method-assign]
                run.graph = None  # spconv's layers wait for the host, so they cannot be captured
            found[f"{precision} {'spconv' if peer else 'ours'}"] = run
    return found


def step_of(run: Run) -> Callable[[], None]:
    """A step and the device's work for it."""

    def step() -> None:
        run.train_step()
        torch.cuda.synchronize()

    return step


def loss_without_dropout(run: Run) -> float:
    """Of a step in training."""
    parts = [m for m in run.module.modules() if isinstance(m, (nn.Dropout, nn.MultiheadAttention))]
    names = ["p" if isinstance(part, nn.Dropout) else "dropout" for part in parts]
    before = [getattr(part, name) for part, name in zip(parts, names, strict=True)]
    for part, name in zip(parts, names, strict=True):
        setattr(part, name, 0.0)
    loss = float(run.train_step())
    for part, name, value in zip(parts, names, before, strict=True):
        setattr(part, name, value)
    return loss


def check(losses: dict[str, float]) -> None:
    """SystemExit where a first loss is not the first one's."""
    want = next(iter(losses.values()))
    for name, loss in losses.items():
        print(f"first loss {name}: {loss:.6f}", flush=True)
        if abs(loss - want) > MOST_DIFFERENCE[name.split()[0]] * abs(want):
            raise SystemExit(f"{name} differs")


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", nargs="?", default="config/detailbase_published.yaml")
    parser.add_argument("--points", type=int, default=200_000, help="of each room")
    parser.add_argument("--sentences", type=int, default=8, help="about a step's one room")
    parser.add_argument("--rooms", type=int, default=4)
    parser.add_argument("--warm-up", type=int, default=8)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    settings = {"scenes_per_step": 1, "sentences_per_scene": args.sentences}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = on_made_rooms(load_config(args.config, settings), folder)
        write_rooms(folder, args.rooms, args.points, config.text.vector_dim)
        ways = runs(config)
        check({name: loss_without_dropout(run) for name, run in ways.items()})
        steps = {name: step_of(run) for name, run in ways.items()}
        times = in_turn(steps, args.warm_up, args.turns)
    rows = []
    for name, own in times.items():
        low, _, high = quantiles(own, n=4)
        precision = name.split()[0]
        theirs = times[f"{precision} spconv"]
        ratio = median(their / mine for their, mine in zip(theirs, own, strict=True))
        rows.append({"way": name, "ms": median(own), "quartiles": [low, high], "ratio": ratio})
        print(f"| {name} | {median(own):.1f} ms ({low:.1f} to {high:.1f}) | {ratio:.2f} |")
    if args.json:
        write_figures(args.json, ("torch", "triton", "spconv-cu126"), rows=rows)


if __name__ == "__main__":
    main()
