"""Ten colours, one per phrase, in pictures and in RViz alike; colour-blind people can tell them."""

from __future__ import annotations

Rgb = tuple[int, int, int]

SENTENCE_COLOR: Rgb = (255, 255, 255)
"""The sentence's own target; white, so that it is never taken for a phrase."""

# All but violet, crimson and pale green are those of Okabe and Ito (Color Universal Design, 2008);
# a test simulates three kinds of colour blindness.
PALETTE: tuple[Rgb, ...] = (
    (213, 94, 0),  # vermilion
    (0, 114, 178),  # blue
    (240, 228, 66),  # yellow
    (121, 0, 242),  # violet
    (86, 180, 233),  # sky blue
    (204, 121, 167),  # pink
    (0, 158, 115),  # green
    (230, 159, 0),  # orange
    (242, 0, 80),  # crimson
    (193, 242, 169),  # pale green
)


def phrase_color(index: int) -> Rgb:
    """The colour (r, g, b; 0 .. 255) of phrase `index`, counted from 0; the eleventh repeats."""
    return PALETTE[index % len(PALETTE)]
