"""People's words for a model's colour, material and shape."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageColor
from scipy.spatial import ConvexHull, QhullError, cKDTree

from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NO_WORD = ""
MAIN_SHARE = 0.45  # less of a model's surface in one colour, and people name none
_AHEAD = 1.4  # and it must be this many times the second colour
MATERIAL_SHARE = 0.7

_WORDS: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_suffix(".yaml"))
_COLORS, _MATERIALS = _WORDS["colors"], _WORDS["materials"]


def color_words(rgb: NDArray[np.uint8]) -> list[str]:
    """For each (N, 3) colour what people call it; "" where opinions differ."""
    _, nearest = _TREE.query(_lab(rgb.astype(np.float64) / 255))
    return [_ANCHOR_WORDS[i] for i in nearest]


def main_color(rgb: NDArray[np.uint8]) -> tuple[str | None, NDArray[np.bool_]]:
    """The one word for the colour of evenly spaced samples, and which of them have it.

    Returns:
        the word, None where no single one fits, and (N,) bool, all False then.
    """
    words = np.array(color_words(rgb))
    names, counts = np.unique(words, return_counts=True)
    order = np.argsort(-counts)
    second = counts[order[1]] if len(order) > 1 else 0
    word = str(names[order[0]])
    if word == NO_WORD or counts[order[0]] < max(MAIN_SHARE * len(rgb), _AHEAD * second):
        return None, np.zeros(len(rgb), np.bool_)
    return word, words == word


def material_word(names: Sequence[str], paint: NDArray[np.int64]) -> str | None:
    """The material that most of the samples' paints are named after, if any."""
    counts = np.bincount(paint, minlength=len(names))
    for word, pattern in _MATERIALS.items():
        share = sum(c for n, c in zip(names, counts, strict=True) if re.search(pattern, n, re.I))
        if share >= MATERIAL_SHARE * len(paint):
            return word
    return None


def outline_word(xy: NDArray[np.float32]) -> str | None:
    """Whether (N, 2) samples fill a circle, a square or a rectangle."""
    extent = np.ptp(xy, axis=0)
    if len(xy) < 20 or extent.min() <= 0:
        return None
    try:
        filled = ConvexHull(xy).volume / extent.prod()  # in two dimensions, volume is area
    except QhullError:
        return None
    near_square = extent.max() < 1.08 * extent.min()
    if filled > 0.93:
        return "square" if near_square else "rectangular"
    return "round" if near_square and 0.7 < filled < 0.85 else None


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of sRGB in [0, 1], the lightness halved: people name by hue first."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness = 116 * f[:, 1] - 16
    a, b = 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])
    return np.stack([0.5 * lightness, a, b], axis=1)


_ANCHORS = [
    (word, ImageColor.getrgb(css)) for word, all_ in _COLORS.items() for css in all_.split()
]
_ANCHOR_WORDS = [word for word, _ in _ANCHORS]
_TREE = cKDTree(_lab(np.array([rgb[:3] for _, rgb in _ANCHORS], np.float64) / 255))
