"""The families of sentences and how often each comes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.sentences import absent, exam_only, joint, long, plurals, single

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.sentences.describing import Draft
    from training.sentences.referring import Speaker

# Each takes a Speaker and returns a draft, or None where it has no luck.
TEMPLATES: dict[str, Callable[[Speaker], Draft | None]] = {
    "single": single.single,
    "ordinal": single.ordinal,
    "statement": single.statement,
    "chain": single.chain,
    "fronted": single.fronted,
    "viewpoint": single.viewpoint,
    "conjunction": joint.conjunction,
    "ellipsis": joint.ellipsis,
    "contrast": joint.contrast,
    "pronoun": joint.pronoun,
    "between them": joint.between_them,
    "transport": joint.transport,
    "plural": plurals.plural,
    "long": long.long,
    "route": long.route,
    "missing": absent.easy,
    "missing hard": absent.hard,
    "missing beside": absent.easy_beside,
    "missing hard beside": absent.hard_beside,
    "riddle": exam_only.riddle,
    "correction": exam_only.correction,
}

# Shares of sentences in which all is there, and in which something is not.
PRESENT: dict[str, float] = {
    "single": 22, "ordinal": 5, "statement": 11, "chain": 10, "fronted": 4, "viewpoint": 4,
    "conjunction": 7, "ellipsis": 5, "contrast": 4, "pronoun": 7, "between them": 1.5,
    "transport": 5, "plural": 9, "long": 5, "route": 2,
}  # fmt: skip
ABSENT_SHARE = 0.15
MISSING: dict[str, float] = {"missing": 5, "missing beside": 3}
MISSING_HARD: dict[str, float] = {"missing hard": 5, "missing hard beside": 3}
EXAM_ONLY: dict[str, float] = {"riddle": 6, "correction": 6}
