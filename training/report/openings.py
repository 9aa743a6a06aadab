"""The openings test set as markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.report.sections import table
from training.rooms.opening_questions import ABSENT, OTHER_COLOR, OTHER_PLACE, THERE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from training.evaluation.openings import OpeningsResults
    from training.evaluation.room_blind import RoomBlind

_LABELS = {
    THERE: "there: right",
    ABSENT: "not there: refused",
    OTHER_COLOR: "there in another color only: refused",
    OTHER_PLACE: "there in another place only: refused",
}


def openings_section(results: OpeningsResults, details: str) -> str:
    """The card's section: figures over all wordings, and the room-blind probe.

    Args:
        results: of training.openings.
        details: name of the page with the rest.
    """
    parts = [
        "## Openings: the same things in many wordings",
        f"{len(results.wordings)} wordings, {len(results.held_out)} of them never used in "
        "training, about things that are there once, not there, or there only in another color or "
        "place. Right: IoU over 0.5; refused: nothing found. Worst is the wording with the lowest "
        f"figure ([more]({details})). Made by\n\n    {results.command}",
        _figures(results, {"": results.wordings}),
        "Room-blind probe: how well the network's presence tells what is there from what is not "
        "(AUC), asked in the sentence's own room, and as the mean over three other rooms, where "
        "wording and noun are all that it can go by (0.5 = they tell nothing). Same noun: of two "
        "phrases with one noun, one about what is there and one not, asked in a room that is the "
        "own one of neither, the share in which the former has more presence: what wording alone "
        "gives away.",
        presence_table(results),
    ]
    return "\n\n".join(parts)


def openings_details(results: OpeningsResults) -> str:
    """For the page of details: figures by group of wordings, and every wording."""
    parts = [
        "## Openings",
        openings_table(results),
        "Every wording, the worst ones first:",
        _by_wording(results),
    ]
    return "\n\n".join(parts)


def openings_table(results: OpeningsResults) -> str:
    """Mean and worst wording of every figure, of all, trained and held-out wordings."""
    held_out = set(results.held_out)
    groups = {
        "all wordings, ": results.wordings,
        "used in training, ": [w for w in results.wordings if w not in held_out],
        "held out, ": [w for w in results.wordings if w in held_out],
    }
    return _figures(results, groups)


def _figures(results: OpeningsResults, groups: Mapping[str, Sequence[str]]) -> str:
    """A row per group of wordings and kind of question, and what is alike in all of them."""
    head = ["", *(f"{part}, {what}" for part in results.parts for what in ("mean", "worst"))]
    rows = [
        [f"{group}{label}", *_mean_and_worst(results, kind, wordings)]
        for group, wordings in groups.items()
        for kind, label in _LABELS.items()
    ]
    for kind in (THERE, ABSENT):
        shares = [f"{results.in_every_wording(part, kind):.2f}" for part in results.parts]
        cells = [cell for share in shares for cell in (share, "")]
        rows.append([f"{_LABELS[kind]} in every one of the wordings", *cells])
    return table(head, rows)


def presence_table(results: OpeningsResults) -> str:
    """AUC of presence in the own room and in others."""
    rows = [
        [name, f"{found.sighted:.3f}", f"{found.blind:.3f}", _same_noun(found)]
        for name, found in results.presence.items()
    ]
    return table(["asked", "own room", "other rooms", "other rooms, same noun"], rows)


def _same_noun(found: RoomBlind) -> str:
    if found.same_noun is None:
        return "not measured"
    return f"{found.same_noun:.3f} of {found.pairs:,} pairs"


def _mean_and_worst(results: OpeningsResults, kind: str, wordings: Sequence[str]) -> Iterator[str]:
    for part in results.parts:
        shares = results.share_right(part, kind)
        chosen = {wording: shares[wording] for wording in wordings}
        worst = min(chosen, key=lambda w: chosen[w])
        yield f"{np.mean(list(chosen.values())):.2f}"
        yield f"{chosen[worst]:.2f} “{worst}”"


def _by_wording(results: OpeningsResults) -> str:
    """Every wording's figures about what is there and what is not."""
    kinds = [(part, kind) for part in results.parts for kind in (THERE, ABSENT)]
    shares = {(part, kind): results.share_right(part, kind) for part, kind in kinds}
    ordered = sorted(results.wordings, key=lambda w: min(of[w] for of in shares.values()))
    head = ["", *(f"{part}, {_LABELS[kind]}" for part, kind in kinds)]
    return table(head, ([w, *(f"{shares[column][w]:.2f}" for column in kinds)] for w in ordered))
