"""Test sets in plain text as markdown: figures on what nobody here generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.evaluation.plain_answers import figures, model_group, shares_by
from training.evaluation.plain_table import LEVEL_DEG, mostly_level
from training.report.sections import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.evaluation.plain_answers import PlainResults, PlainSet


def plain_section(results: PlainResults, details: str) -> str:
    """The card's section: right and refused of each test set, and how true presence and score are.

    Args:
        results: of training.evaluate --real and --worlds.
        details: name of the page with the rest.
    """
    turned = max((len(one.headings) for one in results.sets.values()), default=0)
    head = [
        "test set",
        "things there: right",
        "absent things: refused",
        *([f"both in {turned} headings: mean (lowest to highest)"] if turned else []),
        "presence off",
        "score off",
    ]
    rows = []
    for name, one in results.sets.items():
        of = figures(one.answers)
        right = sum(a.right for a in one.answers if not a.absent)
        asked, absent = int(of["phrases"]), int(of["absent"])
        counts = f"{right} of {asked} ({_share(right, asked)})", f"{of['refused']:.0f} of {absent}"
        spread = [one.spread()] if turned else []
        off = f"{of['presence_ece']:.3f}", f"{of['score_ece']:.3f}"
        rows.append((name, *counts, *spread, *off))
    parts = [
        "## What nobody here generated",
        "Real scans, and rooms that others arranged, asked as plain text. Right: IoU over 0.5; "
        "refused: nothing found; off: expected calibration error of presence and of score "
        f"([more]({details})). Made by\n\n    {results.command}",
        table(head, rows),
    ]
    if turned:
        parts.append(
            f"The first figures are of the scenes as they stand, the {turned} headings those and "
            "turns about z by even parts of half a turn: the scenes stand as they do by chance."
        )
    return "\n\n".join(parts)


def plain_details(results: PlainResults) -> str:
    """For the page of details: by scene, by kind, and by how many models of a kind were learned."""
    parts = ["## What nobody here generated, in parts", "Right of asked, of things that are there."]
    for name, one in results.sets.items():
        rows = [
            ("scene", _groups(shares_by(one.answers, lambda a: a.scene).items())),
            ("kind", _groups(shares_by(one.answers, lambda a: a.kind).items())),
        ]
        if any(a.models >= 0 for a in one.answers):
            shares = shares_by(one.answers, model_group)
            rows.append(("furniture models of the kind", _groups(shares.items())))
        rows += [("`--up auto`", _turned(one))] if one.turned else []
        parts += [f"### {name}", f"Files {one.fingerprint}.", table(("by", "right of asked"), rows)]
    return "\n\n".join(parts)


def _share(right: int, asked: int) -> str:
    return f"{right / asked:.2f}" if asked else "nothing asked"


def _groups(shares: Iterable[tuple[str, tuple[int, int]]]) -> str:
    return ", ".join(f"{group} {right} of {asked}" for group, (right, asked) in shares)


def _turned(one: PlainSet) -> str:
    return f"within {LEVEL_DEG:g} degrees in most random turns: {mostly_level(one)} scans"
