"""Make described rooms for training: python -m training.make_rooms --out data/rooms --seeds 0:1000

Every room depends on its seed and the furniture alone. A rerun makes only what is missing.
`--show 30` draws what is there instead: a sheet of rooms, and random sentences with a picture of
each. training.make_exams makes the rooms of the frozen test sets.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.errors import DetailBaseError
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.rooms import GENERATOR_VERSION
from detailbase_core.synthetic.stock import BankPart, Stock
from training.rooms.exam import EXAM_FROM, freeze_exams
from training.rooms.sample import make_sample
from training.rooms.sample_files import is_everyday, write_sample
from training.rooms.show_rooms import show
from training.work import add_ray, open_pool, results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.sentences.generator import Split


@dataclass(frozen=True)
class Recipe:
    """Settings of rooms.

    Attributes:
        furniture: file of the bank; None = the shipped one.
        part: of the bank.
        text: which templates and synonyms, see sentences.describe.
        sentences: per room.
        corruption: one of survey.CORRUPTIONS, or None.
        everyday: whether they hold all kinds of furniture; False = as the frozen test sets' rooms.
    """

    furniture: Path | None = None
    part: BankPart = "train"
    text: Split = "train"
    sentences: int = 32
    corruption: str | None = None
    everyday: bool = False

    def note(self) -> str:
        """One line that tells folders of different rooms apart."""
        bank = FurnitureBank.load(self.furniture).manifest_hash[:16]
        corruption = self.corruption or "no corruption"
        words = [GENERATOR_VERSION, bank, self.part, self.text, corruption]
        return " ".join([*words, "everyday"] if self.everyday else words)


@cache
def _stock(furniture: Path | None, part: BankPart, everyday: bool) -> Stock:
    return Stock.of_bank(FurnitureBank.load(furniture), part, everyday=everyday)


def seed_range(text: str) -> range:
    """Read "0:1000" as range(0, 1000).

    Raises:
        argparse.ArgumentTypeError: not two whole numbers in order.
    """
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise argparse.ArgumentTypeError(f"expected FIRST:LAST like 0:1000, got {text!r}")
    return range(int(first), int(last))


def make_one(seed: int, out: Path, recipe: Recipe) -> str:
    """Make and write one room unless it is there; its file name."""
    path = out / f"room_{seed:06d}.npz"
    if not (path.exists() and path.with_suffix(".json").exists()):
        sample = make_sample(
            seed,
            _stock(recipe.furniture, recipe.part, recipe.everyday),
            sentences=recipe.sentences,
            split=recipe.text,
            corruption=recipe.corruption,
        )
        write_sample(sample, out)
    return path.name


def make_rooms(
    out: Path, seeds: Sequence[int], workers: int, recipe: Recipe | None = None, ray: str = ""
) -> None:
    """Make many rooms in parallel, with a progress bar.

    Args:
        out: their folder, which the machines of a cluster share.
        seeds: of the rooms.
        workers: processes.
        recipe: settings; None = the usual ones.
        ray: address of a Ray cluster to work on instead; "" = none.

    Raises:
        ConfigError: there is no such cluster.
        OSError: the folder cannot be written.
        TrainingError: workers died at a room, again and again.
        ValueError: the folder holds rooms of another recipe.
    """
    recipe = recipe or Recipe()
    out.mkdir(parents=True, exist_ok=True)
    note, told = out / "GENERATOR", recipe.note()
    if note.exists() and note.read_text(encoding="utf-8").strip() != told:
        raise ValueError(
            f"{out} holds rooms of another recipe ({note.read_text(encoding='utf-8').strip()}; "
            f"this one: {told}); give another --out or remove them"
        )
    note.write_text(told + "\n", encoding="utf-8")
    work = partial(make_one, out=out.absolute(), recipe=recipe)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one core per worker
        os.environ[name] = "1"
    with open_pool(workers, ray) as pool:
        made = results(pool, work, seeds)
        for _ in tqdm(made, total=len(seeds), desc=out.name, unit="room"):
            pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, help="folder of the rooms")
    parser.add_argument("--seeds", type=seed_range, default=range(100), help="FIRST:LAST")
    parser.add_argument(
        "--furniture",
        type=Path,
        metavar="FILE",
        help="bank of training.prepare_furniture; default: the shipped models",
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    add_ray(parser)
    parser.add_argument("--sentences", type=int, default=32, help="per room")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="furnish as the frozen test sets' rooms, not with all kinds",
    )
    parser.add_argument(
        "--freeze", action="store_true", help="freeze new test sets of this furniture"
    )
    parser.add_argument("--show", type=int, metavar="N", help="draw rooms and N sentences")
    given = parser.parse_args(arguments)
    if given.out is None and not given.freeze:
        parser.error("--out is missing: the folder of the rooms")
    if given.seeds.stop > EXAM_FROM:
        parser.error(f"seeds from {EXAM_FROM} on are the test sets': train on lower ones")
    try:
        _run(given)
    except (OSError, ValueError, DetailBaseError) as error:
        print(f"make_rooms: {error}", file=sys.stderr)
        return 1
    return 0


def _run(given: argparse.Namespace) -> None:
    if given.freeze:
        freeze_exams(FurnitureBank.load(given.furniture))
        return
    if given.show is not None:
        print(show(given.out, given.show, _stock(given.furniture, "train", is_everyday(given.out))))
        return
    furniture = given.furniture.absolute() if given.furniture else None  # for other machines
    recipe = Recipe(furniture, sentences=given.sentences, everyday=not given.plain)
    make_rooms(given.out, given.seeds, given.workers, recipe, given.ray)


if __name__ == "__main__":
    raise SystemExit(main())
