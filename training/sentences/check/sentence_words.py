"""The words of generated sentences as a reader knows them; see sentence_reader.py.

Written apart from the generator's own tables, so that a slip there does not pass unseen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from detailbase_core.yaml_files import read_yaml

_WORDS: dict[str, Any] = read_yaml(Path(__file__).with_suffix(".yaml"))
_IRREGULAR: dict[str, str] = _WORDS["irregular"]
SEVERAL = frozenset(_WORDS["several"])  # may mean several
ANYTHING = frozenset(_WORDS["anything"])  # they name whatever there is
STRUCTURE, SHAPES = frozenset(_WORDS["structure"]), frozenset(_WORDS["shapes"])
COLORS: dict[str, str] = _WORDS["colors"]
MATERIALS = {word: tuple(those) for word, those in _WORDS["materials"].items()}
# Adjective: what it measures, and whether much of it or little.
SIZES = {
    adjective: (measure, sign)
    for measure, adjectives in _WORDS["sizes"].items()
    for sign, side in ((1, "much"), (-1, "little"))
    for adjective in adjectives[side]
}
NUMBERS: dict[str, int] = _WORDS["numbers"]
PLACES: dict[str, int] = _WORDS["places"]
RELATIONS = {relation: tuple(ways) for relation, ways in _WORDS["relations"].items()}


def _meanings() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for category, names in _WORDS["names"].items():
        for name in names:
            found.setdefault(name, set()).add(category)
    return {name: frozenset(categories) for name, categories in found.items()}


_MEANINGS = _meanings()


def is_known(noun: str) -> bool:
    """Whether a noun, singular or plural, is in the dictionary as it is spelt."""
    known = noun in _IRREGULAR or noun in _MEANINGS or noun in ANYTHING
    return known or noun.removesuffix("s") in _MEANINGS


def may_be_plural(noun: str) -> bool:
    """Whether a noun can stand for several: "mice", "lamps"."""
    return noun.endswith("s") or noun in _IRREGULAR


def meaning(noun: str) -> frozenset[str]:
    """Categories that a noun, singular or plural, stands for; a strange one stands for itself."""
    forms = {noun, _IRREGULAR.get(noun, noun), noun.removesuffix("s")}
    known = [_MEANINGS[form] for form in forms if form in _MEANINGS]
    return frozenset().union(*known) if known else frozenset(forms)
