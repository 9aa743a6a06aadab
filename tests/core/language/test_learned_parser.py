"""Phrases from the network's own head: decoding, spans, and the parser that Grounder uses."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import BadQueryError
from detailbase_core.grounder import Grounder
from detailbase_core.language.learned_parser import (
    BEGIN,
    INSIDE,
    OUTSIDE,
    LearnedParser,
    WordTags,
    decode_phrases,
    grammar_evidence,
    viterbi_decode,
)
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.language.tagger import TaggedWords
from detailbase_core.network.checkpoint import Checkpoint, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.types import PointCloud
from tests.core.postprocess.test_instances import block
from tests.helpers.weight_files import MODEL, tiny_text_encoder

O, B, I = OUTSIDE, BEGIN, INSIDE  # noqa: E741


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([B, I, O, O, B, I], [(0, 1, 1), (4, 5, 5)]),
        ([B, B, I], [(0, 0, 0), (1, 2, 2)]),
        ([O, O], []),
        ([], []),
    ],
)
def test_decoding(places, expected):
    assert decode_phrases(places, range(len(places))) == expected


def test_a_sentence_is_about_at_least_one_of_its_phrases():
    assert WordTags([], None, (-5.0, 2.0, -1.0, 0.5)).targets([1, 2, 3]) == (True, False, True)
    assert WordTags([], None, (-5.0, -2.0)).targets([0, 1]) == (False, True)
    assert WordTags([], None, ()).targets([]) == ()
    assert WordTags([], None).targets([0]) is None


def test_a_phrase_without_a_head_is_none():
    heads = [-9.0, -9.0, -9.0, -9.0, 4.0]  # to the left of it
    assert decode_phrases([O, B, O, O, B], heads) == [(4, 4, 4)]


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.just(3)), elements=st.floats(-9, 0)))
def test_places_are_the_likeliest_that_hold_together(scores):
    def allowed(places):
        return all(b != I or a != O for a, b in itertools.pairwise((O, *places)))

    def score(places):
        return sum(float(word[place]) for word, place in zip(scores, places, strict=True))

    found = viterbi_decode(scores)
    best = max(filter(allowed, itertools.product(range(3), repeat=len(scores))), key=score)
    assert allowed(found)
    assert score(found) == pytest.approx(score(best), abs=1e-4)


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(-2, 5)), max_size=12))
def test_phrases_are_in_order_apart_and_hold_their_heads(words):
    places, scores = [p for p, _ in words], [s for _, s in words]
    places = [B if p == I and (k == 0 or places[k - 1] == O) else p for k, p in enumerate(places)]
    found = decode_phrases(places, scores)
    for first, last, head in found:
        assert first <= head <= last
        assert all(places[k] != O for k in range(first, last + 1))
        assert scores[head] == max(scores[first : last + 1])
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found))
    assert sum(last - first + 1 for first, last, _ in found) == sum(p != O for p in places)


def test_spans_of_phrases_in_words():
    assert parse_sentence("the red chair by it").spans == [(0, 2, 2)]


class Nouns(torch.nn.Module):
    """A head that takes every word for the second of two: "the chair".

    Args:
        sure: logit by which it does so.
    """

    def __init__(self, sure=99.0):
        super().__init__()
        self.sure = sure

    def forward(self, text):
        logits = torch.zeros(*text.shape[:2], 4)
        rows = torch.arange(text.shape[1])
        logits[:, rows % 2 == 1, B] = self.sure
        logits[:, rows % 2 == 0, I] = self.sure
        logits[..., 3] = rows * self.sure
        return logits


class Describes(Nouns):
    """The same, which tells every second word for describing."""

    def forward(self, text):
        logits = super().forward(text)
        rows = torch.arange(text.shape[1])
        return torch.cat([logits, (rows % 2 * 2.0 - 1)[None, :, None]], dim=-1)


def test_grammar_decides_where_the_head_is_unsure():
    said = "bring me the kettlebell next to my old sofa"
    found = [LearnedParser(Nouns(sure), tiny_text_encoder()).parse(said) for sure in (0.1, 99.0)]
    unsure, sure = ([phrase.text for phrase in sentence.phrases] for sentence in found)
    assert unsure == ["the kettlebell", "my old sofa"]
    assert sure == ["bring me", "the kettlebell", "next to", "my old", "sofa"]


def _evidence(words):
    return grammar_evidence(TaggedWords.of(words))


def test_what_grammar_says_of_words():
    places, heads = _evidence(["robots,", "fetch", "the", "old", "kettle"])
    determined = ["the", "old", "kettle"]
    assert heads.nonzero()[0].tolist() == [0, 4]
    assert places.argmax(axis=1).tolist() == [B, O, B, I, I]
    assert places[0, B] < places[2, B]  # "the" makes sure
    assert places[2:].tolist() == _evidence(determined)[0].tolist()
    behind, of_no_article = (
        _evidence(words)[0][-1, O] for words in (["the", "kettle", "is"], ["kettle", "is"])
    )
    assert behind > of_no_article
    robots, kettles = (_evidence(["the", noun])[0][0, B] for noun in ("robot", "kettle"))
    assert robots > kettles  # else training would have it that robots are spoken to
    assert [part.shape for part in _evidence([])] == [(0, 3), (0,)]


@pytest.fixture(scope="module")
def shipped_reader():
    return Grounder(GrounderConfig()).reader


@pytest.mark.parametrize(
    ("text", "phrases", "wanted", "read"),
    [
        ("Robot, is that a robot?", ["a robot"], ["a robot"], "robot"),  # not who is spoken to
        ("find the man with the dog", ["the man", "the dog"], ["the man"], "man with dog"),
        ("that gizmo by the desk", ["that gizmo", "the desk"], ["that gizmo"], "gizmo by desk"),
        ("any sign of a lamp", ["a lamp"], ["a lamp"], "lamp"),
        ("put the mug on the desk", ["the mug", "the desk"], ["the mug"], "mug / desk"),
    ],
)
def test_what_ships_hears_more_than_its_head_learned(shipped_reader, text, phrases, wanted, read):
    (parsed,) = shipped_reader.parse([text])
    assert [phrase.text for phrase in parsed.phrases] == phrases
    targets = zip(parsed.phrases, parsed.targets, strict=True)
    assert [phrase.text for phrase, is_target in targets if is_target] == wanted
    assert " ".join(word or "/" for word in shipped_reader.described(parsed).words) == read


def test_describing_words_are_told_by_a_head_that_knows_them():
    assert LearnedParser(Nouns(), tiny_text_encoder()).parse("the red chair").describes is None
    parser = LearnedParser(Describes(), tiny_text_encoder())
    assert parser.parse("the red chair").describes == (True, False, True)


def test_words_are_looked_up_in_one_form():
    read = []

    class Reads:
        dim = 32

        def encode(self, sentences):
            read.extend(map(list, sentences))
            return tiny_text_encoder().encode(sentences)

    for plain in (False, True):
        parsed = LearnedParser(Nouns(), Reads(), plain=plain).parse("The Wall\u2019s arm-chair")
        assert [word.text for word in parsed.words] == ["The", "Wall\u2019s", "arm-chair"]
    assert read == [["The", "Wall\u2019s", "arm-chair"], ["the", "wall's", "arm chair"]]


def test_spans_are_exact_substrings():
    parser = LearnedParser(Nouns(), tiny_text_encoder())
    sentence = parser.parse(" The  chair, and\tred")
    assert [(p.text, p.begin, p.end, p.head) for p in sentence.phrases] == [
        ("The  chair", 1, 11, 1),
        (", and", 11, 16, 3),
        ("red", 17, 20, 4),
    ]


@pytest.mark.parametrize(("text", "message"), [("", "empty"), ("a b c d", "at most 3")])
def test_sentences_without_an_answer_are_refused(text, message):
    with pytest.raises(BadQueryError, match=message):
        LearnedParser(Nouns(), tiny_text_encoder(), max_words=3).parse(text)


def test_the_grounder_uses_the_checkpoints_head(tmp_path):
    torch.manual_seed(0)
    config = replace(MODEL, phrase_head=True, center_offsets=True, relative_positions=True)
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, DetailBase(config), tiny_text_encoder(), {})
    assert Checkpoint.read(path).load()[0].config == config
    grounder = Grounder(GrounderConfig(checkpoint=str(path), max_words=9, device="cpu"))
    assert isinstance(grounder.reader.parser, LearnedParser)
    grounder.reader.parser = LearnedParser(Nouns(), grounder.text_encoder, 9)
    xyz = block([0, 0, 0.5], 2000)
    answer = grounder.ground_cloud(PointCloud(xyz, (xyz * 0).astype("uint8")), "the red chair by")
    assert [p.text for p in answer.phrases] == ["the red", "chair by"]
    grounder.reconfigure(replace(grounder.config, max_words=2))
    with pytest.raises(BadQueryError, match="at most 2"):
        grounder.ground("the red chair")
