"""Results of an evaluated sentence and its phrases: the rows from which all figures are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.scenes.descriptions import Description

SMALL_POINTS = 50  # phrases about a smaller object are counted apart
THING, SMALL, STRUCTURE, ABSENT = "thing", "small", "structure", "absent"


@dataclass(frozen=True)
class PhraseOutcome:
    """One phrase, or the sentence as a whole.

    Attributes:
        row: its text row.
        kind: THING, SMALL (one of its objects has fewer than SMALL_POINTS points), STRUCTURE
            (floor, wall, ceiling) or ABSENT (the scene holds nothing of it).
        hard: absent, and yet the scene holds others of its kind.
        category: of its objects, where all have one; else "".
        points: of its objects together.
        iou: of the answered mask, over points; 0 for an absent phrase.
        raw: the same before objects are chosen from the mask (object_selection).
        oracle: IoU of the best mask that superpoints allow.
        blind: IoU of the model's mask for another phrase of the scene.
        same_category: IoU of all objects of the phrase's categories.
        presence, score: as answered, see GroundedPhrase.
        said_present: whether the model says that there is such a thing.
        objects: how many it means.
        instances: how many the model finds.
        matched: instances with an IoU over one half with an object of their own.
        answer: which of mistakes.KINDS it is; "" for an absent phrase.
    """

    row: int
    kind: str
    hard: bool = False
    category: str = ""
    points: int = 0
    iou: float = 0.0
    raw: float = 0.0
    oracle: float = 0.0
    blind: float = 0.0
    same_category: float = 0.0
    presence: float = 1.0
    score: float = 0.0
    said_present: bool = True
    objects: int = 0
    instances: int = 0
    matched: int = 0
    answer: str = ""


@dataclass(frozen=True)
class SentenceOutcome:
    """One sentence.

    Attributes:
        room: scene id.
        number: of the sentence among the scene's.
        description: what was asked.
        phrases: in order; those with neither objects nor absence ("the corner") are left out.
        target: the sentence's own; None where it is not told.
        spans_told, spans_found, spans_right: noun phrases by the data, by the network's phrase
            head (or the rule parser, where it has none), and those on which both agree.
        heads_right: of spans_right, those with the right head word.
    """

    room: str
    number: int
    description: Description
    phrases: tuple[PhraseOutcome, ...]
    target: PhraseOutcome | None
    spans_told: int = 0
    spans_found: int = 0
    spans_right: int = 0
    heads_right: int = 0
