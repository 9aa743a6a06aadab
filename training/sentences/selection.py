"""Selection of some of several objects by a claim: a yes or no each, or a place in an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from training.sentences.relations import NO, UNCLEAR, YES

if TYPE_CHECKING:
    from typing import Protocol

    from numpy.typing import NDArray

    from training.sentences.relations import Truth

    class Selection(Protocol):
        """A claim about things that are already claimed to be something, such as chairs."""

        def holds(self, base: Truth, visible: NDArray[np.bool_]) -> Truth:
            """(n,) truth of the claim together with `base`, the truth of the noun phrase."""
            ...


@dataclass(frozen=True)
class Property:
    """Something that holds of a thing whatever else is there.

    Attributes:
        truth: (n,) int8.
    """

    truth: Truth = field(repr=False)

    def holds(self, base: Truth, visible: NDArray[np.bool_]) -> Truth:
        """See Selection."""
        return np.minimum(base, self.truth)


@dataclass(frozen=True)
class Ranking:
    """A place in an order of all that `base` may mean and that was seen.

    Attributes:
        values: (n, k) k ways to measure the order, ascending; all must agree on the place.
        margins: (k,) by how much the neighbours in the order must differ, and
        slack: which part of the value is added to that.
        place: 0 = the first.
        without: rows that do not take part: what the order is measured from.
        least: fewest things that make an order.
        most: most things, None = any number.
    """

    values: NDArray[np.float64] = field(repr=False)
    margins: tuple[float, ...]
    slack: float = 0.0
    place: int = 0
    without: tuple[int, ...] = ()
    least: int = 2
    most: int | None = None

    def holds(self, base: Truth, visible: NDArray[np.bool_]) -> Truth:
        """See Selection."""
        peers = (base > NO) & visible
        peers[list(self.without)] = False
        rows = np.flatnonzero(peers)
        unclear = np.minimum(base, UNCLEAR).astype(np.int8)
        enough = self.least <= len(rows) and (self.most is None or len(rows) <= self.most)
        if not enough or self.place >= len(rows):
            return unclear
        if (base[rows] == UNCLEAR).any() and (self.place > 0 or self.most is not None):
            return unclear
        winners = {self._winner(rows, k) for k in range(len(self.margins))}
        winner = winners.pop()
        if winners or winner is None:
            return unclear
        result = np.zeros_like(base)
        result[winner] = min(int(base[winner]), YES)
        return result

    def _winner(self, rows: NDArray[np.int64], k: int) -> int | None:
        """The row at the place by one measure; None where it is not clearly that one."""
        values = self.values[rows, k]
        if not np.isfinite(values).all():
            return None
        order = np.argsort(values)
        best = float(values[order[self.place]])
        margin = self.margins[k] + self.slack * abs(best)
        neighbours = [p for p in (self.place - 1, self.place + 1) if 0 <= p < len(rows)]
        if any(abs(float(values[order[p]]) - best) < margin for p in neighbours):
            return None
        return int(rows[order[self.place]])
