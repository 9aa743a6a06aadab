"""Sentences as speech recognition and hurried fingers leave them; the noun phrases stay marked.

No mark and no capital survives; words are contracted, misheard, mistyped, and "um" gets between
them. Each mention stays one run of words whose last one is its head.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.yaml_files import read_yaml
from training.sentences import nouns
from training.sentences.clause import Mention, reworded

if TYPE_CHECKING:
    import numpy as np

    from training.sentences.clause import Parts

FILLERS = ("uh", "um", "er", "hmm")
_TABLES: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_suffix(".yaml"))
HOMOPHONES = _TABLES["homophones"]
CONTRACTIONS = tuple(_TABLES["contractions"].items())
_HYPHEN_SHARE = 0.08
_CURLY_SHARE = 0.2
_SHORTEST_TYPO = 5  # letters; shorter words would change beyond recognition
_KNOWN = frozenset(
    word for noun in nouns.NOUNS for form in (noun.singular, noun.plural) for word in form.split()
)
_NEIGHBOURS = _TABLES["neighbours"]


def typed(parts: Parts, rng: np.random.Generator) -> Parts:
    """The same sentence as some type it: hyphens in nouns of two words, curly apostrophes."""
    hyphens, curly = rng.random() < _HYPHEN_SHARE, rng.random() < _CURLY_SHARE
    if hyphens:
        parts = tuple(_hyphenated(p) if isinstance(p, Mention) else p for p in parts)
    if curly:
        parts = tuple(reworded(p, _text(p).replace("'", "\u2019")) for p in parts)
    return parts


def _hyphenated(mention: Mention) -> Mention:
    """As in "the coffee-table"."""
    if mention.phrase is None:
        return mention
    for noun in (mention.phrase.noun.singular, mention.phrase.noun.plural):
        if noun.count(" ") == 1 and mention.text.endswith(noun):
            text = mention.text[: -len(noun)] + noun.replace(" ", "-")
            return replace(mention, text=text)
    return mention


def spoken(parts: Parts, rng: np.random.Generator) -> Parts:
    """The same sentence in the style of speech or of fast typing."""
    parts = tuple(_plain(part) for part in parts)
    if rng.random() < 0.6:
        parts = tuple(p if isinstance(p, Mention) else reworded(p, _contracted(p)) for p in parts)
    if rng.random() < 0.4:
        parts = tuple(
            p if isinstance(p, Mention) else reworded(p, re.sub("['\u2019]", "", p)) for p in parts
        )
    words = [(i, j) for i, part in enumerate(parts) for j in range(len(_text(part).split()))]
    if not words:
        return parts
    kind = rng.random()
    changes = int(rng.integers(1, 3))
    for _ in range(changes if kind < 0.75 else 0):
        i, j = words[int(rng.integers(len(words)))]
        change = _misheard if kind < 0.3 else _mistyped if kind < 0.55 else _hesitant
        parts = (*parts[:i], _changed(parts[i], j, change, rng), *parts[i + 1 :])
    return parts


def _text(part: str | Mention) -> str:
    return part.text if isinstance(part, Mention) else part


def _plain(part: str | Mention) -> str | Mention:
    """In lower case, without marks."""
    return reworded(part, re.sub(r"[.,;?!:]", "", _text(part)).lower())


def _contracted(text: str) -> str:
    for long, short in CONTRACTIONS:
        text = re.sub(rf"\b{long}\b", short, text)
    return text


def _changed(
    part: str | Mention, index: int, change: object, rng: np.random.Generator
) -> str | Mention:
    """A part with one of its words changed; the spaces around stay."""
    text = _text(part)
    pieces = re.split(r"(\s+)", text)
    places = [k for k, piece in enumerate(pieces) if piece.strip()]
    if index >= len(places):  # an earlier change has made two words one
        return part
    if change is _hesitant and index == 0 and isinstance(part, Mention):
        return part  # a phrase begins with its own word
    place = places[index]
    pieces[place] = change(pieces[place], rng)  # type: ignore[operator]
    return reworded(part, "".join(pieces))


def _hesitant(word: str, rng: np.random.Generator) -> str:
    return f"{rng.choice(FILLERS)} {word}"


def _misheard(word: str, rng: np.random.Generator) -> str:
    return HOMOPHONES.get(word, word)


def _mistyped(word: str, rng: np.random.Generator) -> str:
    if len(word) < _SHORTEST_TYPO or not word.isalpha():
        return word
    i = int(rng.integers(1, len(word) - 2))
    kind = int(rng.integers(4))
    typed = (
        word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        word[:i] + word[i + 1 :],
        word[:i] + word[i] + word[i:],
        word[:i] + _NEIGHBOURS.get(word[i], word[i]) + word[i + 1 :],
    )[kind]
    return word if typed in _KNOWN else typed
