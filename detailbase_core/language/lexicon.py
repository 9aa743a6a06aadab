"""Closed-class English words by which the rule parser finds noun phrases, from lexicon.yaml.

Sets of lower-case words; what they hold and why stands beside them in the YAML file. Everything
that is not listed there is an open-class word: a noun, or an adjective before one.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

from detailbase_core.yaml_files import read_yaml

_LISTS: dict[str, Any] = read_yaml(Path(__file__).with_name("lexicon.yaml"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


PREDETERMINERS = _words("predeterminers")
DETERMINERS = PREDETERMINERS | _words("determiners")
LEADING_DETERMINERS = _words("leading_determiners")
POINTING_WORDS = _words("pointing_words")
EMPTY_WORDS = _words("empty_words")
NEGATIONS = _words("negations")
FILLERS = _words("fillers")
OTHERS = _words("others")
NUMBERS = _words("numbers")
THAT_WORDS = _words("that_words")
RELATIVES = _words("relatives")
SUBJECTS = _words("subjects")
PRONOUNS = _words("pronouns")
COPULAS = _words("copulas")
MODALS = _words("modals")
PREPOSITIONS = _words("prepositions")
CONJUNCTIONS = _words("conjunctions")
ADVERBS = _words("adverbs")
PLACE_WORDS = _words("place_words")
RELATION_PLACES = _words("relation_places")
BEFORE_RELATIONS = _words("before_relations")
PLACING_VERBS = _words("placing_verbs")
ADJECTIVES = _words("adjectives")
NOUN_ADJECTIVES = _words("noun_adjectives")
NOUN_PLACES = _words("noun_places")
ADJECTIVE_ENDINGS: tuple[str, ...] = tuple(_LISTS["adjective_endings"].split())
FIRM_VERBS = _words("firm_verbs")
COMMANDS = _words("commands")
SOFT_VERBS = _words("soft_verbs")
COMPOUNDS_WITH_STAND = _words("compounds_with_stand")
CAN_NOUNS = _words("can_nouns")
TRANSITIVE_PARTICIPLES = _words("transitive_participles")
IRREGULAR_PARTICIPLES = _words("irregular_participles")
ING_ED_NOUNS = _words("ing_ed_nouns")
LY_NOUNS = _words("ly_nouns")
ABSTRACT_NOUNS = _words("abstract_nouns")
MATERIALS = _words("materials")
CONTAINERS = _words("containers")
MEASURES = _words("measures")
COUNTS: dict[str, int] = _LISTS["counts"]
PAIRS = _words("pairs")
BUNDLES = _words("bundles")
PLURAL_WORDS = _words("plural_words")
NAMES_OF_US = _words("names_of_us")
PEOPLE = _words("people")


def _glued() -> dict[str, tuple[str, ...]]:
    """Two-word nouns by their letters without the blank, in singular and plural."""
    found: dict[str, tuple[str, ...]] = {}
    for noun in _LISTS["two_word_nouns"].split():
        first, last = noun.split("_")
        for ending in ("", "s", "es"):
            found[f"{first}{last}{ending}"] = (first, f"{last}{ending}")
    return found


GLUED = _glued()
TWO_WORD_NOUNS = frozenset(GLUED.values())
_LEARNED = [
    (other, tuple(learned.split("_")))
    for learned, others in _LISTS["other_words_for"].items()
    for other in others.split()
]
LEARNED_WORDS = {other: learned for other, learned in _LEARNED if "_" not in other}
LEARNED_PAIRS = {tuple(other.split("_")): learned for other, learned in _LEARNED if "_" in other}


def _expressions(name: str) -> dict[str, frozenset[tuple[str, ...]]]:
    """Words said together, by the first: "take/took_a_photo" is two of three words."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for expression in _LISTS[name].split():
        for words in product(*(slot.split("/") for slot in expression.split("_"))):
            found.setdefault(words[0], set()).add(words)
    return {first: frozenset(several) for first, several in found.items()}


SAYINGS = _expressions("sayings")
CLOSINGS = _expressions("closings")
RELATIONS = _expressions("relations")
WAYS = _expressions("ways")
CORRECTIONS = _expressions("corrections")
DISMISSALS = _expressions("dismissals")
LONGEST_SAYING, LONGEST_CLOSING = (
    max(len(words) for several in table.values() for words in several)
    for table in (SAYINGS, CLOSINGS)
)
MARKS = frozenset(".,;:!?")
# "The lamp on the right" and "the top right one" end with a place, "a lamp, right?" does not.
NOT_BEFORE_CLOSINGS = DETERMINERS | PREPOSITIONS | PLACE_WORDS | MARKS
