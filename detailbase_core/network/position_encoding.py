"""Positions as sines and cosines, absolute and relative to other words' objects.

A Fourier feature's phase is k . p for a wave vector k and a position p. Since cos(k . (p - r)) is a
dot product of what p and what r give, a preference for positions by their offset from r costs one
matrix product.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from detailbase_core.network import triton_decoder

if TYPE_CHECKING:
    from detailbase_core.config import ModelConfig

POSITION_FREQUENCIES = 6  # wavelengths 16 m down to 0.5 m: from a room to a chair
POSITION_WIDTH = 6 * POSITION_FREQUENCIES + 6  # of position_embedding
GROUND_WAVELENGTHS_M = (16.0, 8.0, 4.0, 2.0, 1.0)
GROUND_DIRECTIONS = 4  # over half a turn; a wave vector stands for both ways along its direction
HEIGHT_WAVELENGTHS_M = (4.0, 2.0, 1.0, 0.5)
MATCH_DIM = 16  # per head, to choose whose position to refer to
FREQUENCIES = len(GROUND_WAVELENGTHS_M) * GROUND_DIRECTIONS + len(HEIGHT_WAVELENGTHS_M)


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
    """(FREQUENCIES, 3) float32, radians per metre: four directions of the ground, and upwards."""
    ground = [
        (math.cos(angle) * 2 * math.pi / length, math.sin(angle) * 2 * math.pi / length, 0.0)
        for length in GROUND_WAVELENGTHS_M
        for angle in (math.pi * k / GROUND_DIRECTIONS for k in range(GROUND_DIRECTIONS))
    ]
    upwards = [(0.0, 0.0, 2 * math.pi / length) for length in HEIGHT_WAVELENGTHS_M]
    return torch.tensor(ground + upwards)


def fourier_features(positions: Tensor, vectors: Tensor) -> Tensor:
    """Cosines, then sines of the phases at positions (Tancik et al., NeurIPS 2020).

    Args:
        positions: (..., 3) float32, metres.
        vectors: (K, 3) as from wave_vectors.

    Returns:
        (..., 2 K).
    """
    phase = (positions[..., None, :] * vectors).sum(dim=-1)  # no matrix product: bf16 would blur it
    return torch.cat([phase.cos(), phase.sin()], dim=-1)


def shift_coefficients(coefficients: Tensor, references: Tensor) -> Tensor:
    """Fourier coefficients about reference positions, as coefficients about the origin.

    With f = fourier_features and u = shift_coefficients(c, f(r)), u . f(p) equals c . f(p - r) for
    every position p.

    Args:
        coefficients: (..., 2 K).
        references: (..., 2 K), Fourier features of the reference positions.
    """
    a, b = coefficients.chunk(2, dim=-1)
    cos, sin = references.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def mask_centroids(probabilities: Tensor, centers: Tensor) -> Tensor:
    """Mean position of each mask, by the probabilities of its superpoints.

    Args:
        probabilities: (G, B, T, S) float32, zeros at padding.
        centers: (G, S, 3) float32.

    Returns:
        (G, B, T, 3) float32.
    """
    with torch.autocast(probabilities.device.type, enabled=False):
        total = probabilities.sum(dim=-1, keepdim=True).clamp(min=1e-6)
        return torch.einsum("gbts,gsc->gbtc", probabilities, centers.float()) / total


class RelativePositions(nn.Module):
    """One decoder layer's preferences for positions; at first there are none.

    "The chair next to the table": wherever the table's mask now is, the chair's query may prefer
    positions by their offset from there. Each attention head of a query has its own reference, a
    mixture of the positions of all words of its sentence.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim, self.heads = config.query_dim, config.heads
        self.match = nn.Linear(dim, 2 * self.heads * MATCH_DIM)
        self.look = nn.Linear(dim, self.heads * 2 * FREQUENCIES)
        self.draw = nn.Linear(dim, self.heads * 2 * FREQUENCIES)
        for linear in (self.look, self.draw):
            nn.init.zeros_(linear.weight)
            nn.init.zeros_(linear.bias)
        self.vectors: Tensor
        self.register_buffer("vectors", wave_vectors(), persistent=False)

    def refer(self, queries: Tensor, words: Tensor, connected: Tensor) -> tuple[Tensor, Tensor]:
        """Each head's reference position, and each attention head's preference about it.

        Args:
            queries: (G, B, T, D).
            words: (G, B, T, 3), positions of the words' objects.
            connected: (G, B, 1 or T, T) bool, which rows each row may refer to.

        Returns:
            Both (G, B, T, heads, 2 FREQUENCIES): Fourier features of the references, and what
            times a position's Fourier features is a bias on attention.
        """
        matched = self.match(queries).unflatten(-1, (2, self.heads, MATCH_DIM))
        looked = self.look(queries).unflatten(-1, (self.heads, -1))
        if triton_decoder.takes(queries) and words.shape[2] <= triton_decoder.MOST_TEXT_ROWS:
            return triton_decoder.refer(matched, words, connected, self.vectors, looked)
        references = self._references(matched, words, connected)
        return references, shift_coefficients(looked, references)

    def _references(self, matched: Tensor, words: Tensor, connected: Tensor) -> Tensor:
        asking, asked = matched.unbind(-3)
        fit = torch.einsum("gbthc,gbuhc->gbthu", asking, asked).float() / MATCH_DIM**0.5
        share = fit.masked_fill(~connected[:, :, :, None, :], -torch.inf).softmax(dim=-1)
        with torch.autocast(words.device.type, enabled=False):
            positions = torch.einsum("gbthu,gbuc->gbthc", share, words)
        return fourier_features(positions, self.vectors)

    def mask_preference(self, queries: Tensor, references: Tensor) -> Tensor:
        """The mask's preference, all references together, (G, B, T, 2 FREQUENCIES)."""
        drawn = self.draw(queries).unflatten(-1, (self.heads, -1))
        if triton_decoder.takes(queries):
            return triton_decoder.sum_of_shifted(drawn, references)
        return shift_coefficients(drawn, references).sum(dim=-2)
