"""A tiny MPNet with random weights, and its tokenizer, as a hub folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import transformers

from tests.helpers.weight_files import VOCABULARY

if TYPE_CHECKING:
    from pathlib import Path

MPNET_PIECES = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>", *VOCABULARY[1:]]
HIDDEN, MAX_TOKENS = 16, 24


def write_mpnet(folder: Path) -> Path:
    """config.json, tokenizer and weights; the same ones each time."""
    (folder / "vocab.txt").write_text("\n".join(MPNET_PIECES), encoding="utf-8")
    tokenizer = transformers.MPNetTokenizerFast(
        str(folder / "vocab.txt"), model_max_length=MAX_TOKENS
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": HIDDEN, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = transformers.MPNetConfig(
        vocab_size=len(MPNET_PIECES),
        intermediate_size=32,
        max_position_embeddings=MAX_TOKENS + 2,
        **sizes,
    )
    transformers.MPNetModel(config).save_pretrained(folder)
    return folder
