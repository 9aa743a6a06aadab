"""What is kept from training for the text exam: all of it is listed here.

With split "train" none of these words and templates occurs; with "exam_text" every sentence has
at least one of them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from training.sentences import nouns

_NOUNS = (
    "easy chair, recliner, settee, desk chair, footstool, cot, low table, end table, "
    "writing desk, night table, armoire, credenza, television stand, tv screen, "
    "computer screen, pc, ceiling light, wall light, houseplant, wastebasket, garbage can, "
    "cooker, washer, washbasin, drape, loudspeaker, hamper, teddy, coat stand, vacuum, "
    "sculpture, notebook computer, saucepan, figurine"
)
NOUNS = frozenset(_NOUNS.split(", "))

COLORS = ("gray", "violet")

RELATIONS = (
    "alongside", "beneath", "furthest from", "in the vicinity of", "at the back of", "opposite",
    "midway between", "over by", "lacking",
)  # fmt: skip

# Words of openings, and openings as a whole with X for what they are about.
OPENINGS = (
    "make your way to", "could you locate", "I'd like you to find", "direct me to", "search for",
    "have a look at", "fetch me", "get rid of", "does anyone see", "lead me to", "spot",
    "track down", "I wonder where", "where did", "whereabouts", "do we have", "have you got",
    "any sign of", "anywhere to be seen", "there should be", "I can't see", "where is it",
    "would you mind", "head for", "park beside", "I'd love to know", "highlight",
    "tell me whether", "how do I get to", "I'm after", "what about", "mind the", "focus on",
    "needs dusting", "has moved", "if there is one",
)  # fmt: skip
WHOLE_OPENINGS = frozenset({"X please", "X!", "uh X", "ok robot, X", "any X here?"})

TEMPLATES = ("riddle", "correction")

_PLURALS = tuple(noun.plural for noun in nouns.NOUNS if noun.singular in NOUNS)
_ALL = (*sorted(NOUNS), *_PLURALS, *COLORS, *RELATIONS, *OPENINGS)
_WORDS = re.compile(r"\b(?:" + "|".join(map(re.escape, _ALL)) + r")\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_held_out(words: str) -> bool:
    """Whether some words of a sentence are kept from training."""
    return _WORDS.search(words.replace("-", " ").replace("\u2019", "'")) is not None


@lru_cache(maxsize=4096)
def is_held_out_opening(text: str) -> bool:
    """Whether an opening, with X for the thing, is kept from training."""
    return text in WHOLE_OPENINGS or is_held_out(text)
