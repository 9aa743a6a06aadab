"""Z-order (Morton) keys of voxels: one int64 per voxel, sorted neighbours lie close in memory.

A key is `scene << 48 | interleaved bits of x, y, z` with z in bit 0, y in bit 1, x in bit 2.
So `key & 7` is a voxel's index in its 2^3 parent in the order of a k2 s2 kernel, and the three
axes can be stepped without decoding.
"""

from __future__ import annotations

import torch
from torch import Tensor

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call, takes
from detailbase_core.sparse import triton_backend, triton_maps

AXIS_BITS = 16
MAX_COORDINATE = (1 << AXIS_BITS) - 2  # one value is left over, so that -1 never wraps to a voxel
MAX_SCENES = 1 << 15
_CELL_MASK = (1 << (3 * AXIS_BITS)) - 1
_SPREAD = (
    (32, 0x001F00000000FFFF),
    (16, 0x001F0000FF0000FF),
    (8, 0x100F00F00F00F00F),
    (4, 0x10C30C30C30C30C3),
    (2, 0x1249249249249249),
)
_GATHER = (
    (2, 0x10C30C30C30C30C3),
    (4, 0x100F00F00F00F00F),
    (8, 0x001F0000FF0000FF),
    (16, 0x001F00000000FFFF),
    (32, 0x000000000000FFFF),
)
_Z_MASK = 0x249249249249  # bits 0, 3, 6 ... of 48
_AXIS_MASKS = (_Z_MASK << 2, _Z_MASK << 1, _Z_MASK)


def encode(coords: Tensor) -> Tensor:
    """Keys [V] int64 of coords [V, 4] int (scene, x, y, z), each of x, y, z in [0, 65534]."""
    if triton_backend.takes(coords):
        return triton_maps.encode(coords.int())
    if coords.dtype == torch.int32 and coords.device.type == "cpu" and not native.PROBLEM:
        keys = torch.empty(len(coords), dtype=torch.int64)
        call(native.C.keys_of_coords, coords, keys)
        return keys
    bits = coords[:, 1:].t().to(torch.int64, copy=True, memory_format=torch.contiguous_format)
    for shift, mask in _SPREAD:
        bits |= bits << shift
        bits &= mask
    x, y, z = bits.unbind()
    cell = (x << 2) | (y << 1) | z
    return (coords[:, 0].long() << (3 * AXIS_BITS)) | cell


def decode(keys: Tensor) -> Tensor:
    """Coords [V, 4] int32 (scene, x, y, z) of keys [V] int64."""
    if triton_backend.takes(keys):
        return triton_maps.decode(keys)
    if takes(keys):
        coords = torch.empty((len(keys), 4), dtype=torch.int32)
        call(native.C.coords_of_keys, keys, coords)
        return coords
    bits = torch.stack([keys >> 2, keys >> 1, keys]) & _Z_MASK
    for shift, mask in _GATHER:
        bits |= bits >> shift
        bits &= mask
    return torch.stack([keys >> (3 * AXIS_BITS), *bits], dim=1).int()


def ancestor_keys(keys: Tensor, levels: Tensor) -> Tensor:
    """Keys of floor(coordinate / 2^levels), in the same order; ascending where `keys` are."""
    return (keys & ~_CELL_MASK) | ((keys & _CELL_MASK) >> (3 * levels))


def slots(keys: Tensor) -> Tensor:
    """Index of each voxel in its parent, [V] int64 in 0..7 = 4 (x odd) + 2 (y odd) + (z odd)."""
    return keys & 7


def neighbour_keys(keys: Tensor) -> Tensor:
    """Keys [V, 27] of the cells c + d, d in {-1, 0, 1}^3 with x slowest and z fastest.

    Steps off the grid give keys that no voxel has.
    """
    x, y, z = (_steps(keys, mask) for mask in _AXIS_MASKS)
    scene = (keys & ~_CELL_MASK).view(-1, 1, 1, 1)
    cells = scene | x.view(-1, 3, 1, 1) | y.view(-1, 1, 3, 1) | z.view(-1, 1, 1, 3)
    return cells.reshape(-1, 27)


def _steps(keys: Tensor, mask: int) -> Tensor:
    """One axis' bits of the cells before, at and after each key, [V, 3]."""
    here = keys & mask
    before = (here - 1) & mask  # the borrow runs through the other axes' zero bits
    after = ((here | ~mask) + 1) & mask  # the carry runs through the other axes' one bits
    return torch.stack((before, here, after), dim=1)
