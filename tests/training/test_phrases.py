"""Phrases of sentences written by hand: their marks, how they are counted, and what ships."""

from __future__ import annotations

import re

import pytest

from detailbase_core.errors import DetailBaseError
from detailbase_core.language.rule_parser import parse_sentence
from training.phrases import (
    KnownPhrases,
    PhraseCount,
    count_phrases,
    main,
    read_known_phrases,
)


def said(known, spans):
    return [known.text[begin:end] for begin, end in spans]


def test_marks_are_no_part_of_a_sentence():
    known = KnownPhrases.of_marked("Is *[the cup] in {the kitchen}, or [the red one]?")
    assert known.text == "Is the cup in the kitchen, or the red one?"
    assert said(known, known.phrases) == ["the cup", "the red one"]
    assert said(known, known.free) == ["the kitchen"]
    assert said(known, known.wanted) == ["the cup"]


@pytest.mark.parametrize(
    ("marked", "exact", "extra", "whole"),
    [
        ("[the cup] on [the table]", 2, 0, 1),
        ("[the cup on the] table", 0, 0, 0),  # a word more is not the phrase, and not in vain
        ("[the cup] on the table", 1, 1, 0),
        ("[the cup] on {the table}", 1, 0, 1),
        ("the cup on the table", 0, 2, 0),
    ],
)
def test_phrases_are_counted(marked, exact, extra, whole):
    known = KnownPhrases.of_marked(marked)
    count = count_phrases([known], [parse_sentence(known.text)])
    assert count == PhraseCount(len(known.phrases), exact, extra, 1, whole)


def test_what_ships_finds_phrases_that_training_never_showed(capsys):
    """Written by somebody who did not know the program: 226 of 256, 3 in vain."""
    assert main([]) == 0
    row, *_, everyday, _ = (
        list(map(int, re.findall(r"\d+", line)))
        for line in capsys.readouterr().out.splitlines()
        if "kept back" in line
    )
    found, asked, in_vain, *_ = row
    assert asked == 256 and found >= 223 and in_vain <= 5
    assert everyday[-1] == 82 and everyday[-2] >= 68  # asked for what they ask for: 70


def test_sentences_are_read_as_sets(tmp_path):
    path = tmp_path / "sets.yaml"
    path.write_text("one:\n- '[a cup]'\n")
    assert read_known_phrases(path) == {"one": [KnownPhrases("a cup", ((0, 5),), ())]}
    path.write_text("- a list\n")
    with pytest.raises(DetailBaseError, match="no mapping of names"):
        read_known_phrases(path)


def test_a_checkpoint_that_is_none(capsys):
    assert main(["--checkpoint", "nowhere.safetensors"]) == 1
    assert "phrases: nowhere.safetensors" in capsys.readouterr().err
