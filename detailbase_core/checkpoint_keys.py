"""Names of the released checkpoints' tensors, and ours."""

from __future__ import annotations

import re

from detailbase_core.errors import CheckpointError

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
