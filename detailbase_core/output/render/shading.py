"""Colours of the map and of the objects in it, and light that makes shapes readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.output.palette import phrase_color
from detailbase_core.output.render.style import LIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.output.palette import Rgb
    from detailbase_core.output.render.style import Style
    from detailbase_core.types import GroundedPhrase, Grounding

RINGS_PX = ((1, 0.6), (3, 0.4))  # distance of the compared pixels, weight
STRENGTH = 20.0


def shown_phrases(
    grounding: Grounding, style: Style = LIGHT
) -> tuple[tuple[GroundedPhrase, Rgb], ...]:
    """The phrases with their colours; the sentence itself where no phrase has an object."""
    phrases = [(p, phrase_color(i)) for i, p in enumerate(grounding.phrases)]
    if any(p.instances for p, _ in phrases):
        return tuple(phrases)
    return (*phrases, (grounding.sentence, style.sentence))


def point_colors(
    rgb: NDArray[np.uint8], grounding: Grounding, style: Style = LIGHT
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Colours (N, 3) float32, 0 .. 255, and (N,) bool: which points belong to an object.

    The map is pale, or dark; objects take their phrase's colour. Where objects share points the
    smaller one shows.
    """
    colors: NDArray[np.float32] = rgb.astype(np.float32)
    grey = colors @ np.array([0.299, 0.587, 0.114], np.float32)
    pale = grey[:, None] + style.saturation * (colors - grey[:, None])
    colors = (style.lift + style.gain * pale).astype(np.float32)
    marked = np.zeros(len(rgb), np.bool_)
    owners = [
        (i.point_indices, color)
        for p, color in shown_phrases(grounding, style)
        for i in p.instances
    ]
    for points, color in sorted(owners, key=lambda owner: -len(owner[0])):
        light = 0.72 + 0.38 * grey[points, None] / 255.0
        colors[points] = np.minimum(np.array(color, np.float32) * light + 12.0, 255.0)
        marked[points] = True
    return colors, marked


def eye_dome(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """(height, width) float32 light in (0, 1]: pixels behind their neighbours are darker.

    Eye-dome lighting (Boucheny, PhD thesis, Grenoble 2009) on two rings of eight neighbours.

    Args:
        depth: (height, width), metres, infinite where there is nothing.
    """
    empty = ~np.isfinite(depth)
    log_depth = np.log2(np.where(empty, 1.0, depth)).astype(np.float32)
    shade = np.zeros_like(log_depth)
    for radius, weight in RINGS_PX:
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
            shift = (dy * radius, dx * radius)
            other = np.roll(log_depth, shift, axis=(0, 1))
            behind = np.where(np.roll(empty, shift, axis=(0, 1)), 0.0, log_depth - other)
            shade += weight / 8 * np.clip(behind, 0.0, 0.2)
    light: NDArray[np.float32] = np.exp(-STRENGTH * shade)
    light[empty] = 1.0
    return light
