"""Phrases that name different things of one kind."""

from __future__ import annotations

import pytest

from detailbase_core.language.phrase_pairs import named_apart


def phrases(*texts: str) -> list[tuple[list[str], str]]:
    return [(text.split(), text.split()[-1]) for text in texts]


@pytest.mark.parametrize(("one", "two"), [
    ("the red table", "the round table"),
    ("the first Chair", "the second chair"),
    ("the chair", "the other chair"),
    ("a lamp", "another lamp"),
])  # fmt: skip
def test_two_things(one, two):
    assert named_apart(phrases("the wall", one, two)) == [(1, 2)]


@pytest.mark.parametrize(("one", "two"), [
    ("the red table", "the table"),
    ("a red table", "the red table"),
    ("the red table", "the round chair"),
    ("the tall red lamp", "that red lamp"),
    ("the other lamp", "the lamp"),
])  # fmt: skip
def test_perhaps_one_thing(one, two):
    assert named_apart(phrases(one, two)) == []
