"""Content of a folder of rooms, as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass
class RoomFigures:
    """Figures of rooms as they lie in a folder; fill it with `add`.

    Attributes:
        themes, corners: rooms by kind, and by the number of their corners.
        areas: floor area of each, square metres.
        things, frames, points, superpoints: number of each, room by room.
        categories: things by category.
        libraries: things by where their model comes from.
    """

    themes: Counter[str] = field(default_factory=Counter)
    corners: Counter[int] = field(default_factory=Counter)
    areas: list[float] = field(default_factory=list)
    things: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    superpoints: list[int] = field(default_factory=list)
    categories: Counter[str] = field(default_factory=Counter)
    libraries: Counter[str] = field(default_factory=Counter)

    def add(self, path: Path) -> None:
        """Look at one room's NPZ.

        Raises:
            BadFileError: it is no room of training.make_rooms.
        """
        try:
            with np.load(path, allow_pickle=False) as archive:
                outline = archive["room_outline"]
                self.themes[str(archive["theme"])] += 1
                self.frames.append(len(archive["camera_path"]))
                self.points.append(len(archive["instance"]))
                self.superpoints.append(int(archive["superpoint"].max()) + 1)
                self.categories.update(archive["object_category"].tolist())
                self.things.append(len(archive["object_category"]))
                models = archive["object_model"].tolist()
        except (OSError, KeyError, ValueError, EOFError) as error:
            raise BadFileError(
                f"{path}: no room can be read ({error}); make it with training.make_rooms"
            ) from error
        self.libraries.update(model.split("/")[0] if "/" in model else "made" for model in models)
        self.corners[len(outline)] += 1
        after = np.roll(outline, -1, axis=0)
        crossed = outline[:, 0] * after[:, 1] - outline[:, 1] * after[:, 0]
        self.areas.append(float(crossed.sum()) / 2)

    def markdown(self) -> str:
        """A table of two columns.

        Raises:
            ValueError: nothing was added.
        """
        if not self.areas:
            raise ValueError("no rooms were added: there is nothing to tell of them")
        lines = ["| measure | value |", "| --- | --- |"]
        rows = [
            ("rooms", f"{len(self.areas)}, {self.corners[6]} of them L-shaped"),
            ("themes", _listed(self.themes)),
            ("floor area, square metres", _range(self.areas, ".1f")),
            ("things in a room", _range(self.things)),
            ("scans of a room", _range(self.frames)),
            ("map points of a room", _range(self.points, ",.0f")),
            ("superpoints of a room", _range(self.superpoints)),
            ("where models come from", _listed(self.libraries)),
            (f"categories ({len(self.categories)})", _listed(self.categories)),
        ]
        return "\n".join(lines + [f"| {name} | {value} |" for name, value in rows])


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _range(values: Sequence[float], form: str = ".0f") -> str:
    low, middle, high = min(values), float(np.median(values)), max(values)
    return f"{low:{form}} to {high:{form}}, median {middle:{form}}"
