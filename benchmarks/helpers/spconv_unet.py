"""For benchmarks: our U-Net rebuilt from spconv's layers, with the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from detailbase_core.network.sparse_unet import LevelFeatures

if TYPE_CHECKING:
    from detailbase_core.network.sparse_unet import ResidualBlock, SparseUNet, UNetLevel
    from detailbase_core.network.voxelization import Voxels


class SpconvUNet:
    """The peer: every sparse convolution is spconv's own, norms and joins are torch's.

    In spconv's own way pairs of rows are found once per level (indice_key) and shared.

    Args:
        unet: ours; its parameters are shared, and learn where they do there.

    Raises:
        ImportError: spconv is not installed.
    """

    def __init__(self, unet: SparseUNet) -> None:
        import spconv.pytorch as spconv

        self._spconv, self._unet = spconv, unet
        self._convs: dict[int, Any] = {}

    def __call__(
        self, features: torch.Tensor, voxels: Voxels, cancel: object = None
    ) -> list[LevelFeatures]:
        """As SparseUNet, for one pooled level."""
        x = self._spconv.SparseConvTensor(
            features, voxels.coords, list(voxels.spatial_shape), batch_size=1
        )
        unet: Any = self._unet
        x = self._submanifold(unet.input_conv, 0)(x)
        x = self._through(list(unet.levels), 0, x)
        return [LevelFeatures(unet.output_norm(x.features))]

    def _through(self, levels: list[UNetLevel], depth: int, x: Any) -> Any:
        level: Any = levels[0]
        for block in level.blocks:
            x = self._block(block, depth, x)
        if len(levels) == 1:
            return x
        skip = x.features
        coarse = self._strided(level.down_conv, depth, inverse=False)(
            x.replace_feature(level.down_norm(x.features))
        )
        coarse = self._through(levels[1:], depth + 1, coarse)
        x = self._strided(level.up_conv, depth, inverse=True)(
            coarse.replace_feature(level.up_norm(coarse.features))
        )
        x = x.replace_feature(torch.cat((skip, x.features), dim=1))
        for block in level.tail_blocks:
            x = self._block(block, depth, x)
        return x

    def _block(self, block: ResidualBlock, depth: int, x: Any) -> Any:
        residual = x.features if block.shortcut is None else block.shortcut(x.features)
        x = self._submanifold(block.conv1, depth)(x.replace_feature(block.norm1(x.features)))
        x = self._submanifold(block.conv2, depth)(x.replace_feature(block.norm2(x.features)))
        return x.replace_feature(x.features + residual)

    def _submanifold(self, ours: Any, depth: int) -> Any:
        if id(ours) not in self._convs:
            out, size, _, _, inside = ours.weight.shape
            layer = self._spconv.SubMConv3d(
                inside, out, size, padding=1, bias=False, indice_key=f"s{depth}"
            )
            self._convs[id(ours)] = _sharing(layer, ours)
        return self._convs[id(ours)]

    def _strided(self, ours: Any, depth: int, inverse: bool) -> Any:
        if id(ours) not in self._convs:
            out, size, _, _, inside = ours.weight.shape
            if inverse:
                layer = self._spconv.SparseInverseConv3d(
                    inside, out, size, bias=False, indice_key=f"d{depth}"
                )
            else:
                layer = self._spconv.SparseConv3d(
                    inside, out, size, stride=2, bias=False, indice_key=f"d{depth}"
                )
            self._convs[id(ours)] = _sharing(layer, ours)
        return self._convs[id(ours)]


def _sharing(layer: nn.Module, ours: nn.Module) -> nn.Module:
    layer.weight = ours.weight
    return layer.train(ours.training)
