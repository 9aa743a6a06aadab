"""Furniture models in a few bytes a sample.

Positions are whole millimetres, normals octahedral in two bytes, colours one of 256 per model.
Samples are sorted along a Morton curve and positions kept as differences, which zip well.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from detailbase_core.synthetic.furniture_card import Card, card_of
from detailbase_core.synthetic.furniture_model import FurnitureModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MM = 1000


@dataclass(frozen=True)
class PackedModel:
    """A furniture model as it lies in a file.

    Attributes:
        card: everything but the samples.
        low: (3,) int64 lowest coordinate per axis, millimetres.
        steps: (P, 3) uint16 from sample to sample along each axis, modulo 65536, millimetres.
        normals: (P, 2) uint8 octahedral.
        colors: (P,) uint8 row of `palette`.
        main: (P,) bool.
        palette: (256, 3) uint8.
    """

    card: Card
    low: NDArray[np.int64]
    steps: NDArray[np.uint16]
    normals: NDArray[np.uint8]
    colors: NDArray[np.uint8]
    main: NDArray[np.bool_]
    palette: NDArray[np.uint8]


def pack(model: FurnitureModel) -> PackedModel:
    """Quantise a model; its samples may come in another order."""
    grid = np.round(model.points.astype(np.float64) * _MM).astype(np.int64)
    low = grid.min(axis=0)
    order = np.argsort(_morton(grid - low), kind="stable")
    grid = (grid - low)[order]
    colors, palette = _paletted(model.rgb[order])
    return PackedModel(
        card=card_of(model),
        low=low,
        steps=np.diff(grid, axis=0, prepend=0).astype(np.uint16),
        normals=encode_normals(model.normals[order]),
        colors=colors,
        main=model.main[order],
        palette=palette,
    )


def unpack(packed: PackedModel) -> FurnitureModel:
    """The model again: positions within 0.5 mm per axis, normals within a degree."""
    grid = np.cumsum(packed.steps, axis=0, dtype=np.uint16).astype(np.int64) + packed.low
    known = {f.name: getattr(packed.card, f.name) for f in dataclasses.fields(packed.card)}
    return FurnitureModel(
        points=(grid / _MM).astype(np.float32),
        normals=decode_normals(packed.normals),
        rgb=packed.palette[packed.colors],
        main=packed.main,
        **known,
    )


def encode_normals(normals: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Unit vectors (P, 3) as (P, 2) bytes on an unfolded octahedron (Cigolle et al. 2014)."""
    n = normals.astype(np.float64)
    n = n / np.abs(n).sum(axis=1, keepdims=True).clip(1e-12)
    flat = np.where((n[:, 2:] < 0), (1 - np.abs(n[:, 1::-1])) * _sign(n[:, :2]), n[:, :2])
    packed: NDArray[np.uint8] = np.round((flat + 1) * 127).astype(np.uint8)
    return packed  # 127 is exactly 0: what is level stays level


def decode_normals(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(P, 3) unit vectors."""
    flat = packed.astype(np.float64) / 127 - 1
    z = 1 - np.abs(flat).sum(axis=1, keepdims=True)
    xy = np.where(z < 0, (1 - np.abs(flat[:, ::-1])) * _sign(flat), flat)
    n = np.concatenate([xy, z], axis=1)
    unit: NDArray[np.float32] = (n / np.linalg.norm(n, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _sign(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values < 0, -1.0, 1.0)


def _paletted(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(P,) rows of a (256, 3) palette; without loss where there are no more than 256 colours."""
    palette = np.zeros((256, 3), np.uint8)
    unique, index = np.unique(rgb, axis=0, return_inverse=True)
    if len(unique) > len(palette):
        image = Image.fromarray(rgb[None]).quantize(256, method=Image.Quantize.MEDIANCUT)
        index = np.asarray(image)[0].astype(np.int64)
        unique = np.array(image.getpalette(), np.uint8).reshape(-1, 3)
    palette[: len(unique)] = unique
    return index.reshape(-1).astype(np.uint8), palette


def _morton(grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bits of the three coordinates (16 bits each) in turn."""
    code = np.zeros(len(grid), np.int64)
    for bit in range(16):
        for axis in range(3):
            code |= ((grid[:, axis] >> bit) & 1) << (3 * bit + axis)
    return code
