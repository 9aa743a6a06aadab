"""Released weights written in our own format, and a line for each layer of what was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.network.checkpoint import TEXT_PREFIX, save_checkpoint
from detailbase_core.network.published_names import released_key

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from detailbase_core.network.checkpoint import Checkpoint
    from detailbase_core.network.detailbase import DetailBase


def write_converted(checkpoint: Checkpoint, network: DetailBase, path: Path) -> None:
    """Write network and, where the file carries one, its text encoder's weights, atomically.

    Raises:
        OSError: the file cannot be written.
    """
    notes = {"converted_from": checkpoint.path.name}
    save_checkpoint(path, network, None, notes, text_tensors=_text_of(checkpoint))


def layer_lines(checkpoint: Checkpoint, network: DetailBase) -> list[str]:
    """For people: every layer with its tensors' shapes and its name in the file; then a sum.

    Args:
        checkpoint: as read.
        network: loaded from it.
    """
    layers: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    state = network.state_dict()
    for name, tensor in state.items():
        layer, _, leaf = name.rpartition(".")
        layers.setdefault(layer, []).append(f"{leaf} {_shape(tensor)}")
        sources[layer] = released_key(name).rpartition(".")[0]
    width = max(map(len, layers))
    lines = [
        f"{layer:{width}}  <- {sources[layer]}: {', '.join(parts)}"
        for layer, parts in layers.items()
    ]
    text = _text_of(checkpoint)
    lines.append(f"{len(state)} tensors of {len(layers)} layers, all that the network has")
    if text:
        lines.append(f"{len(text)} tensors of the text encoder, as they are")
    else:
        lines.append("no text encoder inside: name an MPNet-base with --text-encoder when asking")
    if checkpoint.dropped:
        lines.append(f"left out, since nothing needs them: {', '.join(checkpoint.dropped)}")
    return lines


def _text_of(checkpoint: Checkpoint) -> dict[str, Tensor]:
    return {k: v for k, v in checkpoint.tensors.items() if k.startswith(TEXT_PREFIX)}


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "1"
