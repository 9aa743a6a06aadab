"""Which channels of a U-Net each of its layers reads and writes: what prune and widen go by."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import Tensor

    from detailbase_core.config import ModelConfig

NORM_TENSORS = ("weight", "bias", "running_mean", "running_var")
HEADS = ("decoder.key_proj", "decoder.mask_head.0", "offset_head.hidden")  # read all pooled levels
Stream = tuple[int, str]  # a level, and which of its sets of channels


class Norm(NamedTuple):
    """A norm with its ReLU, and the streams whose channels lie side by side in it."""

    name: str
    streams: tuple[Stream, ...]


class Layer(NamedTuple):
    """A convolution or linear layer, and where its channels come from and go to.

    Attributes:
        name: of the module.
        inputs: what gives its input, side by side; a head reads more behind it.
        writes: the stream of its output; None = none of the U-Net's.
        raw: it reads what those norms read, and not what they give.
    """

    name: str
    inputs: tuple[Norm, ...]
    writes: Stream | None
    raw: bool = False


def unet_layers(config: ModelConfig) -> Iterator[Layer]:
    """Every layer of the U-Net and those that read its output."""
    deepest = len(config.widths) - 1
    down: list[Stream] = [(level, "down") for level in range(deepest + 1)]
    up: list[Stream] = [*((level, "up") for level in range(deepest)), down[-1]]
    yield Layer("unet.input_conv", (), down[0])
    for level in range(deepest + 1):
        at = f"unet.levels.{level}."
        for repeat in range(config.block_reps):
            yield from _block(f"{at}blocks.{repeat}.", (down[level],), down[level])
        if level == deepest:
            break
        raised: Stream = (level, "raised")
        yield Layer(f"{at}down_conv", (Norm(f"{at}down_norm", (down[level],)),), down[level + 1])
        yield Layer(f"{at}up_conv", (Norm(f"{at}up_norm", (up[level + 1],)),), raised)
        for repeat in range(config.block_reps):
            reads = (up[level],) if repeat else (down[level], raised)
            yield from _block(f"{at}tail_blocks.{repeat}.", reads, up[level])
    names = ["output_norm", *(f"coarse_norms.{n}" for n in range(config.pooled_levels - 1))]
    pooled = tuple(Norm(f"unet.{name}", (stream,)) for name, stream in zip(names, up, strict=False))
    yield from (Layer(head, pooled, None) for head in HEADS)


def _block(at: str, reads: tuple[Stream, ...], writes: Stream) -> Iterator[Layer]:
    hidden: Stream = (writes[0], at)
    first = (Norm(f"{at}norm1", reads),)
    yield Layer(f"{at}conv1", first, hidden)
    yield Layer(f"{at}conv2", (Norm(f"{at}norm2", (hidden,)),), writes)
    if reads != (writes,):
        yield Layer(f"{at}shortcut", first, writes, raw=True)


def channel_places(
    streams: Sequence[Stream], kept: Mapping[Stream, Tensor], widths: Sequence[int]
) -> Tensor:
    """Indices of some channels in streams that lie side by side.

    Args:
        streams: in their order.
        kept: which channels of each.
        widths: of the levels.
    """
    begins = accumulate((widths[level] for level, _ in streams), initial=0)
    places = [kept[stream] + begin for stream, begin in zip(streams, begins, strict=False)]
    return torch.cat([torch.empty(0, dtype=torch.long), *places])
