"""Families of books in piles and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.shelf_things import spine

if TYPE_CHECKING:
    Color = palette.Color

_PAGE = (236, 230, 214)


def _book(size: tuple[float, float, float], cover: Color, rng: np.random.Generator) -> Parts:
    """A closed book that lies, its spine towards -y: width along its spine, depth, thickness."""
    wide, deep, thick = size
    book = Parts()
    board = max(0.0025, thick * 0.08)
    for z in (board / 2, thick - board / 2):
        book.box((0, 0, z), (wide, deep, board), cover)
    book.box((0, -deep / 2 + board / 2, thick / 2), (wide, board, thick), cover)
    page = palette.shade(_PAGE, rng.uniform(0.92, 1.05))
    book.box((0, 0, thick / 2), (wide * 0.96, deep * 0.95, thick - 2 * board), page)
    mark = palette.white(rng) if sum(cover) < 380 else palette.black(rng)
    if rng.random() < 0.6:
        at = (rng.uniform(-0.1, 0.1) * wide, -deep / 2 - 0.001, thick / 2)
        book.box(at, (wide * 0.5, 0.001, thick * 0.4), mark)
    if rng.random() < 0.6:
        at = (0, rng.uniform(-0.2, 0.2) * deep, thick + 0.0005)
        book.box(at, (wide * 0.5, deep * rng.uniform(0.15, 0.5), 0.001), mark)
    return book


def _pile(parts: Parts, rng: np.random.Generator, x: float, y: float, count: int) -> float:
    """Books that lie on each other, roughly aligned or twisted; returns their height."""
    z, mess = 0.0, float(rng.choice([2.0, 7.0, 20.0]))
    turned = rng.uniform(-20, 20)
    wide = rng.uniform(0.18, 0.32)
    for _ in range(count):
        wide *= rng.uniform(0.88, 1.03)
        size = (max(wide, 0.14), max(wide, 0.14) * rng.uniform(0.65, 0.8), rng.uniform(0.01, 0.05))
        book = _book(size, spine(rng), rng)
        flip = 180.0 if rng.random() < 0.4 else 0.0
        shift = rng.normal(0, 0.008, 2)
        parts.join(book, x + shift[0], y + shift[1], z, yaw=turned + flip + rng.normal(0, mess))
        z += size[2]
    return z


@family("books", mount="top")
def books(rng: np.random.Generator) -> Parts:
    """A pile or two, a row between bookends or leaning, a pile beside a row, an open one on top."""
    parts = Parts()
    style = int(rng.integers(4))
    if style in (0, 1):
        high = _pile(parts, rng, 0, 0, int(rng.integers(3, 13)))
        if style == 1:
            _pile(
                parts,
                rng,
                rng.uniform(0.26, 0.36),
                rng.uniform(-0.05, 0.05),
                int(rng.integers(2, 9)),
            )
        elif rng.random() < 0.3:  # an open one lies on it
            for s in (-1, 1):
                leaf = np.array(
                    [
                        [
                            (
                                s * 0.15 * u,
                                v,
                                high + 0.004 + 0.025 * np.sin(np.pi * min(1.0, u * 0.9)),
                            )
                            for u in np.linspace(0, 1, 5)
                        ]
                        for v in (-0.11, 0.11)
                    ]
                )
                parts.surface(leaf, palette.white(rng))
            parts.box((0, 0, high + 0.002), (0.31, 0.225, 0.003), spine(rng))
        return parts
    x, end = 0.0, rng.uniform(0.15, 0.6)
    tall = rng.uniform(0.2, 0.3)
    alike = spine(rng) if rng.random() < 0.15 else None
    while x < end:
        thick = rng.uniform(0.012, 0.05)
        high = tall * (0.95 if alike else rng.uniform(0.7, 1.0))
        book = _book((high, high * rng.uniform(0.65, 0.8), thick), alike or spine(rng), rng)
        deep = float(np.ptp(book.extent, axis=0)[1])
        for part in book.parts:  # stands, its spine towards +y
            part.turn("y", 90, (0, 0, 0)).turn("z", 180, (0, 0, 0))
            part.move(x=x + thick, y=-deep / 2, z=high / 2)
        parts.parts += book.parts
        x += thick + 0.001
    if style == 2:
        metal, material = palette.finish(rng)
        for side, at in ((-1, -0.004), (1, x + 0.004)):
            parts.box((at, -tall * 0.35, 0.08), (0.006, 0.12, 0.16), metal, material)
            parts.box((at + side * 0.04, -tall * 0.35, 0.003), (0.08, 0.12, 0.006), metal, material)
    else:
        lean = rng.uniform(8, 25)
        high = tall * 0.9
        book = _book((high, high * 0.7, 0.03), spine(rng), rng)
        for part in book.parts:
            part.turn("y", 90, (0, 0, 0)).turn("z", 180, (0, 0, 0)).move(x=0.03, z=high / 2)
            part.turn("y", -lean, (0, 0, 0)).move(x=x + high * np.sin(np.radians(lean)), y=-0.09)
        parts.parts += book.parts
        if rng.random() < 0.5:
            _pile(parts, rng, -0.2, -0.1, int(rng.integers(2, 7)))
    return parts
