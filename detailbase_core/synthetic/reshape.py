"""Furniture in other proportions: wider, deeper or higher than its model, within what is sold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.furniture_model import Surface

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_model import FurnitureModel

Triple = tuple[float, float, float]

_WIDTH_SPREAD = 0.12  # standard deviation of the factor's logarithm
_HEIGHT_SPREAD = 0.07  # seats and tops of tables are made for people, whose sizes differ less
_MOST_FACTOR = 1.3
_EQUAL_SIDED = ("round", "square")


def reshaped(model: FurnitureModel, rng: np.random.Generator, most: Triple) -> FurnitureModel:
    """The model stretched along its axes by random factors.

    What hangs keeps its height, as walls do theirs, and on a wall also its depth; what is round or
    square stays so.

    Args:
        model: any.
        rng: draws the factors.
        most: width, depth and height, metres, that a model within them stays within.
    """
    width, depth = np.exp(rng.normal(0.0, _WIDTH_SPREAD, 2))
    height = np.exp(rng.normal(0.0, _HEIGHT_SPREAD))
    if model.shape in _EQUAL_SIDED or model.mount == "ceiling":
        depth = width
    if model.mount == "wall":
        depth = 1.0
    if model.mount in ("wall", "ceiling"):
        height = 1.0
    factors = np.clip([width, depth, height], 1.0 / _MOST_FACTOR, _MOST_FACTOR)
    room = np.array(most) / np.maximum(model.size, 1e-6)
    factors = np.minimum(factors, np.maximum(room, 1.0))
    if model.shape in _EQUAL_SIDED:
        factors[:2] = factors[:2].min()
    return stretched(model, (float(factors[0]), float(factors[1]), float(factors[2])))


def stretched(model: FurnitureModel, factors: Triple) -> FurnitureModel:
    """The model with its width, depth and height multiplied by three positive factors."""
    scale = np.array(factors, np.float32)
    normals = model.normals / scale
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    x, y, z = (float(size * factor) for size, factor in zip(model.size, factors, strict=True))
    return replace(
        model,
        size=(x, y, z),
        points=model.points * scale,
        normals=(normals / np.maximum(lengths, 1e-6)).astype(np.float32),
        radius=model.radius * max(1.0, *factors),
        on=tuple(_stretched_surface(surface, factors) for surface in model.on),
        under=tuple(_stretched_surface(surface, factors) for surface in model.under),
    )


def _stretched_surface(surface: Surface, factors: Triple) -> Surface:
    (x, y, z), (half_x, half_y) = surface.center, surface.half
    along, across, up = factors
    return Surface(
        (x * along, y * across, z * up),
        (half_x * along, half_y * across),
        surface.clearance * up,
    )
