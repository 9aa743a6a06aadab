"""Names of the released checkpoints' tensors, and ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from detailbase_core.config import ModelConfig
from detailbase_core.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

BACKBONE_PREFIXES = ("input_conv.", "unet.", "output_layer.")
_LAYER = re.compile(r"decoder\.(cross_attn|self_attn|ffn)_layers\.(\d+)\.(.+)")
_LAYER_PARTS = {
    ("cross_attn", "attn"): "cross_attention",
    ("cross_attn", "norm"): "cross_norm",
    ("self_attn", "attn"): "self_attention",
    ("self_attn", "norm"): "self_norm",
    ("ffn", "net.0"): "ffn_in",
    ("ffn", "net.3"): "ffn_out",
    ("ffn", "norm"): "ffn_norm",
}
_DECODER_PARTS = {
    "decoder.input_proj.0.": "decoder.key_proj.",
    "decoder.input_proj.1.": "decoder.key_norm.",
    "decoder.lang_proj.": "decoder.query_proj.",
    "decoder.x_mask.": "decoder.mask_head.",
    "decoder.out_norm.": "decoder.out_norm.",
    "decoder.out_score.": "decoder.score_head.",
}

_BLOCK = re.compile(
    r"unet\.((?:u\.)*)(blocks|blocks_tail)\.block(\d+)\.(conv_branch\.\d|i_branch\.0)\.(\w+)"
)
_BETWEEN = re.compile(r"unet\.((?:u\.)*)(conv|deconv)\.([02])\.(\w+)")
_BLOCK_PARTS = {
    "conv_branch.0": "norm1",
    "conv_branch.2": "conv1",
    "conv_branch.3": "norm2",
    "conv_branch.5": "conv2",
    "i_branch.0": "shortcut",
}
_BETWEEN_PARTS = {
    ("conv", "0"): "down_norm",
    ("conv", "2"): "down_conv",
    ("deconv", "0"): "up_norm",
    ("deconv", "2"): "up_conv",
}


def backbone_key(name: str) -> str:
    """The SparseUNet's name of a released backbone tensor.

    Args:
        name: such as `unet.u.blocks.block0.conv_branch.2.weight`; each `u.` is one level down.

    Returns:
        Such as `levels.1.blocks.0.conv1.weight`.

    Raises:
        CheckpointError: not a backbone tensor's name.
    """
    for released, ours in (("input_conv.0.", "input_conv."), ("output_layer.0.", "output_norm.")):
        if name.startswith(released):
            return ours + name[len(released) :]
    if match := _BLOCK.fullmatch(name):
        nesting, group, number, part, leaf = match.groups()
        blocks = "tail_blocks" if group == "blocks_tail" else "blocks"
        if part in _BLOCK_PARTS:
            return f"levels.{len(nesting) // 2}.{blocks}.{number}.{_BLOCK_PARTS[part]}.{leaf}"
    if match := _BETWEEN.fullmatch(name):
        nesting, group, part, leaf = match.groups()
        return f"levels.{len(nesting) // 2}.{_BETWEEN_PARTS[group, part]}.{leaf}"
    raise CheckpointError(f"{name!r} is not the name of a released backbone tensor")


def is_backbone_key(name: str) -> bool:
    """Whether a released tensor belongs to the backbone (SPFormer files hold others too)."""
    return name.startswith(BACKBONE_PREFIXES)


def model_key(name: str) -> str:
    """DetailBase's name of a released tensor, text encoder excluded.

    A name that no part of the network has comes back as it is, so that strict loading lists it
    with the others that do not fit.
    """
    if is_backbone_key(name):
        try:
            return f"unet.{backbone_key(name)}"
        except CheckpointError:
            return name
    for released, ours in _DECODER_PARTS.items():
        if name.startswith(released):
            return ours + name[len(released) :]
    if match := _LAYER.fullmatch(name):
        kind, number, rest = match.groups()
        for (owner, part), ours in _LAYER_PARTS.items():
            if owner == kind and rest.startswith(part + "."):
                return f"decoder.layers.{number}.{ours}.{rest[len(part) + 1 :]}"
    return name


def infer_model_config(tensors: Mapping[str, Tensor], where: str) -> ModelConfig:
    """The published architecture with the sizes that a released file's shapes tell.

    Raises:
        CheckpointError: it lacks the tensors that tell the sizes.
    """
    try:
        widths = [tensors["input_conv.0.weight"].shape[0]]
        level = "unet."
        while f"{level}conv.2.weight" in tensors:
            widths.append(tensors[f"{level}conv.2.weight"].shape[0])
            level += "u."
        query_dim, text_dim = tensors["decoder.lang_proj.weight"].shape
        ffn_dim = tensors["decoder.ffn_layers.0.net.0.weight"].shape[0]
    except KeyError as error:
        raise CheckpointError(
            f"{where}: not a DetailBase file: {error.args[0]} is missing"
        ) from None
    return ModelConfig(
        widths=tuple(widths),
        block_reps=_count(tensors, r"unet\.blocks\.block(\d+)\."),
        text_dim=text_dim,
        query_dim=query_dim,
        ffn_dim=ffn_dim,
        decoder_layers=_count(tensors, r"decoder\.ffn_layers\.(\d+)\."),
    )


def _count(tensors: Mapping[str, Tensor], pattern: str) -> int:
    """How many different numbers the pattern's group takes among the names."""
    return len({m.group(1) for name in tensors if (m := re.match(pattern, name))})
