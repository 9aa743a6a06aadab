"""Train: python -m training.train config/detailbase_rooms.yaml

Settings may follow, instead of the file's: `out=runs/short steps=0 minutes=25 loss.contrast=0.5`.

Started again, a run goes on from its last saved state. Ctrl-C or SIGTERM saves and stops.
Several GPUs: torchrun --nproc-per-node 4 -m training.train CONFIG
"""

from __future__ import annotations

import argparse
import gc
import re
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
import yaml

from detailbase_core.errors import DetailBaseError
from detailbase_core.ops.execution import choose_device
from training.config import load_config
from training.scenes.scene_store import SceneStore
from training.trainer.distributed import Processes, joined
from training.trainer.trainer import CHECKPOINT_FILE, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.config import TrainConfig

_WITHOUT_DOT = re.compile(r"^([+-]?\d+)(e[+-]\d+)$")  # 1e-3, which YAML takes for a word


@contextmanager
def stopping_politely() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; the second time they act as usual."""
    stop = threading.Event()
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, kept[signal.Signals(number)])

    for number in kept:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def train(config: TrainConfig, processes: Processes, device: torch.device) -> None:
    """Start or resume the configured run."""
    began = time.monotonic()
    if config.threads:
        torch.set_num_threads(config.threads)
    torch.set_float32_matmul_precision("high")  # TF32 products, where the GPU has them
    store = SceneStore(config, quiet=not processes.first)
    gc.freeze()  # the sentences are millions of objects, which no collection need look at again
    run = Run(config, store, device, processes, began)
    notes = run.resume()
    if notes is not None and processes.first:
        changed = f", with changes: {'; '.join(notes)}" if notes else ""
        print(f"resuming {config.out} at step {run.state.step}{changed}", file=sys.stderr)
    if processes.count > 1:  # stopping by signal would stop each at another step
        run.train()
    else:
        with stopping_politely() as stop:
            run.train(stop)
    if processes.first:
        of = f"of {run.steps} " if run.length.known else ""
        print(f"{run.state.step} {of}steps: {run.folder / CHECKPOINT_FILE}")


def _change(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    try:
        return name, yaml.safe_load(_WITHOUT_DOT.sub(r"\1.0\2", value)) if value else ""
    except yaml.YAMLError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: the value is not understood") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line entry point; its exit status: 0 done or stopped, 1 not possible."""
    parser = argparse.ArgumentParser(description="Train DetailBase.")
    parser.add_argument("config", help="YAML file of TrainConfig")
    parser.add_argument(
        "changes",
        nargs="*",
        type=_change,
        metavar="NAME=VALUE",
        help="a setting instead of the file's, such as minutes=25 or loss.contrast=0.5",
    )
    parser.add_argument(
        "--skip-bad-records",
        action="store_true",
        help="leave descriptions out that cannot be used, counted by reason",
    )
    given = parser.parse_args(arguments)
    if given.skip_bad_records:
        given.changes.append(("skip_bad_records", True))
    try:
        config = load_config(given.config, dict(given.changes))
        with joined(choose_device(config.device)) as (processes, device):
            train(config, processes, device)
    except (DetailBaseError, OSError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
