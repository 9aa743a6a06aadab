"""Some of the text rows of several scenes' sentences: those that name objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from detailbase_core.ops.execution import to_device

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.types import Spans


class TextRows(NamedTuple):
    """Up to R of the Q text rows that the sentences of each of G scenes have together.

    Attributes:
        indices: (G, R) int64 in [0, Q).
        valid: (G, R) bool; False where a scene has fewer than R.
    """

    indices: Tensor
    valid: Tensor

    def to(self, device: torch.device) -> TextRows:
        """The same there."""
        return TextRows(to_device(self.indices, device), to_device(self.valid, device))

    def gather(self, values: Tensor) -> Tensor:
        """These rows of (G, Q, ...)."""
        if values.ndim == 3:  # the gradient of this need not sort the indices
            return values.gather(1, self.indices[..., None].expand(-1, -1, values.shape[2]))
        return values[torch.arange(len(values), device=values.device)[:, None], self.indices]

    def scatter(self, values: Tensor, new: Tensor) -> Tensor:
        """Values (G, Q, C) with these rows replaced by (G, R, C)."""
        spare = values.shape[1]  # where rows that are none are written
        index = torch.where(self.valid, self.indices, spare)[..., None].expand_as(new)
        return F.pad(values, (0, 0, 0, 1)).scatter(1, index, new)[:, :spare]

    def scatter_add(self, values: Tensor, more: Tensor) -> Tensor:
        """Values (G, Q, C) with (G, R, C) added to these rows."""
        more = (more * self.valid[..., None]).to(values.dtype)
        return values.scatter_add(1, self.indices[..., None].expand_as(more), more)


def padded_rows(index: Sequence[Sequence[int]]) -> TextRows:
    """Rows of G scenes by index, on the CPU."""
    lengths = np.array([len(own) for own in index])
    valid = np.arange(lengths.max()) < lengths[:, None]
    table = np.zeros(valid.shape, np.int64)
    table[valid] = np.concatenate([np.asarray(own, np.int64) for own in index])
    return TextRows(torch.from_numpy(table), torch.from_numpy(valid))


def rows_of_spans(spans: Sequence[Spans], text_mask: Tensor) -> TextRows:
    """The sentences' own rows and those of their phrases' heads.

    Args:
        spans: (first, last, head) words of the phrases of each of the G * B sentences.
        text_mask: (G, B, T).
    """
    scenes, sentences, rows = text_mask.shape
    of_sentence = [[0, *(head + 1 for _, _, head in phrases)] for phrases in spans]
    index = [
        [b * rows + row for b in range(sentences) for row in of_sentence[g * sentences + b]]
        for g in range(scenes)
    ]
    return padded_rows(index).to(text_mask.device)


def all_rows(sentence: Tensor) -> TextRows:
    """All but padding, whose index is -1.

    Args:
        sentence: (G, Q) int64, index of each row's sentence.
    """
    index = torch.arange(sentence.shape[1], device=sentence.device).expand_as(sentence)
    return TextRows(index, sentence >= 0)
