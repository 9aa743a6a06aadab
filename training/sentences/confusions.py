"""Objects that a network takes for others, so that it is asked just there.

A bathtub that is not there is asked for where a sofa stands more often than where nothing looks
like one. Over many rooms every kind is asked for as often as before, so that no noun tells whether
what it names is there. The table was counted by training.rooms.count_confusions.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

CONFUSIONS_FILE = Path(__file__).with_name("confusions.csv")
ANYWHERE = "*"  # in whatever room
_ALWAYS = 0.15  # so that what is taken for nothing is asked for, too


class ConfusionTable:
    """Frequency with which one kind is found where another stands.

    Args:
        path: of the table.
    """

    def __init__(self, path: Path = CONFUSIONS_FILE) -> None:
        self._share: dict[str, dict[str, float]] = {}
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self._share.setdefault(row["asked"], {})[row["found"]] = float(row["share"])

    def weights(self, categories: Sequence[str], there: Collection[str]) -> NDArray[np.float64]:
        """(n,) how much more often to ask for each of n absent kinds in a room than in any room.

        Args:
            categories: the n kinds.
            there: the kinds that the room has.
        """
        return np.array([self._weight(self._share.get(kind, {}), there) for kind in categories])

    @staticmethod
    def _weight(share: dict[str, float], there: Collection[str]) -> float:
        likeliest = max((share[kind] for kind in there if kind in share), default=0.0)
        return (_ALWAYS + likeliest) / (_ALWAYS + share.get(ANYWHERE, 0.0))


@cache
def confusions() -> ConfusionTable:
    """The shipped table."""
    return ConfusionTable()
