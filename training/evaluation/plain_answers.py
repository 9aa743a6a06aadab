"""Answers to plain text in scenes that nobody generated, and their figures."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from training.evaluation.calibration import expected_calibration_error
from training.evaluation.metrics import mask_iou
from training.evaluation.phrase_answer import RIGHT_IOU
from training.sentences.nouns import NOUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from detailbase_core.types import GroundedPhrase, Grounding
    from training.sentences.nouns import Noun

MODEL_GROUPS = ((0, "no models"), (3, "1 to 3"), (11, "4 to 11"), (24, "12 to 24"))
MOST_MODELS = "25 and more"


@dataclass(frozen=True)
class PlainAnswer:
    """The answer to one phrase of a sentence, asked as plain text.

    Attributes:
        scene: its name.
        sentence, phrase: what was asked.
        kind: noun of the phrase; its last word where nouns.csv knows none.
        absent: whether it means nothing in the scene.
        iou: over the scene's points, of those found with those meant; of an absent one 0.
        found: whether anything was found.
        presence, score: as answered; of the sentence where no such phrase was seen.
        models: of the kind in the bank that was trained on; -1 = not told.
    """

    scene: str
    sentence: str
    phrase: str
    kind: str
    absent: bool
    iou: float
    found: bool
    presence: float
    score: float
    models: int = -1

    @property
    def right(self) -> bool:
        """Whether more than half of the union is shared, or rightly nothing was found."""
        return not self.found if self.absent else self.iou > RIGHT_IOU


def phrase_of(answer: Grounding, begin: int, end: int) -> GroundedPhrase | None:
    """The answered phrase that shares most characters with [begin, end); None where none does."""

    def shared(phrase: GroundedPhrase) -> int:
        return min(end, phrase.end) - max(begin, phrase.begin)

    best = max(answer.phrases, default=None, key=shared)
    return best if best is not None and shared(best) > 0 else None


def judge_plain(
    scene: str,
    answer: Grounding,
    span: tuple[int, int],
    meant: NDArray[np.bool_] | None,
    models_of: Callable[[str], int] = lambda _: -1,
) -> PlainAnswer:
    """Hold one phrase's answer against its objects.

    Args:
        scene: its name.
        answer: to the sentence.
        span: the phrase's characters.
        meant: (N,) the points meant; None = nothing in the scene.
        models_of: number of furniture models of a kind.
    """
    said = phrase_of(answer, *span)
    found = np.zeros(len(answer.scene.cloud.xyz), bool)
    for instance in () if said is None else said.instances:
        found[instance.point_indices] = True
    whole = said or answer.sentence
    phrase = answer.query[span[0] : span[1]]
    kind = kind_of(phrase)
    return PlainAnswer(
        scene,
        answer.query,
        phrase,
        kind,
        meant is None,
        0.0 if meant is None else mask_iou(found, meant),
        bool(found.any()),
        whole.presence,
        whole.score,
        models_of(kind),
    )


def kind_of(phrase: str) -> str:
    """The noun that ends a phrase, by the longest match: "the round coffee table" -> it."""
    words = re.findall(r"[\w'-]+", phrase.lower())
    for first in range(max(0, len(words) - 3), len(words)):
        noun = _nouns().get(" ".join(words[first:]))
        if noun is not None:
            return noun.singular
    return words[-1] if words else ""


def models_by_kind(counts: Mapping[str, int]) -> Callable[[str], int]:
    """Number of models that a noun can mean, from their number by category."""

    def models_of(kind: str) -> int:
        noun = _nouns().get(kind)
        return sum(counts.get(name, 0) for name in (noun.means if noun else {kind}))

    return models_of


@cache
def _nouns() -> dict[str, Noun]:
    return {name: noun for noun in reversed(NOUNS) for name in (noun.plural, noun.singular)}


def figures(answers: Sequence[PlainAnswer]) -> dict[str, float]:
    """All figures of a test set by name; NaN where nothing was asked that could be counted."""
    there = [a for a in answers if not a.absent]
    absent = [a for a in answers if a.absent]
    answered = [a for a in answers if a.found]
    return {
        "phrases": len(there),
        "mIoU": _mean(a.iou for a in there),
        "right": _mean(a.right for a in there),
        "absent": len(absent),
        "refused": sum(a.right for a in absent),
        "presence_auc": _auc([a.presence for a in there], [a.presence for a in absent]),
        "presence_ece": expected_calibration_error(
            [a.presence for a in answers], [not a.absent for a in answers]
        ),
        "score_ece": expected_calibration_error(
            [a.score for a in answered], [a.right and not a.absent for a in answered]
        ),
        "score_auc": _auc(
            [a.score for a in answered if a.right and not a.absent],
            [a.score for a in answered if a.absent or not a.right],
        ),
    }


def tally(answers: Sequence[PlainAnswer]) -> tuple[int, int]:
    """Numbers right, of what is there, and refused, of what is not."""
    right = [answer for answer in answers if answer.right]
    refused = sum(answer.absent for answer in right)
    return len(right) - refused, refused


def shares_by(
    answers: Iterable[PlainAnswer], group: Callable[[PlainAnswer], str]
) -> dict[str, tuple[int, int]]:
    """(right, asked) of each group of phrases about things that are there."""
    found: dict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        if not answer.absent:
            found[group(answer)].append(answer.right)
    return {name: (sum(right), len(right)) for name, right in sorted(found.items())}


def model_group(answer: PlainAnswer) -> str:
    """The group of kinds with about as many models."""
    return next((name for most, name in MODEL_GROUPS if answer.models <= most), MOST_MODELS)


@dataclass(frozen=True)
class PlainSet:
    """One test set's answers.

    Attributes:
        fingerprint: of its files.
        answers: one per phrase.
        turned: degrees between the true up and the one that `--up auto` finds, by scene, of
            random rotations; empty = not asked.
        headings: numbers right, of what is there, and refused, of what is not, with the scenes as
            they stand and turned about z by even parts of half a turn; empty = not turned.
    """

    fingerprint: str
    answers: Sequence[PlainAnswer]
    turned: Mapping[str, Sequence[float]]
    headings: Sequence[tuple[int, int]] = ()

    def spread(self) -> str:
        """The numbers right and refused over all headings, as "9.4 (8 to 11), 8.9 (8 to 9)"."""
        columns = zip(*self.headings, strict=True)
        return ", ".join(f"{_mean(c):.1f} ({min(c)} to {max(c)})" for c in columns)


@dataclass(frozen=True)
class PlainResults:
    """One checkpoint's answers to test sets in plain text.

    Attributes:
        checkpoint: its file.
        training: what the file says about its training.
        command: that made these results.
        sets: by name.
    """

    checkpoint: str
    training: str
    command: str
    sets: Mapping[str, PlainSet]

    def write(self, path: str | Path) -> None:
        """As JSON with the figures beside the answers, atomically."""
        raw = dataclasses.asdict(self)
        for name, one in self.sets.items():
            raw["sets"][name]["figures"] = figures(one.answers)
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")

    @classmethod
    def read(cls, path: str | Path) -> PlainResults:
        """The inverse of write.

        Raises:
            BadFileError: no such file, or something else.
        """
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8"))
            sets = {
                name: PlainSet(
                    of["fingerprint"],
                    [PlainAnswer(**a) for a in of["answers"]],
                    of["turned"],
                    [(right, refused) for right, refused in of.get("headings", ())],
                )
                for name, of in raw.pop("sets").items()
            }
            return cls(**raw, sets=sets)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFileError(f"{path}: no results of --real or --worlds: {error}") from error


def _mean(values: Iterable[float]) -> float:
    numbers = np.fromiter(values, np.float64)
    return float(numbers.mean()) if numbers.size else float("nan")


def _auc(high: Sequence[float], low: Sequence[float]) -> float:
    """Chance that one of `high` is above one of `low`; ties count half."""
    if not high or not low:
        return float("nan")
    gap = np.subtract.outer(np.asarray(high), np.asarray(low))
    return float((gap > 0).mean() + 0.5 * (gap == 0).mean())
