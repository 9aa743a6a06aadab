"""A file's unit of length: as told, or the one that makes its cloud as large as scenes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

METRES_PER_UNIT = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "feet": 0.3048}
UNIT_CHOICES = ("auto", *METRES_PER_UNIT)
LARGEST_ROOM_M = 100.0  # what spreads farther is not taken for metres

_NAMES = {"m": "metres", "cm": "centimetres", "mm": "millimetres", "ft": "feet", "feet": "feet"}
_GUESSES = ("cm", "mm")  # feet look like metres: only the user knows
_SAMPLE = 20_000


class _Usual(NamedTuple):
    """A measure of indoor scenes: its typical value, and the factor that is one sigma off."""

    metres: float
    factor: float


_WIDEST, _NARROWEST, _SPACING = _Usual(6.0, 3.0), _Usual(2.2, 2.0), _Usual(0.015, 4.0)


def length_unit(xyz: NDArray[np.float64], unit: str) -> tuple[float, str]:
    """Metres per unit of the file, and how that is known.

    Args:
        xyz: (N, 3) finite, N >= 1, in the file's unit.
        unit: one of UNIT_CHOICES; with "auto" anything up to 100 units wide is metres, and what
            is wider centimetres or millimetres, whichever makes its width, height and the
            distance between its points more usual.
    """
    low, high = np.percentile(xyz, [2, 98], axis=0)
    sides = np.sort(high - low)
    extent = float(sides[-1])
    if unit == "auto" and extent > LARGEST_ROOM_M:
        spacing = _point_spacing(xyz)
        found = min(_GUESSES, key=lambda u: _strangeness(sides, spacing, METRES_PER_UNIT[u]))
        scale = METRES_PER_UNIT[found]
        others = " or ".join(u for u in ("m", "cm", "mm") if u != found)
        return scale, (
            f"it spreads over {extent:.0f} units: taken as {_NAMES[found]}, which makes it "
            f"{extent * scale:.1f} m wide (--unit {others} if not)"
        )
    told = "m" if unit == "auto" else unit
    note = _NAMES[told] + ("" if unit in ("auto", "m") else " as told")
    width_m = extent * METRES_PER_UNIT[told]
    if width_m > LARGEST_ROOM_M:
        note += f", though {width_m:.0f} m is much for a room: perhaps --unit mm or cm"
    return METRES_PER_UNIT[told], note


def _strangeness(sides: NDArray[np.float64], spacing: float, scale: float) -> float:
    """Squared distance from the usual, in sigmas, of a scene in this unit."""
    measures = ((sides[-1], _WIDEST), (max(sides[0], spacing), _NARROWEST), (spacing, _SPACING))
    return sum(
        float(np.log(max(value * scale, 1e-9) / usual.metres) / np.log(usual.factor)) ** 2
        for value, usual in measures
    )


def _point_spacing(xyz: NDArray[np.float64]) -> float:
    """Median distance to the nearest other point, as if the points lay on surfaces."""
    step = max(1, len(xyz) // _SAMPLE)
    sample = np.unique(xyz[::step], axis=0)
    if len(sample) < 2:
        return 0.0
    distances, _ = cKDTree(sample).query(sample[:: max(1, len(sample) // 2000)], k=2)
    return float(np.median(distances[:, 1]) / np.sqrt(step))
