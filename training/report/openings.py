"""The openings exam as markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.report.sections import table
from training.rooms.opening_questions import ABSENT, OTHER_COLOR, OTHER_PLACE, THERE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from training.evaluation.openings import OpeningsResults

_LABELS = {
    THERE: "there: right",
    ABSENT: "not there: refused",
    OTHER_COLOR: "there in another color only: refused",
    OTHER_PLACE: "there in another place only: refused",
}
_WORST = 8


def openings_section(results: OpeningsResults) -> str:
    """The card's section: figures, the worst wordings, and the room-blind probe."""
    return "\n\n".join(
        [
            "## Openings: the same things in many wordings",
            f"{len(results.wordings)} wordings, {len(results.held_out)} of them never used in "
            "training, about things that are there once, not there, or there only in another "
            "color or place. Right: IoU over 0.5; refused: nothing found. The worst wording is the "
            f"one with the lowest figure. Made by\n\n    {results.command}",
            openings_table(results),
            "The worst wordings for things that are there:",
            _worst_wordings(results),
            "### Room-blind probe",
            "AUC of presence: how well the network's presence tells what is there from what is "
            "not, asked in the sentence's own room, and as the mean over three other rooms, where "
            "wording and noun are all that it can go by (0.5 = they tell nothing).",
            presence_table(results),
        ]
    )


def openings_table(results: OpeningsResults) -> str:
    """Mean and worst wording of every figure, of all, trained and held-out wordings."""
    held_out = set(results.held_out)
    groups = {
        "all wordings": results.wordings,
        "used in training": [w for w in results.wordings if w not in held_out],
        "held out": [w for w in results.wordings if w in held_out],
    }
    head = ["", *(f"{part}, {what}" for part in results.parts for what in ("mean", "worst"))]
    rows = []
    for group, wordings in groups.items():
        for kind, label in _LABELS.items():
            rows.append([f"{group}, {label}", *_mean_and_worst(results, kind, wordings)])
    for kind in (THERE, ABSENT):
        shares = [f"{results.in_every_wording(part, kind):.2f}" for part in results.parts]
        cells = [cell for share in shares for cell in (share, "")]
        rows.append([f"in every one of the wordings, {_LABELS[kind]}", *cells])
    return table(head, rows)


def presence_table(results: OpeningsResults) -> str:
    """AUC of presence in the own room and in others."""
    rows = [
        [name, f"{found.sighted:.3f}", f"{found.blind:.3f}"]
        for name, found in results.presence.items()
    ]
    return table(["asked", "own room", "other rooms"], rows)


def _mean_and_worst(
    results: OpeningsResults, kind: str, wordings: Collection[str]
) -> Iterator[str]:
    for part in results.parts:
        shares = results.share_right(part, kind)
        chosen = {wording: shares[wording] for wording in wordings}
        worst = min(chosen, key=lambda w: chosen[w])
        yield f"{np.mean(list(chosen.values())):.2f}"
        yield f"{chosen[worst]:.2f} “{worst}”"


def _worst_wordings(results: OpeningsResults) -> str:
    """Wordings with the lowest share of things that are there found, seen furniture first."""
    first = next(iter(results.parts))
    shares = {kind: {p: results.share_right(p, kind) for p in results.parts} for kind in _LABELS}
    worst = sorted(results.wordings, key=lambda w: shares[THERE][first][w])[:_WORST]
    head = ["", *(f"{part}, {_LABELS[kind]}" for part in results.parts for kind in (THERE, ABSENT))]
    return table(
        head,
        (
            [w, *(f"{shares[k][p][w]:.2f}" for p in results.parts for k in (THERE, ABSENT))]
            for w in worst
        ),
    )
