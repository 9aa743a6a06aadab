"""The U-Net's levels as CUDA graphs: hundreds of small steps for which a GPU waits on its host
become one.

A graph is captured at the second scene of its size, since capturing takes longer than a scene.
Numbers of voxels are padded to powers of two, so that few sizes are met; kernels read on the GPU
how many there are and pass over the rest, which no voxel reads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from detailbase_core.ops.execution import to_device
from detailbase_core.sparse import Pyramid
from detailbase_core.sparse.level_tables import LevelTables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.sparse.kernel_map import KernelMap
    from detailbase_core.sparse.triton_grid import PointGrid

    Through = Callable[[Tensor, Pyramid], list[Tensor]]

LEAST_VOXELS = 1024  # a level is padded to these at least
# Beyond, the GPU has so much to do that its host keeps up.
MOST_VOXELS = 1 << 19
MOST_GRAPHS = 3  # the one that was used longest ago goes
Sizes = tuple[int, ...]  # padded numbers of voxels, fine to coarse


class Captured(NamedTuple):
    """One captured graph.

    Attributes:
        replay: computes `results` of `features` and `tables` anew.
        features, tables, results: tensors that stay where they are.
    """

    replay: Callable[[], None]
    features: Tensor
    tables: LevelTables
    results: list[Tensor]


class UNetGraphs:
    """Features of a U-Net's levels on a CUDA GPU, without gradients.

    Args:
        through: the levels' features from the voxels' and the kernel maps of all levels; its
            weights stay as and where they are.
    """

    def __init__(self, through: Through) -> None:
        self._through = through
        self._captured: OrderedDict[Sizes, Captured | None] = OrderedDict()  # None = met once
        self._lock = threading.Lock()

    def run(self, features: Tensor, voxels: Pyramid | PointGrid) -> list[Tensor]:
        """What `through` gives.

        Args:
            features: [V, C] floating point.
            voxels: their tables, or what makes them; the order is that of the features.
        """
        counts = voxels.counts
        sizes = tuple(map(_padded, counts))
        if sizes[0] > MOST_VOXELS:
            return self._through(features, _pyramid(voxels))
        with self._lock:
            if sizes not in self._captured:
                self._captured[sizes] = None
                self._forget_oldest()
                return self._through(features, _pyramid(voxels))
            self._captured.move_to_end(sizes)
            captured = self._captured[sizes]
            if captured is None:
                tables = LevelTables.padded(sizes, features.device)
                captured = self.capture(features.new_zeros((sizes[0], features.shape[1])), tables)
                self._captured[sizes] = captured
                self._forget_oldest()
            captured.features[: counts[0]] = features
            if isinstance(voxels, Pyramid):
                fill_tables(captured.tables, voxels)
            else:
                voxels.fill(captured.tables)
            captured.replay()
            return [
                result[:count].clone()
                for result, count in zip(captured.results, counts, strict=False)
            ]

    def capture(self, features: Tensor, tables: LevelTables) -> Captured:
        """A graph of what `through` gives of these."""
        pyramid = Pyramid(None, tables.levels)
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # kernels are compiled outside of the graph
            self._through(features, pyramid)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            results = self._through(features, pyramid)
        return Captured(graph.replay, features, tables, results)

    def _forget_oldest(self) -> None:
        """Of more than MOST_GRAPHS graphs, and of sizes met once many times as many."""
        graphs = [size for size, captured in self._captured.items() if captured is not None]
        for size in graphs[:-MOST_GRAPHS]:
            del self._captured[size]
        while len(self._captured) > 16 * MOST_GRAPHS:
            self._captured.popitem(last=False)


def _padded(count: int) -> int:
    return max(LEAST_VOXELS, 1 << (count - 1).bit_length())


def _pyramid(voxels: Pyramid | PointGrid) -> Pyramid:
    return voxels if isinstance(voxels, Pyramid) else voxels.pyramid()


def fill_tables(tables: LevelTables, pyramid: Pyramid) -> None:
    """Copy a pyramid's tables; rows behind them hold no neighbours."""
    counts = torch.tensor([*pyramid.counts, 0], dtype=torch.int32)
    tables.counts.copy_(to_device(counts, tables.counts.device))
    for static, level in zip(tables.levels, pyramid.levels, strict=True):
        for into, table in zip(_read(static), _read(level), strict=True):
            into[: len(table)] = table
            into[len(table) :] = -1


def _read(level: KernelMap) -> Sequence[Tensor]:
    """All that convolutions read."""
    halving = () if level.parent is None else level.halving()
    return (level.neighbours, *halving)
