"""What is asked about a step's scenes, and what the right answers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.language.phrase_pooling import phrase_mix
from detailbase_core.language.text_rows import TextRows
from training.trainer.losses import PhraseTargets
from training.trainer.phrase_losses import word_places
from training.trainer.sequence_packing import Packing, packing_of, placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from detailbase_core.language.text_encoder import (
        SmallTextEncoder,
        Tokens,
        TransformersTextEncoder,
    )
    from training.scenes.descriptions import Description


class Wanted(NamedTuple):
    """What the phrases of G scenes refer to.

    Attributes:
        scene, sentence, row: (P,) int64 each, as in PhraseTargets.
        objects: (G, K, O) float32, 1 where the k-th phrase of a scene refers to an object; columns
            as in SceneTruth.objects.
        place: (P,) int64, which of the G * K rows is each phrase's.
    """

    scene: Tensor
    sentence: Tensor
    row: Tensor
    objects: Tensor
    place: Tensor


class Questions(NamedTuple):
    """B sentences about each of G scenes; made on the CPU.

    Attributes:
        tokens: of all G * B sentences.
        packing: of their text rows.
        wanted: what their phrases refer to.
        query: (P,) int64, each phrase's row in predictions whose rows are packed.
        phrase_rows: the same, scene by scene.
        word_places: (G * B, T - 1, 2), see there.
        phrase_mix: (G * B, T, T), see there; None without phrase queries.
    """

    tokens: Tokens
    packing: Packing
    wanted: Wanted
    query: Tensor
    phrase_rows: TextRows
    word_places: Tensor
    phrase_mix: Tensor | None


def questions_of(
    chosen: Sequence[Sequence[Description]],
    columns: int,
    encoder: SmallTextEncoder | TransformersTextEncoder,
    phrase_queries: bool,
) -> Questions:
    """Prepare sentences.

    Args:
        chosen: G times B; one without words or targets only fills up.
        columns: O of SceneTruth.objects.
        encoder: which will encode them.
        phrase_queries: whether a phrase's query is the mean of its words.
    """
    flat = [description for group in chosen for description in group]
    tokens = encoder.read([description.words for description in flat])
    rows = tokens.mask.shape[1]
    beside = encoder.rows_beside_words
    packing = packing_of([[len(d.words) + beside for d in group] for group in chosen], rows)
    wanted = wanted_objects(chosen, columns)
    query = placed(wanted.scene, wanted.sentence, wanted.row, packing)
    mix = phrase_mix([d.word_spans() for d in flat], rows) if phrase_queries else None
    phrase_rows = _rows_by_scene(wanted, query, packing)
    return Questions(tokens, packing, wanted, query, phrase_rows, word_places(flat, rows - 1), mix)


def _rows_by_scene(wanted: Wanted, query: Tensor, packing: Packing) -> TextRows:
    """The packed rows that phrases stand in, in `wanted`'s places."""
    number = torch.zeros(wanted.objects.shape[:2], dtype=torch.int64)
    real = torch.zeros_like(number, dtype=torch.bool)
    number.view(-1)[wanted.place] = query - wanted.scene * packing.source.shape[1]
    real.view(-1)[wanted.place] = True
    return TextRows(number, real)


def wanted_objects(chosen: Sequence[Sequence[Description]], columns: int) -> Wanted:
    """What the sentences' own rows and all their phrases refer to.

    Args:
        chosen: descriptions of each of the G scenes.
        columns: O of SceneTruth.objects; an object beyond them owns no point.
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
            places.append((g, b, row, g * most + k))
    scene, sentence, row, place = torch.tensor(places, dtype=torch.int64).view(-1, 4).T.contiguous()
    return Wanted(scene, sentence, row, torch.from_numpy(objects), place)


def phrase_targets(
    wanted: Wanted, scene_objects: Tensor, query: Tensor | None = None
) -> PhraseTargets:
    """The masks: superpoints more than half of whose points belong to a phrase's objects.

    Args:
        wanted: P phrases.
        scene_objects: SceneTruth.objects, on the same device.
        query: see PhraseTargets.place.
    """
    shares = torch.bmm(wanted.objects, scene_objects.transpose(1, 2)).flatten(0, 1)
    masks = shares.index_select(0, wanted.place) > 0.5
    return PhraseTargets(wanted.scene, wanted.sentence, wanted.row, masks, query, wanted.place)
