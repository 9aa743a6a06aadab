"""Words of sayings name nothing: not the sign of "any sign of a lamp?"."""

from __future__ import annotations

import pytest

from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.language.sayings import idle_words
from detailbase_core.language.words import plain_letters, split_words


def said(text):
    words = [word.text for word in split_words(text)]
    idle = idle_words([plain_letters(word) for word in words])
    return " ".join(word for word, is_idle in zip(words, idle, strict=True) if is_idle)


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("Any sign of a lamp?", "Any sign of"),
        ("is there any sign on the door", ""),  # here it is a thing
        ("Track down the lamp", "Track down"),
        ("the track", ""),
        ("Have a look, is that a lamp?", "Have a look"),
        ("in case we have one", "in case we have one"),  # the longest counts
        ("Would you happen to have a mop around?", ""),
    ],
)
def test_sayings(text, idle):
    assert said(text) == idle


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("Got a lamp handy?", "handy"),
        ("turn the lamp on and the radio off", "on off"),
        ("the lamp on the shelf and the radio", ""),
        ("Is a lamp on the desk anywhere to be seen?", "anywhere to be seen"),
        ("Is the lamp by the sofa visible?", "visible"),
        ("this is a lamp, right", ""),  # a mark parts it, and nothing must be hidden
        ("this is a lamp right", "right"),
        ("the lamp on the right", ""),
        ("the lamp on the um right", ""),
        ("where the lamp is", "is"),
        ("the tv stands", ""),
        ("the lamp that stands in the corner", ""),  # not at the end
        ("examine the lamp closely.", "closely"),
        ("the trolly", ""),
        ("bring the lamp would you, it is dark", "would you"),
        ("", ""),
        ("handy", ""),
    ],
)
def test_closings(text, idle):
    assert said(text) == idle


def test_grammar_takes_no_word_of_a_saying_for_a_thing():
    phrases = parse_sentence("any luck with the lamp handy").phrases
    assert [phrase.text for phrase in phrases] == ["the lamp"]
