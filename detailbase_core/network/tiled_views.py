"""A large scene in tiles that are kept, each asked on its own.

Where a few chunks of a building have changed, all but their tiles stay as they are, with all that
the decoder has made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch.nn.utils.rnn import pad_sequence

from detailbase_core.network.batch import (
    Prediction,
    Question,
    SceneKeys,
    SuperpointBatch,
    TextBatch,
    Votes,
)
from detailbase_core.network.decoder_layer import KeysValues
from detailbase_core.network.tiling import Tiles, join_answers
from detailbase_core.network.views import mean_prediction, sentences_at_once
from detailbase_core.ops.execution import shared_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from detailbase_core.types import Spans


@dataclass(frozen=True, eq=False)
class Tile:
    """A part of a scene that the decoder sees at once.

    Attributes:
        superpoints: G headings of them, none padded, placed from the tile's middle.
        keys: what the decoder makes of them before it hears a sentence; None = not made yet.
    """

    superpoints: SuperpointBatch
    keys: SceneKeys | None

    def __len__(self) -> int:
        """Number of superpoints."""
        return self.superpoints.padding.shape[1]

    @classmethod
    def joined(cls, parts: Sequence[Tile]) -> Tile:
        """Parts of one tile, one's superpoints after the other's; the only one as it is."""
        return parts[0] if len(parts) == 1 else _each(parts, _cat)

    def part(self, begin: int, end: int) -> Tile:
        """Superpoints begin .. end - 1, which share the memory."""
        return _each([self], lambda one, axis: one[0].narrow(axis, begin, end - begin))


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
        """Each sentence's answer about the whole scene, on the CPU; arguments as in Views."""
        headings, largest = len(self.turns), max(map(len, self.tiles))
        at_once = sentences_at_once(headings * largest, mask)
        found: list[Prediction] = []
        for begin in range(0, len(mask), at_once):
            part = slice(begin, begin + at_once)
            text = TextBatch.about_scenes(headings, features[part], mask[part], spans[part])
            answers = shared_out(partial(self._ask, ask, text), self.tiles, len)
            for of_sentence in zip(*answers, strict=True):
                of_headings = zip(*of_sentence, strict=True)
                found.append(
                    mean_prediction([join_answers(own, presence_threshold) for own in of_headings])
                )
        return found

    def _ask(
        self, ask: Callable[[Question], Prediction], text: TextBatch, tile: Tile
    ) -> list[list[Prediction]]:
        """The answers in each heading about one tile, sentence by sentence."""
        assert tile.keys is not None
        answer = ask(Question(tile.superpoints, tile.keys, text)).on_cpu()
        return [
            [one.part(h, h + 1, len(tile)) for h in range(len(self.turns))]
            for one in answer.sentences()
        ]

    def headings(self) -> list[Tiles]:
        """The same as padded tiles of each heading."""
        rows, begin = [], 0
        for tile in self.tiles:
            rows.append(
                torch.arange(begin, begin + len(tile), device=tile.superpoints.padding.device)
            )
            begin += len(tile)
        index = pad_sequence(rows, batch_first=True)
        return [
            Tiles(
                SuperpointBatch.joined([tile.superpoints.part(h, h + 1) for tile in self.tiles]),
                index,
                begin,
            )
            for h in range(len(self.turns))
        ]

    def places(self) -> SuperpointBatch:
        """Where all superpoints lie in the first heading (G = 1), and their votes; no features."""
        parts = [
            tile.superpoints.part(0, 1).moved(*(middle - self.middles[0]))
            for tile, middle in zip(self.tiles, self.middles, strict=True)
        ]
        return _side_by_side([replace(one, features=one.features[..., :0]) for one in parts])


def _side_by_side(parts: Sequence[SuperpointBatch]) -> SuperpointBatch:
    """Superpoints of the same scenes, one's after the other's; none is padded."""
    return _each([Tile(one, None) for one in parts], _cat).superpoints


def _cat(parts: Sequence[Tensor], axis: int) -> Tensor:
    return torch.cat(list(parts), dim=axis)


def _each(tiles: Sequence[Tile], of: Callable[[Sequence[Tensor], int], Tensor]) -> Tile:
    """Tensors made of the tiles' own by `of`, which is told the axis of superpoints."""
    batches = [tile.superpoints for tile in tiles]
    votes = [one.votes for one in batches if one.votes is not None]
    superpoints = SuperpointBatch(
        of([one.features for one in batches], 1),
        of([one.padding for one in batches], 1),
        of([one.geometry for one in batches], 1),
        Votes(*(of(parts, 1) for parts in zip(*votes, strict=True))) if votes else None,
    )
    keys = [tile.keys for tile in tiles if tile.keys is not None]
    return Tile(superpoints, _each_key(keys, of) if keys else None)


def _each_key(
    keys: Sequence[SceneKeys], of: Callable[[Sequence[Tensor], int], Tensor]
) -> SceneKeys:
    center_features = of([one.center_features for one in keys], 1)
    of_layers = tuple(
        KeysValues(
            of([one.keys for one in layers], 2),
            of([one.values for one in layers], 2),
            None if layers[0].of_keys is None else center_features,  # packed once for all layers
        )
        for layers in zip(*(one.of_layers for one in keys), strict=True)
    )
    return SceneKeys(center_features, of_layers, of([one.mask_features for one in keys], 1))
