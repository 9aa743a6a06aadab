"""What decided an answer, shown by asking again without some of its words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.conversation.carry import carried
from detailbase_core.conversation.choice import same_object
from detailbase_core.language.lexicon import DETERMINERS
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.types import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from detailbase_core.types import GroundedPhrase, Grounding

MAX_REASONS = 4  # of a phrase; each is one more question
_EDGES = " \t,;.!?"


class Ablation(NamedTuple):
    """A sentence without some words.

    Attributes:
        words: left out.
        sentence: what is left.
        begin, end: characters [begin, end) of the phrase in it.
    """

    words: str
    sentence: str
    begin: int
    end: int


def explained(grounding: Grounding, ground: Callable[[str], Grounding]) -> Grounding:
    """The answer with what each phrase would have meant without some of its words.

    Args:
        grounding: the answer.
        ground: answers a sentence about the same map; asked once for each reason.
    """
    asked: dict[str, Grounding] = {}

    def again(sentence: str) -> Grounding:
        if sentence not in asked:
            asked[sentence] = ground(sentence)
        return asked[sentence]

    phrases = tuple(
        replace(phrase, reasons=tuple(_reasons(grounding, phrase, again)))
        if phrase.named and not phrase.reasons
        else phrase
        for phrase in grounding.phrases
    )
    return replace(grounding, phrases=phrases)


def ablations(grounding: Grounding, phrase: GroundedPhrase) -> Iterator[Ablation]:
    """The sentence without each modifier of a phrase, and the phrase without its sentence."""
    text = grounding.query
    for begin, end in _modifiers(phrase):
        first, last = phrase.begin + begin, phrase.begin + end
        gap = len(text[last:]) - len(text[last:].lstrip())
        left = text[:first] + text[last + gap :]
        yield Ablation(text[first:last], left, phrase.begin, phrase.end - (last + gap - first))
    others = [one for one in grounding.phrases if one is not phrase]
    after = max((one.end for one in others), default=0)
    before = min((one.begin for one in others), default=len(text))
    parts = (text[before : phrase.begin], text[phrase.end : after])
    rest = " ... ".join(part.strip(_EDGES) for part in parts if part.strip(_EDGES))
    if rest:
        yield Ablation(rest, phrase.text, 0, len(phrase.text))


def _modifiers(phrase: GroundedPhrase) -> list[tuple[int, int]]:
    """Characters [begin, end) of the words before a phrase's main noun that say something."""
    parsed = parse_sentence(phrase.text)
    head = parsed.phrases[0].head if parsed.phrases else len(parsed.words) - 1
    return [
        (word.begin, word.end)
        for word in parsed.words[:head]
        if re.match(r"\w", word.text) and word.text.lower() not in DETERMINERS
    ]


def _reasons(
    grounding: Grounding, phrase: GroundedPhrase, ground: Callable[[str], Grounding]
) -> Iterator[Reason]:
    for ablation in list(ablations(grounding, phrase))[-MAX_REASONS:]:
        found = ground(ablation.sentence)
        other = found.phrase_at(ablation.begin, ablation.end)
        if other is None:  # what is left names nothing
            continue
        changed = not _same(grounding, phrase, found, other)
        yield Reason(ablation.words, ablation.sentence, other.presence, other.instances, changed)


def _same(one: Grounding, phrase: GroundedPhrase, two: Grounding, other: GroundedPhrase) -> bool:
    """Whether two answers' phrases mean the same objects."""
    moved = [carried(instance, two.scene, one.scene) for instance in other.instances]
    if len(moved) != len(phrase.instances):
        return False
    return all(
        any(found is not None and same_object(own, found) for found in moved)
        for own in phrase.instances
    )
