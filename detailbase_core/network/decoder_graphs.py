"""The mask decoder as CUDA graphs: a thousand small steps for which a GPU waits on its host become
one.

A graph is captured at the first question of its size. Sizes are padded, so that few are met; the
network passes over padding as it does in a batch.

Shapes: G scenes (all views' tiles), B sentences per scene, T text rows per sentence, R rows whose
candidates are reranked, S superpoints per scene.
"""

from __future__ import annotations

from concurrent.futures import Future, wait
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from torch import Tensor

from detailbase_core.language.text_rows import TextRows, all_rows
from detailbase_core.network import triton_decoder
from detailbase_core.network.batch import (
    Prediction,
    Question,
    SceneKeys,
    SuperpointBatch,
    TextBatch,
    Votes,
)
from detailbase_core.network.candidate_reranking import REFERENCES
from detailbase_core.network.candidates import measured_by_kernel, pairwise_by_kernel
from detailbase_core.network.decoder_layer import DecoderLayer, KeysValues
from detailbase_core.network.position_encoding import FREQUENCIES, MATCH_DIM
from detailbase_core.ops.cuda_graphs import KeptGraphs, captured
from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.triton_launch import compile_ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.network.mask_decoder import MaskDecoder

# Sizes are padded to multiples of these, numbers of sentences to powers of two.
SUPERPOINTS, TEXT_ROWS, PHRASE_ROWS = 512, 8, 8
# Beyond, the GPU has so much to do that its host keeps up.
MOST_SUPERPOINTS, MOST_TEXT_ROWS = 16_384, 1024


class Sizes(NamedTuple):
    """Padded sizes, see the module."""

    scenes: int
    superpoints: int
    sentences: int
    text_rows: int
    phrase_rows: int


class Captured:
    """One captured graph.

    Args:
        replay: answers `asked` anew, into `answer`.
        asked, answer: tensors that stay where they are.
    """

    def __init__(self, replay: Callable[[], None], asked: Question, answer: Prediction) -> None:
        self.replay, self.asked, self.answer = replay, asked, answer
        self._scenes: SuperpointBatch | None = None  # those in `asked`

    def ask(self, question: Question) -> Prediction:
        """The answer to a question that is no larger than `asked`."""
        is_known = self._scenes is question.superpoints
        self._scenes = None  # until all is copied
        if not is_known:
            _copy_scenes(question, self.asked)
        _copy_text(question.text, self.asked.text)
        self._scenes = question.superpoints
        self.replay()
        return _cut(self.answer, question)


class DecoderGraphs:
    """Answers of a decoder on a CUDA GPU, without gradients.

    Its kernels begin to be compiled on another thread.

    Args:
        decoder: whose weights stay as and where they are.

    Attributes:
        kept: graphs by their sizes.
    """

    def __init__(self, decoder: MaskDecoder) -> None:
        self._decoder = decoder
        self.kept: KeptGraphs[Captured] = KeptGraphs()
        device = decoder.wave_vectors.device
        self._compiling: Future[None] | None = None
        if decoder.uses_centroids and device.type == "cuda" and not triton_backend.find_problem():
            self._compiling = compile_ahead(lambda: launch_all(decoder), device)

    def ground(self, question: Question) -> Prediction:
        """The rows of DetailBase.ground that are asked for; all if the question names none."""
        if self._compiling is not None:  # else two threads would compile the same
            wait([self._compiling])
            self._compiling = None
        ready = question._replace(text=_with_phrase_rows(question.text))
        sizes = _padded_sizes(ready)
        if not _worthwhile(sizes):
            return self._answer(ready)
        with self.kept.of(sizes, lambda: self.capture(padded_question(ready, sizes))) as graph:
            return graph.ask(ready)

    def capture(self, asked: Question) -> Captured:
        """A graph of the answer to `asked`."""
        replay, answer = captured(lambda: self._answer(asked))
        return Captured(replay, asked, answer)

    def _answer(self, asked: Question) -> Prediction:
        # Of a copy: cached properties hold what was asked before.
        superpoints = replace(asked.superpoints)
        answer: Prediction = self._decoder(superpoints, asked.text, None, asked.keys)[-1]
        assert asked.text.phrase_rows is not None
        return answer.of_rows(asked.text.phrase_rows)


@torch.inference_mode()
def launch_all(decoder: MaskDecoder) -> None:
    """Launch the kernels of a sentence about a room, to be recorded."""
    layer = cast("DecoderLayer", decoder.layers[0])
    heads, rows, count = layer.cross_attention.heads, 8, 2048
    width = decoder.query_proj.out_features

    def empty(*shape: int) -> Tensor:
        return torch.zeros((1, *shape), device=decoder.wave_vectors.device)

    queries, features = empty(rows, width), empty(count, width)
    positions = empty(count, 2 * FREQUENCIES)
    preference = empty(rows, heads, 2 * FREQUENCIES)
    for shown in (None, preference[:, :, 0]):
        drawn = triton_decoder.draw_masks(
            queries, features, shown, positions, empty(count, 3), empty(count) > 0
        )
    of_heads = empty(heads, count, width // heads)
    triton_decoder.attend(queries, preference, of_heads, of_heads, positions, drawn.visible)
    matched, connected = empty(1, rows, 2, heads, MATCH_DIM), empty(1, 1, rows) > 0
    references, _ = triton_decoder.refer(
        matched, empty(1, rows, 3), connected, decoder.wave_vectors, preference[None]
    )
    triton_decoder.sum_of_shifted(preference[None], references)
    if decoder.look_alikes is not None:
        logits = empty(rows, count)
        found = measured_by_kernel(logits, (logits, logits), empty(count, 6), empty(count, 3))
        pairwise_by_kernel(found.features, empty(rows, REFERENCES, 3), found.alone)


def _with_phrase_rows(text: TextBatch) -> TextBatch:
    if text.phrase_rows is not None:
        return text
    index = torch.arange(text.mask.shape[1], device=text.mask.device)[:, None]
    return text._replace(phrase_rows=all_rows(torch.where(text.mask, index, -1).flatten(1, 2)))


def _padded_sizes(question: Question) -> Sizes:
    assert question.text.phrase_rows is not None
    scenes, count = question.superpoints.padding.shape
    _, sentences, text_rows = question.text.mask.shape
    return Sizes(
        scenes,
        _up_to(count, SUPERPOINTS),
        1 << (sentences - 1).bit_length(),
        _up_to(text_rows, TEXT_ROWS),
        _up_to(question.text.phrase_rows.indices.shape[1], PHRASE_ROWS),
    )


def _worthwhile(sizes: Sizes) -> bool:
    text_rows = sizes.scenes * sizes.sentences * sizes.text_rows
    return sizes.scenes * sizes.superpoints <= MOST_SUPERPOINTS and text_rows <= MOST_TEXT_ROWS


def _up_to(count: int, step: int) -> int:
    return max(1, -(-count // step)) * step


def padded_question(like: Question, sizes: Sizes) -> Question:
    """Tensors of these sizes that hold nothing but padding.

    Args:
        like: whose other dimensions, dtypes and device they have.
        sizes: theirs.
    """
    superpoints, keys, text = like
    assert isinstance(keys, SceneKeys)
    scenes, count, sentences, text_rows, phrase_rows = sizes

    def of_superpoints(tensor: Tensor, axis: int = 1) -> Tensor:
        shape = list(tensor.shape)
        shape[0], shape[axis] = scenes, count
        return tensor.new_zeros(shape)

    votes = superpoints.votes
    scene = SuperpointBatch(
        of_superpoints(superpoints.features),
        superpoints.padding.new_ones((scenes, count)),
        of_superpoints(superpoints.geometry),
        None if votes is None else Votes(*map(of_superpoints, votes)),
    )
    of_layers = tuple(
        KeysValues(
            of_superpoints(layer.keys, 2),
            of_superpoints(layer.values, 2),
            None if layer.of_keys is None else of_superpoints(layer.of_keys),
        )
        for layer in keys.of_layers
    )
    padded_keys = SceneKeys(
        of_superpoints(keys.center_features), of_layers, of_superpoints(keys.mask_features)
    )
    mask = text.mask.new_zeros((scenes, sentences, text_rows))
    mask[..., 0] = True
    features = text.features.new_zeros((*mask.shape, text.features.shape[-1]))
    index = torch.zeros((scenes, phrase_rows), dtype=torch.int64, device=mask.device)
    rows = TextRows(index, torch.zeros_like(index, dtype=torch.bool))
    return Question(scene, padded_keys, TextBatch(features, mask, rows))


def _copy_text(text: TextBatch, into: TextBatch) -> None:
    """Write sentences, and padding around them."""
    assert text.phrase_rows is not None and into.phrase_rows is not None
    _, sentences, text_rows, _ = text.features.shape
    into.features.zero_()
    into.features[:, :sentences, :text_rows] = text.features
    into.mask.zero_()
    into.mask[..., 0] = True
    into.mask[:, :sentences, :text_rows] = text.mask
    indices, valid = text.phrase_rows
    count = indices.shape[1]
    apart = into.mask.shape[2] - text_rows  # rows count through all sentences
    into.phrase_rows.indices.zero_()
    into.phrase_rows.indices[:, :count] = indices + indices // text_rows * apart
    into.phrase_rows.valid.zero_()
    into.phrase_rows.valid[:, :count] = valid


def _copy_scenes(asked: Question, into: Question) -> None:
    """Write scenes; what stood there before is padding."""
    count = asked.superpoints.padding.shape[1]
    into.superpoints.padding.fill_(True)
    for one, padded in zip(_tensors(asked), _tensors(into), strict=True):
        padded.narrow(-2 if padded.ndim > 2 else 1, 0, count).copy_(one)


def _tensors(question: Question) -> list[Tensor]:
    """All tensors of superpoints: (G, S), (G, S, C) or (G, heads, S, C)."""
    scene, keys, _ = question
    assert isinstance(keys, SceneKeys)
    parts = [scene.features, scene.padding, scene.geometry]
    parts += [] if scene.votes is None else [scene.votes.offsets, scene.votes.movable]
    for layer in keys.of_layers:
        parts += [layer.keys, layer.values]
        parts += [] if layer.of_keys is None else [layer.of_keys]
    return [*parts, keys.center_features, keys.mask_features]


def _cut(answer: Prediction, question: Question) -> Prediction:
    """A copy of what was asked; the next question is answered into the same tensors."""
    assert question.text.phrase_rows is not None
    rows, count = question.text.phrase_rows.indices.shape[1], question.superpoints.padding.shape[1]
    presence = answer.presence_logits
    return Prediction(
        answer.mask_logits[:, :, :rows, :count].clone(),
        answer.scores[:, :, :rows].clone(),
        None if presence is None else presence[:, :, :rows].clone(),
        peaks=answer.peaks,
    )
