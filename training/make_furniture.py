"""Make models of our own parametric furniture, for kinds of which few models can be had.

python -m training.make_furniture --out FOLDER --each 20
python -m training.prepare_furniture --models FOLDER --table FOLDER/models.csv --out BANK

Writes GLB files and FOLDER/models.csv. The same seed makes the same files; a rerun writes only what
is not there. training/furniture/families holds the families.
"""

from __future__ import annotations

import argparse
import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.io.atomic_write import atomic_path
from training.furniture.families.model_files import COLUMNS, write_model
from training.furniture.families.registry import all_families

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = "models.csv"


def make(
    out: Path, each: int, *, kinds: Sequence[str] = (), seed: int = 0, workers: int = 2
) -> str:
    """Write models of families, and the table that describes them.

    Args:
        out: folder for both.
        each: models of a kind.
        kinds: which; all where empty.
        seed: other seeds make other models.
        workers: processes.

    Returns:
        a summary.

    Raises:
        ValueError: no family makes one of the kinds.
        OSError: the folder cannot be written, or the disk is full.
    """
    known = all_families()
    if unknown := sorted(set(kinds) - set(known)):
        raise ValueError(f"no family makes {', '.join(unknown)}; there are: {', '.join(known)}")
    out.mkdir(parents=True, exist_ok=True)
    jobs = [(kind, index) for kind in kinds or known for index in range(each)]
    with ProcessPoolExecutor(workers) as pool:
        made = pool.map(partial(_write, out, seed), jobs, chunksize=4)
        rows = list(tqdm(made, "models", len(jobs), unit=" models"))
    with atomic_path(out / TABLE) as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return f"{out / TABLE}: {len(rows)} models of {len(kinds or known)} kinds"


def _write(out: Path, seed: int, job: tuple[str, int]) -> dict[str, str]:
    kind, index = job
    return write_model(out, kind, index, seed)


def _above_0(text: str) -> int:
    """A whole number above 0.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, got {text!r}")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 = made, 1 = not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="FOLDER")
    add("--each", type=_above_0, default=20, help="models of a kind")
    add("--kinds", default="", metavar="A,B", help="only these, commas between them")
    add("--seed", type=int, default=0, help="another seed makes other models")
    add("--workers", type=_above_0, default=2, help="processes")
    given = parser.parse_args(arguments)
    kinds = [kind.strip() for kind in given.kinds.split(",") if kind.strip()]
    try:
        print(make(given.out, given.each, kinds=kinds, seed=given.seed, workers=given.workers))
    except (ValueError, OSError) as error:
        print(f"make_furniture: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
