"""Statistics of sentences about rooms, and whether each phrase means what it should."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.sentences.check.sentence_checker import SentenceChecker

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from detailbase_core.synthetic.room import Room
    from training.sentences.generator import Description

LONG_WORDS = 50  # more than so many words and marks make a long sentence
COMPLEX_PHRASES = 4  # so many phrases make a complex one


@dataclass
class SentenceStatistics:
    """Counts over sentences; fill it with `add`.

    Attributes:
        rooms, sentences, phrases: how many.
        words: of all sentences together, marks included.
        long, complex: sentences of more than LONG_WORDS words, of COMPLEX_PHRASES phrases or more.
        present, structure: phrases that mean furniture, and floor, wall and the like.
        with_distractor: of the present ones, those of whose kind the room holds another.
        several: phrases that mean more than one thing.
        absent, hard: sentences with a phrase for something that is not there; almost there.
        phrase_counts, kinds, styles: sentences by number of phrases, template, style.
        categories: how often things of each category are meant.
        relations, modifiers: how often each is said.
        complaints: of the independent checker, a sentence each.
    """

    rooms: int = 0
    sentences: int = 0
    phrases: int = 0
    words: int = 0
    long: int = 0
    complex: int = 0
    present: int = 0
    structure: int = 0
    with_distractor: int = 0
    several: int = 0
    absent: int = 0
    hard: int = 0
    phrase_counts: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    modifiers: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def add(
        self,
        room: Room,
        descriptions: Sequence[Description],
        visible: Collection[int] | None = None,
    ) -> None:
        """Count a room's sentences and check them.

        Args:
            room: the room.
            descriptions: what is said about it.
            visible: ids of the furniture that was seen, as given to `describe`.
        """
        checker = SentenceChecker(room, visible)
        category_of = {thing.id: thing.category for thing in room.furniture}
        held = Counter(
            thing.category for thing in room.furniture if visible is None or thing.id in visible
        )
        self.rooms += 1
        for description in descriptions:
            self._count(description)
            for phrase in description.phrases:
                kinds = [category_of[i] for i in phrase.ids if i in category_of]
                self.categories.update(kinds)
                meant = Counter(kinds)
                self.with_distractor += any(held[kind] > meant[kind] for kind in meant)
            self.complaints += checker.complaints(description)

    def _count(self, description: Description) -> None:
        phrases = description.phrases
        self.sentences += 1
        self.phrases += len(phrases)
        self.words += len(description.words)
        self.long += len(description.words) > LONG_WORDS
        self.complex += len(phrases) >= COMPLEX_PHRASES
        self.present += sum(bool(p.ids) and not p.structure for p in phrases)
        self.structure += sum(p.structure for p in phrases)
        self.several += sum(len(p.ids) > 1 for p in phrases)
        self.absent += any(p.absent for p in phrases)
        self.hard += any(p.hard for p in phrases)
        self.phrase_counts[len(phrases)] += 1
        self.kinds[description.kind] += 1
        self.styles[description.style] += 1
        self.relations.update(description.relations)
        self.modifiers.update(description.modifiers)

    def markdown(self) -> str:
        """All of it as a table of two columns.

        Raises:
            ValueError: nothing was added.
        """
        if not self.sentences:
            raise ValueError("no sentences were added: there is nothing to tell of them")
        rows = [
            ("rooms / sentences / phrases", f"{self.rooms} / {self.sentences} / {self.phrases}"),
            ("phrases per sentence", f"{self.phrases / self.sentences:.2f}"),
            ("sentences by phrases", _listed(dict(sorted(self.phrase_counts.items())))),
            ("words and marks per sentence", f"{self.words / self.sentences:.1f}"),
            (f"long (> {LONG_WORDS} words)", self._share(self.long)),
            (f"complex (>= {COMPLEX_PHRASES} phrases)", self._share(self.complex)),
            ("something is not there", self._share(self.absent)),
            ("of these, the kind is there", _percent(self.hard, self.absent)),
            ("phrases with a distractor", _percent(self.with_distractor, self.present)),
            ("phrases of several things", _percent(self.several, self.phrases)),
            ("structure phrases", _percent(self.structure, self.phrases)),
            ("styles", _listed(self.styles)),
            ("templates", _listed(self.kinds)),
            ("relations", _listed(self.relations)),
            ("modifiers", _listed(self.modifiers)),
            (f"categories ({len(self.categories)})", _listed(self.categories)),
            ("phrases that the checker found wrong", str(len(self.complaints))),
        ]
        lines = ["| measure | value |", "| --- | --- |"]
        return "\n".join(lines + [f"| {name} | {value} |" for name, value in rows])

    def _share(self, count: int) -> str:
        return _percent(count, self.sentences)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _listed(counts: Counter[str] | dict[int, int]) -> str:
    """Names with their counts, the most frequent first; numbers in their own order."""
    items = counts.most_common() if isinstance(counts, Counter) else list(counts.items())
    return ", ".join(f"{name} {count}" for name, count in items)
