"""Lessons padded to sizes that hold every one so far, so that few sizes are met.

What is added counts nowhere: losses and gradients stay as they are.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import torch

from detailbase_core.language.text_encoder import Tokens
from detailbase_core.language.text_rows import TextRows
from training.scenes.categories import UNKNOWN
from training.scenes.dataset import SceneTruth
from training.trainer.phrase_losses import NOT_TOLD
from training.trainer.sequence_packing import Packing
from training.trainer.step_batch import Lesson
from training.trainer.text_targets import SentenceBatch, Targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

STEP = 16  # sizes are multiples of it
ROOM = 8  # a size that was too small gets an eighth more than what was met


class Capacity:
    """Sizes that hold everything so far; for any number of threads."""

    def __init__(self) -> None:
        self.sizes: tuple[int, ...] = ()
        self._lock = Lock()

    def holding(self, counts: Sequence[int]) -> tuple[int, ...]:
        """Sizes that hold so many of each; they change seldom."""
        with self._lock:
            known = self.sizes or (0,) * len(counts)
            if any(count > size for count, size in zip(counts, known, strict=True)):
                self.sizes = tuple(map(max, known, map(_with_room, counts)))
            return self.sizes


def _with_room(count: int) -> int:
    return -(-(count + -(-count // ROOM)) // STEP) * STEP


def padded_lesson(lesson: Lesson, capacity: Capacity) -> Lesson:
    """The same with padding behind truth and sentences, on the CPU.

    Args:
        lesson: as make_batch gives it.
        capacity: of lessons; it grows where this one does not fit.
    """
    truth, sentences = lesson
    _, superpoints, columns = truth.objects.shape
    if sentences is None:
        superpoints, columns = capacity.holding((superpoints, columns))
        return Lesson(padded_truth(truth, superpoints, columns), None)
    read = sentences.described or sentences.tokens
    superpoints, columns, *sizes = capacity.holding(
        (
            superpoints,
            columns,
            *(len(sentences.tokens.ids), sentences.tokens.mask.shape[1] + 1),
            *(len(read.ids), read.mask.shape[1] + 1),
            sentences.packing.source.shape[1],
            len(sentences.query),
            sentences.targets.objects.shape[1],
        )
    )
    return Lesson(
        padded_truth(truth, superpoints, columns), padded_sentences(sentences, columns, *sizes)
    )


def padded_truth(truth: SceneTruth, superpoints: int, columns: int) -> SceneTruth:
    """Truth about S superpoints of each scene, of which all rows count as valid.

    Args:
        truth: as from scene_truth.
        superpoints: S.
        columns: O.
    """
    scenes, rows, _ = truth.objects.shape
    names = truth.names.new_full((scenes * superpoints, 2), UNKNOWN)
    names[truth.valid // rows * superpoints + truth.valid % rows] = truth.names
    objects = _padded(truth.objects, (scenes, superpoints, columns))
    return SceneTruth(objects, names, torch.arange(scenes * superpoints))


def padded_sentences(
    sentences: SentenceBatch,
    columns: int,
    pieces: int,
    rows: int,
    described_pieces: int,
    described_rows: int,
    packed_rows: int,
    phrases: int,
    phrases_of_scene: int,
) -> SentenceBatch:
    """Sentences padded to sizes.

    Args:
        sentences: as from batch_sentences.
        columns: O of Targets.objects.
        pieces, rows: K and T of SentenceBatch.tokens, T larger than theirs.
        described_pieces, described_rows: of what the decoder reads, the same if there is no other.
        packed_rows: Q of Packing.
        phrases: P of Targets.
        phrases_of_scene: K of Targets.objects, and R of phrase_rows.
    """
    tokens = padded_tokens(sentences.tokens, pieces, rows)
    read_rows = (sentences.described or sentences.tokens).mask.shape[1]
    described = None
    if sentences.described is not None:
        described = padded_tokens(sentences.described, described_pieces, described_rows)
    source, sentence, starts = sentences.packing
    scenes, packed = source.shape
    moved = source // read_rows * (described or tokens).mask.shape[1] + source % read_rows
    wide = scenes, packed_rows
    packing = Packing(_padded(moved, wide), _padded(sentence, wide, -1), starts)
    targets = sentences.targets
    _, of_scene, _ = targets.objects.shape
    places = targets.place // of_scene * phrases_of_scene + targets.place % of_scene
    real = torch.ones_like(targets.named) if targets.real is None else targets.real
    more = Targets(
        _padded(targets.scene, (phrases,)),
        _padded(targets.sentence, (phrases,)),
        _padded(targets.row, (phrases,)),
        _padded(targets.named, (phrases,)),
        _padded(targets.objects, (scenes, phrases_of_scene, columns)),
        _padded(places, (phrases,)),
        _padded(real, (phrases,)),
    )
    query = sentences.query // packed * packed_rows + sentences.query % packed
    chosen = scenes, phrases_of_scene
    tags = sentences.word_tags
    return SentenceBatch(
        tokens,
        described,
        packing,
        more,
        _padded(query, (phrases,)),
        TextRows(*(_padded(one, chosen) for one in sentences.phrase_rows)),
        _padded(tags, (len(tags), rows - 1, tags.shape[2]), NOT_TOLD),
    )


def padded_tokens(tokens: Tokens, pieces: int, rows: int) -> Tokens:
    """Tokens with padding, whose last text row, which is none, takes the pieces that are none.

    Args:
        tokens: as read by a text encoder.
        pieces: K.
        rows: T, larger than theirs.
    """
    sentences, before = tokens.mask.shape
    moved = tokens.rows // before * rows + tokens.rows % before
    return Tokens(
        _padded(tokens.ids, (pieces,)),
        _padded(moved, (pieces,), sentences * rows - 1),
        _padded(tokens.mask, (sentences, rows)),
    )


def _padded(tensor: Tensor, shape: tuple[int, ...], value: int = 0) -> Tensor:
    """The tensor in a corner of a larger one."""
    larger = tensor.new_full(shape, value)
    larger[tuple(map(slice, tensor.shape))] = tensor
    return larger
