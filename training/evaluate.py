"""Figures of a checkpoint on described scenes.

    python -m training.evaluate --checkpoint FILE --data FOLDER [FOLDER ...] --json FILE
        [--versus FILE] [--workers N]
    python -m training.evaluate --checkpoint FILE --real FOLDER [FOLDER ...] --worlds FOLDER
        --json FILE

Each folder is a column of the table; the default is the frozen test sets, made before by
training.make_exams. IoU counts points, that is, observed map voxels. A folder named like
another with an ending (exam_seen_grey) is that one, corrupted, and compared with it room by room.
Real scans, and worlds that others arranged (docs/training.md, "Real scans"), are asked in plain
text, as on a robot.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tqdm import tqdm

from detailbase_core.errors import DetailBaseError
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from training.evaluation.evaluate_scene import FOUND, TOLD
from training.evaluation.evaluate_scenes import Examinee, Room, examination
from training.evaluation.plain_answers import PlainResults
from training.evaluation.plain_exams import (
    ask_real_scans,
    ask_worlds,
    counted_models,
    plain_grounder,
)
from training.evaluation.plain_table import answer_lines, plain_table
from training.evaluation.results import Results, SetResult, base_of
from training.evaluation.results_table import as_table
from training.evaluation.summarize import summarize_set
from training.report.plain_pictures import write_pictures
from training.scenes.scene_files import find_scenes
from training.work import add_ray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from detailbase_core.types import Grounding
    from training.evaluation.evaluate_scene import Examiner
    from training.evaluation.evaluate_scenes import RoomOutcomes
    from training.evaluation.records import SentenceOutcome

    Examine = Callable[[Iterable[Room]], Iterator[RoomOutcomes]]


MOST_WORKERS = 16  # each has the models of its own, on a GPU its context, too
EXAMS = ["data/exam_seen", "data/exam_unseen", "data/exam_text"]


def evaluate(
    examine: Examine, folders: Sequence[str], descriptions: str = "", rooms: int = 0
) -> dict[str, SetResult]:
    """Figures of the first model on each folder's scenes, by the folder's name.

    Args:
        examine: of an examination with one model, or two to be compared.
        folders: of described scenes.
        descriptions: a DetailRefer or ScanRefer file; "" = each scene's own.
        rooms: of each folder, at most; 0 = all.

    Raises:
        BadFileError: scenes cannot be read.
        ValueError: two folders have one name.
    """
    by_name = {Path(folder).name: folder for folder in folders}
    if len(by_name) < len(folders):
        raise ValueError(f"folders of one name cannot be told apart: {', '.join(folders)}")
    outcomes = {
        name: _examine_folder(examine, folder, descriptions, rooms)
        for name, folder in by_name.items()
    }
    sets = {}
    for name, folder in by_name.items():
        base = base_of(name, by_name)
        uncorrupted = outcomes[base][0] if base else ()
        sets[name] = summarize_set(folder, outcomes[name], uncorrupted)
    return sets


def _examine_folder(
    examine: Examine, folder: str, descriptions: str, rooms: int
) -> list[list[SentenceOutcome]]:
    """The outcomes of each model."""
    paths, told = find_scenes(folder, descriptions)
    asked = [Room(path, told[path.stem] if told else None) for path in paths[: rooms or None]]
    bar = tqdm(examine(asked), total=len(asked), desc=Path(folder).name, unit="room")
    return [
        [outcome for room in of_model for outcome in room] for of_model in zip(*bar, strict=True)
    ]


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
    parser.add_argument(
        "--phrases",
        choices=(TOLD, FOUND),
        default=TOLD,
        help="ask for the phrases that the scenes' descriptions tell, or for those that the model "
        "finds itself, as on a robot",
    )
    plain = parser.add_argument_group("test sets in plain text")
    plain.add_argument(
        "--real", nargs="+", type=Path, default=[], metavar="FOLDER", help="of real scans"
    )
    plain.add_argument(
        "--worlds", nargs="+", type=Path, default=[], metavar="FOLDER", help="arranged by others"
    )
    plain.add_argument("--bank", type=Path, help="furniture trained on, to count its models")
    plain.add_argument(
        "--pictures",
        type=Path,
        metavar="FOLDER",
        help="with --real: draw six right and six wrong, on a page of their own",
    )
    plain.add_argument(
        "--headings",
        type=int,
        default=1,
        metavar="N",
        help="ask the scenes turned about z, too, by N even parts of half a turn: how much of a "
        "figure is how they happen to stand",
    )
    plain.add_argument("--views", type=int, default=0, help="see GrounderConfig.views")
    plain.add_argument("--answers", action="store_true", help="print every answer")
    parser.add_argument("--device", default="auto")
    parser.add_argument(
        "--workers",
        type=int,
        default=min(MOST_WORKERS, os.cpu_count() or 1),
        help=f"processes, each with a copy of the models; default: one per core, {MOST_WORKERS} "
        "at most",
    )
    add_ray(parser)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    return parser.parse_args(arguments)


def evaluate_plain(given: argparse.Namespace, command: str) -> PlainResults:
    """Answers to the test sets in plain text.

    Raises:
        BadFileError: a test set cannot be read, or is not as it was frozen.
        CheckpointError, ConfigError: the model cannot be used.
        ValueError: two folders have one name.
        OSError: a picture cannot be written.
    """
    folders = [*given.real, *given.worlds]
    if len({folder.resolve().name for folder in folders}) < len(folders):
        raise ValueError("folders of one name cannot be told apart")
    grounder = plain_grounder(given.checkpoint, given.text_encoder, given.device, given.views)
    models_of = counted_models(given.bank)
    training = Checkpoint.read(given.checkpoint).metadata.get("training", "")
    shown: list[Grounding] = []
    keep = shown.append if given.pictures else lambda _: None
    headings = max(1, given.headings)
    sets = {
        of.resolve().name: ask_real_scans(grounder, of, models_of, keep, headings)
        for of in given.real
    }
    if given.pictures:
        answers = [answer for one in sets.values() for answer in one.answers]
        write_pictures(answers, shown, given.pictures, command)
    for folder in given.worlds:
        sets |= ask_worlds(grounder, folder, models_of, headings)
    return PlainResults(given.checkpoint, training, command, sets)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line entry point; its exit status: 0 done, 1 not possible."""
    given = parse_arguments(arguments)
    command = shlex.join(["python", "-m", "training.evaluate", *(arguments or sys.argv[1:])])
    try:
        if given.real or given.worlds:
            plain = evaluate_plain(given, command)
            for one in plain.sets.values() if given.answers else ():
                print("\n".join(answer_lines(one.answers)))
            print(plain_table(plain))
            if given.json:
                plain.write(given.json)
            return 0
        models = [
            Examinee(path, given.text_encoder, given.device, given.phrases)
            for path in (given.checkpoint, given.versus)
            if path
        ]
        loaded = [model.load() for model in models]  # what is wrong with them is said once, here
        parameters = trained_parameters(loaded[0])
        with examination(models, max(1, given.workers), given.ray) as examine:
            sets = evaluate(examine, given.data, given.descriptions, given.rooms)
        results = Results(
            given.checkpoint,
            Checkpoint.read(given.checkpoint).metadata.get("training", ""),
            parameters,
            command,
            given.versus,
            sets,
        )
        print(as_table(results))
        if given.json:
            results.write(given.json)
    except (DetailBaseError, ValueError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
