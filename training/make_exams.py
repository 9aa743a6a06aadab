"""Make every frozen exam, and each that is about furniture with all that can go wrong:

    python -m training.make_exams --out data --furniture data/furniture.npz

The folders are exam_seen, exam_seen_grey, ... A rerun makes only what is missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.synthetic.survey import CORRUPTIONS
from training.make_rooms import exam_rooms, make_rooms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def exams() -> Iterator[tuple[str, str | None]]:
    """Names of all exams with what goes wrong in them; first those where nothing does."""
    yield from (("seen", None), ("unseen", None), ("text", None))
    yield from ((name, corruption) for corruption in CORRUPTIONS for name in ("seen", "unseen"))


def folder_name(exam: str, corruption: str | None) -> str:
    """As training.model_card understands it."""
    return "_".join(["exam", exam, *(corruption.split() if corruption else ())])


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the exams' folders")
    parser.add_argument(
        "--furniture", type=Path, required=True, help="the bank that they were frozen with"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    try:
        for name, corruption in exams():
            seeds, recipe = exam_rooms(name, given.furniture, corruption)
            folder = given.out / folder_name(name, corruption)
            make_rooms(folder, seeds, given.workers, recipe)
    except (OSError, ValueError, BadFileError, ConfigError) as error:
        print(f"make_exams: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
