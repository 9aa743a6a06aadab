"""The mask decoder as CUDA graphs: a thousand small steps for which a GPU waits on its host become
one.

A graph is captured at the first question of its size. Sizes are padded, so that few are met; the
network passes over padding as it does in a batch.

Shapes: G scenes (all views' tiles), B sentences per scene, T text rows per sentence, R rows whose
candidates are reranked, S superpoints per scene.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from detailbase_core.language.text_rows import TextRows, all_rows
from detailbase_core.network.batch import Prediction, SceneKeys, SuperpointBatch, TextBatch, Votes
from detailbase_core.network.decoder_layer import KeysValues

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.network.mask_decoder import MaskDecoder

# Sizes are padded to multiples of these, numbers of sentences to powers of two.
SUPERPOINTS, TEXT_ROWS, PHRASE_ROWS = 512, 8, 8
# Beyond, the GPU has so much to do that its host keeps up.
MOST_SUPERPOINTS, MOST_TEXT_ROWS = 16_384, 1024
MOST_GRAPHS = 8  # the one that was used longest ago goes


class Question(NamedTuple):
    """Sentences about scenes.

    Attributes:
        superpoints: the scenes.
        keys: what the decoder makes of them before it hears a sentence.
        text: the sentences.
    """

    superpoints: SuperpointBatch
    keys: SceneKeys
    text: TextBatch


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
        self._scenes: list[SuperpointBatch] = []  # those in `asked`

    def ask(self, questions: Sequence[Question]) -> list[Prediction]:
        """Answers to questions that together are no larger than `asked`."""
        scenes = [one.superpoints for one in questions]
        is_known = len(scenes) == len(self._scenes) and all(map(_same, scenes, self._scenes))
        self._scenes = []  # until all is copied
        for at, one in zip(_offsets(scenes), questions, strict=True):
            if not is_known:
                _copy_scene(one, self.asked, at)
            _copy_text(one.text, self.asked.text, at)
        self._scenes = scenes
        self.replay()
        return [
            _cut(self.answer, one, at) for at, one in zip(_offsets(scenes), questions, strict=True)
        ]


class DecoderGraphs:
    """Answers of a decoder on a CUDA GPU, without gradients.

    Args:
        decoder: whose weights stay as and where they are.
    """

    def __init__(self, decoder: MaskDecoder) -> None:
        self._decoder = decoder
        self._captured: OrderedDict[Sizes, Captured] = OrderedDict()
        self._lock = threading.Lock()

    def ground(self, questions: Sequence[Question]) -> list[Prediction]:
        """As DetailBase.ground for each, without the choice between look-alikes.

        Args:
            questions: as many sentences in each, of as many words.
        """
        ready = [one._replace(text=_with_phrase_rows(one.text)) for one in questions]
        sizes = _padded_sizes(ready)
        if not _worthwhile(sizes):
            return [self._answer(one) for one in ready]
        with self._lock:
            if sizes not in self._captured:
                self._captured[sizes] = self.capture(padded_question(ready[0], sizes))
                if len(self._captured) > MOST_GRAPHS:
                    self._captured.popitem(last=False)
            self._captured.move_to_end(sizes)
            return self._captured[sizes].ask(ready)

    def capture(self, asked: Question) -> Captured:
        """A graph of the answer to `asked`."""
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # libraries set themselves up outside of the graph
            self._answer(asked)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            answer = self._answer(asked)
        return Captured(graph.replay, asked, answer)

    def _answer(self, asked: Question) -> Prediction:
        # Of a copy: cached properties hold what was asked before.
        superpoints = replace(asked.superpoints)
        answer: Prediction = self._decoder(superpoints, asked.text, None, asked.keys)[-1]
        return answer


def _same(one: object, other: object) -> bool:
    return one is other


def _offsets(scenes: Sequence[SuperpointBatch]) -> list[int]:
    """How many scenes stand before those of each."""
    counts = [len(one.features) for one in scenes]
    return [sum(counts[:n]) for n in range(len(counts))]


def _with_phrase_rows(text: TextBatch) -> TextBatch:
    if text.phrase_rows is not None:
        return text
    index = torch.arange(text.mask.shape[1], device=text.mask.device)[:, None]
    return text._replace(phrase_rows=all_rows(torch.where(text.mask, index, -1).flatten(1, 2)))


def _padded_sizes(questions: Sequence[Question]) -> Sizes:
    scenes = [one.superpoints.features for one in questions]
    rows = [one.text.phrase_rows for one in questions if one.text.phrase_rows is not None]
    _, sentences, text_rows, _ = questions[0].text.features.shape
    return Sizes(
        sum(map(len, scenes)),
        _up_to(max(one.shape[1] for one in scenes), SUPERPOINTS),
        1 << (sentences - 1).bit_length(),
        _up_to(text_rows, TEXT_ROWS),
        _up_to(max(one.indices.shape[1] for one in rows), PHRASE_ROWS),
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


def _copy_text(text: TextBatch, into: TextBatch, at: int) -> None:
    """Write sentences to the scenes from `at` on, and padding around them."""
    assert text.phrase_rows is not None and into.phrase_rows is not None
    scenes, sentences, text_rows, _ = text.features.shape
    own = slice(at, at + scenes)
    into.features[own] = 0.0
    into.features[own, :sentences, :text_rows] = text.features
    into.mask[own] = False
    into.mask[own, :, 0] = True
    into.mask[own, :sentences, :text_rows] = text.mask
    indices, valid = text.phrase_rows
    count = indices.shape[1]
    apart = into.mask.shape[2] - text_rows  # rows count through all sentences
    into.phrase_rows.indices[own] = 0
    into.phrase_rows.indices[own, :count] = indices + indices // text_rows * apart
    into.phrase_rows.valid[own] = False
    into.phrase_rows.valid[own, :count] = valid


def _copy_scene(asked: Question, into: Question, at: int) -> None:
    """Write scenes to those from `at` on; what stood there before is padding."""
    scenes, count, _ = asked.superpoints.features.shape
    own = slice(at, at + scenes)
    into.superpoints.padding[own] = True
    for one, padded in zip(_tensors(asked), _tensors(into), strict=True):
        padded[own].narrow(-2 if padded.ndim > 2 else 1, 0, count).copy_(one)


def _tensors(question: Question) -> list[Tensor]:
    """All tensors of superpoints: (G, S), (G, S, C) or (G, heads, S, C)."""
    scene, keys, _ = question
    parts = [scene.features, scene.padding, scene.geometry]
    parts += [] if scene.votes is None else [scene.votes.offsets, scene.votes.movable]
    for layer in keys.of_layers:
        parts += [layer.keys, layer.values]
        parts += [] if layer.of_keys is None else [layer.of_keys]
    return [*parts, keys.center_features, keys.mask_features]


def _cut(answer: Prediction, question: Question, at: int) -> Prediction:
    """A copy of a question's part; the next question is answered into the same tensors."""
    scenes, sentences, text_rows, _ = question.text.features.shape
    count = question.superpoints.features.shape[1]
    part = slice(at, at + scenes), slice(sentences), slice(text_rows)
    presence = answer.presence_logits
    return Prediction(
        answer.mask_logits[part][..., :count].clone(),
        answer.scores[part].clone(),
        None if presence is None else presence[part].clone(),
        peaks=answer.peaks,
    )
