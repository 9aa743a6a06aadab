"""Figures of a checkpoint on described scenes.

    python -m training.evaluate --checkpoint FILE --data FOLDER [FOLDER ...] --json FILE
        [--versus FILE] [--workers N]

Each folder is a column of the table; the default is the frozen exams, made before by
training.make_rooms --exam. IoU counts points, that is, observed map voxels.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tqdm import tqdm

from detailbase_core.checkpoint import Checkpoint
from detailbase_core.errors import DetailBaseError
from detailbase_core.grounder import SHIPPED_CHECKPOINT
from training.bootstrap import bootstrap_gap, room_ious
from training.examination import Examinee, Room, examination
from training.measures import breakdowns, measures
from training.results import Results, SetResult, examples
from training.results_table import as_table
from training.scene_files import find_scenes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from training.examination import RoomOutcomes
    from training.examine import Examiner
    from training.outcomes import SentenceOutcome


EXAMS = ["data/exam_seen", "data/exam_unseen", "data/exam_text"]


def evaluate(
    examine: Callable[[Iterable[Room]], Iterator[RoomOutcomes]],
    folder: str | Path,
    descriptions: str = "",
    rooms: int = 0,
) -> SetResult:
    """Figures of the first model on a folder's scenes, compared with the second where given.

    Args:
        examine: of an examination with one or two models.
        folder: of described scenes.
        descriptions: a DetailRefer or ScanRefer file; "" = each scene's own.
        rooms: at most; 0 = all.

    Raises:
        BadFileError: the scenes cannot be read.
    """
    paths, told = find_scenes(folder, descriptions)
    asked = [Room(path, told[path.stem] if told else None) for path in paths[: rooms or None]]
    bar = tqdm(examine(asked), total=len(asked), desc=Path(folder).name, unit="room")
    outcomes: list[list[SentenceOutcome]] = [
        [outcome for room in of_model for outcome in room] for of_model in zip(*bar, strict=True)
    ]
    good, bad = examples(outcomes[0])
    rooms_of = [room_ious(of_model) for of_model in outcomes]
    result = SetResult(
        str(folder),
        measures(outcomes[0]),
        breakdowns(outcomes[0]),
        good,
        bad,
        room_ious=rooms_of[0],
    )
    if len(outcomes) > 1:
        gap = bootstrap_gap(rooms_of[:1], rooms_of[1:])[:3]
        result = dataclasses.replace(result, rival=measures(outcomes[1]), gap=gap)
    return result


def trained_parameters(examiner: Examiner) -> int:
    """Numbers that training decided; neither the fixed word vectors nor a frozen encoder."""
    parts: list[torch.nn.Module] = [examiner.model]
    if isinstance(examiner.text_encoder, torch.nn.Module):
        parts.append(examiner.text_encoder)
    return sum(p.numel() for part in parts for p in part.parameters() if p.requires_grad)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument("--versus", default="", help="another checkpoint, for the gap to it")
    parser.add_argument("--text-encoder", default="", help="for released weights")
    parser.add_argument("--data", nargs="+", default=EXAMS, help="folders of described scenes")
    parser.add_argument("--descriptions", default="", help="DetailRefer or ScanRefer JSON file")
    parser.add_argument("--rooms", type=int, default=0, help="only the first so many of each")
    parser.add_argument("--device", default="auto")
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        help="processes, each with a copy of the models; default: one per core",
    )
    parser.add_argument("--json", type=Path, help="also write the figures here")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line entry point; its exit status: 0 done, 1 not possible."""
    given = parse_arguments(arguments)
    try:
        names = [Path(folder).name for folder in given.data]
        if len(set(names)) < len(names):
            raise ValueError(f"folders of one name cannot be told apart: {', '.join(given.data)}")
        models = [
            Examinee(path, given.text_encoder, given.device)
            for path in (given.checkpoint, given.versus)
            if path
        ]
        loaded = [model.load() for model in models]  # what is wrong with them is said once, here
        parameters = trained_parameters(loaded[0])
        with examination(models, max(1, given.workers)) as examine:
            sets = {
                name: evaluate(examine, folder, given.descriptions, given.rooms)
                for name, folder in zip(names, given.data, strict=True)
            }
        results = Results(
            given.checkpoint,
            Checkpoint.read(given.checkpoint).metadata.get("training", ""),
            parameters,
            shlex.join(["python", "-m", "training.evaluate", *(arguments or sys.argv[1:])]),
            given.versus,
            sets,
        )
        print(as_table(results))
        if given.json:
            results.write(given.json)
    except (DetailBaseError, ValueError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
