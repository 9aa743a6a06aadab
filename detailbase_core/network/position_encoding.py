"""Places as sines and cosines, in which a dot product measures how one lies from another.

A wave's phase is k . p for a wave vector k and a place p. Since cos(k . (p - r)) is a dot product
of what p and what r give, a preference for places by their way from r costs one matrix product.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

POSITION_FREQUENCIES = 6  # wavelengths 16 m down to 0.5 m: from a room to a chair
POSITION_WIDTH = 6 * POSITION_FREQUENCIES + 6  # of position_embedding
GROUND_WAVELENGTHS_M = (16.0, 8.0, 4.0, 2.0, 1.0)
GROUND_DIRECTIONS = 4  # over half a turn; a wave knows both ways along its direction
HEIGHT_WAVELENGTHS_M = (4.0, 2.0, 1.0, 0.5)
WAVES = len(GROUND_WAVELENGTHS_M) * GROUND_DIRECTIONS + len(HEIGHT_WAVELENGTHS_M)


def position_embedding(geometry: Tensor) -> Tensor:
    """Sines and cosines of superpoint centres at several wavelengths, and the raw values.

    Args:
        geometry: (..., 6) as in SuperpointBatch.

    Returns:
        (..., POSITION_WIDTH).
    """
    octaves = torch.arange(POSITION_FREQUENCIES, device=geometry.device, dtype=geometry.dtype)
    angles = geometry[..., :3, None] * (2 * math.pi / 16.0) * 2.0**octaves
    return torch.cat([geometry, angles.sin().flatten(-2), angles.cos().flatten(-2)], dim=-1)


def wave_vectors() -> Tensor:
    """(WAVES, 3) float32, radians per metre: along the ground in four directions, and upwards."""
    ground = [
        (math.cos(angle) * 2 * math.pi / length, math.sin(angle) * 2 * math.pi / length, 0.0)
        for length in GROUND_WAVELENGTHS_M
        for angle in (math.pi * k / GROUND_DIRECTIONS for k in range(GROUND_DIRECTIONS))
    ]
    upwards = [(0.0, 0.0, 2 * math.pi / length) for length in HEIGHT_WAVELENGTHS_M]
    return torch.tensor(ground + upwards)


def waves(places: Tensor, vectors: Tensor) -> Tensor:
    """Cosines, then sines of all waves at places.

    Args:
        places: (..., 3) float32, metres.
        vectors: (K, 3) as from wave_vectors.

    Returns:
        (..., 2 K).
    """
    phase = (places[..., None, :] * vectors).sum(dim=-1)  # no matrix product: bf16 would blur it
    return torch.cat([phase.cos(), phase.sin()], dim=-1)


def seen_from(coefficients: Tensor, references: Tensor) -> Tensor:
    """Wave coefficients about reference places, as coefficients about the origin.

    With u = seen_from(c, waves(r)), u . waves(p) equals c . waves(p - r) for every place p.

    Args:
        coefficients: (..., 2 K).
        references: (..., 2 K), waves of the reference places.
    """
    a, b = coefficients.chunk(2, dim=-1)
    cos, sin = references.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
