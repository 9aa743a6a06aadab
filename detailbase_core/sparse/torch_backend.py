"""The pure-torch backend: gather the rows of a table, one matrix product; any device and dtype.

Nothing is scattered, so results do not depend on the order in which a device works.
"""

from __future__ import annotations

import torch
from torch import Tensor

# Elements of a gathered chunk. On a GPU few large products; on a CPU what stays in the cache.
_GPU_CHUNK = 1 << 28
_CPU_CHUNK = 1 << 20


def prepared(rows: Tensor) -> Tensor:
    """See TableProducts; rows as they are."""
    return rows


def gather_product(
    source: Tensor,
    table: Tensor,
    weight: Tensor,
    mirrored: bool = False,
    used: Tensor | None = None,
) -> Tensor:
    """out[i] = sum over k of weight[:, k] . source[table[i, k]].

    Args:
        source: [R, in].
        table: [V, K] int32 rows of `source`, -1 = none.
        weight: [out, K, in].
        mirrored: whether the weight's last matrix belongs to the first column, and so on.
        used: as in TableProducts; it is not looked at.

    Returns:
        [V, out].
    """
    weight = weight.flip(1) if mirrored else weight
    padded = _with_zero_row(source)
    matrix = weight.to(source.dtype).flatten(1).t()
    out = source.new_empty((len(table), weight.shape[0]))
    for rows in _chunks(table, source.shape[1]):
        torch.mm(_gather(padded, table[rows]), matrix, out=out[rows])
    return out


def gather_outer(left: Tensor, source: Tensor, table: Tensor, used: Tensor | None = None) -> Tensor:
    """sum over i of left[i] (x) source[table[i, k]], for every k.

    Args:
        left: [V, out].
        source: [R, in].
        table: [V, K] int32 rows of `source`, -1 = none.
        used: as above.

    Returns:
        [out, K, in], in at least float32.
    """
    padded = _with_zero_row(source)
    columns, width = table.shape[1], source.shape[1]
    wide = torch.promote_types(source.dtype, torch.float32)
    total = torch.zeros((left.shape[1], columns * width), dtype=wide, device=source.device)
    for rows in _chunks(table, width):
        total += left[rows].t() @ _gather(padded, table[rows])
    return total.view(left.shape[1], columns, width)


def expand_product(
    source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor, used: Tensor | None = None
) -> Tensor:
    """out[i] = weight[:, slot[i]] . source[parent[i]], zeros where parent[i] = -1.

    Args:
        source: [M, in].
        parent: [V] int32 rows of `source`, -1 = none.
        slot: [V] int32 in [0, K).
        weight: [out, K, in].
        used: as above.

    Returns:
        [V, out].
    """
    out_width, columns, in_width = weight.shape
    rounded = weight.to(source.dtype)
    matrix = rounded.permute(2, 1, 0).reshape(in_width, columns * out_width)
    every_slot = _with_zero_row((source @ matrix).view(-1, out_width))
    none = len(every_slot) - 1
    row = torch.where(parent < 0, none, parent.long() * columns + slot)
    return every_slot.index_select(0, row)


def _with_zero_row(source: Tensor) -> Tensor:
    return torch.cat((source, source.new_zeros((1, source.shape[1]))))


def _gather(padded: Tensor, table: Tensor) -> Tensor:
    """[n, K * in] rows of a source whose last row is the zero row for table entries of -1."""
    row = torch.where(table < 0, len(padded) - 1, table).flatten()
    return padded.index_select(0, row).view(len(table), -1)


def _chunks(table: Tensor, width: int) -> list[slice]:
    """Row ranges whose gathered rows stay below the chunk size."""
    size = _GPU_CHUNK if table.device.type != "cpu" else _CPU_CHUNK
    rows = max(1, size // (table.shape[1] * width))
    return [slice(begin, begin + rows) for begin in range(0, len(table), rows)]
