"""Sentences with one word replaced: what is asked, and what counts as right."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from detailbase_core.errors import DetailBaseError
from training.rewordings import is_right, main, read_words, rewordings

TEXT = "Next to the wide desk is the wide bed."


def description(about, style="written"):
    begin = TEXT.index(about)
    phrase = SimpleNamespace(begin=begin, end=begin + len(about), ids=(7,))
    other = SimpleNamespace(begin=0, end=0, ids=(3,))
    return SimpleNamespace(text=TEXT, phrases=(other, phrase), target_ids=(7,), style=style)


@pytest.mark.parametrize(
    ("about", "word", "other", "found"),
    [
        ("the wide desk", "wide", "rather long", "the rather long desk"),  # inside
        ("the wide bed", "wide", "rather long", "the wide bed"),  # before
        ("the wide desk", "is", "stands near", "the wide desk"),  # behind
    ],
)
def test_the_phrase_asked_for_moves_with_the_words(about, word, other, found):
    ((as_it_was, changed),) = rewordings(description(about), {word: [other]})
    assert as_it_was.text == TEXT
    assert TEXT[slice(*as_it_was.span)] == about
    assert changed.text == TEXT.replace(word, other, 1)
    assert changed.text[slice(*changed.span)] == found


def test_sentences_that_are_left_out():
    assert not list(rewordings(description("the wide desk"), {"wid": ["long"], "tall": ["high"]}))
    assert not list(rewordings(description("the wide desk", "spoken"), {"wide": ["long"]}))


def test_an_answer_is_right_by_its_points():
    sample = SimpleNamespace(xyz=np.zeros((10, 3)), instance=np.repeat([7, 3], 5))
    ((asked, _),) = rewordings(description("the wide desk"), {"wide": ["long"]})

    def answered(*points):
        instances = [SimpleNamespace(point_indices=np.array(points, np.int64))]
        begin, end = asked.span
        return SimpleNamespace(phrases=[SimpleNamespace(begin=begin, end=end, instances=instances)])

    assert is_right(answered(0, 1, 2), asked, sample)
    assert not is_right(answered(0, 1), asked, sample)
    assert not is_right(SimpleNamespace(phrases=[]), asked, sample)


def test_files_that_cannot_be_used(tmp_path, capsys):
    path = tmp_path / "words.yaml"
    path.write_text("wide: long\n")
    with pytest.raises(DetailBaseError, match="no mapping of words"):
        read_words(path)
    assert main(["--furniture", str(tmp_path / "nowhere.npz")]) == 1
    assert "nowhere.npz" in capsys.readouterr().err
