"""The U-Net's levels as CUDA graphs: hundreds of small steps for which a GPU waits on its host
become one.

A graph is captured at the second scene of its size, since capturing takes longer than a scene.
Numbers of voxels are padded to powers of two, so that few sizes are met; padding has no neighbours,
so kernels pass over it, and no voxel reads it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from detailbase_core.sparse import Pyramid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.sparse.kernel_map import KernelMap

    Through = Callable[[Tensor, Pyramid], list[Tensor]]

LEAST_VOXELS = 1024  # a level is padded to these at least
# Beyond, the GPU has so much to do that its host keeps up.
MOST_VOXELS = 1 << 19
MOST_GRAPHS = 3  # the one that was used longest ago goes
Sizes = tuple[int, ...]  # padded numbers of voxels, fine to coarse


class Captured(NamedTuple):
    """One captured graph.

    Attributes:
        replay: computes `results` of `features` and `pyramid` anew.
        features, pyramid, results: tensors that stay where they are.
    """

    replay: Callable[[], None]
    features: Tensor
    pyramid: Pyramid
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

    def run(self, features: Tensor, pyramid: Pyramid) -> list[Tensor]:
        """What `through` gives.

        Args:
            features: [V, C].
            pyramid: of these voxels, whose order is that of the features.
        """
        sizes = tuple(_padded(len(level)) for level in pyramid.levels)
        if sizes[0] > MOST_VOXELS:
            return self._through(features, pyramid)
        with self._lock:
            if sizes not in self._captured:
                self._captured[sizes] = None
                self._forget_oldest()
                return self._through(features, pyramid)
            self._captured.move_to_end(sizes)
            captured = self._captured[sizes]
            if captured is None:
                captured = self.capture(*_padding(features, pyramid, sizes))
                self._captured[sizes] = captured
                self._forget_oldest()
            _fill(captured.features, features, 0.0)
            for static, level in zip(captured.pyramid.levels, pyramid.levels, strict=True):
                for into, table in zip(_tables(static), _tables(level), strict=True):
                    _fill(into, table, -1)
            captured.replay()
            counts = [len(level) for level in pyramid.levels]
            return [
                result[:count].clone()
                for result, count in zip(captured.results, counts, strict=False)
            ]

    def capture(self, features: Tensor, pyramid: Pyramid) -> Captured:
        """A graph of what `through` gives of these."""
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # kernels are compiled outside of the graph
            self._through(features, pyramid)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            results = self._through(features, pyramid)
        return Captured(graph.replay, features, pyramid, results)

    def _forget_oldest(self) -> None:
        """Of more than MOST_GRAPHS graphs, and of sizes met once many times as many."""
        graphs = [size for size, captured in self._captured.items() if captured is not None]
        for size in graphs[:-MOST_GRAPHS]:
            del self._captured[size]
        while len(self._captured) > 16 * MOST_GRAPHS:
            self._captured.popitem(last=False)


def _padded(count: int) -> int:
    return max(LEAST_VOXELS, 1 << (count - 1).bit_length())


def _padding(features: Tensor, pyramid: Pyramid, sizes: Sizes) -> tuple[Tensor, Pyramid]:
    """Tensors of these sizes that hold nothing but padding."""
    levels = [_padding_of(level, size) for level, size in zip(pyramid.levels, sizes, strict=True)]
    children = [*sizes[1:], 0]
    levels = [
        level
        if level.children is None
        else replace(level, children=level.children.new_full((count, 8), -1))
        for level, count in zip(levels, children, strict=True)
    ]
    return features.new_zeros((sizes[0], features.shape[1])), Pyramid(None, tuple(levels))


def _padding_of(level: KernelMap, size: int) -> KernelMap:
    def absent(table: Tensor | None) -> Tensor | None:
        return None if table is None else table.new_full((size, *table.shape[1:]), -1)

    return replace(
        level,
        coords=level.coords.new_zeros((size, 4)),  # no convolution looks at them
        neighbours=level.neighbours.new_full((size, level.neighbours.shape[1]), -1),
        parent=absent(level.parent),
        slot=absent(level.slot),
    )


def _tables(level: KernelMap) -> Sequence[Tensor]:
    """All that convolutions read."""
    halving = () if level.parent is None else level.halving()
    return (level.neighbours, *halving)


def _fill(into: Tensor, rows: Tensor, padding: float) -> None:
    into[: len(rows)] = rows
    into[len(rows) :] = padding
