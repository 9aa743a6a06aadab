"""Words and templates kept from training for the text test set, all listed in held_out.yaml.

With split "train" none of these words and templates occurs; with "exam_text" every sentence has
at least one of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from detailbase_core.yaml_files import read_yaml
from training.sentences import nouns

_TABLES: dict[str, list[str]] = read_yaml(Path(__file__).with_suffix(".yaml"))
NOUNS, WHOLE_OPENINGS = (frozenset(_TABLES[name]) for name in ("nouns", "whole_openings"))
COLORS, RELATIONS, OPENINGS, TEMPLATES = (
    tuple(_TABLES[name]) for name in ("colors", "relations", "openings", "templates")
)

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
