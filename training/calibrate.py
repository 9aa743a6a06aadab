"""Fit a checkpoint's presence and score to how often they are right.

    python -m training.calibrate CHECKPOINT --furniture data/bank_unseen.npz --out FILE

Rooms are made of furniture that was never trained on and asked as on a robot; the numbers found
(docs/training.md, "Calibration") go into the metadata of a copy of the checkpoint.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import save_file
from tqdm import tqdm

from detailbase_core.errors import DetailBaseError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT
from detailbase_core.network.weight_files import read_weight_file
from detailbase_core.postprocess.calibration import MAX_VIEWS, METADATA_KEY, Calibration
from training.evaluation.calibration import expected_calibration_error
from training.evaluation.calibration_rooms import ask_seeds, fitted, recalibrated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.evaluation.plain_answers import PlainAnswer

FIRST_SEED = 960_000  # test sets use lower ones of the same kind, training those below 900,000
_SEEDS_AT_ONCE = 4


def collect(
    checkpoint: str, furniture: str, views: int, seeds: Sequence[int], workers: int
) -> list[PlainAnswer]:
    """Answers of an uncalibrated checkpoint in rooms of these seeds, some rooms in a process.

    Raises:
        BadFileError, CheckpointError: the bank or the weights cannot be used.
    """
    few = [seeds[i : i + _SEEDS_AT_ONCE] for i in range(0, len(seeds), _SEEDS_AT_ONCE)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        asked = pool.map(partial(ask_seeds, checkpoint, furniture, views), few)
        return [a for some in tqdm(asked, total=len(few), unit="job") for a in some]


def report(name: str, answers: Sequence[PlainAnswer]) -> str:
    """One line of figures."""
    answered = [a for a in answers if a.found]
    presence = expected_calibration_error(
        [a.presence for a in answers], [not a.absent for a in answers]
    )
    score = expected_calibration_error(
        [a.score for a in answered], [a.right and not a.absent for a in answered]
    )
    absent = [a for a in answers if a.absent]
    there = [a for a in answers if not a.absent]
    return (
        f"{name:24s} calibration error of presence {presence:.3f}, of score {score:.3f}; right "
        f"{sum(a.right for a in there)} of {len(there)}, absent refused "
        f"{sum(a.right for a in absent)} of {len(absent)}"
    )


def write_calibrated(checkpoint: str | Path, calibration: Calibration, out: Path) -> None:
    """A copy of one of our checkpoints with this calibration, atomically.

    Raises:
        CheckpointError: it cannot be read.
        OSError: the copy cannot be written.
    """
    tensors, metadata = read_weight_file(Path(checkpoint))
    with atomic_path(out) as temporary:
        save_file(dict(tensors), temporary, {**metadata, METADATA_KEY: calibration.as_json()})


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", nargs="?", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument(
        "--furniture", required=True, help="bank of furniture that was never trained on"
    )
    parser.add_argument("--rooms", type=int, default=60, help="as many again are held out")
    parser.add_argument(
        "--views",
        type=int,
        choices=range(1, MAX_VIEWS + 1),
        default=1,
        help="headings in which a scene is looked at, then and whenever this checkpoint is asked",
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, required=True, help="the calibrated checkpoint")
    given = parser.parse_args(arguments)
    try:
        seeds = range(FIRST_SEED, FIRST_SEED + 2 * given.rooms)
        answers = collect(given.checkpoint, given.furniture, given.views, seeds, given.workers)
        names = {f"room_{seed}" for seed in seeds[: given.rooms]}
        fit, kept = ([a for a in answers if (a.scene in names) == own] for own in (True, False))
        calibration = fitted(fit, given.views)
        print(report("fitted rooms, as it was", fit))
        print(report("fitted rooms", [recalibrated(a, calibration) for a in fit]))
        print(report("other rooms, as it was", kept))
        print(report("other rooms", [recalibrated(a, calibration) for a in kept]))
        print(f"presence {calibration.presence}, score {calibration.score}")
        write_calibrated(given.checkpoint, calibration, given.out)
    except (DetailBaseError, ValueError, OSError) as error:
        print(f"calibrate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
