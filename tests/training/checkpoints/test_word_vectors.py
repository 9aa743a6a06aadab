"""The vocabulary of the small text encoder: which pieces and words get a vector."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

from detailbase_core.language.wordpiece import WordPieces
from training.checkpoints.make_word_vectors import (
    HOUSEHOLD_WORDS,
    encode_alone,
    keep_plain_pieces,
    principal_components,
    whole_words,
)

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "chair",
    "arm",
    "##chair",
    "night",
    "##stand",
    "red",
    "é",
    "[unused1]",
    "?",
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A folder with a tiny BERT of random weights."""
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "vocab.txt").write_text("\n".join(PIECES), encoding="utf-8")
    vocabulary = {piece: number for number, piece in enumerate(PIECES)}
    transformers.BertTokenizerFast(vocab=vocabulary).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(PIECES),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return str(folder)


def test_plain_pieces_are_kept():
    assert keep_plain_pieces(PIECES) == [
        "[UNK]",
        "chair",
        "arm",
        "##chair",
        "night",
        "##stand",
        "red",
        "?",
    ]


def test_words_that_are_no_pieces_are_added_once(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("armchair chair\nnightstand armchair\n")
    assert whole_words(path, PIECES) == ["armchair", "nightstand"]
    pieces = WordPieces([*keep_plain_pieces(PIECES), *whole_words(path, PIECES)])
    assert [pieces.vocabulary[i] for i in pieces.ids("Nightstand")] == ["nightstand"]
    assert [pieces.vocabulary[i] for i in pieces.ids("armchair")] == ["armchair"]


def test_a_word_of_one_piece_is_encoded_as_that_piece(encoder):
    pieces = keep_plain_pieces(PIECES)
    rows = encode_alone(encoder, pieces, ["red", "nightstand"])
    assert rows.shape == (len(pieces) + 2, 8)
    np.testing.assert_allclose(rows[len(pieces)], rows[pieces.index("red")], atol=1e-5)
    parts = rows[[pieces.index("night"), pieces.index("##stand")]].mean(axis=0)
    assert np.abs(rows[-1] - parts).max() > 1e-3  # in context, not as two strangers


def test_principal_components_keep_what_varies():
    random = np.random.default_rng(0)
    rows = random.normal(size=(50, 2)) @ random.normal(size=(2, 9)) + 5
    reduced = principal_components(rows, 2).astype(float)
    assert (reduced**2).mean() == pytest.approx(1.0, abs=1e-2)
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=-1)
    kept = np.linalg.norm(reduced[:, None] - reduced[None], axis=-1)
    assert np.corrcoef(distances.ravel(), kept.ravel())[0, 1] > 0.999


def test_the_household_words_can_be_words_of_a_sentence():
    from detailbase_core.language.words import split_words

    words = HOUSEHOLD_WORDS.read_text(encoding="utf-8").split()
    assert len(words) > 400
    assert [w for w in words if [x.text for x in split_words(w)] != [w]] == []
