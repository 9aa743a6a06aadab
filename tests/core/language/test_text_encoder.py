"""Words in, one row per word out: pieces, the small encoder, and encoders of transformers."""

from __future__ import annotations

import random
import re
import shutil

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.config import ModelConfig
from detailbase_core.errors import BadQueryError, CheckpointError
from detailbase_core.language.text_encoder import (
    RecentText,
    SmallTextEncoder,
    TransformersTextEncoder,
    pack_vocabulary,
    unpack_vocabulary,
)
from detailbase_core.language.wordpiece import MAX_WORD_LENGTH, WordPieces
from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.published_names import released_key
from tests.helpers.mpnet_files import HIDDEN, MAX_TOKENS, MPNET_PIECES, write_mpnet
from tests.helpers.weight_files import TEXT, VOCABULARY, tiny_text_encoder

PIECES = WordPieces(VOCABULARY)
SENTENCES = [["the", "red", "chair"], ["a", "lamp"], [], ["armchairs", "on", "the", "floor", "."]]


def rejoined(ids):
    return "".join(PIECES.vocabulary[i].removeprefix("##") for i in ids)


@given(st.text(min_size=1))
def test_every_word_has_pieces(word):
    ids = PIECES.ids(word)
    assert ids
    assert all(0 <= i < len(VOCABULARY) for i in ids)
    assert ids == WordPieces(VOCABULARY).ids(word)
    if 0 not in ids and len(word.split()) == 1:
        assert VOCABULARY[ids[0]].startswith("##") is False
        assert all(VOCABULARY[i].startswith("##") for i in ids[1:])


@given(st.lists(st.sampled_from([p.removeprefix("##") for p in VOCABULARY[1:]]), max_size=6))
def test_known_pieces_rejoin_to_the_word(parts):
    word = "".join(parts)
    ids = PIECES.ids(word)
    assert 0 in ids or rejoined(ids) == word[:MAX_WORD_LENGTH]


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("chair", ["chair"]),
        ("Armchairs", ["arm", "##chair", "##s"]),
        ("CHÁIR", ["chair"]),
        ("bookcases", ["book", "##case", "##s"]),
        ("xylophone", ["[UNK]"]),
        ("##s", ["[UNK]"]),
        ("", []),
        ("red Armchair", ["red", "arm", "##chair"]),
        ("\u0301", ["[UNK]"]),
        ("🪑", ["[UNK]"]),
        ("chairz", ["[UNK]"]),
    ],
)
def test_longest_pieces_come_first(word, pieces):
    assert [VOCABULARY[i] for i in PIECES.ids(word)] == pieces


@pytest.fixture(scope="module")
def small():
    return tiny_text_encoder()


def test_each_word_has_its_own_row(small):
    features, mask = small.encode(SENTENCES)
    assert features.shape == (4, 6, TEXT.dim)
    assert features.dtype == torch.float32
    assert mask.tolist() == [[k <= len(words) for k in range(6)] for words in SENTENCES]
    assert torch.isfinite(features).all()


def test_looked_up_row_k_plus_1_is_word_k(small):
    vectors = small.look_up(small.read(SENTENCES))
    table = {piece: small.vectors[i].float() for i, piece in enumerate(VOCABULARY)}
    assert torch.equal(vectors[0, 3], table["chair"])
    assert torch.equal(vectors[1, 2], table["lamp"])
    mean = (table["arm"] + table["##chair"] + table["##s"]) / 3
    assert torch.allclose(vectors[3, 1], mean, atol=1e-6)
    assert not vectors[:, 0].any()


def test_a_changed_word_changes_its_row_most(small):
    with torch.no_grad():
        one, _ = small.encode([["the", "red", "chair", "near", "the", "door"]])
        two, _ = small.encode([["the", "red", "lamp", "near", "the", "door"]])
    change = (one - two).norm(dim=-1)[0]
    assert int(change.argmax()) == 3
    assert (change > 0).all()  # the others look at it


@torch.no_grad()
def test_padding_does_not_change_a_sentence(small):
    together, _ = small.encode(SENTENCES)
    for row, words in enumerate(SENTENCES):
        alone, _ = small.encode([words])
        assert torch.allclose(together[row, : len(words) + 1], alone[0], atol=1e-5)


@torch.no_grad()
def test_order_matters(small):
    one, _ = small.encode([["red", "chair"]])
    two, _ = small.encode([["chair", "red"]])
    assert not torch.allclose(one[0, 1], two[0, 2], atol=1e-3)


@torch.no_grad()
def test_sentences_longer_than_the_positions_work(small):
    words = random.Random(0).choices(VOCABULARY[1:40], k=5 * TEXT.max_positions)
    features, mask = small.encode([words])
    assert features.shape == (1, len(words) + 1, TEXT.dim)
    assert torch.isfinite(features).all()
    assert mask.all()


def test_word_vectors_do_not_learn_and_the_rest_does():
    encoder = tiny_text_encoder().train()
    features, _ = encoder.encode(SENTENCES)
    features.square().sum().backward()
    learning = {name for name, p in encoder.named_parameters() if p.grad is not None}
    assert {"sentence", "project.weight", "position.weight", "norm.weight"} <= learning
    assert "vectors" not in dict(encoder.named_parameters())


def test_vectors_of_another_size_are_refused():
    with pytest.raises(CheckpointError, match=re.escape("(3, 12)")):
        SmallTextEncoder(TEXT, VOCABULARY, np.zeros((3, 12), np.float32))


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), min_size=2)
)
def test_packed_vocabulary_round_trip(pieces):
    packed = pack_vocabulary(pieces)
    assert packed.dtype == torch.uint8
    assert unpack_vocabulary(packed) == pieces


# --- transformers ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mpnet_folder(tmp_path_factory):
    return write_mpnet(tmp_path_factory.mktemp("mpnet"))


@pytest.fixture(scope="module")
def mpnet(mpnet_folder):
    return TransformersTextEncoder(str(mpnet_folder))


def test_only_the_first_piece_of_each_word_between_start_and_end(mpnet):
    features, mask = mpnet.encode([["the", "armchairs", "zebra", "\u200b"], ["red"]])
    ids = [MPNET_PIECES.index(p) for p in ["<s>", "the", "arm", "[UNK]", "[UNK]", "</s>"]]
    with torch.no_grad():
        expected = mpnet.encoder(input_ids=torch.tensor([ids])).last_hidden_state[0]
    assert features.shape == (2, 6, HIDDEN)
    assert torch.allclose(features[0], expected, atol=1e-6)
    assert mask.tolist() == [[True] * 6, [True] * 3 + [False] * 3]
    assert not features.requires_grad
    assert features.dtype == torch.float32


def test_padding_does_not_change_a_transformers_sentence(mpnet):
    together, _ = mpnet.encode([["the", "red", "chair", "near", "it"], ["red"]])
    alone, _ = mpnet.encode([["red"]])
    assert torch.allclose(together[1, :3], alone[0], atol=1e-5)


def test_transformers_encoder_is_frozen(mpnet):
    assert not any(p.requires_grad for p in mpnet.parameters())
    assert mpnet.dim == HIDDEN


def test_more_words_than_positions_are_a_bad_query(mpnet):
    features, _ = mpnet.encode([["the"] * (MAX_TOKENS - 2)])
    assert torch.isfinite(features).all()
    with pytest.raises(BadQueryError, match=f"has {MAX_TOKENS - 1} words.* at most 22"):
        mpnet.encode([["the"] * (MAX_TOKENS - 1)])


def test_a_missing_text_encoder_gives_advice(tmp_path):
    for name in (str(tmp_path / "nothing"), "somebody/no-such-model", str(tmp_path)):
        with pytest.raises(CheckpointError, match=r"config\.json.*microsoft/mpnet-base") as caught:
            TransformersTextEncoder(name)
        assert name in str(caught.value)


@pytest.mark.parametrize("damage", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_broken_text_encoder_folder_is_named(mpnet_folder, tmp_path, damage):
    folder = shutil.copytree(mpnet_folder, tmp_path / "broken")
    whole = (folder / damage).read_bytes()
    (folder / damage).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match="no text encoder could be loaded"):
        TransformersTextEncoder(str(folder))


RELEASED = ModelConfig(
    widths=(8, 16), block_reps=1, text_dim=HIDDEN, query_dim=16, ffn_dim=32, decoder_layers=1
)


def released_file(path, config, text_weights):
    """A released-layout file with the text encoder's weights inside."""
    state = {released_key(k): v for k, v in DetailBase(config).state_dict().items()}
    state |= {f"text_encoder.{k}": v for k, v in text_weights.items()}
    state["criterion.loss_weight"] = torch.ones(4)
    torch.save({"model": state}, path)
    return path


def test_a_released_file_brings_its_text_weights(mpnet_folder, tmp_path):
    """The pooler and the position ids of the released file are dropped, its weights are used."""
    trained = transformers.MPNetModel.from_pretrained(mpnet_folder)
    torch.nn.init.normal_(trained.embeddings.word_embeddings.weight)
    weights = trained.state_dict() | {"embeddings.position_ids": torch.arange(26)[None]}
    path = released_file(tmp_path / "released.pth", RELEASED, weights)
    checkpoint = Checkpoint.read(path)
    assert checkpoint.dropped == (
        "criterion.loss_weight",
        "text_encoder.embeddings.position_ids",
        "text_encoder.pooler.dense.bias",
        "text_encoder.pooler.dense.weight",
    )
    _, encoder = checkpoint.load(str(mpnet_folder))
    assert torch.equal(
        encoder.encoder.embeddings.word_embeddings.weight, trained.embeddings.word_embeddings.weight
    )
    features, _ = encoder.encode([["the", "red", "chair"]])
    assert torch.isfinite(features).all()


def test_text_weights_that_do_not_fit_are_listed(mpnet_folder, tmp_path):
    path = released_file(tmp_path / "released.pth", RELEASED, {"other.weight": torch.ones(1)})
    with pytest.raises(CheckpointError, match=r"(?s)missing encoder\..*unexpected other\.weight"):
        Checkpoint.read(path).load(str(mpnet_folder))


def test_a_text_encoder_of_another_width_is_refused(mpnet_folder, tmp_path):
    config = ModelConfig(**(vars(RELEASED) | {"text_dim": 32}))
    path = released_file(tmp_path / "released.pth", config, {})
    with pytest.raises(CheckpointError, match=r"width 32, .* gives 16"):
        Checkpoint.read(path).load(str(mpnet_folder))


# --- the last sentence ---------------------------------------------------------------------------


def test_the_same_sentence_is_encoded_once():
    encoder, asked = tiny_text_encoder().eval(), []

    class Counted:
        dim = encoder.dim

        def encode(self, sentences):
            asked.append(sentences)
            return encoder.encode(sentences)

    recent = RecentText(Counted())
    assert recent.dim == encoder.dim
    words = ["the", "red", "chair"]
    with torch.inference_mode():
        first, again = recent.encode([words]), recent.encode([tuple(words)])
        expected, _ = encoder.encode([words])
        words[1] = "green"  # the caller's list is the caller's
        other, _ = recent.encode([words])
    assert torch.equal(first[0], expected) and torch.equal(again[0], expected)
    assert not torch.equal(other, expected)
    for known in (["the", "red", "chair"], words):  # both are still known
        recent.encode([known])
    assert asked == [[["the", "red", "chair"]], [["the", "green", "chair"]]]


def test_a_separator_has_a_row_and_no_words_vector():
    encoder = tiny_text_encoder()
    tokens = encoder.read([["red", "", "chair"]])
    assert tokens.mask.tolist() == [[True] * 4]
    vectors = encoder.look_up(tokens)[0]
    assert not vectors[[0, 2]].any()
    assert vectors[[1, 3]].any(dim=1).all()
