"""Openings: words around the object that people talk about, for all families of sentences alike.

The table is openings.yaml. Nothing in here knows whether the thing is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

OPENINGS_FILE = Path(__file__).with_name("openings.yaml")
_AGREEING = {"{is}": ("is", "are"), "{this}": ("this", "these"), "{that}": ("that", "those")}


@dataclass(frozen=True)
class Opening:
    """Words around a noun phrase.

    Attributes:
        before, after: what is said, with the spaces and marks.
        indefinite: whether it asks for something not named before: "is there a chair?".
    """

    before: str
    after: str = "."
    indefinite: bool = False

    @property
    def ends_with_thing(self) -> bool:
        """Whether nothing but a mark follows the thing."""
        return self.after in ("", ".", "?", "!")

    @property
    def text(self) -> str:
        """The whole wording, with X for the thing."""
        return f"{self.before}X{self.after}"


@cache
def table() -> dict[str, Any]:
    """The file's content."""
    content: dict[str, Any] = yaml.safe_load(OPENINGS_FILE.read_text(encoding="utf-8"))
    return content


@cache
def _shares() -> tuple[tuple[str, ...], tuple[float, ...]]:
    shares = table()["shares"]
    total = sum(shares.values())
    return tuple(shares), tuple(share / total for share in shares.values())


def any_opening(rng: np.random.Generator, *, plural: bool = False) -> Opening:
    """A random wording.

    Args:
        rng: source of all choices.
        plural: whether the thing is spoken of as several.
    """
    kinds, shares = _shares()
    draw, place = rng.random(), 0
    while place < len(kinds) - 1 and draw >= shares[place]:
        draw -= shares[place]
        place += 1
    kind = kinds[place]
    if kind == "command":
        found = _command(rng)
    elif kind == "random":
        found = _random(rng)
    else:
        before, after, *article = _one(rng, table()[kind])
        found = Opening(before, after, bool(article))
    return Opening(
        _agreeing(found.before, plural), _agreeing(found.after, plural), found.indefinite
    )


def _agreeing(text: str, plural: bool) -> str:
    """Text with its places for words that agree with the number of the thing filled."""
    for place, words in _AGREEING.items():
        text = text.replace(place, words[plural])
    return text


def _one(rng: np.random.Generator, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


def _command(rng: np.random.Generator) -> Opening:
    """As in: hey robot, could you please drive to X?"""
    words = table()["command"]
    request, mark, *ours = _one(rng, words["requests"])
    verb = _one(rng, words["verbs"])
    if ours and " me" in verb:  # nobody would like to hand me something
        verb = _one(rng, ("take", "get", "find"))
    before = f"{_one(rng, words['addresses'])}{request}{verb} "
    return Opening(before, _one(rng, words["ends"][mark]))


def _random(rng: np.random.Generator) -> Opening:
    """As in: Olga, gently polish X; yesterday the nurse photographed X; sit by X."""
    words = table()["random"]
    if rng.random() < 0.3:
        time, who, past = (_one(rng, words[key]) for key in ("times", "people", "pasts"))
        return Opening(f"{time}{who} {past} ", _one(rng, words["ends"]))
    name = f"{_one(rng, words['names'])}, " if rng.random() < 0.4 else ""
    adverb = f"{_one(rng, words['adverbs'])} " if rng.random() < 0.5 else ""
    return Opening(f"{name}{adverb}{_deed(rng)} ", _one(rng, words["ends"]))


def _deed(rng: np.random.Generator) -> str:
    """Action to be done with X, or near it: polish, dig out, chase down, sit by."""
    words, draw = table()["random"], rng.random()
    if draw < 0.3:
        return f"{_one(rng, words['staying'])} {_one(rng, words['prepositions'])}"
    if draw < 0.4:
        return f"{_one(rng, words['verbs'])} {_one(rng, words['particles'])}"
    return str(_one(rng, words["phrasal" if draw < 0.5 else "verbs"]))


@cache
def closings() -> frozenset[str]:
    """All that may follow the thing, in lower case."""
    words = table()
    found = {row[1] for kind in ("bare", "question", "statement") for row in words[kind]}
    found |= {end for ends in words["command"]["ends"].values() for end in ends}
    found |= set(words["random"]["ends"])
    said = {_agreeing(closing, plural) for closing in found for plural in (False, True)}
    return frozenset(closing.lower() for closing in said)
