"""Measure what the words of sentences tell of presence: python -m training.sentence_bias

Makes sentences about many rooms, as if all in them had been seen, and lets models that see no room
guess what is there (training/sentences/check/bias.py). Ends with 1 where the wording, which is all
but the words that describe things, tells more than it may.
"""

from __future__ import annotations

import argparse
from collections import Counter
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import Stock
from training.sentences.check.bias import MODELS, MOST_AUC, bias, questions
from training.sentences.generator import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.sentences.check.bias import Question

# What the grammar tells of number ("where are", "those") and of structure is for information.
MEASURED = (
    ("present", "wording"),
    ("present", "all words"),
    ("several", "wording without the article"),
    ("structure", "wording without the article"),
)
_FIRST_SEED = 200_000  # training runs make lower ones


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = the wording tells no more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, help="bank; default: the shipped models")
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--per-room", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args(arguments)
    asked = make_questions(given.furniture, given.sentences, given.per_room, given.workers)
    things = [question for question in asked if not question.structure]
    print(f"{given.sentences} sentences, {len(things)} phrases about things, ", end="")
    print(f"{np.mean([not q.present for q in things]):.1%} of them absent")
    print("| answer | words | model | AUC |\n| --- | --- | --- | --- |")
    told = []
    for answer, view in MEASURED:
        for model in MODELS:
            found = bias(asked, view, model, answer=answer)
            print(f"| {answer} | {view} | {model} | {found:.3f} |", flush=True)
            told += [found] if (answer, view) == MEASURED[0] else []
    print(_loudest(things))
    return int(max(told) > MOST_AUC)


def make_questions(
    furniture: Path | None, sentences: int, per_room: int = 32, workers: int = 1
) -> list[Question]:
    """Phrases of sentences about rooms that no training run makes.

    Args:
        furniture: see Stock; None = the shipped models.
        sentences: how many, about.
        per_room: of each room.
        workers: processes.
    """
    _stock(furniture)  # once, before the workers are forked
    seeds = range(_FIRST_SEED, _FIRST_SEED + max(2, sentences // per_room))
    make = partial(_of_room, furniture, per_room)
    if workers == 1:
        return [question for seed in seeds for question in make(seed)]
    with get_context("fork").Pool(workers) as pool:
        made = pool.imap(make, seeds, chunksize=8)
        return [q for found in tqdm(made, total=len(seeds), unit="room") for q in found]


@cache
def _stock(furniture: Path | None) -> Stock:
    return Stock.of_bank(FurnitureBank.load(furniture), "train")


def _of_room(furniture: Path | None, per_room: int, seed: int) -> list[Question]:
    room = generate_room(seed, _stock(furniture))
    return questions(seed, describe(room, np.random.default_rng([seed, 19]), count=per_room))


def _loudest(asked: Sequence[Question], least: int = 60) -> str:
    """The words of the wording that go with presence or absence most clearly."""
    seen: Counter[str] = Counter()
    absent: Counter[str] = Counter()
    for question in asked:
        words = set(question.wording)
        seen.update(words)
        absent.update(words if not question.present else ())
    usual = float(np.mean([not q.present for q in asked]))
    tells = [
        ((absent[w] / n - usual) * np.sqrt(n / (usual * (1 - usual))), w, absent[w] / n)
        for w, n in seen.items()
        if n >= least
    ]
    loudest = sorted(tells, key=lambda row: -abs(row[0]))[:20]
    listed = ", ".join(f"{word} {share:.0%} ({z:+.0f})" for z, word, share in loudest)
    return f"share of absent phrases beside a word (in standard errors): {listed}"


if __name__ == "__main__":
    raise SystemExit(main())
