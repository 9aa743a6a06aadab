"""Word vectors for the small text encoder, distilled from a pretrained sentence encoder.

Each word piece is encoded alone, mean-pooled, and the whole table is reduced by principal
components, so that words which people use alike lie close. Made once, at development time;
the result travels inside the checkpoint.

    python -m training.make_word_vectors ENCODER_FOLDER --out data/word_vectors.npz
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import torch
from tqdm import trange

BATCH = 512


def keep_plain_pieces(pieces: list[str]) -> list[str]:
    """Pieces of ASCII letters, digits or one punctuation mark; unknown first."""
    plain = re.compile(r"(##)?([a-z0-9]+|[!-/:-@\[-`{-~])")
    return ["[UNK]", *(p for p in pieces if plain.fullmatch(p))]


def encode_alone(folder: str, pieces: list[str]) -> np.ndarray:
    """Mean-pooled last hidden state of each piece between start and end tokens, (P, D) float32."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    ids = tokenizer.convert_tokens_to_ids(pieces)
    rows = []
    for start in trange(0, len(ids), BATCH, desc="encoding word pieces"):
        part = torch.tensor(ids[start : start + BATCH])[:, None]
        edge = torch.ones_like(part)
        tokens = torch.cat(
            [edge * tokenizer.cls_token_id, part, edge * tokenizer.sep_token_id], dim=1
        )
        with torch.no_grad():
            rows.append(model(input_ids=tokens).last_hidden_state.mean(dim=1))
    return torch.cat(rows).numpy()


def principal_components(rows: np.ndarray, dim: int) -> np.ndarray:
    """Rows on their first `dim` principal components, scaled to unit mean square, float16."""
    centred = rows - rows.mean(axis=0)
    _, _, axes = np.linalg.svd(centred.T @ centred)
    reduced = centred @ axes[:dim].T
    return (reduced / np.sqrt((reduced**2).mean())).astype(np.float16)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("encoder", help="folder of a BERT-like encoder for transformers")
    parser.add_argument("--out", type=Path, default=Path("data/word_vectors.npz"))
    parser.add_argument("--dim", type=int, default=96)
    args = parser.parse_args()
    vocabulary = Path(args.encoder, "vocab.txt").read_text(encoding="utf-8").split("\n")
    pieces = keep_plain_pieces(vocabulary)
    vectors = principal_components(encode_alone(args.encoder, pieces), args.dim)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, vocabulary=np.array("\n".join(pieces)), vectors=vectors)
    print(
        f"{len(pieces)} pieces x {args.dim} -> {args.out} ({args.out.stat().st_size / 1e6:.1f} MB)"
    )


if __name__ == "__main__":
    main()
