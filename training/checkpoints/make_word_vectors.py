"""Word vectors for the small text encoder, distilled from a pretrained sentence encoder.

Each word piece is encoded alone, mean-pooled, and the whole table is reduced by principal
components, so that words which people use alike lie close. Household words that the encoder
knows in pieces only ("night ##stand") are encoded whole and get a vector of their own. Made once,
at development time; the result travels inside the checkpoint.

    python -m training.checkpoints.make_word_vectors ENCODER_FOLDER --out data/word_vectors.npz
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence
from tqdm import trange

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 512
HOUSEHOLD_WORDS = Path(__file__).parent / "household_words.txt"


def keep_plain_pieces(pieces: list[str]) -> list[str]:
    """Pieces of ASCII letters, digits or one punctuation mark; unknown first."""
    plain = re.compile(r"(##)?([a-z0-9]+|[!-/:-@\[-`{-~])")
    return ["[UNK]", *(p for p in pieces if plain.fullmatch(p))]


def whole_words(path: Path, pieces: Sequence[str]) -> list[str]:
    """The words of a file that are no pieces yet, without repetition, in order.

    Words with a hyphen or apostrophe in them count too: a sentence is cut between, not in them.
    """
    known = set(pieces)
    return [w for w in dict.fromkeys(path.read_text(encoding="utf-8").split()) if w not in known]


def encode_alone(folder: str, pieces: Sequence[str], words: Sequence[str]) -> np.ndarray:
    """Mean-pooled last hidden state of each piece, then of each word, (P + W, D) float32.

    Each stands alone between start and end tokens; a word in as many pieces as it takes.
    """
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    known: dict[str, int] = tokenizer.get_vocab()
    ids = [[known[piece]] for piece in pieces]
    ids += [tokenizer(word, add_special_tokens=False)["input_ids"] for word in words]
    rows = []
    for start in trange(0, len(ids), BATCH, desc="encoding word pieces"):
        part = [
            torch.tensor([tokenizer.cls_token_id, *i, tokenizer.sep_token_id])
            for i in ids[start : start + BATCH]
        ]
        tokens = pad_sequence(part, batch_first=True, padding_value=tokenizer.pad_token_id)
        mask = pad_sequence([torch.ones(len(p)) for p in part], batch_first=True)
        with torch.no_grad():
            hidden = model(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
        rows.append((hidden * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True))
    encoded: np.ndarray = torch.cat(rows).numpy()
    return encoded


def principal_components(rows: np.ndarray, dim: int) -> np.ndarray:
    """Rows on their first `dim` principal components, scaled to unit mean square, float16."""
    centred = rows - rows.mean(axis=0)
    _, _, axes = np.linalg.svd(centred.T @ centred)
    reduced = centred @ axes[:dim].T
    scaled: np.ndarray = (reduced / np.sqrt((reduced**2).mean())).astype(np.float16)
    return scaled


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("encoder", help="folder of a BERT-like encoder for transformers")
    parser.add_argument("--out", type=Path, default=Path("data/word_vectors.npz"))
    parser.add_argument("--dim", type=int, default=128)
    args = parser.parse_args()
    vocabulary = Path(args.encoder, "vocab.txt").read_text(encoding="utf-8").split("\n")
    pieces = keep_plain_pieces(vocabulary)
    words = whole_words(HOUSEHOLD_WORDS, pieces)
    vectors = principal_components(encode_alone(args.encoder, pieces, words), args.dim)
    pieces += words
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, vocabulary=np.array("\n".join(pieces)), vectors=vectors)
    size = args.out.stat().st_size / 1e6
    print(f"{len(pieces)} pieces and words x {args.dim} -> {args.out} ({size:.1f} MB)")


if __name__ == "__main__":
    main()
