"""Phrases that are named only to tell others apart, and what stands between phrases."""

from __future__ import annotations

import pytest

from detailbase_core.language.related import read_between
from detailbase_core.language.words import plain_letters, split_words
from training.phrases import KnownPhrases


def read(marked):
    """The phrases of a marked sentence that it is not about, its relations, and its goals."""
    known = KnownPhrases.of_marked(marked)
    words = split_words(known.text)
    inside = [
        [i for i, word in enumerate(words) if begin <= word.begin < end]
        for begin, end in known.phrases
    ]
    plain = [plain_letters(word.text) for word in words]
    found = read_between(plain, [(own[0], own[-1], own[-1]) for own in inside])
    aside = [
        known.text[begin:end]
        for (begin, end), out in zip(known.phrases, found.aside, strict=True)
        if out
    ]
    told = [
        " ".join(word for word, is_so in zip(plain, tells, strict=True) if is_so)
        for tells in (found.relates, found.leads)
    ]
    return aside, *told


@pytest.mark.parametrize(
    ("marked", "aside", "relation"),
    [
        ("[the gizmo] on [the desk]", ["the desk"], "on"),
        ("[the gizmo] that is right next to [the desk]", ["the desk"], "next to"),
        ("[the gizmo], they are in here, probably on [the desk]", ["the desk"], ""),
        ("[the gizmo] between [the desk] and [the bed]", ["the desk", "the bed"], "between"),
        ("[the gizmo] and [the gadget] by [the bed]", ["the bed"], "by"),
        ("[the gizmo] without [a lid]", ["a lid"], "without"),
        ("sit by [the window]", [], ""),
        ("[the desk] or under [the bed]", [], ""),
        ("turn at [the shelf] and stop by [the door]", [], ""),
    ],
)
def test_relations_set_phrases_aside(marked, aside, relation):
    assert read(marked) == (aside, relation, "")


@pytest.mark.parametrize(
    ("marked", "aside"),
    [
        ("go to [the sofa], no, I meant [the stool]", ["the sofa"]),
        ("[the sofa] no um wait [the stool]", ["the sofa"]),
        ("[the sofa]. That is not what I mean. [the stool]", []),
        ("not [the sofa] but [the stool]", ["the sofa"]),
        ("[the sofa] instead of [the stool]", ["the stool"]),
        ("[the sofa]", []),
    ],
)
def test_what_is_taken_back_is_not_asked_for(marked, aside):
    assert read(marked)[0] == aside


@pytest.mark.parametrize(
    ("marked", "relation", "goal"),
    [
        ("put [the cup] on [the table]", "", "on"),
        ("put [the cup] on [the table] in [the corner]", "in", "on"),
        ("where did I put [the cup] on [the table]", "on", ""),
        ("fetch [the cup] on [the table]", "on", ""),
        ("hang [the coat] up on [the hook]", "", "up on"),
        ("bring [the cup] to [the table]", "", "to"),
        ("take [the cup] over to [the table]", "", "over to"),
        ("drive from [the cup] to [the table]", "", "to"),
        ("go to [the cup] and then on to [the table]", "", "on to"),
        ("dust [the cup] as well as [the table]", "", "as well as"),
        ("[the cup] next to [the table]", "next to", ""),
        ("[the closest cup] to [the table]", "", ""),  # here it relates
        ("[the cup] that belongs to [the table]", "", ""),
    ],
)
def test_where_a_thing_should_go_is_not_where_it_is(marked, relation, goal):
    assert read(marked)[1:] == (relation, goal)
