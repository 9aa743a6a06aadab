"""A large scene in tiles that are kept, each asked on its own.

Where a few chunks of a building have changed, all but their tiles stay as they are, with all that
the decoder has made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from detailbase_core.network.batch import (
    Prediction,
    Question,
    SuperpointBatch,
    Votes,
)
from detailbase_core.network.tiling import Tiles, join_answers
from detailbase_core.network.views import mean_prediction, sentence_batches
from detailbase_core.ops.execution import shared_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from detailbase_core.network.batch import KeyBlocks, SceneKeys
    from detailbase_core.types import Spans


# Superpoints that are asked about at once, unless a tile alone has more: the many small steps of a
# pass cost as much as some thousand superpoints.
PASS_SUPERPOINTS = 32_768


class EncodedChunk(NamedTuple):
    """What is kept of a chunk.

    Attributes:
        superpoints: G headings of them, none padded, placed from their tile's middle.
        keys: what the decoder makes of them before it hears a sentence; None = not made yet.
    """

    superpoints: SuperpointBatch
    keys: SceneKeys | None


@dataclass(frozen=True, eq=False)
class Tile:
    """Chunks that the decoder sees at once.

    Attributes:
        chunks: one or more.
        places: all their superpoints in G headings, without features, which are kept once.
    """

    chunks: tuple[EncodedChunk, ...]
    places: SuperpointBatch

    @classmethod
    def of(cls, chunks: Sequence[EncodedChunk]) -> Tile:
        """The tile of these chunks."""
        without = (replace(one, features=one.features[..., :0]) for one, _ in chunks)
        return cls(tuple(chunks), side_by_side([*without]))

    def __len__(self) -> int:
        """Number of superpoints."""
        return self.places.padding.shape[1]

    def superpoints(self) -> SuperpointBatch:
        """Those of its chunks, in G headings."""
        return side_by_side([one for one, _ in self.chunks])


@dataclass(frozen=True, eq=False)
class Pass:
    """Tiles that are asked at once, kept together from one question to the next.

    Attributes:
        numbers: of the tiles.
        places: their superpoints in all headings, without features.
        keys: of these.
    """

    numbers: Sequence[int]
    places: SuperpointBatch
    keys: KeyBlocks

    @classmethod
    def of(cls, numbers: Sequence[int], tiles: Sequence[Tile]) -> Pass:
        """The pass of these tiles."""
        keys = tuple(tuple(own for _, own in tile.chunks if own is not None) for tile in tiles)
        return cls(numbers, SuperpointBatch.joined([tile.places for tile in tiles]), keys)

    def size(self) -> int:
        """Superpoints in all headings, padding too."""
        return self.places.padding.numel()


@dataclass(frozen=True)
class TiledViews:
    """A scene as encoded in one heading or more, on the network's device.

    Attributes:
        tiles: in the order of the scene's superpoints.
        middles: (2,) x and y of each, metres.
        turns: (2, 2), by which rows x y are turned for each heading.
    """

    tiles: tuple[Tile, ...]
    middles: Sequence[NDArray[np.float64]]
    turns: Sequence[NDArray[np.float64]]

    @property
    def count(self) -> int:
        """Superpoints of the scene."""
        return sum(map(len, self.tiles))

    @property
    def size(self) -> int:
        """Superpoints of all headings."""
        return self.count * len(self.turns)

    def answers(
        self,
        ask: Callable[[Question], Prediction],
        features: Tensor,
        mask: Tensor,
        spans: Sequence[Spans],
        presence_threshold: float,
    ) -> list[Prediction]:
        """Answers about the whole scene, on the CPU; arguments and results as in Views."""

        def answered(one: Pass) -> list[list[Prediction]]:
            return self._ask(ask, one, features, mask, spans)

        answers: list[list[Prediction]] = [[]] * len(self.tiles)
        for one, found in zip(
            self._passes, shared_out(answered, self._passes, Pass.size), strict=True
        ):
            for number, of_tile in zip(one.numbers, found, strict=True):
                answers[number] = of_tile
        of_headings = zip(*answers, strict=True)
        whole = mean_prediction([join_answers(own, presence_threshold) for own in of_headings])
        return whole.divided([1 + len(phrases) for phrases in spans])

    @cached_property
    def _passes(self) -> list[Pass]:
        """What is asked at once: tiles of a size together, since the rest is padding."""
        passes: list[list[int]] = []
        for number in sorted(range(len(self.tiles)), key=lambda one: -len(self.tiles[one])):
            if passes and self._pass_size([*passes[-1], number]) <= PASS_SUPERPOINTS:
                passes[-1].append(number)
            else:
                passes.append([number])
        return [Pass.of(numbers, [self.tiles[number] for number in numbers]) for numbers in passes]

    def _pass_size(self, numbers: list[int]) -> int:
        """Superpoints of a pass in all headings, padding too."""
        return len(numbers) * len(self.turns) * max(len(self.tiles[number]) for number in numbers)

    def _ask(
        self,
        ask: Callable[[Question], Prediction],
        asked: Pass,
        features: Tensor,
        mask: Tensor,
        spans: Sequence[Spans],
    ) -> list[list[Prediction]]:
        """The answers of the tiles of a pass: of each in each heading."""
        scenes, longest = asked.places.padding.shape
        batches = sentence_batches(scenes, scenes * longest, features, mask, spans)
        found = [ask(Question(asked.places, asked.keys, text)).on_cpu() for text, _ in batches]
        headings, answer = len(self.turns), Prediction.joined_rows(found)
        return [
            [
                answer.part(n * headings + h, n * headings + h + 1, len(tile))
                for h in range(headings)
            ]
            for n, tile in enumerate(self.tiles[number] for number in asked.numbers)
        ]

    def headings(self) -> list[Tiles]:
        """The same as padded tiles of each heading."""
        ends = np.cumsum([len(tile) for tile in self.tiles])
        rows = [
            torch.arange(end - len(tile), end) for tile, end in zip(self.tiles, ends, strict=True)
        ]
        index = pad_sequence(rows, batch_first=True).to(self.tiles[0].places.padding.device)
        whole = [tile.superpoints() for tile in self.tiles]
        return [
            Tiles(SuperpointBatch.joined([one.part(h, h + 1) for one in whole]), index, self.count)
            for h in range(len(self.turns))
        ]

    def places(self) -> SuperpointBatch:
        """Where all superpoints lie in the first heading (G = 1), and their votes; no features."""
        return side_by_side(
            [
                tile.places.part(0, 1).moved(*(middle - self.middles[0]))
                for tile, middle in zip(self.tiles, self.middles, strict=True)
            ]
        )


def side_by_side(parts: Sequence[SuperpointBatch]) -> SuperpointBatch:
    """Superpoints of the same scenes, one part's after the other's; none is padded."""
    votes = [one.votes for one in parts if one.votes is not None]
    return SuperpointBatch(
        torch.cat([one.features for one in parts], dim=1),
        torch.cat([one.padding for one in parts], dim=1),
        torch.cat([one.geometry for one in parts], dim=1),
        Votes(*(torch.cat(own, dim=1) for own in zip(*votes, strict=True))) if votes else None,
    )
