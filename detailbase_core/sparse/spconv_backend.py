"""An adapter to spconv's GPU kernels (packages spconv-cu* or spconv-triton), over our tables.

All spconv-cu* packages are one module, `spconv`, built for different CUDAs; what we call has been
the same from 2.1.25 (cu111) to 2.3.8 (cu126). The package named plain spconv has no GPU kernels.

spconv is handed pairs instead of coordinates, so rows keep our order on every level. Its
implicit product takes, per kernel offset and output row, the input row (and the reverse for the
gradient), with rows visited in the order of their occupancy masks.
"""

from __future__ import annotations

import importlib
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from types import ModuleType

    from detailbase_core.sparse.backend import FusedSubmanifold
    from detailbase_core.sparse.kernel_map import KernelMap

PACKAGES = ("spconv", "spconv_triton")


def find_spconv() -> tuple[ModuleType | None, str]:
    """spconv's `pytorch.functional` and "", or None and why there is none."""
    reasons = []
    for package in PACKAGES:
        try:
            functional = importlib.import_module(f"{package}.pytorch.functional")
        except ModuleNotFoundError as error:
            reasons.append(f"no module {error.name}")
        except Exception as error:  # built for another CUDA, torch or NumPy: it fails as it likes
            reasons.append(f"{package} does not load: {error}")
        else:
            if not _is_for_cpus_only(package):
                return functional, ""
            reasons.append(f"{package} has no GPU kernels; install spconv-cu126 or the like")
    return None, "; ".join(dict.fromkeys(reasons))


def _is_for_cpus_only(package: str) -> bool:
    try:
        constants = importlib.import_module(f"{package}.cppconstants")
    except ImportError:  # spconv_triton has no C++
        return False
    return bool(getattr(constants, "CPU_ONLY_BUILD", False))


class SpconvBackend:
    """A Backend over spconv's implicit product, for features on a GPU.

    Args:
        functional: spconv's `pytorch.functional` module.
    """

    name = "spconv"
    fused: FusedSubmanifold | None = None

    def __init__(self, functional: ModuleType) -> None:
        self._functional = functional
        self._links: weakref.WeakKeyDictionary[KernelMap, dict[str, _Link]]
        self._links = weakref.WeakKeyDictionary()

    def submanifold(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.submanifold."""
        links = self._links.setdefault(level, {})
        if "submanifold" not in links:
            mirrored = level.neighbours.flip(1)
            links["submanifold"] = _Link(
                _Rows.from_table(level.neighbours), _Rows.from_table(mirrored)
            )
        return self._product(features, weight, links["submanifold"])

    def down(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.down."""
        return self._product(features, weight, self._halving(level))

    def inverse(self, features: Tensor, level: KernelMap, weight: Tensor) -> Tensor:
        """See Backend.inverse."""
        link = self._halving(level)
        return self._product(features, weight, _Link(link.backward, link.forward))

    def _halving(self, level: KernelMap) -> _Link:
        links = self._links.setdefault(level, {})
        if "down" not in links:
            parent, slot, children = level.halving()
            parents = torch.full((len(level), 8), -1, dtype=torch.int32, device=parent.device)
            parents.scatter_(1, slot[:, None].long(), parent[:, None])
            links["down"] = _Link(_Rows.from_table(children), _Rows.from_table(parents))
        return links["down"]

    def _product(self, features: Tensor, weight: Tensor, link: _Link) -> Tensor:
        forward, backward = link.forward, link.backward
        if forward.count == 0 or backward.count == 0:  # spconv refuses empty scenes
            zero = 0 * (features.sum() + weight.sum())  # with gradients all the same
            return zero.expand(forward.count, weight.shape[0])
        out: Tensor = self._functional.implicit_gemm(
            features,
            weight.contiguous(),
            forward.pairs,
            backward.pairs,
            [forward.masks],
            [backward.masks],
            [forward.order],
            [backward.order],
            forward.count,
            [np.array([0xFFFFFFFF], dtype=np.uint32)],  # one split: every offset
            True,  # keep what the gradient needs
            False,  # not spconv's own submanifold pairs, whose reverse it would mirror itself
        )
        return out


@dataclass(frozen=True)
class _Rows:
    """One direction of a convolution: for each row of one side, its rows of the other.

    Attributes:
        pairs: [K, R] int32 rows of the other side, -1 = none.
        masks: [R, 1] int32, bit k = has a pair at offset k, ascending.
        order: [R] int32, the row of each mask.
    """

    pairs: Tensor
    masks: Tensor
    order: Tensor

    @property
    def count(self) -> int:
        return self.pairs.shape[1]

    @staticmethod
    def from_table(table: Tensor) -> _Rows:
        """From a [R, K] table, K <= 31."""
        bit = 1 << torch.arange(table.shape[1], dtype=torch.int32, device=table.device)
        masks = torch.where(table >= 0, bit, 0).sum(dim=1, dtype=torch.int32)
        masks, order = torch.sort(masks, stable=True)
        return _Rows(table.t().contiguous(), masks[:, None].contiguous(), order.int())


@dataclass(frozen=True)
class _Link:
    """Output rows to input rows, and backward."""

    forward: _Rows
    backward: _Rows
