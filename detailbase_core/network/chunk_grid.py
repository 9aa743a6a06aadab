"""The grid of a large scene's chunks, and which points lie in each and in the margin around it.

The grid is fixed to the map. Chunks come in tiles, each as wide as the decoder sees at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig

    Place = tuple[int, int]  # of a chunk, or a tile, along x and y

MIN_POINTS = 1_000_000  # smaller scenes change as a whole as a rule
MIN_POINTS_PER_CHUNK = 20_000  # on average: below it the network's fixed costs would count
# Edge of a chunk, in blocks of superpoints, whose borders are its borders. Of smaller chunks fewer
# points are encoded again after a change, but more in margins.
CHUNK_BLOCKS = 4
# Tiles of chunks may be a little wider than others (TILE_M): a grid that is fixed to the map leaves
# narrow ones at its borders, and each takes a pass of the decoder.
MOST_TILE_M = 16.0

# How far away a voxel may be that a superpoint depends on: two neighbours of a plane, its smoothest
# one and an edge's other end, each two voxels off.
SUPERPOINT_REACH = 8

_CELLS = 2  # of a block's edge; the margin is one cell
_CHUNK_CELLS = _CELLS * CHUNK_BLOCKS
_MOST_CELLS = 2**24
_ROWS = 2**16


@dataclass(frozen=True)
class GridSize:
    """Where the chunks and tiles of a grid lie.

    Attributes:
        cell_m: edge of a cell, metres: half a block of superpoints.
    """

    cell_m: float

    @classmethod
    def of(cls, config: SuperpointConfig) -> GridSize | None:
        """That of superpoints' blocks; None where they are too small to be put together."""
        edge = config.block_voxels // _CELLS
        if config.block_voxels % _CELLS or edge < SUPERPOINT_REACH:
            return None
        return cls(edge * config.voxel_size_m)

    def chunk_middle(self, place: Place) -> NDArray[np.float64]:
        """(2,) x and y, metres."""
        # Blocks, and chunks with them, are shifted by half a block, which is a cell.
        middle: NDArray[np.float64] = ((np.array(place) + 0.5) * _CHUNK_CELLS - 1) * self.cell_m
        return middle

    def near(self, place: Place, xyz: NDArray[np.float32], voxel_m: float) -> NDArray[np.bool_]:
        """(N,) which points a chunk's superpoints may depend on; its own are among them.

        Args:
            place: of the chunk.
            xyz: (N, 3), metres.
            voxel_m: edge of superpoints' voxels.
        """
        # A point may be rounded over the border of its voxel.
        reach = _CHUNK_CELLS / 2 * self.cell_m + (SUPERPOINT_REACH + 1) * voxel_m
        middle = self.chunk_middle(place)
        x, y = (np.abs(xyz[:, axis] - middle[axis]) <= reach for axis in (0, 1))
        near: NDArray[np.bool_] = x & y
        return near

    def window(self, place: Place) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lowest and highest x and y, (2,) each, of a chunk with its margin, metres."""
        reach = (_CHUNK_CELLS / 2 + 1) * self.cell_m
        return self.chunk_middle(place) - reach, self.chunk_middle(place) + reach

    def windows_over(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> set[Place]:
        """Chunks whose windows overlap any of the rectangles from `low` to `high`, (P, 2) each."""
        # A window is a cell wider than its chunk, and chunk 0 begins a cell below 0.
        first = np.floor(low / self.cell_m / _CHUNK_CELLS).astype(np.int64)
        last = np.floor((high / self.cell_m + 2) / _CHUNK_CELLS).astype(np.int64)
        spans = np.unique(np.concatenate([first, last], axis=1), axis=0)
        return {
            (int(x), int(y))
            for x0, y0, x1, y1 in spans
            for x in range(x0, x1 + 1)
            for y in range(y0, y1 + 1)
        }

    def tile_of(self, place: Place) -> Place:
        """The place of the tile that a chunk of a large scene belongs to."""
        return place[0] // self._tile_chunks, place[1] // self._tile_chunks

    def tiles_of(self, places: Sequence[Place]) -> list[Place]:
        """The tile of each of a scene's chunks: the same for all where they fit into one.

        Wider scenes have tiles that are fixed to the map, so that what is new moves none of them.
        """
        ends = np.array(places)
        if len(ends) and (np.ptp(ends, axis=0) < self._tile_chunks).all():
            return [self.tile_of(places[0])] * len(places)
        return [self.tile_of(place) for place in places]

    @property
    def _tile_chunks(self) -> int:
        return max(1, int(MOST_TILE_M / (_CHUNK_CELLS * self.cell_m)))


class Window(NamedTuple):
    """Points in a chunk and in its margin.

    Attributes:
        place: of the chunk.
        points: (W,) int32, indices of the points in the chunk, then of those in its margin, both
            ascending.
        own: number of points in the chunk.
    """

    place: Place
    points: NDArray[np.int32]
    own: int


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
    """

    first: NDArray[np.int64]
    chunks: NDArray[np.int64]
    across: int
    cell: NDArray[Any]
    order: NDArray[np.int64]
    ends: NDArray[np.int64]

    def windows(self, only: Collection[Place] | None = None) -> Iterator[Window]:
        """The window of each chunk that holds points.

        Args:
            only: places of chunks to look at; None = at all.
        """
        for chunk in self.chunks:
            at = self.first + chunk
            place = (int(at[0]), int(at[1]))
            if only is None or place in only:
                yield self._window(place, *(int(one) * _CHUNK_CELLS + 1 for one in chunk))

    def _window(self, place: Place, x: int, y: int) -> Window:
        columns = range(x - 1, x + _CHUNK_CELLS + 1)
        found = [self._cells(c * self.across + y - 1, _CHUNK_CELLS + 2) for c in columns]
        points = np.sort(np.concatenate(found)).astype(np.int32)
        column, row = np.divmod(self.cell[points].astype(np.int64), self.across)
        core = (column >= x) & (column < x + _CHUNK_CELLS)
        core &= (row >= y) & (row < y + _CHUNK_CELLS)
        own = points[core]
        return Window(place, np.concatenate([own, points[~core]]), len(own))

    def _cells(self, first: int, count: int) -> NDArray[np.int64]:
        """The points of `count` cells that follow each other."""
        begin = self.ends[first - 1] if first else 0
        return self.order[begin : self.ends[first + count - 1]]


def chunk_grid(xyz: NDArray[np.float32], config: SuperpointConfig) -> ChunkGrid | None:
    """The grid of a scene (N, 3), metres, N > 0; None where it has too many cells."""
    edge = config.block_voxels // _CELLS
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
    if along * across <= 2**16:  # NumPy sorts such numbers by radix, many times as fast
        cell = cell.astype(np.uint16)
    order = np.argsort(cell, kind="stable")
    return ChunkGrid(first, np.argwhere(per_chunk), across, cell, order, counts.cumsum())


def is_worth_cutting(points: int, chunks: int) -> bool:
    """Whether a scene of so many points in so many chunks is large and dense enough."""
    return points >= max(MIN_POINTS, MIN_POINTS_PER_CHUNK * chunks)


def _cells(places: NDArray[np.float32], voxel_m: float, edge: int) -> NDArray[np.int32]:
    """Of each coordinate the cell, whose borders are those of superpoints' blocks."""
    cells = np.empty(len(places), np.int32)
    for begin in range(0, len(places), _ROWS):  # what is on the way stays in the cache
        rows = slice(begin, begin + _ROWS)
        voxel = np.floor(places[rows].astype(np.float64) / voxel_m).astype(np.int32)
        cells[rows] = (voxel + edge) // edge
    return cells
