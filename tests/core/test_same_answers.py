"""Answers do not depend on how they are asked for, and presence is what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.language.rule_parser import RuleParser
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.types import Sentence
from tests.core.test_grounder import check_answer, room

SOFA = [
    "the sofa",
    "Where is the sofa?",
    "bring me a sofa.",
    "SOFA",
    "robot, some sofa please!",
    "where's my sofa",
    "I am looking for any sofa .",
]


class RulesTell(RuleParser):
    """A tagger that is always right: words of phrases describe, others don't."""

    def parse(self, text):
        return replace(parsed := super().parse(text), describes=(False,) * len(parsed.words))


@pytest.fixture(scope="module")
def shipped_size(tmp_path_factory):
    """The shipped network's sizes and words with random weights; presence from masks."""
    shipped = Checkpoint.read(SHIPPED_CHECKPOINT)
    text = shipped.load()[1]
    torch.manual_seed(0)
    config = replace(
        shipped.model_config(), hide_wording=True, presence_from_masks=True, presence_head=False
    )
    model = DetailBase(config)
    for layer in model.decoder.layers:  # which begin at nothing
        torch.nn.init.normal_(layer.relative.look.weight, std=0.1)
        torch.nn.init.normal_(layer.relative.draw.weight, std=0.1)
    for one in model.decoder.look_alikes.rounds:
        torch.nn.init.normal_(one.score.weight)
        torch.nn.init.normal_(one.kind.weight)
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    save_checkpoint(path, model, text, {})
    return path


@pytest.fixture(scope="module")
def grounder(shipped_size):
    config = GrounderConfig(checkpoint=str(shipped_size), device="cpu", threads=1)
    grounder = Grounder(config, RulesTell())
    grounder.add(room(), np.eye(4), "map")
    return grounder


def read_by_decoder(grounder, monkeypatch, sentence):
    """The text that the decoder gets, and the answer."""
    seen = []
    ground = grounder.model.ground

    def spy(superpoints, text, *rest, **more):
        seen.append((text.features, text.mask))
        return ground(superpoints, text, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(grounder.model, "ground", spy)
        answer = grounder.ground(sentence)
    return *seen[0], answer


def test_however_a_thing_is_asked_for_the_decoder_gets_the_same_bits(grounder, monkeypatch):
    text, mask, first = read_by_decoder(grounder, monkeypatch, SOFA[0])
    assert text.shape[-2] == 2  # the sentence's own row, too, hears "sofa" alone
    for sentence in SOFA[1:]:
        other, other_mask, answer = read_by_decoder(grounder, monkeypatch, sentence)
        assert torch.equal(other, text)
        assert torch.equal(other_mask, mask)
        check_answer(answer, sentence)
        assert "sofa" in answer.phrases[0].text.lower()
        for one, two in zip(
            (first.sentence, *first.phrases), (answer.sentence, *answer.phrases), strict=True
        ):
            assert (one.score, one.presence) == (two.score, two.presence)
            assert [i.point_indices.tolist() for i in one.instances] == [
                i.point_indices.tolist() for i in two.instances
            ]
    other, _, _ = read_by_decoder(grounder, monkeypatch, "where is the chair?")
    assert not torch.equal(other, text)


class OnePhrase(RuleParser):
    """The whole sentence is one phrase, headed by its last word."""

    def parse(self, text):
        words = super().parse(text).words
        last = len(words) - 1
        return Sentence.of_words(text, words, [(0, last, last)], (False,) * len(words))


def test_hyphens_quotes_and_widths_are_read_alike(grounder, monkeypatch):
    monkeypatch.setattr(grounder.reader, "parser", OnePhrase())
    text, _, _ = read_by_decoder(grounder, monkeypatch, "the wall's coffee table")
    for sentence in (
        "the wall\u2019s coffee-table",
        "the wall's coffeetable",
        "The \uff57\uff41\uff4c\uff4c's co\ufb00ee table",
    ):
        other, _, answer = read_by_decoder(grounder, monkeypatch, sentence)
        assert torch.equal(other, text)
        assert answer.phrases[0].text == sentence  # spans are the user's own


def test_relations_are_read(grounder, monkeypatch):
    """By a tagger that tells them; without one the network's own decides."""
    said = "is the chair next to the sofa?"

    class Tells(RuleParser):
        def parse(self, text):
            parsed = super().parse(text)
            tags = tuple(word.text in ("next", "to") for word in parsed.words)
            return replace(parsed, describes=tags)

    monkeypatch.setattr(grounder.reader, "parser", Tells())
    text, _, _ = read_by_decoder(grounder, monkeypatch, said)
    again, _, _ = read_by_decoder(grounder, monkeypatch, "the chair next to the sofa")
    assert text.shape[-2] == 5
    assert torch.equal(text, again)
    monkeypatch.setattr(grounder.reader, "parser", RuleParser())
    check_answer(grounder.ground(said), said)


def test_presence_is_the_masks_peak(grounder):
    answer = grounder.ground("the sofa next to a lamp")
    threshold = grounder.config.instances.presence_threshold
    for phrase in (answer.sentence, *answer.phrases):
        assert bool(phrase.instances) == (phrase.presence >= threshold)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(
    "sentence",
    ["find it", "this", "that one", "bring", "sit down", "no chair", "0 chairs", "nothing", "?"],
)
def test_what_names_nothing_is_answered_with_nothing_and_a_plea(
    grounder, monkeypatch, sentence, own
):
    """Whatever phrases are seen in it: random weights see some anywhere."""
    if own:
        monkeypatch.setattr(grounder.reader, "parser", grounder.reader.own)
    answer = grounder.ground(sentence)
    if not own:
        assert not answer.found
        assert answer.sentence.presence == 0.0
        assert 'say what you mean, e.g. "the chair"' in answer.plea
    for phrase in (answer.sentence, *answer.phrases):
        assert phrase.named or not phrase.instances
    monkeypatch.setattr(grounder.reader, "parser", RulesTell())
    assert grounder.ground("the chair").plea == ""
