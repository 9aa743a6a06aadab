"""Ask generated sentences again with one word replaced: python -m training.rewordings

    python -m training.rewordings --furniture data/bank_train.npz --rooms 24

Words and others that mean the same are in config/rewordings.yaml. Where one of these finds less,
training lacks it (see `other_words_for` in the language's lexicon.yaml). For development: rooms are
made of the furniture given, from seeds that neither training nor test sets use.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import DetailBaseError
from detailbase_core.grounder import Grounder
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.stock import Stock
from detailbase_core.types import PointCloud
from training.config import read_lists
from training.evaluation.phrase_answer import RIGHT_IOU
from training.evaluation.plain_answers import phrase_of
from training.report.sections import table
from training.rooms.sample import make_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detailbase_core.types import Grounding
    from training.rooms.sample import Sample
    from training.sentences.generator import Description

    Words = Mapping[str, Sequence[str]]

WORDS_FILE = Path(__file__).parents[1] / "config" / "rewordings.yaml"
FIRST_SEED = 812_200  # neither training nor test sets nor the other commands make these
SENTENCES, MOST_OF_A_WORD = 200, 4  # in each room


class Rewording(NamedTuple):
    """A sentence with one word replaced.

    Attributes:
        word, other: what was said, and what is said in its place; the same = as it was.
        text: the sentence.
        span: character range [begin, end) of the phrase that it is about.
        ids: objects that this phrase means.
    """

    word: str
    other: str
    text: str
    span: tuple[int, int]
    ids: tuple[int, ...]


def read_words(path: Path = WORDS_FILE) -> Words:
    """Words, and others that mean the same.

    Raises:
        ConfigError, BadFileError: the file cannot be read, or is no mapping of words to lists.
    """
    return read_lists(path, "words to lists of words")


def rewordings(description: Description, words: Words) -> Iterator[list[Rewording]]:
    """For each of the words that a sentence says: as it was, and with each of the others.

    Sentences about nothing give none, and spoken ones, whose words may be misspelt.
    """
    about = [p for p in description.phrases if p.ids and p.ids == tuple(description.target_ids)]
    if not about or description.style != "written":
        return
    text, begin, end = description.text, about[0].begin, about[0].end
    for word, others in words.items():
        said = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
        if said is None:
            continue
        found = []
        for other in (word, *others):
            longer = len(other) - len(word)
            span = (begin + longer * (said.end() <= begin), end + longer * (said.start() < end))
            changed = text[: said.start()] + other + text[said.end() :]
            found.append(Rewording(word, other, changed, span, about[0].ids))
        yield found


def ask_room(grounder: Grounder, sample: Sample, words: Words) -> Iterator[tuple[str, str, bool]]:
    """(word, what is said in its place, whether the answer was right) of a room's sentences."""
    encoded = grounder.encode_cloud(PointCloud(sample.xyz, sample.rgb))
    asked: Counter[str] = Counter()
    for description in sample.descriptions:
        for of_word in rewordings(description, words):
            asked[of_word[0].word] += 1
            if asked[of_word[0].word] > MOST_OF_A_WORD:
                continue
            for one in of_word:
                answer = grounder.ground_encoded(encoded, one.text)
                yield one.word, one.other, is_right(answer, one, sample)


def is_right(answer: Grounding, asked: Rewording, sample: Sample) -> bool:
    """Whether the phrase that a sentence is about was answered with its objects."""
    found = np.zeros(len(sample.xyz), np.bool_)
    phrase = phrase_of(answer, *asked.span)
    for instance in phrase.instances if phrase else ():
        found[instance.point_indices] = True
    true = np.isin(sample.instance, asked.ids)
    return bool((found & true).sum() > RIGHT_IOU * (found | true).sum())


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, required=True, help="bank of the rooms")
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument("--rooms", type=int, default=24)
    given = parser.parse_args(arguments)
    right: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    try:
        words = read_words()
        stock = Stock.of_bank(FurnitureBank.load(given.furniture), "train")
        grounder = Grounder(GrounderConfig(checkpoint=given.checkpoint))
        for seed in tqdm(range(FIRST_SEED, FIRST_SEED + given.rooms), unit="room"):
            sample = make_sample(seed, stock, sentences=SENTENCES)
            for word, other, is_so in ask_room(grounder, sample, words):
                asked[word, other] += 1
                right[word, other] += is_so
    except (DetailBaseError, OSError) as error:
        print(f"rewordings: {error}", file=sys.stderr)
        return 1
    print(table(("word", "right", "others: right"), list(_rows(words, right, asked))))
    return 0


def _rows(
    words: Words, right: Counter[tuple[str, str]], asked: Counter[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for word, others in words.items():
        if asked[word, word]:
            counts = ", ".join(f"{other} {right[word, other]}" for other in others)
            yield word, f"{right[word, word]} of {asked[word, word]}", counts


if __name__ == "__main__":
    raise SystemExit(main())
