"""How a picture looks: on white paper, or dark for slides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detailbase_core.output.palette import Rgb


@dataclass(frozen=True)
class Style:
    """Colours of everything but phrases.

    Attributes:
        paper: behind the map and the sentence.
        ink: of the sentence.
        faint: of scores, and of phrases that were not found.
        rule: of the line above the sentence.
        sentence: of the sentence's own target where no phrase has an object.
        saturation: of the map's own colours, in [0, 1].
        lift, gain: added to the map's colours, and multiplied with them before.
    """

    paper: Rgb
    ink: Rgb
    faint: Rgb
    rule: Rgb
    sentence: Rgb
    saturation: float
    lift: float
    gain: float


LIGHT = Style(
    paper=(250, 250, 248),
    ink=(45, 45, 50),
    faint=(125, 125, 130),
    rule=(222, 222, 220),
    sentence=(70, 70, 75),
    saturation=0.62,
    lift=98.0,
    gain=0.6,
)
DARK = Style(
    paper=(24, 25, 29),
    ink=(228, 228, 232),
    faint=(150, 150, 158),
    rule=(62, 64, 70),
    sentence=(235, 235, 240),
    saturation=0.5,
    lift=14.0,
    gain=0.42,
)
