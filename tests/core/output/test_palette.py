"""Colours of phrases, as colour-blind people see them."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.output.palette import PALETTE

# Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009, severity 1; of linear RGB.
SIGHTS = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(linear: np.ndarray) -> np.ndarray:
    """(N, 3) CIE L*a*b* of linear sRGB."""
    share = linear @ TO_XYZ.T / WHITE
    f = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def nearest(palette: np.ndarray, sight: str) -> float:
    """Least difference (CIE 1976) of two colours as this sight sees them."""
    share = palette / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = lab(np.clip(linear @ np.array(SIGHTS[sight]).T, 0, 1))
    away = np.linalg.norm(seen[:, None] - seen, axis=2)
    return float(away[np.triu_indices(len(palette), 1)].min())


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(("count", "least"), [(4, 30.0), (10, 15.0)])
def test_colours_can_be_told_apart(sight: str, count: int, least: float) -> None:
    assert nearest(np.array(PALETTE[:count], float), sight) > least
