"""The grid of a large scene's chunks, and which points lie in each and in the margin around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig

MIN_POINTS = 1_000_000  # smaller scenes change as a whole as a rule
MIN_POINTS_PER_CHUNK = 20_000  # on average: below it the network's fixed costs would count
CHUNK_BLOCKS = 6  # edge of a chunk, in blocks of superpoints, whose borders are its borders

# How far away a voxel may be that a superpoint depends on: two neighbours of a plane, its smoothest
# one and an edge's other end, each two voxels off.
SUPERPOINT_REACH = 8

_CELLS = 2  # of a block's edge; the margin is one cell
_CHUNK_CELLS = _CELLS * CHUNK_BLOCKS
_MOST_CELLS = 2**24
_ROWS = 2**16


class Window(NamedTuple):
    """Points in a chunk and in its margin.

    Attributes:
        points: (W,) int32, ascending indices.
        core: (W,) bool, which of them lie in the chunk.
        middle: (2,) float64, x and y of the chunk's middle, metres.
    """

    points: NDArray[np.int32]
    core: NDArray[np.bool_]
    middle: NDArray[np.float64]


@dataclass(frozen=True)
class ChunkGrid:
    """Points of a scene by cells, which are half as wide as a block of superpoints.

    Cells are counted as x * across + y, from a cell before the first chunk.

    Attributes:
        first: (2,) int64, place of the first chunk in the grid that is fixed to the map.
        chunks: (K, 2) int64, places of the chunks that hold points, counted from the first.
        across: cells along y.
        cell: (N,) of each point.
        order: (N,) int64, the points by cell, in each cell ascending.
        ends: where the points of each cell end in `order`.
        cell_m: edge of a cell, metres.
    """

    first: NDArray[np.int64]
    chunks: NDArray[np.int64]
    across: int
    cell: NDArray[Any]
    order: NDArray[np.int64]
    ends: NDArray[np.int64]
    cell_m: float

    def windows(self) -> Iterator[Window]:
        """The window of each chunk that holds points."""
        for place in self.chunks:
            x, y = (int(one) * _CHUNK_CELLS + 1 for one in place)
            columns = range(x - 1, x + _CHUNK_CELLS + 1)
            found = [self._cells(c * self.across + y - 1, _CHUNK_CELLS + 2) for c in columns]
            points = np.sort(np.concatenate(found)).astype(np.int32)
            column, row = np.divmod(self.cell[points].astype(np.int64), self.across)
            core = (column >= x) & (column < x + _CHUNK_CELLS)
            core &= (row >= y) & (row < y + _CHUNK_CELLS)
            # Blocks, and chunks with them, are shifted by half a block, which is a cell.
            middle = ((self.first + place + 0.5) * _CHUNK_CELLS - 1) * self.cell_m
            yield Window(points, core, middle)

    def _cells(self, first: int, count: int) -> NDArray[np.int64]:
        """The points of `count` cells that follow each other."""
        begin = self.ends[first - 1] if first else 0
        return self.order[begin : self.ends[first + count - 1]]


def chunk_grid(xyz: NDArray[np.float32], config: SuperpointConfig) -> ChunkGrid | None:
    """The grid of a scene (N, 3), metres; None where it is better not cut."""
    edge = config.block_voxels // _CELLS
    if len(xyz) < MIN_POINTS or config.block_voxels % _CELLS or edge < SUPERPOINT_REACH:
        return None
    cells = [_cells(xyz[:, axis], config.voxel_size_m, edge) for axis in (0, 1)]
    first = np.array([one.min() // _CHUNK_CELLS for one in cells], np.int64)
    extent = np.array([one.max() // _CHUNK_CELLS + 1 for one in cells], np.int64) - first
    along, across = (int(chunks) * _CHUNK_CELLS + 2 for chunks in extent)
    if along * across > _MOST_CELLS:
        return None
    begin = first * _CHUNK_CELLS - 1
    cell = (cells[0] - np.int32(begin[0])) * np.int32(across) + (cells[1] - np.int32(begin[1]))
    counts = np.bincount(cell, minlength=along * across)
    inner = counts.reshape(along, across)[1:-1, 1:-1]
    per_chunk = inner.reshape(extent[0], _CHUNK_CELLS, extent[1], _CHUNK_CELLS).sum(axis=(1, 3))
    chunks = np.argwhere(per_chunk)
    if len(xyz) < MIN_POINTS_PER_CHUNK * len(chunks):
        return None
    if along * across <= 2**16:  # NumPy sorts such numbers by radix, many times as fast
        cell = cell.astype(np.uint16)
    order = np.argsort(cell, kind="stable")
    ends = counts.cumsum()
    return ChunkGrid(first, chunks, across, cell, order, ends, edge * config.voxel_size_m)


def _cells(places: NDArray[np.float32], voxel_m: float, edge: int) -> NDArray[np.int32]:
    """Of each coordinate the cell, whose borders are those of superpoints' blocks."""
    cells = np.empty(len(places), np.int32)
    for begin in range(0, len(places), _ROWS):  # what is on the way stays in the cache
        rows = slice(begin, begin + _ROWS)
        voxel = np.floor(places[rows].astype(np.float64) / voxel_m).astype(np.int32)
        cells[rows] = (voxel + edge) // edge
    return cells
