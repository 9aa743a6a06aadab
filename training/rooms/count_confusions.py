"""Count what a network takes for something that is not there: the table that confusions.py reads.

python -m training.rooms.count_confusions --furniture data/bank_train.npz --rooms 120

In rooms that are never trained on every kind of thing that a room lacks is asked for. Where
something is found all the same, the object with most of its points is what the kind was taken for.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.stock import Stock
from detailbase_core.types import PointCloud
from training.rooms.sample import make_sample, seen_things
from training.sentences import nouns
from training.sentences.confusions import ANYWHERE, CONFUSIONS_FILE
from training.sentences.elsewhere import elsewhere
from training.sentences.noun_phrase import NounPhrase
from training.sentences.referring import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from training.rooms.sample import Sample

_FIRST_SEED = 810_000  # none of a training run
_RAREST = 2  # what was mistaken in fewer rooms says nothing


@dataclass
class Confusions:
    """Objects found where something absent was asked for.

    Attributes:
        asked: by (kind, kind that the room has), in how many rooms; the latter ANYWHERE for all.
        found: in how many of these the first was found, there or, for ANYWHERE, at all.
    """

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Confusions) -> None:
        """Count others' rooms as well."""
        self.asked.update(other.asked)
        self.found.update(other.found)


def in_room(grounder: Grounder, sample: Sample) -> Confusions:
    """Ask for every kind that a room lacks."""
    room = sample.room
    mentionable, _ = seen_things(room, sample.instance)
    everything = {thing.id for thing in room.furniture}
    speaker = Speaker(room, np.random.default_rng(room.seed), everything, everything)
    kind = {thing.id: thing.category for thing in room.furniture}
    there = {kind[i] for i in mentionable}
    encoded = grounder.encode_cloud(PointCloud(sample.xyz, sample.rgb))
    counts = Confusions()
    for category in elsewhere(room.everyday).categories:
        noun = nouns.singular_nouns_of(category)[0]
        if not speaker.is_absent(speaker.truth(NounPhrase(noun))):
            continue
        counts.asked.update((category, other) for other in (*there, ANYWHERE))
        (answer, *_) = grounder.ground_encoded(encoded, f"the {noun.singular}").phrases or (None,)
        if answer is None or not answer.instances:
            continue
        counts.found[category, ANYWHERE] += 1
        points = np.concatenate([one.point_indices for one in answer.instances])
        owners = sample.instance[points]
        owners = owners[owners >= 0]
        if len(owners):
            owner = int(np.bincount(owners).argmax())
            counts.found[category, kind.get(owner, "")] += 1
    return counts


def _task(furniture: Path, checkpoint: str, seed: int) -> Confusions:
    torch.set_num_threads(1)
    grounder = Grounder(GrounderConfig(checkpoint=checkpoint, threads=1))
    stock = Stock.of_bank(FurnitureBank.load(furniture), "train", everyday=True)
    return in_room(grounder, make_sample(seed, stock, sentences=0))


def write(counts: Confusions, path: Path = CONFUSIONS_FILE) -> None:
    """Write the table: how often each kind was found in a room with another, or in any."""
    rows = [
        (asked, found, f"{number / counts.asked[asked, found]:.2f}")
        for (asked, found), number in sorted(counts.found.items())
        if found == ANYWHERE or (number >= _RAREST and counts.asked[asked, found])
    ]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("asked", "found", "share"), *rows])


def count(seeds: Iterable[int], furniture: Path, checkpoint: str, workers: int) -> Confusions:
    """Count in the rooms of some seeds."""
    total = Confusions()
    seeds = list(seeds)
    with get_context("spawn").Pool(workers) as pool:
        task = partial(_task, furniture, checkpoint)
        for found in tqdm(pool.imap_unordered(task, seeds), total=len(seeds), unit="room"):
            total.add(found)
    return total


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, required=True, help="bank of the rooms")
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument("--rooms", type=int, default=120)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    given = parser.parse_args(arguments)
    seeds = range(_FIRST_SEED, _FIRST_SEED + given.rooms)
    write(count(seeds, given.furniture, given.checkpoint, given.workers))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
