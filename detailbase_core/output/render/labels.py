"""Name tags above the objects, kept from covering each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.language.rule_parser import phrase_name
from detailbase_core.output.render.lettering import ink_on, text_width, write
from detailbase_core.output.render.outlines import box_corners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import ImageDraw

    from detailbase_core.output.palette import Rgb
    from detailbase_core.output.render.camera import Camera
    from detailbase_core.types import GroundedPhrase, Instance

SIZE = 19
LONGEST = 32  # letters

Rectangle = tuple[float, float, float, float]


def tag_text(phrase: GroundedPhrase, number: int) -> str:
    """ "red chair 2": the phrase without its determiner, numbered where it has several objects."""
    name = phrase_name(phrase.text)
    name = name if len(name) <= LONGEST else name[: LONGEST - 3] + "..."
    return f"{name} {number}" if len(phrase.instances) > 1 else name


class TagPlacer:
    """Places tags one after another where they cover no other tag and few objects.

    Args:
        draw: of the finished picture.
        camera: of a picture `scale` times finer.
        scale: see there.
        instances: all objects, not to be covered.
    """

    def __init__(
        self,
        draw: ImageDraw.ImageDraw,
        camera: Camera,
        scale: int,
        instances: Sequence[Instance],
    ) -> None:
        self._draw, self._camera, self._scale = draw, camera, scale
        self._objects = [self._outline(instance) for instance in instances]
        self._tags: list[tuple[Rectangle, tuple[float, float], str, Rgb]] = []

    def place(self, text: str, instance: Instance, color: Rgb) -> None:
        """Find room for a tag near an object; draw() shows it."""
        left, top, right, _ = self._outline(instance)
        width, height = text_width(text, SIZE) + 0.8 * SIZE, 1.5 * SIZE
        foot = ((left + right) / 2, top)
        frames = [
            self._inside((foot[0] + dx - width / 2, foot[1] - dy - height, width, height))
            for dy in range(14, 200, 12)
            for dx in range(-180, 181, 20)
        ]
        frame = min(frames, key=lambda f: self._cost(f, foot))
        self._tags.append((frame, foot, text, color))

    def draw(self) -> None:
        """Draw the lines to the objects, then the tags over them."""
        for frame, foot, _, color in self._tags:
            start = (min(max(foot[0], frame[0] + 6), frame[2] - 6), frame[3])
            self._draw.line((*start, foot[0], foot[1] + 5), fill=color, width=2)
        for frame, _, text, color in self._tags:
            self._draw.rounded_rectangle(frame, 0.3 * SIZE, fill=color, outline=(255, 255, 255))
            center_y = (frame[1] + frame[3]) / 2
            write(self._draw, (frame[0] + 0.4 * SIZE, center_y), text, SIZE, ink_on(color))

    def _outline(self, instance: Instance) -> Rectangle:
        """Around the object's box in the finished picture, pixels."""
        pixels = self._camera.project(box_corners(instance.box))[0] / self._scale
        (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    def _inside(self, frame: Rectangle) -> Rectangle:
        """(left, top, width, height) moved into the picture, as (left, top, right, bottom)."""
        left, top, width, height = frame
        limits = self._camera.size[0] / self._scale - 4, self._camera.size[1] / self._scale - 4
        left = max(min(left, limits[0] - width), 4.0)
        top = max(min(top, limits[1] - height), 4.0)
        return left, top, left + width, top + height

    def _cost(self, frame: Rectangle, foot: tuple[float, float]) -> float:
        """Distance from the object in pixels, plus a price for what the tag would cover."""
        away = np.hypot((frame[0] + frame[2]) / 2 - foot[0], frame[3] - foot[1])
        covered = sum(_overlap(frame, other) for other in self._objects)
        tags = sum(_overlap(frame, other) for other, *_ in self._tags)
        return float(away) + 0.03 * covered + 10.0 * tags


def _overlap(a: Rectangle, b: Rectangle) -> float:
    """Common area, square pixels."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)
