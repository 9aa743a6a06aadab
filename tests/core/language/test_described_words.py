"""The decoder's words of a sentence: nothing of how it is asked."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.language.lexicon import LEARNED_WORDS
from detailbase_core.language.words import SEPARATOR, described_words, split_words, word_parts

RELATIONS = {"next", "to", "by", "left", "not"}


def read(text: str, *phrases: str) -> str:
    """The words that are read of a sentence with these phrases; "|" is a separator."""
    words = [word.text for word in split_words(text)]
    spans, begin = [], 0
    for phrase in phrases:
        said = phrase.split()
        first = next(k for k in range(begin, len(words)) if words[k : k + len(said)] == said)
        begin = first + len(said)
        spans.append((first, begin - 1, begin - 1))
    reading = described_words(words, spans, [word in RELATIONS for word in words])
    for word, row in zip(words, reading.rows, strict=True):
        assert not row or reading.words[row - 1] == word_parts(word)[-1]
    return " ".join(word or "|" for word in reading.words)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("the sofa", "the sofa"),
        ("Where is the sofa?", "the sofa"),
        ("sofa", "sofa"),
        ("bring me a Sofa.", "a Sofa"),
        ("robot, look for any sofa, please!", "any sofa"),
        ("my sofa is where?", "my sofa"),
        ("is there uh the uh sofa", "the uh sofa"),
        ("where are these sofa", "these sofa"),
        ("\uff33\uff4f\uff46\uff41", "\uff33\uff4f\uff46\uff41"),
    ],
)
def test_no_opening_is_read(text, phrase):
    assert read(text, phrase) == "sofa"


@pytest.mark.parametrize(
    ("text", "phrases", "expected"),
    [
        (
            "is the red chair next to a table?",
            ["the red chair", "a table"],
            "red chair next to table",
        ),
        ("the chair that is next to it", ["the chair", "it"], "chair next to it"),
        ("go to the chair, then find a lamp", ["the chair", "a lamp"], "to chair | lamp"),
        ("the chair the lamp", ["the chair", "the lamp"], "chair | lamp"),
        ("chair lamp", ["chair", "lamp"], "chair | lamp"),
        ("the red, round table", ["the red , round table"], "red round table"),
        (
            "take the cup and bring it by the sofa",
            ["the cup", "it", "the sofa"],
            "cup | it by sofa",
        ),
        ("find the cup please next to the sofa", ["the cup", "the sofa"], "cup | next to sofa"),
        ("all the chairs", ["all the chairs"], "all the chairs"),
        ("those", ["those"], "those"),
        ("hello there.", [], ""),
        ("stop by the sofa", ["the sofa"], "sofa"),
        ("park next to the sofa", ["the sofa"], "sofa"),
        ("next to the sofa is a lamp", ["the sofa", "a lamp"], "next to sofa | lamp"),
        ("the chair on the left", ["the chair"], "chair | left"),
    ],
)
def test_what_parts_describing_words_is_marked(text, phrases, expected):
    assert read(text, *phrases) == expected


@pytest.mark.parametrize(
    "text",
    [
        "coffee-table",
        "coffee table",
        "Coffee\u2011Table",
        "coffee\u2013table",
        "coffee_table",
        "coffeetable",
        "Coffee\u00adTable",
        "the coffee-table",
        "co\ufb00ee table",
    ],
)
def test_a_hyphen_changes_nothing(text):
    assert read(text, " ".join(w.text for w in split_words(text))) == "coffee table"


def test_words_that_were_never_learned_are_read_as_those_that_were():
    assert read("the LONG gold desk-lamp", "the LONG gold desk-lamp") == "wide yellow desk lamp"
    assert read("the longest table", "the longest table") == "widest table"
    assert word_parts("opposite") == ("across", "from")
    said, nothing = ["Football", "table"], [False, False]
    assert described_words(said, [(0, 1, 1)], nothing).words == ("foosball", "table")
    assert described_words(said, [(0, 0, 0), (1, 1, 1)], nothing).words[0] == "football"
    assert not LEARNED_WORDS.keys() & {word for known in LEARNED_WORDS.values() for word in known}


def test_nouns_of_two_words_written_as_one():
    assert word_parts("coffeetables") == ("coffee", "tables")
    assert word_parts("rolling-coffeetable") == ("rolling", "coffee", "table")
    for word in ("toolbox", "armchair", "table", "nightstand", "coffee"):  # their own words
        assert word_parts(word) == (word,)


def test_a_curly_apostrophe_is_one():
    assert word_parts("wall\u2019s") == word_parts("wall's") == ("wall's",)
    assert word_parts("-") == ("-",)


def test_spans_move_with_their_words():
    words = ["please", "find", "the", "old", "coffee-table", "by", "this"]
    reading = described_words(words, [(2, 4, 4), (6, 6, 6)], [False] * 7)
    assert reading.words == ("old", "coffee", "table", SEPARATOR, "this")
    assert reading.spans([(2, 4, 4), (6, 6, 6)]) == [(0, 2, 2), (4, 4, 4)]
    bare = reading.without_separators([True] * 5)
    assert bare.words == ("old", "coffee", "table", "this")
    assert bare.spans([(2, 4, 4), (6, 6, 6)]) == [(0, 2, 2), (3, 3, 3)]


def test_published_networks_read_every_word_as_it_is():
    words = ["Where", "is", "the", "Coffee-Table", "?"]
    reading = described_words(words, [(2, 3, 3)], None)
    assert reading.words == tuple(words)
    assert reading.rows == (1, 2, 3, 4, 5)


@given(
    st.lists(
        st.sampled_from(["the", "a", "Red-ish", "sofa", ",", "that", "uh", "is", "\u0301"]),
        max_size=9,
    ),
    st.data(),
)
def test_heads_always_have_a_row_and_the_ends_no_separator(words, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(words)))))
    spans = [
        (a, b - 1, data.draw(st.integers(a, b - 1)))
        for a, b in itertools.pairwise(cuts)
        if data.draw(st.booleans())
    ]
    tagged = [data.draw(st.booleans()) for _ in words]
    reading = described_words(words, spans, tagged)
    assert all(0 < reading.rows[head] <= len(reading.words) for _, _, head in spans)
    assert SEPARATOR not in (reading.words[:1] + reading.words[-1:])
    assert all(a or b for a, b in itertools.pairwise(reading.words))
    assert [row for row in reading.rows if row] == sorted({row for row in reading.rows if row})


def test_compound_prepositions_are_read_whole():
    """Where the phrase head takes but one word of them for describing."""
    words = ["bench", "next", "to", "the", "box"]
    for told in ([0, 1, 0, 0, 0], [0, 0, 1, 0, 0]):
        reading = described_words(words, [(0, 0, 0), (3, 4, 4)], list(map(bool, told)))
        assert reading.words == ("bench", "next", "to", "box")
