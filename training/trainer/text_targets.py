"""Sentences about a step's scenes, and the objects that their phrases refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.language.text_rows import TextRows
from detailbase_core.language.words import described_words, plain_word
from training.trainer.losses import PhraseTargets
from training.trainer.phrase_losses import word_tags
from training.trainer.sequence_packing import Packing, packing_of, placed

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from torch import Tensor

    from detailbase_core.config import ModelConfig
    from detailbase_core.language.text_encoder import (
        SmallTextEncoder,
        Tokens,
        TransformersTextEncoder,
    )
    from detailbase_core.language.words import DescribedWords
    from training.scenes.descriptions import Description


class Targets(NamedTuple):
    """Objects that the phrases of G scenes refer to.

    Attributes:
        scene, sentence, row: (P,) int64 each, as in PhraseTargets.
        named: (P,) bool, whether the phrase refers to any object, be it seen or not.
        objects: (G, K, O) float32, 1 where the k-th phrase of a scene refers to an object; columns
            as in SceneTruth.objects.
        place: (P,) int64, which of the G * K rows is each phrase's.
        real: (P,) bool, as in PhraseTargets; None = all are.
    """

    scene: Tensor
    sentence: Tensor
    row: Tensor
    named: Tensor
    objects: Tensor
    place: Tensor
    real: Tensor | None = None


class SentenceBatch(NamedTuple):
    """B sentences about each of G scenes; made on the CPU.

    Attributes:
        tokens: of all G * B sentences, as the phrase head reads them.
        described: of what the decoder reads of them; None = the same.
        packing: of the text rows that the decoder reads.
        targets: the objects that their phrases refer to.
        query: (P,) int64, each phrase's row in predictions whose rows are packed.
        phrase_rows: the same, scene by scene.
        word_tags: (G * B, W, 3), see there.
    """

    tokens: Tokens
    described: Tokens | None
    packing: Packing
    targets: Targets
    query: Tensor
    phrase_rows: TextRows
    word_tags: Tensor


def batch_sentences(
    chosen: Sequence[Sequence[Description]],
    readings: Sequence[Sequence[DescribedWords]],
    columns: int,
    encoder: SmallTextEncoder | TransformersTextEncoder,
    config: ModelConfig,
) -> SentenceBatch:
    """Prepare sentences.

    Args:
        chosen: G times B; one without words or targets only fills up.
        readings: G times B, what the decoder reads of each.
        columns: O of SceneTruth.objects.
        encoder: which will encode them.
        config: of the network that will read them.
    """
    flat = [description for group in chosen for description in group]
    read = [reading for group in readings for reading in group]
    plain = plain_word if config.hide_wording else str
    tokens = encoder.read([list(map(plain, description.words)) for description in flat])
    described = encoder.read([reading.words for reading in read]) if config.hide_wording else None
    rows = (described or tokens).mask.shape[1]
    beside = encoder.rows_beside_words
    packing = packing_of([[len(r.words) + beside for r in group] for group in readings], rows)
    targets = object_targets(chosen, columns, readings)
    query = placed(targets.scene, targets.sentence, targets.row, packing)
    phrase_rows = _rows_by_scene(targets, query, packing)
    tags = word_tags(flat, tokens.mask.shape[1] - 1)
    return SentenceBatch(tokens, described, packing, targets, query, phrase_rows, tags)


def decoder_words(
    description: Description,
    config: ModelConfig,
    noise: float = 0.0,
    chance: random.Random | None = None,
) -> DescribedWords:
    """The words of a sentence that a network's decoder reads.

    Args:
        description: the sentence; where it does not tell its describing words, all are taken
            for such.
        config: of the network.
        noise: part of the other words that are read as well, and of the separators that are not,
            as by slips of the phrase head.
        chance: decides about the noise; None = none of it.
    """
    words, told = description.words, description.describes
    if not config.hide_wording:
        return described_words(words, (), None)
    told = told or (True,) * len(words)
    if chance is None:
        return described_words(words, description.spans_or_heads(), told)
    describes = [tagged or chance.random() < noise for tagged in told]
    reading = described_words(words, description.spans_or_heads(), describes)
    return reading.without_separators([chance.random() < noise for _ in reading.words])


def _rows_by_scene(targets: Targets, query: Tensor, packing: Packing) -> TextRows:
    """The packed rows that phrases stand in, in the targets' order."""
    index = torch.zeros(targets.objects.shape[:2], dtype=torch.int64)
    valid = torch.zeros_like(index, dtype=torch.bool)
    index.view(-1)[targets.place] = query - targets.scene * packing.source.shape[1]
    valid.view(-1)[targets.place] = True
    return TextRows(index, valid)


def object_targets(
    chosen: Sequence[Sequence[Description]],
    columns: int,
    readings: Sequence[Sequence[DescribedWords]] | None = None,
) -> Targets:
    """Objects that the sentences' own rows and all their phrases refer to.

    Args:
        chosen: descriptions of each of the G scenes.
        columns: O of SceneTruth.objects; an object beyond them owns no point.
        readings: what is read of each; None = all of its words.
    """
    asked = [
        [(b, row, ids) for b, d in enumerate(group) for row, ids in d.targets()] for group in chosen
    ]
    most = max(map(len, asked))
    objects = np.zeros((len(chosen), most, columns), np.float32)
    places = []
    for g, phrases in enumerate(asked):
        for k, (b, row, ids) in enumerate(phrases):
            objects[g, k, [o + 1 for o in ids if o + 1 < columns]] = 1.0
            if readings is not None and row:
                row = readings[g][b].rows[row - 1]
            places.append((g, b, row, bool(ids), g * most + k))
    table = torch.tensor(places, dtype=torch.int64).view(-1, 5).T.contiguous()
    scene, sentence, row, named, place = table
    return Targets(scene, sentence, row, named.bool(), torch.from_numpy(objects), place)


def phrase_targets(
    targets: Targets, scene_objects: Tensor, query: Tensor | None = None
) -> PhraseTargets:
    """The masks: superpoints more than half of whose points belong to a phrase's objects.

    Args:
        targets: of P phrases.
        scene_objects: SceneTruth.objects, on the same device.
        query: see PhraseTargets.place.
    """
    shares = torch.bmm(targets.objects, scene_objects.transpose(1, 2)).flatten(0, 1)
    masks = shares.index_select(0, targets.place) > 0.5
    if targets.real is not None:
        masks = masks & targets.real[:, None]
    told = masks.any(dim=1) == targets.named
    return PhraseTargets(
        targets.scene,
        targets.sentence,
        targets.row,
        masks,
        query,
        targets.place,
        told,
        targets.real,
    )
