"""Ask for the same things in many wordings: the room must decide what is found, not the wording.

    python -m training.openings --furniture data/furniture.npz --json openings.json

The rooms, the things asked for and the wordings are frozen (config/openings_*.yaml). A thing that
is there is right when more than half of the union of its points and those found is shared; one
that is not there, or only in another colour or place, when nothing is found.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shlex
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.errors import DetailBaseError
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from training.evaluation.openings import OpeningsResults
from training.evaluation.openings_run import GENERATED, OPENINGS, ask_rooms
from training.evaluation.room_blind import Presence
from training.report.openings import openings_table
from training.rooms.openings_exam import PARTS, freeze_openings_exam, read_openings_exam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.rooms.opening_questions import RoomQuestions
    from training.rooms.openings_exam import OpeningsExam

_ROOMS_AT_ONCE = 4


def ask_openings(
    checkpoint: str, exam: OpeningsExam, bank: FurnitureBank, workers: int, command: str
) -> OpeningsResults:
    """Put the test set to a checkpoint, a few rooms in a process.

    Raises:
        CheckpointError: the weights cannot be used.
    """
    metadata = Checkpoint.read(checkpoint).metadata
    jobs = [(part, few) for part in PARTS for few in _a_few(exam.rooms[part])]
    ask = partial(ask_rooms, checkpoint, exam.wordings, bank)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        bar = tqdm(pool.map(ask, *zip(*jobs, strict=True)), total=len(jobs), unit="job")
        asked = list(zip(jobs, bar, strict=True))
    by_part = {part: [found for (of, _), found in asked if of == part] for part in PARTS}
    return OpeningsResults(
        checkpoint=checkpoint,
        training=metadata.get("training", ""),
        command=command,
        wordings=[wording.text for wording in exam.wordings],
        held_out=[wording.text for wording in exam.wordings if wording.held_out],
        parts={part: [t for few in found for t in few.things] for part, found in by_part.items()},
        presence={
            f"{name}, {part} furniture": Presence.joined(f.presence[name] for f in found).auc()
            for part, found in by_part.items()
            for name in (OPENINGS, GENERATED)
        },
    )


def _a_few(rooms: Sequence[RoomQuestions]) -> list[Sequence[RoomQuestions]]:
    """Rooms in groups of about _ROOMS_AT_ONCE, never one alone."""
    groups = max(1, len(rooms) // _ROOMS_AT_ONCE)
    return [rooms[i::groups] for i in range(groups)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, required=True, help="furniture of the test set")
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument(
        "--rooms", type=int, metavar="N", help="only the first N rooms of each, 2 or more"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the answers here")
    parser.add_argument(
        "--freeze", action="store_true", help="choose other questions and write them down"
    )
    given = parser.parse_args(arguments)
    if given.rooms is not None and given.rooms < 2:
        parser.error("--rooms N: N is 2 or more")
    try:
        bank = FurnitureBank.load(given.furniture)
        if given.freeze:
            freeze_openings_exam(bank)
            return 0
        exam = read_openings_exam(bank).first(given.rooms)
        command = shlex.join(["python", "-m", "training.openings", *(arguments or sys.argv[1:])])
        results = ask_openings(given.checkpoint, exam, bank, given.workers, command)
        print(openings_table(results))
        if given.json:
            results.write(given.json)
    except (DetailBaseError, OSError) as error:
        print(f"openings: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
