"""Words of follow-ups, and nouns."""

from __future__ import annotations

import pytest

from detailbase_core.conversation.follow_up import (
    Choose,
    FollowUp,
    Mentioned,
    Neighbours,
    Others,
    Rewritten,
    mentioned_in,
    read_follow_up,
)
from detailbase_core.conversation.nouns import plural_of, singular_of

CHAIR = Mentioned("chair", "the red chair")


@pytest.mark.parametrize(
    ("sentence", "meaning"),
    [
        ("the other one", Others()),
        ("The other.", Others()),
        ("the others", Others()),
        ("go to another one", Others()),
        ("not that one", Others()),
        ("the left one of them", Choose("left")),
        ("the one on the right", Choose("right")),
        ("bring me the closest one", Choose("nearest")),
        ("the tallest one of the three", Choose("tallest")),
        ("what is next to it?", Neighbours()),
        ("And what's near them?", Neighbours()),
        ("what is there beside it", Neighbours()),
        ("no, the blue one", Rewritten("the blue chair")),
        ("No, I meant the big one!", Rewritten("the big chair!")),
        ("and the blue ones?", Rewritten("the blue chairs?")),
        ("the blue one of them", Rewritten("the blue chair")),
        ("the red one by the window", Rewritten("the red chair by the window")),
        ("which one is red?", Rewritten("which chair is red?")),
        ("is there a lamp next to it?", Rewritten("is there a lamp next to the red chair?")),
        ("find it", Rewritten("find the red chair")),
    ],
)
def test_a_follow_up_is_understood(sentence: str, meaning: FollowUp) -> None:
    assert read_follow_up(sentence, CHAIR) == meaning


@pytest.mark.parametrize(
    "sentence",
    [
        "the sofa",
        "the chair next to the red one",
        "the chair with a lamp next to it",
        "the table and the other one",
        "pick up the cup and put it on the table",
        "is it there?",
        "it is red",
        "what is next to the sofa?",
        "quickly",
    ],
)
def test_what_stands_by_itself_is_left_alone(sentence: str) -> None:
    assert read_follow_up(sentence, CHAIR) is None


@pytest.mark.parametrize(
    ("phrase", "noun", "definite"),
    [
        ("the red chair", "chair", "the red chair"),
        ("both shelves", "shelf", "the shelves"),
        ("a round coffee table", "table", "the round coffee table"),
        ("Lamps", "lamp", "the Lamps"),
    ],
)
def test_what_a_phrase_mentions(phrase: str, noun: str, definite: str) -> None:
    assert mentioned_in(phrase) == Mentioned(noun, definite)


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("chair", "chairs"),
        ("box", "boxes"),
        ("bench", "benches"),
        ("shelf", "shelves"),
        ("glass", "glasses"),
        ("canary", "canaries"),
        ("toy", "toys"),
        ("vase", "vases"),
        ("house", "houses"),
    ],
)
def test_plurals_and_back(singular: str, plural: str) -> None:
    assert plural_of(singular) == plural == plural_of(plural)
    assert singular_of(plural) == singular == singular_of(singular)
