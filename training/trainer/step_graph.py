"""Losses and gradients of a training step as one CUDA graph: thousands of small steps, for each of
which a GPU waits on its host, become one.

A graph is of fixed sizes. Scenes and sentences are padded to sizes that hold every step so far; a
step that needs more is computed step by step, and the next one captures a larger graph.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.network.decoder_layer import MOST_WEIGHTS
from detailbase_core.network.padded_scenes import PaddedScenes, SceneParts
from detailbase_core.sparse import triton_backend
from training.trainer.padded_batch import Capacity

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from detailbase_core.network.batch import SceneBatch
    from training.trainer.pinned_batch import PinnedBatch
    from training.trainer.step_batch import Lesson
    from training.trainer.training_module import Texts, TrainingModule

    Context = Callable[[], AbstractContextManager[object]]

Result = tuple[Tensor, dict[str, Tensor], list[Tensor | None]]  # loss, its parts, gradients


class StepGraph:
    """Losses and gradients of steps.

    Args:
        module: in training; its weights stay where they are.
        context: in which it computes, such as autocast.
    """

    def __init__(self, module: TrainingModule, context: Context) -> None:
        self._module, self._context = module, context
        self._weights = [p for p in module.parameters() if p.requires_grad]
        self._text_learns = isinstance(module.text, SmallTextEncoder)
        self._capacity = Capacity()
        self._sizes: tuple[Any, ...] = ()
        self._scenes: PaddedScenes | None = None
        self._memory: Tensor | None = None
        self._lesson: Lesson | None = None  # in this memory
        self._texts: Texts = ()
        self._graph: torch.cuda.CUDAGraph | None = None
        self._result: Result | None = None

    @staticmethod
    def suits(module: TrainingModule, device: torch.device) -> bool:
        """Whether steps of a module can be captured on a device."""
        weight = module.model.unet.input_conv.weight
        on_gpu = device.type == "cuda" and not triton_backend.find_problem()
        return on_gpu and weight.requires_grad

    def learn(
        self, scenes: SceneBatch, lesson: PinnedBatch[Lesson]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """TrainingModule.forward(), and the gradients in the weights' `grad`.

        Args:
            scenes: as there.
            lesson: about them, padded by padded_lesson.

        Returns:
            As there. The parts are those of this step until the next one.
        """
        parts = SceneParts.of_batch(self._module.model, scenes)
        counts = self._capacity.holding(parts.counts)
        sizes = (*counts, *lesson.shapes)
        is_new = sizes != self._sizes
        if is_new:
            self._graph = self._result = None  # its memory, too
            self._sizes = sizes
            self._memory = lesson.bytes_on_device()
            self._lesson = lesson.to_device(self._memory)
            self._scenes = PaddedScenes(parts, counts, self._lesson.truth.objects.shape[1])
            self._texts = self._frozen_texts()
        else:
            assert self._memory is not None
            lesson.write(self._memory)
            for own, new in zip(self._texts, self._frozen_texts(), strict=True):
                own.copy_(new)
        assert self._scenes is not None
        self._scenes.write(parts)
        if is_new:
            self._result = self._learn()
        else:
            if self._graph is None:
                self.capture()
            assert self._graph is not None
            self._graph.replay()
        assert self._result is not None
        loss, named, gradients = self._result
        for weight, gradient in zip(self._weights, gradients, strict=True):
            weight.grad = gradient
        return loss.clone(), named

    def _frozen_texts(self) -> Texts:
        """Encoded outside of the graph: an encoder of another library may wait for the host."""
        assert self._lesson is not None
        if self._text_learns:
            return ()
        with self._context():
            return self._module.encode_text(self._lesson.sentences)

    def capture(self) -> None:
        """Make the graph."""
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._result = self._learn()

    def _learn(self) -> Result:
        assert self._scenes is not None and self._lesson is not None
        truth, sentences = self._lesson
        module = self._module
        with self._context(), self._attention():
            superpoints, points = self._scenes.encode(module.model)
            texts = module.encode_text(sentences) if self._text_learns else self._texts
            loss, parts = module.losses(superpoints, points, truth, sentences, texts)
        found = torch.autograd.grad(loss, self._weights, allow_unused=True)
        gradients: list[Tensor | None] = [
            None if one is None else one.contiguous() for one in found
        ]
        return loss.detach(), {name: part.detach() for name, part in parts.items()}, gradients

    def _attention(self) -> AbstractContextManager[object]:
        """Step by step for few queries and keys: they keep no fused kernel busy."""
        assert self._lesson is not None
        truth, sentences = self._lesson
        if sentences is None:
            return nullcontext()
        scenes, superpoints, _ = truth.objects.shape
        rows = sentences.packing.source.shape[1]
        weights = scenes * self._module.model.config.heads * rows * max(rows, superpoints)
        return sdpa_kernel(SDPBackend.MATH) if weights <= MOST_WEIGHTS else nullcontext()
