"""Ask rooms for kinds of things by their noun: those that are there once, and those that are not.

    python -m training.kinds --furniture data/bank_train.npz --rooms 16

The absent kinds are drawn from all there are, whatever the room's theme: the question "where is
the bathtub?" in a living room, which sentences of a generator seldom ask. For development: rooms
are made of the furniture given, from seeds that neither training nor test sets use.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import DetailBaseError
from detailbase_core.grounder import Grounder
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.stock import Stock
from detailbase_core.types import PointCloud
from training.rooms.sample import make_sample, seen_things
from training.sentences import nouns
from training.sentences.check.bias import auc
from training.sentences.elsewhere import elsewhere
from training.sentences.noun_phrase import NounPhrase
from training.sentences.referring import Speaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.synthetic.stock import BankPart
    from training.rooms.sample import Sample

FIRST_SEED = 810_200  # neither training nor test sets nor count_confusions make these
MOST_ABSENT = 50  # kinds asked for in vain in each room
FOUND_SHARES = (0.4, 0.3, 0.2, 0.1)  # of absent kinds, at which those there are counted


@dataclass
class KindAnswers:
    """Answers about kinds of things.

    Attributes:
        there: presence of each kind that is there once.
        right: whether more than half of the union of its points and those found is shared.
        absent: presence of each kind that is not there.
        found: whether something was found for it all the same.
    """

    there: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    absent: list[float] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)

    def add(self, other: KindAnswers) -> None:
        """Those of another room as well."""
        self.there += other.there
        self.right += other.right
        self.absent += other.absent
        self.found += other.found

    def lines(self) -> list[str]:
        """The figures, line by line."""
        told = auc(
            np.array([*self.there, *self.absent]),
            np.array([True] * len(self.there) + [False] * len(self.absent)),
        )
        lines = [
            f"there once {len(self.there)}, right {np.mean(self.right):.3f}; "
            f"absent {len(self.absent)}, found all the same {np.mean(self.found):.3f}; "
            f"AUC of presence {told:.3f}"
        ]
        there, right = np.array(self.there), np.array(self.right)
        for share in FOUND_SHARES:
            least = np.quantile(self.absent, 1 - share)
            lines.append(
                f"at presence {least:.3f} and above ({share:.0%} of the absent ones): right "
                f"{np.mean(right & (there >= least)):.3f}"
            )
        return lines


def ask_kinds(grounder: Grounder, sample: Sample) -> KindAnswers:
    """Ask a room for all kinds that it holds once and for some of those that it lacks."""
    room = sample.room
    mentionable, _ = seen_things(room, sample.instance)
    everything = {thing.id for thing in room.furniture}
    speaker = Speaker(room, np.random.default_rng(room.seed), everything, everything)
    scene = grounder.encode_cloud(PointCloud(sample.xyz, sample.rgb))
    answers = KindAnswers()
    for category in sorted({t.category for t in room.furniture if t.id in mentionable}):
        noun = nouns.singular_nouns_of(category)[0]
        rows = speaker.means(speaker.truth(NounPhrase(noun)))
        if rows is None or len(rows) != 1:
            continue
        presence, points = _answer(grounder, scene, noun.singular)
        truth = sample.instance == speaker.ids(rows)[0]
        mask = np.zeros(len(truth), bool)
        mask[points] = True
        answers.there.append(presence)
        answers.right.append(bool((mask & truth).sum() > 0.5 * (mask | truth).sum()))
    every = [nouns.singular_nouns_of(kind)[0] for kind in elsewhere(room.everyday).categories]
    absent = [noun for noun in every if speaker.is_absent(speaker.truth(NounPhrase(noun)))]
    for i in np.random.default_rng(room.seed).permutation(len(absent))[:MOST_ABSENT]:
        presence, points = _answer(grounder, scene, absent[i].singular)
        answers.absent.append(presence)
        answers.found.append(len(points) > 0)
    return answers


def _answer(grounder: Grounder, scene: EncodedScene, noun: str) -> tuple[float, NDArray[np.int64]]:
    """Presence and points of what is found."""
    phrases = grounder.ground_encoded(scene, f"where is the {noun}?").phrases
    if not phrases:
        return 0.0, np.zeros(0, np.int64)
    points = [one.point_indices for one in phrases[0].instances]
    return phrases[0].presence, np.concatenate([np.zeros(0, np.int64), *points])


def _task(furniture: Path, part: BankPart, checkpoint: str, seed: int) -> KindAnswers:
    grounder = Grounder(GrounderConfig(checkpoint=checkpoint, threads=1))
    stock = Stock.of_bank(FurnitureBank.load(furniture), part, everyday=True)
    return ask_kinds(grounder, make_sample(seed, stock, sentences=0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, required=True, help="bank of the rooms")
    parser.add_argument("--part", choices=("train", "unseen"), default="train", help="of the bank")
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument("--rooms", type=int, default=16)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    given = parser.parse_args(arguments)
    seeds = range(FIRST_SEED, FIRST_SEED + given.rooms)
    answers = KindAnswers()
    try:
        with ProcessPoolExecutor(given.workers, multiprocessing.get_context("spawn")) as pool:
            asked = pool.map(partial(_task, given.furniture, given.part, given.checkpoint), seeds)
            for some in tqdm(asked, total=len(seeds), unit="room"):
                answers.add(some)
    except (DetailBaseError, OSError) as error:
        print(f"kinds: {error}", file=sys.stderr)
        return 1
    print("\n".join(answers.lines()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
