"""The backbone: a residual U-Net of sparse convolutions (reference: 3D-DRES / SPFormer)."""

from __future__ import annotations

from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from detailbase_core.errors import CancelToken, ConfigError, check_cancelled
from detailbase_core.network.unet_graphs import UNetGraphs
from detailbase_core.ops import native
from detailbase_core.ops.execution import tensors_state, track_changes
from detailbase_core.ops.native_torch import call, takes
from detailbase_core.sparse import (
    DownConv3d,
    InverseConv3d,
    PointwiseConv3d,
    Pyramid,
    SparseConv,
    SparseTensor,
    SubmanifoldConv3d,
    bf16_backend,
    build_pyramid,
    pyramid_of_sorted,
    select_backend,
    triton_backend,
)
from detailbase_core.sparse.backends import BF16
from detailbase_core.sparse.level_tables import LevelTables
from detailbase_core.sparse.triton_grid import GridFrame, PointGrid
from detailbase_core.sparse.triton_launch import compile_ahead
from detailbase_core.sparse.triton_pooling import PointGroups
from detailbase_core.sparse.used_norm import Running, norm_relu_of_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.network.voxelization import Voxels
    from detailbase_core.sparse import Backend


class LevelFeatures(NamedTuple):
    """Features of one level of the U-Net.

    Attributes:
        features: (M, C), of the level's own voxels.
        row: (V,) int64, in which of them each voxel of the finest grid lies, -1 = in none; None
            where they are those voxels.
    """

    features: Tensor
    row: Tensor | None = None


class NormReLU(nn.BatchNorm1d):
    """Batch norm over voxels, then ReLU; [V, C] -> [V, C]."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-4, momentum=0.1)
        # Scale and shift, and of which weights and statistics.
        self._folded: tuple[tuple[tuple[int, int], ...], tuple[Tensor, Tensor]] | None = None

    def forward(
        self, features: Tensor, half: torch.dtype | None = None, used: Tensor | None = None
    ) -> Tensor:
        """Normalise with the batch's statistics in training, with the running ones otherwise.

        Args:
            features: [V, C].
            half: dtype of the result, where the convolution behind it was halved; None = as given.
            used: see KernelMap.used; in training the other rows are zeros, as they have to be.
        """
        if self.training and used is not None:
            return self._of_used(features, used)
        if not self.learns() and triton_backend.takes(features):
            dtype = half or features.dtype
            return triton_backend.norm_relu(features, *self.scale_and_shift(), dtype, used)
        if self.learns() or not takes(features):
            normed = functional.relu(super().forward(features), inplace=True)
            return normed if half is None else normed.to(half)
        exact = half != torch.bfloat16 or bool(bf16_backend.find_problem())
        result = features.new_empty(features.shape, dtype=None if exact else half)
        function = native.C.norm_relu if exact else native.C.bf16_norm_relu
        call(function, features, *self.scale_and_shift(), result)
        return result if half is None else result.to(half)

    def _of_used(self, features: Tensor, used: Tensor) -> Tensor:
        """forward() in training, with the statistics of the rows that are used."""
        assert self.running_mean is not None and self.running_var is not None
        assert self.num_batches_tracked is not None and self.momentum is not None
        self.num_batches_tracked.add_(1)
        running = Running(self.running_mean, self.running_var, self.momentum)
        return norm_relu_of_used(features, self.weight, self.bias, running, self.eps, used)

    def learns(self) -> bool:
        """Whether the batch's statistics count, or gradients may be wanted."""
        return self.training or torch.is_grad_enabled()

    def scale_and_shift(self) -> tuple[Tensor, Tensor]:
        """(C,) each: with the running statistics this is max(0, features * scale + shift)."""
        assert self.running_mean is not None and self.running_var is not None
        sources = self.weight, self.bias, self.running_mean, self.running_var
        state = tensors_state(*sources)
        if self._folded is not None and self._folded[0] == state:
            return self._folded[1]
        scale = self.weight.detach() / torch.sqrt(self.running_var + self.eps)
        folded = scale, self.bias.detach() - self.running_mean * scale
        self._folded = None if state is None else (state, folded)
        return folded


class ResidualBlock(nn.Module):
    """Twice (norm, ReLU, 3^3 convolution), plus the input or its 1^3 projection."""

    def __init__(self, in_channels: int, out_channels: int, pointwise_reinterpret: bool) -> None:
        super().__init__()
        self.norm1 = NormReLU(in_channels)
        self.conv1 = SubmanifoldConv3d(in_channels, out_channels)
        self.norm2 = NormReLU(out_channels)
        self.conv2 = SubmanifoldConv3d(out_channels, out_channels)
        self.shortcut: PointwiseConv3d | None = None
        if in_channels != out_channels:
            self.shortcut = PointwiseConv3d(in_channels, out_channels, pointwise_reinterpret)

    def forward(self, x: SparseTensor) -> SparseTensor:
        """[V, in] -> [V, out] on the same level."""
        residual = x.features if self.shortcut is None else self.shortcut(x.features)
        x = x.with_features(self.norm1(x.features, self.conv1.half_dtype, x.used))
        if x.backend.fused is not None and not self.norm2.learns():
            x = self.conv1.fused(x, norm=self.norm2.scale_and_shift())
            return self.conv2.fused(x, added=residual)
        x = self.conv1(x)
        x = self.conv2(x.with_features(self.norm2(x.features, self.conv2.half_dtype, x.used)))
        return x.with_features(x.features + residual)


class UNetLevel(nn.Module):
    """One level's blocks, and the ways to the coarser level and back (none at the deepest).

    Args:
        width: channels here.
        coarser_width: channels of the next level, None at the deepest.
        block_reps: residual blocks on the way down, and again on the way up.
        pointwise_reinterpret: see PointwiseConv3d.
    """

    def __init__(
        self, width: int, coarser_width: int | None, block_reps: int, pointwise_reinterpret: bool
    ) -> None:
        super().__init__()

        def block(in_channels: int) -> ResidualBlock:
            return ResidualBlock(in_channels, width, pointwise_reinterpret)

        self.blocks = nn.ModuleList(block(width) for _ in range(block_reps))
        if coarser_width is None:
            return
        self.down_norm = NormReLU(width)
        self.down_conv = DownConv3d(width, coarser_width)
        self.up_norm = NormReLU(coarser_width)
        self.up_conv = InverseConv3d(coarser_width, width)
        self.tail_blocks = nn.ModuleList(
            block(2 * width if repeat == 0 else width) for repeat in range(block_reps)
        )

    def forward(self, x: SparseTensor) -> SparseTensor:
        """The blocks on the way down; [V, width] -> [V, width]."""
        for block in self.blocks:
            x = block(x)
        return x

    def down(self, x: SparseTensor) -> SparseTensor:
        """To the coarser level: [V, width] -> [M, coarser width]."""
        normed = self.down_norm(x.features, self.down_conv.half_dtype, x.used)
        coarser: SparseTensor = self.down_conv(x.with_features(normed))
        return coarser

    def up(self, coarser: SparseTensor, skip: SparseTensor) -> SparseTensor:
        """Back, joined with what this level had: [M, coarser width], [V, width] -> [V, width]."""
        normed = self.up_norm(coarser.features, self.up_conv.half_dtype, coarser.used)
        raised = self.up_conv(coarser.with_features(normed))
        x = skip.with_features(torch.cat((skip.features, raised.features), dim=1))
        for block in self.tail_blocks:
            x = block(x)
        return x


class SparseUNet(nn.Module):
    """Voxel features in, voxel features out.

    In training every level needs at least two voxels, since batch norm has no variance of one.

    Args:
        in_channels: C of the voxel features.
        widths: channels per level, fine to coarse; their number is the number of levels.
        block_reps: residual blocks per level and direction.
        pointwise_reinterpret: see PointwiseConv3d; as released by default.
        backend: auto, native, torch or spconv; may be set later as an attribute.
        pooled_levels: how many levels, the finest first, the output holds side by side.
    """

    def __init__(
        self,
        in_channels: int,
        widths: Sequence[int],
        block_reps: int,
        pointwise_reinterpret: bool = True,
        backend: str = "auto",
        pooled_levels: int = 1,
    ) -> None:
        super().__init__()
        self.backend = backend
        self._exact_sums = False
        self._graphs: UNetGraphs | None = None
        self._compiling: Future[None] | None = None
        self.input_conv = SubmanifoldConv3d(in_channels, widths[0])
        self.levels = nn.ModuleList(
            UNetLevel(width, coarser, block_reps, pointwise_reinterpret)
            for width, coarser in zip(widths, (*widths[1:], None), strict=True)
        )
        self.output_norm = NormReLU(widths[0])
        self.coarse_norms = nn.ModuleList(NormReLU(width) for width in widths[1:pooled_levels])

    def forward(
        self, voxel_features: Tensor, voxels: Voxels | Pyramid, cancel: CancelToken | None = None
    ) -> list[LevelFeatures]:
        """Run the network.

        Args:
            voxel_features: [V, in_channels], rows in the order of `voxels`.
            voxels: the occupied cells, or a pyramid of at least as many levels built from them.
            cancel: looked at before each level.

        Returns:
            Features of the pooled levels, the finest first, of widths[0], widths[1] ... channels;
            their `row` is in the order of `voxels`. V = 0 gives empty ones.

        Raises:
            Cancelled: the token was set.
            ConfigError: the backend cannot run here.
        """
        if self._compiling is not None:  # else two threads would compile the same
            wait([self._compiling])
            self._compiling = None
        grid = self.grid(voxels)
        backend: Backend = BF16
        if not self._exact_sums:
            backend = select_backend(self.backend, voxel_features)
        if isinstance(grid, Pyramid) and grid.order is not None:
            voxel_features = voxel_features.index_select(0, grid.order)
        if self._graphs is not None and not self.output_norm.learns():
            check_cancelled(cancel)
            features = self._graphs.run(voxel_features, grid)
        else:
            pyramid = grid if isinstance(grid, Pyramid) else grid.pyramid()
            features = self.through(voxel_features, pyramid, backend, cancel)
        return [*map(LevelFeatures, features, pooled_rows(grid, len(features)))]

    def grid(self, voxels: Voxels | Pyramid) -> Pyramid | PointGrid:
        """All levels' tables, or what makes them on a GPU."""
        if isinstance(voxels, Pyramid):
            return voxels
        levels = len(self.levels)
        if voxels.grid is not None and len(voxels.grid.counts) == levels:
            return voxels.grid
        return pyramid_of_sorted(voxels.coords, voxels.spatial_shape, levels, voxels.scene_shapes)

    def use_graphs(self) -> None:
        """Run as CUDA graphs from now on, with the triton backend; weights may not change.

        Its kernels begin to be compiled on another thread.
        """
        device = self.input_conv.weight.device
        backend = select_backend("triton", self.input_conv.weight)
        track_changes(self)
        self._graphs = UNetGraphs(
            lambda features, pyramid: self.through(features, pyramid, backend, None)
        )
        self._compiling = compile_ahead(lambda: self._through_one_point(backend), device)

    @torch.inference_mode()
    def _through_one_point(self, backend: Backend) -> None:
        """All that a GPU's kernels do with a scene, with one of a single point."""
        weight, levels = self.input_conv.weight, len(self.levels)
        device, in_channels = weight.device, weight.shape[-1]
        coords = torch.zeros((1, 4), dtype=torch.int32)
        pyramid = build_pyramid(coords, (1 << levels,) * 3, levels).to(device)
        found = self.through(torch.zeros((1, in_channels), device=device), pyramid, backend, None)
        point, owner = torch.zeros((1, 3), device=device), torch.zeros(1, device=device).long()
        groups = PointGroups(owner, 1)
        groups.geometry(point)
        for features in found:
            groups.means(features, owner, None if features is found[0] else owner)
        for corners in (None, point.double()):
            grid = PointGrid(point, owner, GridFrame(1.0, 1, 1, True, corners), levels)
        grid.fill(LevelTables.padded((1,) * levels, device))
        grid.average(point.new_zeros((1, in_channels)))
        grid.rows(len(found))

    def use_precision(self, dtype: torch.dtype) -> None:
        """Round the convolutions' weights to bfloat16 or float16, once; for inference only.

        float32 leaves them as they are.

        Features go through them in this dtype. On a CPU with matrix units for bfloat16 their sums
        stay float32, and so do the first convolution and the shortcuts; elsewhere everything
        between the norms is halved. Call it after `backend` was set, on the device that computes.

        Raises:
            ConfigError: the CPU has no such units, and `backend` is not torch.
        """
        if dtype == torch.float32:
            return
        on_cpu = self.input_conv.weight.device.type == "cpu" and self.backend != "torch"
        problem = bf16_backend.find_problem() if on_cpu else ""
        if on_cpu and dtype != torch.bfloat16:
            problem = "it has float32, and on some processors bfloat16"
        if problem:
            raise ConfigError(f"precision {str(dtype)[6:]!r} cannot be used on the CPU: {problem}")
        self._exact_sums = on_cpu
        for module in self.modules():
            exact = module is self.input_conv or isinstance(module, PointwiseConv3d)
            if isinstance(module, SparseConv) and not (on_cpu and exact):
                module.to(dtype)
        track_changes(self)

    def through(
        self,
        features: Tensor,
        pyramid: Pyramid,
        backend: Backend,
        cancel: CancelToken | None = None,
    ) -> list[Tensor]:
        """Normed features of the pooled levels, the finest first; rows as of the pyramid."""
        half, given = self.input_conv.half_dtype, features.dtype
        if not self._exact_sums:
            features = features.to(half or given)
        x = SparseTensor(features, pyramid, 0, backend)
        levels = self._through_levels(self.input_conv(x), cancel)
        norms = (self.output_norm, *self.coarse_norms)
        return [
            norm(level.features, half and given, level.used)
            for norm, level in zip(norms, levels, strict=False)
        ]

    def _through_levels(self, x: SparseTensor, cancel: CancelToken | None) -> list[SparseTensor]:
        """Features of each level at the end, from fine to coarse."""
        *levels, deepest = cast("list[UNetLevel]", list(self.levels))
        skips: list[SparseTensor] = []
        for level in levels:
            check_cancelled(cancel)
            skips.append(level(x))
            x = level.down(skips[-1])
        check_cancelled(cancel)
        found = [deepest(x)]
        for level in reversed(levels):
            check_cancelled(cancel)
            found.append(level.up(found[-1], skips.pop()))
        return found[::-1]


def pooled_rows(grid: Pyramid | PointGrid, levels: int) -> Sequence[Tensor | None]:
    """LevelFeatures.row of so many levels."""
    if not isinstance(grid, Pyramid):
        return [None, *grid.rows(levels)]
    row = None
    if grid.order is not None:
        row = torch.empty_like(grid.order)
        row[grid.order] = torch.arange(len(row), device=row.device)
    rows = [row]
    for finer in grid.levels[: levels - 1]:
        rows.append(_row_of_parent(finer.halving()[0].long(), rows[-1]))
    return rows


def _row_of_parent(parent: Tensor, row: Tensor | None) -> Tensor:
    """LevelFeatures.row of a level, from its `parent` of each finer voxel and the finer `row`."""
    if row is None:
        return parent
    if not len(parent):  # every voxel is the last of an odd axis
        return torch.full_like(row, -1)
    return torch.where(row < 0, -1, parent.index_select(0, row.clamp(min=0)))
