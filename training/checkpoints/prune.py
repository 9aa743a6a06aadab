"""Narrow a checkpoint's U-Net: python -m training.checkpoints.prune WIDE NARROW 16 40 64 64 64

Each level keeps the channels that add most to what reads them (the idea of Li et al., "Pruning
Filters for Efficient ConvNets", ICLR 2017). The new file answers badly until it is trained further
(`start=NARROW 'model.widths=[16,40,64,64,64]'`), which takes less than training from the beginning.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.network.checkpoint import load_strict
from detailbase_core.network.detailbase import DetailBase
from training.checkpoints.resize_command import run, write_resized
from training.checkpoints.unet_channels import NORM_TENSORS, channel_places, unet_layers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from training.checkpoints.unet_channels import Layer, Stream

    State = Mapping[str, Tensor]


def narrow_checkpoint(path: Path, out: Path, widths: Sequence[int]) -> None:
    """Write the checkpoint with fewer channels per level.

    Args:
        path: a checkpoint of our own.
        out: written atomically.
        widths: of each level, none above what it has.

    Raises:
        CheckpointError: the file cannot be read, carries no text encoder of this library, or its
            network has parts that this module does not know.
        ConfigError: the widths do not suit the network.
        OSError: `out` cannot be written.
    """
    write_resized(path, out, widths, "narrowed", narrowed)


def narrowed(model: DetailBase, widths: Sequence[int]) -> DetailBase:
    """A network of narrower levels, made of the given one's most used channels; in eval mode.

    Raises:
        CheckpointError, ConfigError: see narrow_checkpoint.
    """
    config, wide = model.config, model.config.widths
    if len(widths) != len(wide) or any(not 0 < n <= w for n, w in zip(widths, wide, strict=True)):
        raise ConfigError(f"widths {list(widths)}: the network has {list(wide)}, give up to these")
    if config.pointwise_reinterpret:
        raise CheckpointError("a network with pointwise_reinterpret cannot be narrowed")
    state = {name: tensor.float() for name, tensor in model.state_dict().items()}
    layers = [layer for layer in unet_layers(config) if f"{layer.name}.weight" in state]
    kept = {
        stream: torch.topk(use, widths[stream[0]]).indices.sort().values
        for stream, use in _uses(state, layers, wide).items()
    }
    small = DetailBase(replace(config, widths=tuple(widths)))
    load_strict(small, _selected(state, layers, kept, wide), "the narrowed network")
    return small.eval()


def _uses(state: State, layers: Sequence[Layer], widths: Sequence[int]) -> dict[Stream, Tensor]:
    """Share of each channel in the layers that read it: its mean square times its weights'."""
    uses: dict[Stream, Tensor] = {}
    for layer in layers:
        weights = state[f"{layer.name}.weight"].square().flatten(0, -2).sum(dim=0)
        begin = 0
        for norm in layer.inputs:
            square = _mean_square(state, norm.name, layer.raw)
            use = square * weights[begin : begin + len(square)]
            begin += len(square)
            parts = torch.split_with_sizes(use, [widths[level] for level, _ in norm.streams])
            for stream, part in zip(norm.streams, parts, strict=True):
                uses[stream] = uses.get(stream, 0) + part
    return uses


def _mean_square(state: State, norm: str, raw: bool) -> Tensor:
    """Of each channel before the norm (`raw`), or after its ReLU if it was Gaussian before."""
    scale, shift, mean, variance = (state[f"{norm}.{name}"] for name in NORM_TENSORS)
    if raw:
        return mean.square() + variance
    scale = scale.abs().clamp(min=1e-6)
    ratio = shift / scale
    density = torch.exp(-ratio.square() / 2) / math.sqrt(2 * math.pi)
    power: Tensor = (shift.square() + scale.square()) * torch.special.ndtr(ratio)
    return power + shift * scale * density


def _selected(
    state: State, layers: Sequence[Layer], kept: Mapping[Stream, Tensor], widths: Sequence[int]
) -> dict[str, Tensor]:
    """The network's tensors with the kept channels only."""
    small = dict(state)
    for layer in layers:
        name = f"{layer.name}.weight"
        rows = torch.arange(len(state[name])) if layer.writes is None else kept[layer.writes]
        streams = [stream for norm in layer.inputs for stream in norm.streams]
        columns = channel_places(streams, kept, widths)
        rest = torch.arange(sum(widths[level] for level, _ in streams), state[name].shape[-1])
        small[name] = state[name][rows].index_select(-1, torch.cat([columns, rest]))
        for norm in layer.inputs:
            for tensor in (f"{norm.name}.{name}" for name in NORM_TENSORS):
                small[tensor] = state[tensor][channel_places(norm.streams, kept, widths)]
    return small


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = written."""
    assert __doc__
    return run("prune", __doc__.splitlines()[0], "narrowed", narrow_checkpoint, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
