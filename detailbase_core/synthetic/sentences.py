"""Grounded sentences: each noun phrase with the objects that it means.

The sentences are put together from templates; what they claim is checked against the room's
geometry (see referring.py), so that no phrase could mean anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from detailbase_core.phrases import split_words
from detailbase_core.synthetic import templates
from detailbase_core.synthetic.clauses import Mention
from detailbase_core.synthetic.referring import Speaker

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from detailbase_core.synthetic.describing import Draft
    from detailbase_core.synthetic.room import Room


class ReferredPhrase(NamedTuple):
    """A noun phrase and what it means.

    Attributes:
        begin, end: character range [begin, end) of the sentence, Unicode code points.
        head: index into the sentence's words of its main noun.
        ids: object ids in the room, ascending; empty = nothing there.
        structure: whether it names floor, wall or corner rather than furniture.
    """

    begin: int
    end: int
    head: int
    ids: tuple[int, ...]
    structure: bool


@dataclass(frozen=True)
class Description:
    """A sentence about a room.

    Attributes:
        text: the sentence.
        words: as phrases.split_words cuts it.
        phrases: in order of appearance.
        target_ids: what the whole sentence is about; empty = nothing there.
        kind: name of the template family.
    """

    text: str
    words: tuple[str, ...]
    phrases: tuple[ReferredPhrase, ...]
    target_ids: tuple[int, ...]
    kind: str


def describe(
    room: Room,
    rng: np.random.Generator,
    *,
    mentionable: Collection[int] | None = None,
    visible: Collection[int] | None = None,
    count: int = 32,
) -> list[Description]:
    """Make sentences about a room.

    Args:
        room: the room.
        rng: source of all choices.
        mentionable: ids of furniture seen well enough to be spoken of; None = all.
        visible: ids of furniture seen at all, against which phrases are unambiguous; None = all.
        count: sentences wanted; fewer come back where the room gives too little to say.

    Returns:
        Sentences that differ from each other.
    """
    everything = {thing.id for thing in room.furniture}
    speaker = Speaker(
        room,
        rng,
        everything if visible is None else visible,
        everything if mentionable is None else mentionable,
    )
    found: dict[str, Description] = {}
    names, weights = zip(*templates.WEIGHTS.items(), strict=True)
    chances = np.array(weights) / sum(weights)
    for _ in range(count * 8):
        if len(found) >= count:
            break
        kind = str(rng.choice(names, p=chances))
        draft = templates.TEMPLATES[kind](speaker)
        if draft is None:
            continue
        description = _finished(draft, kind, rng)
        found.setdefault(description.text, description)
    return list(found.values())


def _finished(draft: Draft, kind: str, rng: np.random.Generator) -> Description:
    """Join a draft's parts, style it, and find spans and heads."""
    plain = bool(rng.random() < 0.2)  # as speech recognition writes it
    parts = [p for p in draft.parts if p != ""]
    if plain:
        parts = [_lowered(p) for p in parts]
        parts = [p if isinstance(p, Mention) else _unpunctuated(p) for p in parts]
    elif rng.random() < 0.85:
        parts[0] = _capitalised(parts[0])
    text, spans = "", []
    for part in parts:
        if isinstance(part, Mention):
            spans.append((len(text), len(text) + len(part.text), part))
            text += part.text
        else:
            text += part
    text = text.rstrip()
    return _measured(text, spans, draft.target_ids, kind)


def _measured(
    text: str, spans: Sequence[tuple[int, int, Mention]], targets: tuple[int, ...], kind: str
) -> Description:
    cut = split_words(text)
    phrases = []
    for begin, end, mention in spans:
        head = max(i for i, word in enumerate(cut) if word.begin >= begin and word.end <= end)
        phrases.append(ReferredPhrase(begin, end, head, mention.ids, mention.structure))
    return Description(text, tuple(w.text for w in cut), tuple(phrases), targets, kind)


def _lowered(part: str | Mention) -> str | Mention:
    if isinstance(part, Mention):
        return Mention(part.text.lower(), part.ids, part.structure)
    return part.lower()


def _unpunctuated(text: str) -> str:
    for mark in ".,;?!:":
        text = text.replace(mark, "")
    return text


def _capitalised(part: str | Mention) -> str | Mention:
    if isinstance(part, Mention):
        return Mention(part.text[:1].upper() + part.text[1:], part.ids, part.structure)
    return part[:1].upper() + part[1:]
