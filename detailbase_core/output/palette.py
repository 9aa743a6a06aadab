"""Ten colours that people tell apart easily, one per phrase, in pictures and in RViz alike."""

from __future__ import annotations

Rgb = tuple[int, int, int]

SENTENCE_COLOR: Rgb = (255, 255, 255)
"""The sentence's own target; white, so that it is never taken for a phrase."""

PALETTE: tuple[Rgb, ...] = (
    (230, 25, 75),  # red
    (60, 180, 75),  # green
    (255, 200, 0),  # yellow
    (0, 110, 230),  # blue
    (245, 130, 48),  # orange
    (145, 30, 180),  # purple
    (70, 220, 240),  # cyan
    (240, 50, 230),  # magenta
    (150, 100, 40),  # brown
    (190, 240, 60),  # lime
)


def phrase_color(index: int) -> Rgb:
    """The colour (r, g, b; 0 .. 255) of phrase `index`, counted from 0; the eleventh repeats."""
    return PALETTE[index % len(PALETTE)]
