"""Names of the released checkpoints' tensors, and the sizes that their shapes tell."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from detailbase_core.config import ModelConfig
from detailbase_core.errors import CheckpointError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

BACKBONE_PREFIXES = ("input_conv.", "unet.", "output_layer.")
PUBLISHED = ModelConfig()

_LEVEL = re.compile(r"levels\.(\d+)\.(.+)")
_BLOCK = re.compile(r"(blocks|tail_blocks)\.(\d+)\.(\w+)\.(\w+)")
_BLOCK_GROUPS = {"blocks": "blocks", "tail_blocks": "blocks_tail"}
_BLOCK_PARTS = {
    "norm1": "conv_branch.0",
    "conv1": "conv_branch.2",
    "norm2": "conv_branch.3",
    "conv2": "conv_branch.5",
    "shortcut": "i_branch.0",
}
_BETWEEN_PARTS = {
    "down_norm": "conv.0",
    "down_conv": "conv.2",
    "up_norm": "deconv.0",
    "up_conv": "deconv.2",
}
_LAYER = re.compile(r"decoder\.layers\.(\d+)\.(\w+)\.(.+)")
_LAYER_PARTS = {
    "cross_attention": ("cross_attn", "attn"),
    "cross_norm": ("cross_attn", "norm"),
    "self_attention": ("self_attn", "attn"),
    "self_norm": ("self_attn", "norm"),
    "ffn_in": ("ffn", "net.0"),
    "ffn_out": ("ffn", "net.3"),
    "ffn_norm": ("ffn", "norm"),
}
_DECODER_PARTS = {
    "decoder.key_proj.": "decoder.input_proj.0.",
    "decoder.key_norm.": "decoder.input_proj.1.",
    "decoder.query_proj.": "decoder.lang_proj.",
    "decoder.mask_head.": "decoder.x_mask.",
    "decoder.score_head.": "decoder.out_score.",
}


def is_backbone_key(name: str) -> bool:
    """Whether a released tensor belongs to the backbone (SPFormer files hold others too)."""
    return name.startswith(BACKBONE_PREFIXES)


def released_backbone_key(name: str) -> str:
    """The released name of a SparseUNet tensor.

    Args:
        name: such as `levels.1.blocks.0.conv1.weight`.

    Returns:
        Such as `unet.u.blocks.block0.conv_branch.2.weight`; each `u.` is one level down.
    """
    for ours, released in (("input_conv.", "input_conv.0."), ("output_norm.", "output_layer.0.")):
        if name.startswith(ours):
            return released + name[len(ours) :]
    level = _LEVEL.fullmatch(name)
    if level is None:
        return name
    nest, rest = _nest(int(level[1])), level[2]
    if block := _BLOCK.fullmatch(rest):
        group, number, part, leaf = block.groups()
        return f"{nest}{_BLOCK_GROUPS[group]}.block{number}.{_BLOCK_PARTS[part]}.{leaf}"
    part, leaf = rest.split(".", 1)
    return f"{nest}{_BETWEEN_PARTS[part]}.{leaf}"


def released_key(name: str) -> str:
    """The released name of a DetailBase tensor, text encoder excluded.

    What the released network does not have (the presence head, say) keeps its name.
    """
    if name.startswith("unet."):
        return released_backbone_key(name.removeprefix("unet."))
    for ours, released in _DECODER_PARTS.items():
        if name.startswith(ours):
            return released + name[len(ours) :]
    if layer := _LAYER.fullmatch(name):
        number, part, rest = layer.groups()
        kind, released_part = _LAYER_PARTS[part]
        return f"decoder.{kind}_layers.{number}.{released_part}.{rest}"
    return name


def infer_model_config(tensors: Mapping[str, Tensor], where: str) -> ModelConfig:
    """The published architecture with the sizes that a released file's shapes tell.

    Each size is what most of the tensors that have it say, and the published one where none
    is there: so a file with missing or misshapen tensors still gets a network, against which
    strict loading lists them.

    Raises:
        CheckpointError: nothing of the backbone or of the decoder is there, or sizes that no
            network can have.
    """
    for part, prefixes in (("backbone", BACKBONE_PREFIXES), ("decoder", ("decoder.",))):
        if not any(name.startswith(prefixes) for name in tensors):
            raise CheckpointError(
                f"{where}: not a DetailBase file, it has no {part} "
                f"({prefixes[0]}... is missing); it holds {', '.join(sorted(tensors)[:3])} ..."
            )
    try:
        return ModelConfig(
            widths=_widths(tensors),
            block_reps=_count(tensors, r"unet\.blocks\.block(\d+)\.") or PUBLISHED.block_reps,
            text_dim=_size(tensors, r"decoder\.lang_proj\.weight", 1, PUBLISHED.text_dim),
            query_dim=_size(tensors, r"decoder\..*norm\.\w+", 0, PUBLISHED.query_dim),
            ffn_dim=_size(tensors, r"decoder\.ffn_layers\.\d+\.net\.0\.\w+", 0, PUBLISHED.ffn_dim),
            decoder_layers=_count(tensors, r"decoder\.\w+_layers\.(\d+)\.")
            or PUBLISHED.decoder_layers,
        )
    except ConfigError as error:
        raise CheckpointError(f"{where}: not a DetailBase file: {error}") from error


def _nest(level: int) -> str:
    return "unet." + "u." * level


def _widths(tensors: Mapping[str, Tensor]) -> tuple[int, ...]:
    nests = [match[1] for name in tensors if (match := re.match(r"unet\.((?:u\.)*)\w", name))]
    levels = 1 + max((nest.count("u.") for nest in nests), default=0)
    first = PUBLISHED.widths[0]
    return tuple(
        _size(
            tensors,
            re.escape(_nest(level)) + r"blocks\.block\d+\.conv_branch\.[35]\.\w+",
            0,
            first * (level + 1),
        )
        for level in range(levels)
    )


def _size(tensors: Mapping[str, Tensor], pattern: str, axis: int, default: int) -> int:
    """Length that most tensors of these names have along an axis."""
    sizes = Counter(
        tensor.shape[axis]
        for name, tensor in tensors.items()
        if tensor.ndim > axis and re.fullmatch(pattern, name)
    )
    return sizes.most_common(1)[0][0] if sizes else default


def _count(tensors: Mapping[str, Tensor], pattern: str) -> int:
    """Number of different numbers that the pattern's group takes among the names."""
    return len({match[1] for name in tensors if (match := re.match(pattern, name))})
