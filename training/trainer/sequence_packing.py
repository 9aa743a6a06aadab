"""Many sentences' text rows side by side, without the padding of the short ones.

One sentence of eighty words among a hundred of twelve makes most rows of a batch padding; the
decoder, whose work is rows times superpoints, then does several times what is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class Packing(NamedTuple):
    """Packed positions of the text rows of G scenes with B sentences each.

    Attributes:
        source: (G, Q) int64, which of all G * B * T text rows stands there; 0 at padding.
        sentence: (G, Q) int64 number of its sentence, -1 at padding.
        starts: (G, B) int64, the packed row of each sentence's row 0.
    """

    source: Tensor
    sentence: Tensor
    starts: Tensor


def packing_of(lengths: Sequence[Sequence[int]], rows: int) -> Packing:
    """Packing of sentences; on the CPU.

    Args:
        lengths: G times B, real text rows of each sentence.
        rows: T, to which the text encoder padded them.
    """
    totals = [sum(scene) for scene in lengths]
    table = np.zeros((2, len(lengths), max(totals)), np.int64)
    table[1] = -1
    starts = np.zeros((len(lengths), len(lengths[0])), np.int64)
    for g, scene in enumerate(lengths):
        starts[g] = np.cumsum([0, *scene[:-1]])
        table[0, g, : totals[g]] = np.concatenate(
            [np.arange(length) + (g * len(scene) + b) * rows for b, length in enumerate(scene)]
        )
        table[1, g, : totals[g]] = np.repeat(np.arange(len(scene)), scene)
    source, sentence = torch.from_numpy(table).unbind()
    return Packing(source, sentence, torch.from_numpy(starts))


def packed(text: Tensor, packing: Packing) -> Tensor:
    """(G * B, T, C) text features -> (G, 1, Q, C)."""
    rows = text.flatten(0, 1).index_select(0, packing.source.flatten())
    return rows.view(len(packing.source), 1, -1, text.shape[-1])


def placed(scene: Tensor, sentence: Tensor, row: Tensor, packing: Packing) -> Tensor:
    """(P,) row of each phrase's query in packed predictions, all scenes' rows as one.

    Args:
        scene, sentence, row: (P,) each, as in PhraseTargets.
        packing: of the sentences.
    """
    start = packing.starts[scene, sentence]
    return scene * packing.source.shape[1] + start + row
