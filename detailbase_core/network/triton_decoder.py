"""Steps of the mask decoder on a CUDA GPU, each by a kernel or two; see triton_decoder_kernels.py.

Shapes: G scenes, B sentences per scene, T text rows per sentence, Q = B T, S superpoints, D decoder
width, W width of a preference for positions.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import torch

from detailbase_core.ops.decoder_kernels import DrawnMasks
from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.triton_launch import launch, tiles

if TYPE_CHECKING:
    from torch import Tensor

MOST_ROWS = 64  # text rows about a scene, beyond which a library's products are faster
LEAST_WIDTH = 16  # of what is multiplied: Triton's products have no smaller sides
MOST_TEXT_ROWS = 256  # of a sentence: all are held at once
DRAWN, FINISHED, ATTENDED = 64, 256, 64  # superpoints of a program
FEW_ROWS, ROWS = 16, 32  # text rows of a program
PROGRAMS, MOST_SPLITS = 256, 32  # that keep a GPU busy; parts of the superpoints of a query


def takes(*tensors: Tensor) -> bool:
    """Whether the kernels take these: float32 on a CUDA GPU, without gradients."""
    if not tensors[0].is_cuda or torch.is_grad_enabled() or torch.is_autocast_enabled("cuda"):
        return False
    return all(
        triton_backend.takes(one) and one.dtype == torch.float32 and _fits(one.shape[-1])
        for one in tensors
    )


def takes_rows(*tensors: Tensor) -> bool:
    """The same of what multiplies text rows (G, Q, D) by superpoints, first the text rows."""
    return tensors[0].shape[1] <= MOST_ROWS and takes(*tensors)


def draw_masks(
    queries: Tensor,
    features: Tensor,
    preference: Tensor | None,
    positions: Tensor,
    places: Tensor,
    padding: Tensor,
) -> DrawnMasks:
    """Masks, queries . features + preference . positions.

    Args:
        queries: (G, Q, D).
        features: (G, S, D).
        preference: (G, Q, W); None = none.
        positions: (G, S, W).
        places: (G, S, 3) float32, metres.
        padding: (G, S) bool.
    """
    (scenes, rows, width), count = queries.shape, features.shape[1]
    logits = queries.new_empty((scenes, rows, count))
    visible = torch.empty_like(logits, dtype=torch.uint8)
    centroids = queries.new_empty((scenes, rows, 3))
    blocks = tiles(count, DRAWN)
    sums = queries.new_empty((5, scenes, rows, blocks))
    at_once = FEW_ROWS if rows <= 4 * FEW_ROWS else ROWS
    of_rows = tiles(rows, at_once)
    hidden = padding.contiguous().view(torch.uint8)
    if logits.numel():
        launch(
            _kernels().draw_kernel,
            (blocks, of_rows, scenes),
            queries.contiguous(),
            queries if preference is None else preference.contiguous(),
            features.contiguous(),
            positions.contiguous(),
            places.contiguous(),
            hidden,
            logits,
            sums,
            count,
            rows,
            blocks,
            WIDTH=width,
            POSITION=0 if preference is None else preference.shape[-1],
            POSITION_BLOCK=16 if preference is None else _power_of_two(preference.shape[-1]),
            ROWS=at_once,
            BLOCK=DRAWN,
        )
        launch(
            _kernels().finish_kernel,
            (tiles(count, FINISHED), of_rows, scenes),
            logits,
            hidden,
            sums,
            visible,
            centroids,
            count,
            rows,
            blocks,
            ROWS=at_once,
            BLOCK=FINISHED,
        )
    return DrawnMasks(logits, visible.view(torch.bool), centroids)


def attend(
    queries: Tensor,
    preferences: Tensor,
    keys: Tensor,
    values: Tensor,
    positions: Tensor,
    visible: Tensor,
) -> Tensor:
    """softmax(queries . keys / sqrt(width) + preferences . positions) . values.

    Args:
        queries: (G, Q, D).
        preferences: (G, Q, heads, W).
        keys, values: (G, heads, S, D / heads).
        positions: (G, S, W).
        visible: (G, Q, S) bool, True where a query may look; at least one per query.

    Returns:
        (G, Q, D).
    """
    (scenes, heads, count, width), rows = keys.shape, queries.shape[1]
    if keys.stride(-1) != 1:
        keys = keys.contiguous()
    batches, of_rows, blocks = scenes * heads, tiles(rows, FEW_ROWS), tiles(count, ATTENDED)
    splits = max(1, min(blocks, MOST_SPLITS, PROGRAMS // (batches * of_rows)))
    steps = tiles(blocks, splits)
    splits = tiles(blocks, steps)
    attended = queries.new_empty((batches, rows, splits, width))
    weights = queries.new_empty((2, batches, rows, splits))
    out = queries.new_empty(queries.shape)
    launch(
        _kernels().attend_kernel,
        (splits, of_rows, batches),
        queries.contiguous(),
        preferences.contiguous(),
        keys,
        values.contiguous(),
        positions.contiguous(),
        visible.contiguous().view(torch.uint8),
        attended,
        weights,
        count,
        rows,
        steps,
        keys.stride(2),
        keys.stride(1),
        keys.stride(0),
        width**-0.5,
        HEADS=heads,
        WIDTH=width,
        POSITION=positions.shape[-1],
        POSITION_BLOCK=_power_of_two(positions.shape[-1]),
        ROWS=FEW_ROWS,
        BLOCK=ATTENDED,
    )
    launch(
        _kernels().combine_kernel,
        (rows, batches),
        attended,
        weights,
        out,
        rows,
        splits,
        HEADS=heads,
        WIDTH=width,
        SPLITS=MOST_SPLITS,
    )
    return out


def refer(
    matched: Tensor, words: Tensor, connected: Tensor, vectors: Tensor, looked: Tensor
) -> tuple[Tensor, Tensor]:
    """Reference positions of each head, and attention's preference about them.

    Args:
        matched: (G, B, T, 2, heads, M), asking and asked.
        words: (G, B, T, 3) float32, metres.
        connected: (G, B, 1 or T, T) bool.
        vectors: (W / 2, 3).
        looked: (G, B, T, heads, W), coefficients about the references.

    Returns:
        Fourier features of the references and coefficients about the origin, (G, B, T, heads, W).
    """
    scenes, sentences, rows, _, heads, width = matched.shape
    references, preference = torch.empty_like(looked), torch.empty_like(looked)
    launch(
        _kernels().reference_kernel,
        (tiles(rows, FEW_ROWS), scenes * sentences, heads),
        matched.contiguous(),
        words.contiguous(),
        connected.contiguous().view(torch.uint8),
        vectors.contiguous(),
        looked.contiguous(),
        references,
        preference,
        rows,
        rows if connected.shape[2] > 1 else 0,
        width**-0.5,
        HEADS=heads,
        MATCH=width,
        POSITION=looked.shape[-1],
        POSITION_BLOCK=_power_of_two(looked.shape[-1]),
        ROWS=FEW_ROWS,
        TEXT=max(LEAST_WIDTH, _power_of_two(rows)),
    )
    return references, preference


def sum_of_shifted(drawn: Tensor, references: Tensor) -> Tensor:
    """All heads' coefficients about the origin together, (G, B, T, W).

    Args:
        drawn: (G, B, T, heads, W), about the references.
        references: (G, B, T, heads, W), of refer().
    """
    preference = drawn.new_empty((*drawn.shape[:3], drawn.shape[-1]))
    launch(
        _kernels().shift_kernel,
        (preference[..., 0].numel(),),
        drawn.contiguous(),
        references,
        preference,
        HEADS=drawn.shape[-2],
        POSITION=drawn.shape[-1],
        POSITION_BLOCK=_power_of_two(drawn.shape[-1]),
    )
    return preference


def _fits(width: int) -> bool:
    return width >= LEAST_WIDTH and width & (width - 1) == 0


def _power_of_two(count: int) -> int:
    return 1 << max(count - 1, 0).bit_length()


def _kernels() -> Any:
    """Late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.network.triton_decoder_kernels")
