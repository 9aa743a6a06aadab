"""The categories that superpoints learn to name: of made furniture, and of banks' tables."""

from __future__ import annotations

from detailbase_core.synthetic.furniture import KINDS
from training.furniture.furniture_table import read_table
from training.furniture.kinds import read_kinds

_FIRST = {*KINDS, *(row.category for row in read_table().values() if row.category)}
# Those of kinds.csv come last, so that what stood here before keeps its place.
CATEGORIES: tuple[str, ...] = (*sorted(_FIRST), *sorted(read_kinds().categories - _FIRST))
STRUCTURE = len(CATEGORIES)  # floor, walls, ceiling: what is known to be no furniture
UNKNOWN = -1
