"""The families of sentences and how often each comes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.sentences import exam_only, joint, long, plurals, single

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
    "assertion": single.assertion,
    "structure": single.structure,
    "nowhere": single.nowhere,
    "bare": single.bare,
    "riddle": exam_only.riddle,
    "correction": exam_only.correction,
}

# Shares of sentences. In each family things may be asked for that are not there (absent.py).
SHARES: dict[str, float] = {
    "single": 28,
    "ordinal": 4,
    "statement": 11,
    "assertion": 4,
    "chain": 8,
    "fronted": 4,
    "viewpoint": 4,
    "conjunction": 9,
    "ellipsis": 5,
    "contrast": 4,
    "pronoun": 6,
    "between them": 1.5,
    "transport": 5,
    "plural": 12,
    "long": 5,
    "route": 2,
    "structure": 0.7,
}
# Beside them in rooms of all kinds of things, which are too many to be learned by the way.
EVERYDAY: dict[str, float] = {"bare": 75}
NOTHING_SEEN: dict[str, float] = {"nowhere": 1}
EXAM_ONLY: dict[str, float] = {"riddle": 6, "correction": 6}
