"""Colours as files hold them -> (N, 3) uint8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

GREY = 128
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
    """8-bit colours from 8-bit, 16-bit or floating point ones (0..1, or 0..255 if any exceeds 1).

    NaN becomes 0.
    """
    if colors.dtype == np.uint8:
        return colors
    if colors.dtype == np.uint16:
        return (colors >> 8).astype(np.uint8)
    values = np.nan_to_num(colors.astype(np.float64), nan=0.0, posinf=255.0, neginf=0.0)
    is_unit_range = np.issubdtype(colors.dtype, np.floating) and values.max(initial=0.0) <= 1.0
    scaled = values * 255.0 if is_unit_range else values
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


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
