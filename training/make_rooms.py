"""Make described rooms for training: python -m training.make_rooms --out data/rooms --seeds 0:1000

Every room depends on its seed alone. A rerun makes only what is missing. `--show 30` draws what
is there instead: a sheet of rooms and random sentences with their phrases. `--exam` makes the
frozen exam's rooms.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from tqdm import tqdm

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.rooms import GENERATOR_VERSION, fingerprint
from detailbase_core.synthetic.sample import make_sample
from detailbase_core.synthetic.sample_files import write_sample
from training.show_rooms import show

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAM_FROM = 900_000  # training seeds are lower
EXAM = Path(__file__).resolve().parents[1] / "config" / "rooms_exam.yaml"


@dataclass(frozen=True)
class Exam:
    """The frozen exam, as config/rooms_exam.yaml says.

    Attributes:
        generator: GENERATOR_VERSION that it was made with.
        first_seed, rooms: its seeds.
        sentences_per_room: its sentences.
        fingerprint: of its rooms, see synthetic.rooms.fingerprint.
    """

    generator: str
    first_seed: int
    rooms: int
    sentences_per_room: int
    fingerprint: str

    @property
    def seeds(self) -> range:
        """Seeds of its rooms."""
        return range(self.first_seed, self.first_seed + self.rooms)


def read_exam(path: Path = EXAM) -> Exam:
    """The exam, if this generator still makes its rooms.

    Raises:
        BadFileError: the generator has changed since the exam was frozen.
    """
    exam = Exam(**yaml.safe_load(path.read_text(encoding="utf-8")))
    if exam.generator != GENERATOR_VERSION or exam.fingerprint != fingerprint(exam.seeds):
        raise BadFileError(
            f"{path}: the exam was frozen with generator {exam.generator!r}, this one "
            f"({GENERATOR_VERSION!r}) makes other rooms; check out that version, or freeze a "
            f"new exam and train anew"
        )
    return exam


def seed_range(text: str) -> range:
    """Read "0:1000" as range(0, 1000).

    Raises:
        argparse.ArgumentTypeError: not two whole numbers in order.
    """
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise argparse.ArgumentTypeError(f"expected FIRST:LAST like 0:1000, got {text!r}")
    return range(int(first), int(last))


def make_one(seed: int, out: Path, sentences: int) -> str:
    """Make and write one room unless it is there; its file name."""
    path = out / f"room_{seed:06d}.npz"
    if not (path.exists() and path.with_suffix(".json").exists()):
        write_sample(make_sample(seed, sentences=sentences), out)
    return path.name


def make_rooms(out: Path, seeds: Sequence[int], workers: int, sentences: int = 32) -> None:
    """Make many rooms in parallel, with a progress bar.

    Raises:
        OSError: the folder cannot be written.
        ValueError: the folder holds rooms of another generator version.
    """
    out.mkdir(parents=True, exist_ok=True)
    note = out / "GENERATOR"
    if note.exists() and note.read_text(encoding="utf-8").strip() != GENERATOR_VERSION:
        raise ValueError(
            f"{out} holds rooms of generator {note.read_text(encoding='utf-8').strip()!r}, "
            f"this is {GENERATOR_VERSION!r}; give another --out or remove them"
        )
    note.write_text(GENERATOR_VERSION + "\n", encoding="utf-8")
    work = partial(make_one, out=out, sentences=sentences)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one core per worker
        os.environ[name] = "1"
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for _ in tqdm(pool.imap_unordered(work, seeds), total=len(seeds), unit="room"):
            pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the rooms")
    parser.add_argument("--seeds", type=seed_range, default=range(100), help="FIRST:LAST")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sentences", type=int, default=32, help="per room")
    parser.add_argument("--exam", action="store_true", help="make the frozen exam's rooms")
    parser.add_argument("--show", type=int, metavar="N", help="draw rooms, print N sentences")
    given = parser.parse_args(arguments)
    if given.seeds.stop > EXAM_FROM:
        parser.error(f"seeds from {EXAM_FROM} on are the exam's: train on lower ones (or --exam)")
    seeds, sentences = given.seeds, given.sentences
    try:
        if given.show is not None:
            print(show(given.out, given.show))
            return 0
        if given.exam:
            exam = read_exam()
            seeds, sentences = exam.seeds, exam.sentences_per_room
        make_rooms(given.out, seeds, given.workers, sentences)
    except (OSError, ValueError, BadFileError) as error:
        print(f"make_rooms: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
