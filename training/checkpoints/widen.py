"""Widen a checkpoint's U-Net: python -m training.checkpoints.widen NARROW WIDE 16 40 96 128 128

The new file answers as the old one does: what its new channels hold is read with weights of zero,
which training changes (the idea of Chen et al., "Net2Net", ICLR 2016). Train it further with
`start=WIDE 'model.widths=[16,40,96,128,128]'`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.network.checkpoint import load_strict
from detailbase_core.network.detailbase import DetailBase
from training.checkpoints.resize_command import run, write_resized
from training.checkpoints.unet_channels import NORM_TENSORS, channel_places, unet_layers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def widen_checkpoint(path: Path, out: Path, widths: Sequence[int], seed: int = 0) -> None:
    """Write the checkpoint with more channels per level.

    Args:
        path: a checkpoint of our own.
        out: written atomically.
        widths: of each level, none below what it has.
        seed: of the new channels' weights.

    Raises:
        CheckpointError: the file cannot be read, carries no text encoder of this library, or its
            network cannot be widened.
        ConfigError: the widths do not suit the network.
        OSError: `out` cannot be written.
    """
    write_resized(path, out, widths, "widened", lambda model, to: widened(model, to, seed))


def widened(model: DetailBase, widths: Sequence[int], seed: int = 0) -> DetailBase:
    """A network of wider levels that computes what the given one does; in eval mode.

    Raises:
        CheckpointError, ConfigError: see widen_checkpoint.
    """
    config, narrow = model.config, model.config.widths
    if len(widths) != len(narrow) or any(n < w for n, w in zip(widths, narrow, strict=True)):
        raise ConfigError(
            f"widths {list(widths)}: the network has {list(narrow)}, give these or more"
        )
    if config.pointwise_reinterpret:
        raise CheckpointError("a network with pointwise_reinterpret cannot be widened")
    old = {name: tensor.float() for name, tensor in model.state_dict().items()}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        wide = DetailBase(replace(config, widths=tuple(widths)))
    new = wide.state_dict()
    layers = [layer for layer in unet_layers(config) if f"{layer.name}.weight" in old]
    streams = {s for layer in layers for norm in layer.inputs for s in norm.streams}
    streams |= {layer.writes for layer in layers if layer.writes is not None}
    kept = {stream: torch.arange(narrow[stream[0]]) for stream in streams}
    resized = set()
    for layer in layers:
        name = f"{layer.name}.weight"
        inputs = [stream for norm in layer.inputs for stream in norm.streams]
        columns = channel_places(inputs, kept, widths)
        rest = torch.arange(sum(widths[level] for level, _ in inputs), new[name].shape[-1])
        weight, own = new[name], slice(len(old[name]))
        weight[own] = 0.0
        weight[own] = weight[own].index_copy(-1, torch.cat([columns, rest]), old[name])
        resized.add(name)
        for norm in layer.inputs:
            places = channel_places(norm.streams, kept, widths)
            for tensor in (f"{norm.name}.{part}" for part in NORM_TENSORS):
                new[tensor][places] = old[tensor]
                resized.add(tensor)
    load_strict(wide, {**old, **{name: new[name] for name in resized}}, "the widened network")
    return wide.eval()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = written."""
    assert __doc__
    return run("widen", __doc__.splitlines()[0], "widened", widen_checkpoint, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
