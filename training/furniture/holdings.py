"""Content of a bank, by kind and source, as a Markdown page."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.synthetic.furniture_card import Card

MANY = 15  # models of a kind; with fewer, real things of it are rarely found


def holdings(cards: Sequence[Card]) -> str:
    """A table of sources with their terms, and one of kinds with their numbers of models."""
    kinds = Counter(card.category for card in cards)
    many = sum(count >= MANY for count in kinds.values())
    lines = [
        f"{len(cards)} models of {len(kinds)} kinds; {many} kinds with {MANY} models or more.",
        "",
        "| source | models | kinds | terms |",
        "| --- | --- | --- | --- |",
    ]
    sources: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        sources[card.library].append(card)
    for source, here in sorted(sources.items(), key=lambda item: -len(item[1])):
        terms = ", ".join(sorted({card.license for card in here}))
        lines.append(f"| {source} | {len(here)} | {len({c.category for c in here})} | {terms} |")
    lines += ["", "| models | kinds |", "| --- | --- |"]
    by_count: dict[int, list[str]] = defaultdict(list)
    for kind, count in sorted(kinds.items()):
        by_count[count].append(kind)
    lines += [
        f"| {n} | {', '.join(names)} |" for n, names in sorted(by_count.items(), reverse=True)
    ]
    return "\n".join(lines)
