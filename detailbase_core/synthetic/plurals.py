"""Phrases that mean several things: "both lamps", "the three chairs around the table"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic import vocabulary as words
from detailbase_core.synthetic.clauses import Clause, Mention, binary, on_the_floor
from detailbase_core.synthetic.referring import NounPhrase
from detailbase_core.synthetic.relations import NO, YES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detailbase_core.synthetic.clauses import Parts
    from detailbase_core.synthetic.referring import Speaker

_OPENINGS = (
    ("", "."), ("find ", "."), ("show me ", "."), ("point at ", "."), ("count ", "."),
    ("where are ", "?"), ("can you see ", "?"), ("I mean ", "."), ("look at ", "."),
)  # fmt: skip
_AROUND = {"at": ("around", "at", "around"), "on": ("on", "on top of"), "under": ("under",),
           "next to": ("next to", "beside")}  # fmt: skip


def plural(speaker: Speaker) -> tuple[Parts, tuple[int, ...]] | None:
    """A sentence about two or more things of a kind, and their ids."""
    rng = speaker.rng
    counts = {r: speaker.peers(r) for r in speaker.mentionable}
    rows = [r for r, count in counts.items() if count]
    if not rows:
        return None
    row = int(rng.choice(rows))
    thing = speaker.thing(row)
    noun = speaker.nouns(thing.category)[0]
    color = thing.color if rng.random() < 0.4 else None
    phrase = NounPhrase(noun, color)
    base = speaker.truth(phrase)
    clause = _clause(speaker, row) if rng.random() < 0.5 else None
    truth = base if clause is None else clause.holds(base, speaker.visible)
    found = speaker.means(truth)
    if found is None or len(found) < 2 or not set(found.tolist()) <= set(speaker.mentionable):
        return None
    narrowed = clause is not None or _other_colors(speaker, phrase, base)
    mention = Mention(_counted(speaker, phrase, len(found), narrowed), speaker.ids(found))
    before, after = _OPENINGS[int(rng.integers(len(_OPENINGS)))]
    tail = () if clause is None else clause.attributive()
    return (before, mention, *tail, after), speaker.ids(found)


def _other_colors(speaker: Speaker, phrase: NounPhrase, base: NDArray[np.int8]) -> bool:
    whole = speaker.truth(NounPhrase(phrase.noun))
    return bool(((whole > NO) & (base == NO) & speaker.visible).any())


def _counted(speaker: Speaker, phrase: NounPhrase, count: int, narrowed: bool) -> str:
    """With a determiner: "the two red chairs", "all chairs", "every chair"."""
    many, number = phrase.words(plural=True), words.NUMBER_WORDS.get(count)
    choices = [f"the {many}", f"all the {many}"]
    if not narrowed:
        choices += [f"all {many}", f"every {phrase.words()}"]
    if number:
        choices += [f"the {number} {many}"] * 2
    if count == 2:
        choices += [f"both {many}", f"both {many}"]
    elif number:
        choices.append(f"all {number} {many}")
    return str(speaker.rng.choice(choices))


def _clause(speaker: Speaker, row: int) -> Clause | None:
    """A relation that several things can share with one anchor."""
    rng = speaker.rng
    kinds = list(_AROUND)
    if speaker.thing(row).category in words.PORTABLE and rng.random() < 0.3:
        return on_the_floor(speaker)
    for kind in (kinds[i] for i in rng.permutation(len(kinds))):
        relation = getattr(speaker.geometry, kind.replace(" ", "_"))
        anchors = [a for a in speaker.mentionable if relation[row, a] == YES]
        if not anchors:
            continue
        found = binary(speaker, kind, int(rng.choice(anchors)))
        if found is None:
            continue
        before = str(rng.choice(_AROUND[kind]))
        return Clause(kind, before, before, found.anchors, found.rows, truth=found.truth)
    return None
