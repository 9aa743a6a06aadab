"""The categories that superpoints learn to name: the made kinds' and the furniture table's."""

from __future__ import annotations

from detailbase_core.synthetic.furniture import KINDS
from training.furniture.furniture_table import read_table

CATEGORIES: tuple[str, ...] = tuple(
    sorted({*KINDS, *(row.category for row in read_table().values() if row.category)})
)
STRUCTURE = len(CATEGORIES)  # floor, walls, ceiling: what is known to be no furniture
UNKNOWN = -1
