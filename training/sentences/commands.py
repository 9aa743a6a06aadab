"""Kinds of things by what is done with them."""

from __future__ import annotations


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


PORTABLE = _of(
    "box, pillow, trash can, stool, table lamp, plant, basket, bag, backpack, suitcase, book, "
    "books, bottle, cup, glass, plate, bowl, fruit, vase, flowers, teddy bear, toy, ball, laptop, "
    "keyboard, mouse, kettle, toaster, pot, candle, statue, globe, clock, guitar, blanket, "
    "chess set, telephone, towel, vacuum cleaner, umbrella stand, speaker, ottoman"
)
SURFACES = _of(
    "table, coffee table, side table, desk, bed, sofa, cabinet, nightstand, dresser, sideboard, "
    "counter, bench, shelf, bookshelf, tv stand, kitchen cabinet"
)
