"""Colours as files hold them -> (N, 3) uint8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

CHANNEL_NAMES = (
    ("red", "green", "blue"),
    ("diffuse_red", "diffuse_green", "diffuse_blue"),
    ("r", "g", "b"),
)


def rgb_from_channels(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8] | None:
    """(N, 3) uint8 from three columns under any of the usual names, or None without colour."""
    for names in CHANNEL_NAMES:
        if all(name in columns for name in names):
            return to_uint8(np.column_stack([columns[name] for name in names]))
    return None


def to_uint8(colors: NDArray[Any]) -> NDArray[np.uint8]:
    """8-bit colours from 8-bit, 16-bit (all of its range) or wider numbers.

    Floating point is 0 .. 1, or 0 .. 255 if any exceeds 1; NaN becomes 0.
    """
    if colors.dtype.itemsize == 1:
        return colors.astype(np.uint8)
    if colors.dtype.kind == "u" and colors.dtype.itemsize == 2:
        high: NDArray[np.uint8] = (colors >> np.uint16(8)).astype(np.uint8)
        return high
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.nan_to_num(colors.astype(np.float32), nan=0.0, posinf=255.0, neginf=0.0)
    if colors.dtype.kind == "f" and values.max(initial=0.0) <= 1.0:
        values *= np.float32(255.0)
    bytes_: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return bytes_


def rgb_from_packed(packed: NDArray[Any]) -> NDArray[np.uint8]:
    """(N, 3) uint8 from colours packed as 0xAARRGGBB, one 32-bit word each.

    Args:
        packed: (N,) float32 whose bits are the word (the PCL convention), or integers.
    """
    if np.issubdtype(packed.dtype, np.floating):
        words = np.ascontiguousarray(packed, np.float32).view(np.uint32)
    else:
        words = packed.astype(np.uint32)
    return np.column_stack([(words >> shift) & 0xFF for shift in (16, 8, 0)]).astype(np.uint8)
