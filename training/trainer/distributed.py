"""One training run in several processes (torchrun), equal to one process with all the scenes.

Gradients are averaged by DistributedDataParallel. Batch norm takes its statistics over the voxels
of all processes: torch's own SyncBatchNorm knows GPUs only, and would put itself in the place of
a norm that also applies a ReLU.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn import functional as F

from detailbase_core.errors import ConfigError
from detailbase_core.network.sparse_unet import NormReLU

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class Processes:
    """This process among those of the run.

    Attributes:
        rank: its number, from 0.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this one writes files and talks to people."""
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part of a step's items, of which every process has equally many.

        Raises:
            ConfigError: they cannot be shared evenly.
        """
        each, left = divmod(len(items), self.count)
        if left:
            raise ConfigError(
                f"scenes_per_step is {len(items)}: not a multiple of the {self.count} processes"
            )
        return items[self.rank * each : (self.rank + 1) * each]

    def add_up(self, values: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        if self.count > 1:
            dist.all_reduce(values)
        return values

    def wrap(self, module: nn.Module) -> nn.Module:
        """The module whose calls train all processes' copies alike."""
        if self.count == 1:
            return module
        share_norms(module)
        with warnings.catch_warnings():  # torch 2.13 renames broadcast_buffers, 2.4 must have it
            warnings.simplefilter("ignore", FutureWarning)
            return nn.parallel.DistributedDataParallel(
                module,
                broadcast_buffers=False,  # shared norms keep equal statistics by themselves
                find_unused_parameters=True,  # heads whose loss is off, the released unused norms
            )


@contextmanager
def joined(device: torch.device) -> Iterator[tuple[Processes, torch.device]]:
    """Join the other processes where torchrun started several; this one's place and device."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes(), device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(dist.get_rank(), dist.get_world_size()), device
    finally:
        dist.destroy_process_group()


def share_norms(module: nn.Module) -> None:
    """Let every NormReLU within take its statistics over all processes; names stay as they are."""
    group = dist.new_group()  # so that it never waits behind gradients
    for norm in module.modules():
        if isinstance(norm, NormReLU):
            norm.__class__ = SharedNormReLU
            norm.group = group


class SharedNormReLU(NormReLU):
    """A NormReLU with one mean and variance for all processes while training."""

    group: Any

    def forward(
        self, features: Tensor, half: torch.dtype | None = None, used: Tensor | None = None
    ) -> Tensor:
        """[V, C] -> [V, C]; V may differ between the processes. Nothing is halved in training."""
        if not self.training:
            return super().forward(features, half, used)
        exact = features.float()
        count = exact.new_full((1,), float(len(exact)))
        sums = _summed(torch.cat([exact.sum(dim=0), count]), self.group)
        mean = sums[:-1] / sums[-1]
        centred = exact - mean
        squares = _summed(centred.square().sum(dim=0), self.group)
        self._remember(mean.detach(), squares.detach(), sums[-1].detach())
        scale = self.weight * torch.rsqrt(squares / sums[-1] + self.eps)
        return F.relu((centred * scale + self.bias).to(features.dtype))

    @torch.no_grad()
    def _remember(self, mean: Tensor, squares: Tensor, count: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(squares / (count - 1), self.momentum)
        self.num_batches_tracked.add_(1)


def _summed(values: Tensor, group: Any) -> Tensor:
    total: Tensor = _Sum.apply(values, group)  # type: ignore[no-untyped-call]
    return total


class _Sum(torch.autograd.Function):
    """The sum over all processes; so is its gradient."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, group: Any) -> Tensor:
        ctx.group = group
        total = values.clone()
        dist.all_reduce(total, group=group)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        total = gradient.clone()
        dist.all_reduce(total, group=ctx.group)
        return total, None
