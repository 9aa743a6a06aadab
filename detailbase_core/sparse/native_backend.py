"""The C++ backend: the torch backend's products on the CPU, float32, with threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.utils.weak import WeakIdKeyDictionary

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.kernel_map import KernelMap

# The pairs of a table of rows are listed once, for all layers that read it, and go with it: tables
# are never changed.
_PAIRS: WeakIdKeyDictionary = WeakIdKeyDictionary()

# By weight, and gone with it: of which version it is and how it was read, and the packed one.
_PACKED: WeakIdKeyDictionary = WeakIdKeyDictionary()

_TILE = 32  # channels, in and out, that matrix units take at once


def prepared(rows: Tensor) -> Tensor:
    """See TableProducts; rows as they are."""
    return rows


def gather_product(
    source: Tensor,
    table: Tensor,
    weight: Tensor,
    mirrored: bool = False,
    used: Tensor | None = None,
) -> Tensor:
    """See torch_backend.gather_product; weight in any memory order."""
    weight = weight.flip(1) if mirrored else weight
    return _pair_product(source, listed_pairs(table), weight, len(table))


def fused_submanifold(
    features: Tensor,
    level: KernelMap,
    weight: Tensor,
    added: Tensor | None,
    norm: tuple[Tensor, Tensor] | None,
) -> Tensor:
    """See Backend.fused: what follows happens while the sums are in the cache."""
    pairs = listed_pairs(level.neighbours)
    return _pair_product(features, pairs, weight.flatten(1, 3), len(level), added, norm)


def listed_pairs(table: Tensor) -> native.C.RowPairs:
    """The pairs of a table of rows, listed at its first use."""
    if table not in _PAIRS:
        _PAIRS[table] = call(native.C.list_pairs, table)
    pairs: native.C.RowPairs = _PAIRS[table]
    return pairs


def expand_product(
    source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor, used: Tensor | None = None
) -> Tensor:
    """See torch_backend.expand_product; weight in any memory order."""
    pairs = call(native.C.list_pairs_of_slots, parent, slot, weight.shape[1])
    return _pair_product(source, pairs, weight, len(parent))


def _pair_product(
    source: Tensor,
    pairs: native.C.RowPairs,
    weight: Tensor,
    rows: int,
    added: Tensor | None = None,
    norm: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    out = source.new_empty((rows, weight.shape[0]))
    scale, shift = norm or (None, None)
    if native.C.instruction_set() == "amx" and _fills_tiles(weight):
        packed = _pack(weight)
        product = native.C.bf16_pair_product
        call(product, source, pairs, packed, result=out, added=added, scale=scale, shift=shift)
        return out
    matrix = weight.detach().numpy()
    call(native.C.pair_product, source, pairs, matrix, out, added=added, scale=scale, shift=shift)
    return out


def _fills_tiles(weight: Tensor) -> bool:
    """Whether at least half of what matrix units would multiply is no padding."""
    out, _, inside = weight.shape
    padded = -(-out // _TILE) * -(-inside // _TILE) * _TILE**2
    return 2 * out * inside >= padded > 0


def _pack(weight: Tensor) -> native.C.Bf16Weight:
    """A float32 weight [out, K, in] for matrix units, packed once while it stays as it is."""
    owner = weight if weight._base is None else weight._base
    if owner.is_inference():  # nobody counts its versions
        return native.C.Bf16Weight(weight.detach().numpy())
    state = owner._version, weight.data_ptr(), weight.shape, weight.stride()
    if owner not in _PACKED or _PACKED[owner][0] != state:
        _PACKED[owner] = state, native.C.Bf16Weight(weight.detach().numpy())
    packed: native.C.Bf16Weight = _PACKED[owner][1]
    return packed


def gather_outer(left: Tensor, source: Tensor, table: Tensor, used: Tensor | None = None) -> Tensor:
    """See torch_backend.gather_outer."""
    out = source.new_empty((left.shape[1], table.shape[1], source.shape[1]))
    call(native.C.gather_outer, left, source, table, out)
    return out


def instruction_set() -> str:
    """The best vector instructions that this machine has kernels for."""
    return native.C.instruction_sets()[0]
