"""Phrases and sentences that name nothing to look for."""

from __future__ import annotations

import pytest

from detailbase_core.language.phrase_semantics import named_rows
from detailbase_core.language.words import split_words


def named(text: str, *phrases: str) -> list[bool]:
    words = [word.text for word in split_words(text)]
    spans, begin = [], 0
    for phrase in phrases:
        said = [word.text for word in split_words(phrase)]
        first = next(k for k in range(begin, len(words)) if words[k : k + len(said)] == said)
        begin = first + len(said)
        spans.append((first, begin - 1, begin - 1))
    return named_rows(words, spans)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("find it", ["it"]),
        ("This", ["This"]),
        ("no chair", ["no chair"]),
        ("0 chairs", ["0 chairs"]),
        ("find zero chairs", ["zero chairs"]),
        ("no chair", ["chair"]),
        ("without a chair", ["a chair"]),
        ("nothing", ["nothing"]),
        ("see something", ["something"]),
        ("the one", ["the one"]),
        ("those uh ones", ["those uh ones"]),
        (", !", [", !"]),
        ("take it and put it there", ["it", "it", "there"]),
        ("neither chair", ["neither chair"]),
    ],
)
def test_these_name_nothing(text, phrases):
    assert named(text, *phrases) == [False] * (1 + len(phrases))


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("the chair", ["the chair"]),
        ("this chair", ["this chair"]),
        ("Sofas", ["Sofas"]),
        ("the red one", ["the red one"]),
        ("the cup and the table under it", ["the cup", "it"]),
        ("this is the chair", ["this", "the chair"]),
        ("another chair", ["another chair"]),
        ("not the chair", ["the chair"]),
        ("Nothing but the chair", ["the chair"]),
        ("\u6c99\u53d1", ["\u6c99\u53d1"]),
    ],
)
def test_these_name_something(text, phrases):
    assert named(text, *phrases) == [True] * (1 + len(phrases))


def test_only_what_was_named_before_can_be_meant():
    assert named("find it next to the sofa", "it", "the sofa") == [True, False, True]
    assert named("no chair but a lamp, bring it", "no chair", "a lamp", "it") == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("text", "something"),
    [
        ("find it", False),
        ("where is that?", False),
        ("please bring me this one!", False),
        ("?", False),
        ("the sofa", True),
        ("das da", True),
        ("", False),
    ],
)
def test_a_sentence_without_phrases_names_something_by_any_word_of_content(text, something):
    assert named(text) == [something]
