"""Many small tensors in one piece of memory, so that one copy takes them to the GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

ALIGNMENT = 16  # bytes; every dtype may begin there


class PinnedBatch(Generic[T]):
    """A nested NamedTuple of CPU tensors, packed.

    Args:
        content: tuples within tuples; what is no tensor travels as it is.
        device: where it will go; for a GPU the memory is pinned, so that no one waits for the copy.
    """

    def __init__(self, content: T, device: torch.device) -> None:
        self._content, self._device = content, device
        tensors = list(tensors_of(content))
        self._ends = [0]
        for tensor in tensors:
            self._ends.append(self._ends[-1] + _aligned(tensor.nbytes))
        self._bytes = torch.empty(
            self._ends[-1], dtype=torch.uint8, pin_memory=device.type == "cuda"
        )
        for begin, tensor in zip(self._ends, tensors, strict=False):
            _view(self._bytes, begin, tensor).copy_(tensor)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of all tensors."""
        return tuple(tuple(tensor.shape) for tensor in tensors_of(self._content))

    def bytes_on_device(self) -> Tensor:
        """All tensors' memory there."""
        return self._bytes.to(self._device, non_blocking=True)

    def write(self, memory: Tensor) -> None:
        """Into the memory of a batch of the same shapes and dtypes, whose tensors change."""
        memory.copy_(self._bytes, non_blocking=True)

    def to_device(self, memory: Tensor | None = None) -> T:
        """The same tuples, their tensors on the device.

        Args:
            memory: bytes_on_device(), where they are there already.
        """
        there = self.bytes_on_device() if memory is None else memory
        ends = iter(self._ends)
        moved: T = replaced(self._content, lambda like: _view(there, next(ends), like))
        return moved


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _view(memory: Tensor, begin: int, like: Tensor) -> Tensor:
    """The bytes from `begin` on as a tensor of a given shape and dtype."""
    return memory[begin : begin + like.nbytes].view(like.dtype).view(like.shape)


def tensors_of(item: object) -> Iterator[Tensor]:
    """All tensors within tuples."""
    if isinstance(item, Tensor):
        yield item
    elif isinstance(item, tuple):
        for part in item:
            yield from tensors_of(part)


def replaced(item: Any, replacement: Any) -> Any:
    """The same tuples with each tensor replaced, in the order of tensors_of."""
    if isinstance(item, Tensor):
        return replacement(item)
    if not isinstance(item, tuple):
        return item
    parts = [replaced(part, replacement) for part in item]
    return type(item)(*parts) if hasattr(item, "_fields") else tuple(parts)
