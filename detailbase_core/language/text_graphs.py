"""A text encoder as CUDA graphs: its host sends one copy and starts one graph.

A graph is captured at the first sentences of their size. Sizes are padded, so that few are met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from detailbase_core.language.text_encoder import Tokens
from detailbase_core.ops.cuda_graphs import KeptGraphs, captured
from detailbase_core.ops.execution import on_device, to_device

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.language.text_encoder import SmallTextEncoder, Words

# Text rows are padded to multiples of this, numbers of sentences and tokens to powers of two.
TEXT_ROWS, LEAST_TOKENS = 8, 32
MOST_TEXT_ROWS = 2048  # of all sentences; beyond, the GPU has so much to do that its host keeps up


class Sizes(NamedTuple):
    """Padded sizes."""

    sentences: int
    text_rows: int
    tokens: int

    @property
    def parts(self) -> list[int]:
        """Lengths of what Captured.asked is made of."""
        return [self.tokens, self.tokens, self.sentences * self.text_rows]

    def cut(self, asked: Tensor) -> Sequence[Tensor]:
        """Ids, rows and mask."""
        return torch.split(asked, self.parts)


class Captured(NamedTuple):
    """One captured graph.

    Attributes:
        replay: encodes `asked` anew.
        asked: int64, ids and rows of all tokens, then the mask; see Tokens.
        features: (B, T, C) float32.
        mask: (B, T) bool.
    """

    replay: Callable[[], None]
    asked: Tensor
    features: Tensor
    mask: Tensor


class TextGraphs:
    """A TextEncoder on a CUDA GPU, without gradients.

    Args:
        encoder: whose weights stay as and where they are.

    Attributes:
        kept: graphs by their sizes.
    """

    def __init__(self, encoder: SmallTextEncoder) -> None:
        self._encoder = encoder
        self.kept: KeptGraphs[Captured] = KeptGraphs()

    @property
    def dim(self) -> int:
        """Width of the output."""
        return self._encoder.dim

    def encode(self, sentences: Sequence[Words]) -> tuple[Tensor, Tensor]:
        """See TextEncoder.encode."""
        tokens = self._encoder.read(sentences)
        sizes = _padded_sizes(tokens)
        if sizes.sentences * sizes.text_rows > MOST_TEXT_ROWS:
            return self._encoder.encode(sentences)
        device = self._encoder.vectors.device
        count, rows = tokens.mask.shape
        with torch.inference_mode(), on_device(device):
            asked = to_device(_padded(tokens, sizes), device)
            with self.kept.of(sizes, lambda: self.capture(asked, sizes)) as graph:
                graph.asked.copy_(asked)
                graph.replay()
                return graph.features[:count, :rows].clone(), graph.mask[:count, :rows].clone()

    def capture(self, asked: Tensor, sizes: Sizes) -> Captured:
        """A graph of what `encode_padded` makes of `asked`, which is written over later."""
        replay, (features, mask) = captured(lambda: self.encode_padded(asked, sizes))
        return Captured(replay, asked, features, mask)

    def encode_padded(self, asked: Tensor, sizes: Sizes) -> tuple[Tensor, Tensor]:
        """Features and mask of what _padded gives."""
        ids, rows, mask = sizes.cut(asked)
        return self._encoder.encode_tokens(
            Tokens(ids, rows, mask.view(sizes.sentences, sizes.text_rows) > 0)
        )


def _padded_sizes(tokens: Tokens) -> Sizes:
    """One text row more than there are, at least, for padding tokens."""
    sentences, rows = tokens.mask.shape
    return Sizes(
        _power_of_two(sentences),
        (rows // TEXT_ROWS + 1) * TEXT_ROWS,
        max(LEAST_TOKENS, _power_of_two(len(tokens.ids))),
    )


def _power_of_two(count: int) -> int:
    return 1 << max(0, count - 1).bit_length()


def _padded(tokens: Tokens, sizes: Sizes) -> Tensor:
    """See Captured.asked; padding tokens belong to the last text row, which no sentence has."""
    sentences, rows = tokens.mask.shape
    padded = torch.zeros(sum(sizes.parts), dtype=torch.int64)
    ids, owners, mask = sizes.cut(padded)
    count = len(tokens.ids)
    ids[:count] = tokens.ids
    owners[:count] = tokens.rows + tokens.rows // rows * (sizes.text_rows - rows)
    owners[count:] = len(mask) - 1
    in_sentences = mask.view(sizes.sentences, sizes.text_rows)
    in_sentences[:, 0] = 1  # of padding, too, so that it attends to something
    in_sentences[:sentences, :rows] = tokens.mask
    return padded
