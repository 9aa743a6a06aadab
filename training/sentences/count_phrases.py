"""Count what is said of things that are there: the tables that elsewhere.py draws from.

python -m training.sentences.count_phrases --plain --furniture data/furniture.npz --rooms 600
python -m training.sentences.count_phrases --furniture data/bank_train.npz --rooms 600
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import Stock
from training.sentences import nouns
from training.sentences.clause import Mention, Related
from training.sentences.elsewhere import (
    EVERYDAY_PAIRS_FILE,
    EVERYDAY_THINGS_FILE,
    PAIRS_FILE,
    THINGS_FILE,
    Said,
)
from training.sentences.generator import draft
from training.sentences.noun_phrase import NounPhrase
from training.sentences.referring import Speaker
from training.sentences.relations import NO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detailbase_core.synthetic.room import Room
    from training.sentences.clause import Parts

_FIRST_SEED = 100_000  # none of a usual training run
_PER_ROOM = 40
_RAREST_PAIR = 2  # what is rarer says nothing


@dataclass
class PhraseCounts:
    """Counts of phrases in rooms of one theme or of several.

    Attributes:
        things: by theme, slot and what was said, how often.
        pairs: by relation and categories of target and anchor, how often.
    """

    things: Counter[tuple[str, str, Said]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, room: Room, parts: Parts) -> None:
        """Count the mentions of a sentence in which all is there."""
        category = {thing.id: thing.category for thing in room.furniture}
        relation, last = "", ""
        for part in parts:
            if isinstance(part, Related):
                relation = part.relation
            if not isinstance(part, Mention) or not part.ids or part.phrase is None:
                continue
            kind = category[part.ids[0]]
            slot = "anchor" if relation else "several" if len(part.ids) > 1 else "one"
            phrase = part.phrase
            said = Said(kind, phrase.shape, phrase.color, phrase.material)
            self.things[room.theme, slot, said] += 1
            if relation and last:
                self.pairs[relation, last, kind] += 1
            relation, last = "", kind


@cache
def _stock(furniture: Path | None, everyday: bool) -> Stock:
    return Stock.of_bank(FurnitureBank.load(furniture), "train", everyday=everyday)


def count(furniture: Path | None, everyday: bool, seed: int) -> tuple[Room, PhraseCounts]:
    """One room, and what is said of it when all is there."""
    room = generate_room(seed, _stock(furniture, everyday))
    room = replace(room, objects=tuple(replace(thing, model=None) for thing in room.objects))
    everything = {thing.id for thing in room.furniture}
    speaker = Speaker(room, np.random.default_rng(seed), everything, everything, absent_share=0.0)
    found = PhraseCounts()
    for _ in range(_PER_ROOM):
        made = draft(speaker)
        if made is not None:
            found.add(room, made[1].parts)
    return room, found


def shares(rooms: Iterable[Room], said: Iterable[Said]) -> dict[Said, float]:
    """In which part of some rooms something fits what was said."""
    said = list(said)
    hits: Counter[Said] = Counter()
    total = 0
    for room in rooms:
        everything = {thing.id for thing in room.furniture}
        speaker = Speaker(room, np.random.default_rng(0), everything, everything)
        total += 1
        for one in said:
            noun = nouns.singular_nouns_of(one.category)[0]
            phrase = NounPhrase(noun, None, one.shape, one.color, one.material)
            hits[one] += bool((speaker.truth(phrase) > NO).any())
    return {one: hits[one] / total for one in said}


def write(rooms: Sequence[Room], counts: PhraseCounts, things: Path, pairs: Path) -> None:
    """Write both tables.

    Args:
        rooms: that were described.
        counts: what was said of them.
        things, pairs: the files.
    """
    by_theme: defaultdict[str, list[Room]] = defaultdict(list)
    for room in rooms:
        by_theme[room.theme].append(room)
    rows = []
    for theme, own in sorted(by_theme.items()):
        known = {said for at, _, said in counts.things if at == theme}
        share = shares(own, known)
        rows += [
            (
                theme,
                slot,
                said.category,
                said.shape or "",
                said.color or "",
                said.material or "",
                number,
                f"{share[said]:.2f}".removeprefix("0"),  # the file is large
            )
            for (at, slot, said), number in counts.things.items()
            if at == theme
        ]
    header = ("theme", "slot", "category", "shape", "color", "material", "count", "share")
    _write_csv(things, header, sorted(rows))
    often = [(*key, n) for key, n in sorted(counts.pairs.items()) if n >= _RAREST_PAIR]
    _write_csv(pairs, ("relation", "target", "anchor", "count"), often)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _task(task: tuple[Path | None, bool, int]) -> tuple[Room, PhraseCounts]:
    return count(*task)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, help="bank; default: the shipped models")
    parser.add_argument(
        "--plain", action="store_true", help="rooms furnished as the frozen test sets' rooms"
    )
    parser.add_argument("--rooms", type=int, default=600)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    seeds = range(_FIRST_SEED, _FIRST_SEED + given.rooms)
    rooms, total = [], PhraseCounts()
    everyday = not given.plain
    _stock(given.furniture, everyday)  # once, before the workers are forked
    with get_context("fork").Pool(given.workers) as pool:
        tasks = [(given.furniture, everyday, seed) for seed in seeds]
        for room, found in tqdm(pool.imap(_task, tasks, chunksize=10), total=len(tasks)):
            rooms.append(room)
            total.things.update(found.things)
            total.pairs.update(found.pairs)
    files = (EVERYDAY_THINGS_FILE, EVERYDAY_PAIRS_FILE) if everyday else (THINGS_FILE, PAIRS_FILE)
    write(rooms, total, *files)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
