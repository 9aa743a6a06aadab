"""Make every frozen test set, and each that is about furniture with all that can go wrong:

    python -m training.make_exams --out data --furniture data/furniture.npz

The folders are exam_seen, exam_seen_grey, ... (config/rooms_exam.yaml); naming some makes only
those. A rerun makes only what is missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from training.make_rooms import Recipe, make_rooms
from training.rooms.exam import read_exam
from training.rooms.survey import CORRUPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detailbase_core.synthetic.stock import BankPart
    from training.sentences.generator import Split


def exams() -> Iterator[tuple[str, str | None]]:
    """Names of all test sets with what goes wrong in them; first those where nothing does."""
    yield from (("seen", None), ("unseen", None), ("text", None))
    yield from ((name, corruption) for corruption in CORRUPTIONS for name in ("seen", "unseen"))


def folder_name(exam: str, corruption: str | None) -> str:
    """As training.model_card understands it."""
    return "_".join(["exam", exam, *(corruption.split() if corruption else ())])


def exam_rooms(
    name: str, furniture: Path | None, corruption: str | None = None
) -> tuple[range, Recipe]:
    """Seeds and recipe of a frozen test set.

    Args:
        name: seen, unseen or text.
        furniture, corruption: see Recipe.

    Raises:
        BadFileError: see exam.read_exam.
    """
    exam, sentences = read_exam(name, FurnitureBank.load(furniture))
    part: BankPart = "unseen" if exam.furniture == "unseen" else "train"
    text: Split = "exam_text" if exam.text == "exam_text" else "exam"
    return exam.seeds, Recipe(furniture, part, text, sentences, corruption)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    wanted = {folder_name(*exam): exam for exam in exams()}
    parser.add_argument("exams", nargs="*", metavar="NAME", help=f"{', '.join(wanted)}")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder in which each test set gets its own"
    )
    parser.add_argument(
        "--furniture", type=Path, required=True, help="the bank that they were frozen with"
    )
    parser.add_argument("--first", type=int, metavar="N", help="only the first N rooms of each")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    if unknown := set(given.exams) - wanted.keys():
        parser.error(f"no test set: {', '.join(sorted(unknown))}; there are {', '.join(wanted)}")
    if given.first is not None and given.first < 1:
        parser.error("--first N: N is 1 or more")
    try:
        for folder in given.exams or wanted:
            name, corruption = wanted[folder]
            seeds, recipe = exam_rooms(name, given.furniture, corruption)
            make_rooms(given.out / folder, seeds[: given.first], given.workers, recipe)
    except (OSError, ValueError, BadFileError, ConfigError) as error:
        print(f"make_exams: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
