"""Grounded sentences: each noun phrase with the objects that it means.

The sentences are put together from templates; what they claim is checked against the room's
geometry (see language/referring.py), so that no phrase could mean anything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from detailbase_core.language.words import split_words
from training.sentences import held_out, templates
from training.sentences.clause import Mention, Related, describes, reworded
from training.sentences.referring import Speaker
from training.sentences.speech import FILLERS, spoken, typed

if TYPE_CHECKING:
    from collections.abc import Collection

    from detailbase_core.synthetic.room import Room
    from training.sentences.clause import Parts
    from training.sentences.describing import Draft

Split = Literal["train", "exam", "exam_text"]
SPOKEN_SHARE = 0.2
GENERIC_SHARE = 0.08  # of nouns: "the green thing", for what has a name, too
_TRIES = 6  # of one template before another is taken
_EXAM_TRIES = 24  # it also throws away what holds no word kept from training


class ReferredPhrase(NamedTuple):
    """A noun phrase and what it means.

    Attributes:
        begin, end: character range [begin, end) of the sentence, Unicode code points.
        head: index into the sentence's words of its main noun.
        ids: object ids in the room, ascending; empty = nothing there.
        structure: whether it names floor, wall, ceiling, corner or room rather than furniture.
        absent: whether it asks for something that is not there.
        hard: absent, though the room holds something that its noun alone would fit.
    """

    begin: int
    end: int
    head: int
    ids: tuple[int, ...]
    structure: bool
    absent: bool = False
    hard: bool = False


@dataclass(frozen=True)
class Description:
    """A sentence about a room.

    Attributes:
        text: the sentence.
        words: as phrases.split_words cuts it.
        phrases: in order of appearance.
        target_ids: what the whole sentence is about; empty = nothing there.
        kind: name of the template family.
        style: "written", or "spoken": no capitals, no marks, with slips.
        written: the same sentence with the same phrases before it was spoken.
        modifiers, relations: kinds of what is said of things, in order, repeated as often.
        describes: per word, whether it says something of a thing (phrases, relations, pronouns
            that refer, negations) rather than what the speaker wants; fillers and marks do not.
    """

    text: str
    words: tuple[str, ...]
    phrases: tuple[ReferredPhrase, ...]
    target_ids: tuple[int, ...]
    kind: str
    style: Literal["written", "spoken"] = "written"
    written: Description | None = None
    modifiers: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    describes: tuple[bool, ...] = ()


def describe(
    room: Room,
    rng: np.random.Generator,
    *,
    mentionable: Collection[int] | None = None,
    visible: Collection[int] | None = None,
    count: int = 32,
    split: Split = "train",
) -> list[Description]:
    """Make sentences about a room.

    Args:
        room: the room.
        rng: source of all choices.
        mentionable: ids of furniture seen well enough to be spoken of; None = all.
        visible: ids of furniture seen at all, against which phrases are unambiguous; None = all.
        count: sentences wanted; fewer come back where the room gives too little to say.
        split: "train" never uses what language/held_out.py lists, "exam_text" always some of it;
            "exam" is as "train", in the words that the test sets were frozen with.

    Returns:
        Sentences that differ from each other.
    """
    everything = {thing.id for thing in room.furniture}
    speaker = Speaker(
        room,
        rng,
        everything if visible is None else visible,
        everything if mentionable is None else mentionable,
        exam=split == "exam_text",
        generic_share=GENERIC_SHARE if split == "train" else 0.0,
    )
    found: dict[str, Description] = {}
    failures = 0
    while len(found) < count and failures < 2 * count:
        made = _sentence(speaker)
        if made is None or made.text in found:
            failures += 1
            continue
        found[made.text] = made
    return list(found.values())


def draft(speaker: Speaker) -> tuple[str, Draft] | None:
    """A family chosen by its share, and a draft of it; None where the room allows none."""
    rng = speaker.rng
    pool = templates.SHARES | (templates.EXAM_ONLY if speaker.exam else {})
    if speaker.room.everyday:
        pool |= templates.EVERYDAY
    if not speaker.mentionable:
        pool = templates.NOTHING_SEEN
    weights = np.array(list(pool.values()))
    kind = str(rng.choice(list(pool), p=weights / weights.sum()))
    for _ in range(_EXAM_TRIES if speaker.exam else _TRIES):
        made = templates.TEMPLATES[kind](speaker)
        if made is not None and _belongs(made, kind, exam=speaker.exam):
            return kind, made
    return None


def _sentence(speaker: Speaker) -> Description | None:
    made = draft(speaker)
    return None if made is None else _finished(made[1], made[0], speaker.rng)


def _belongs(draft: Draft, kind: str, *, exam: bool) -> bool:
    """Whether a draft keeps to its split: with or without what is kept from training."""
    text = "".join(p.text if isinstance(p, Mention) else p for p in draft.parts)
    return exam == (kind in held_out.TEMPLATES or held_out.is_held_out(text))


def _finished(draft: Draft, kind: str, rng: np.random.Generator) -> Description:
    """Join a draft's parts, style it, and find spans and heads."""
    parts = typed(draft.parts, rng)
    if rng.random() < 0.85:
        parts = (_capitalised(parts[0]), *parts[1:])
    mentions = [p for p in draft.parts if isinstance(p, Mention)]
    written = replace(
        _measured(parts, draft.target_ids, kind),
        modifiers=tuple(kind for mention in mentions for kind in mention.modifiers),
        relations=tuple(p.relation for p in draft.parts if isinstance(p, Related)),
    )
    if rng.random() >= SPOKEN_SHARE:
        return written
    said = _measured(spoken(parts, rng), draft.target_ids, kind)
    return replace(
        said,
        style="spoken",
        written=written,
        modifiers=written.modifiers,
        relations=written.relations,
    )


def _measured(parts: Parts, targets: tuple[int, ...], kind: str) -> Description:
    text, spans, telling = "", [], []
    for part in parts:
        begin = len(text)
        if isinstance(part, Mention):
            text += part.text
            spans.append((begin, len(text), part))
        else:
            text += part if text and not text.endswith(" ") else part.lstrip(" ")
        if describes(part):
            telling.append((begin, len(text)))
    text = text.rstrip()
    cut = split_words(text)
    phrases = []
    for begin, end, mention in spans:
        head = max(i for i, word in enumerate(cut) if word.begin >= begin and word.end <= end)
        phrases.append(
            ReferredPhrase(
                begin, end, head, mention.ids, mention.structure, mention.absent, mention.hard
            )
        )
    words = tuple(word.text for word in cut)
    marked = tuple(
        any(begin <= word.begin and word.end <= end for begin, end in telling)
        and word.text[0].isalnum()
        and word.text not in FILLERS
        for word in cut
    )
    return Description(text, words, tuple(phrases), targets, kind, describes=marked)


def _capitalised(part: str | Mention) -> str | Mention:
    text = part.text if isinstance(part, Mention) else part
    return reworded(part, text[:1].upper() + text[1:])
