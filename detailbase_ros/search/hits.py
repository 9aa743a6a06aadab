"""Objects found in recordings: their order, and how they read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detailbase_core.types import Box, Grounding
    from detailbase_ros.search.scene_cache import StoredScene

_BILLION = 1_000_000_000

# Of a record in this order: the name of each member, and what it is. Metres, radians, seconds;
# "time" is nanoseconds since 1970.
COLUMNS = {
    "sentence": "text",
    "rank": "whole",
    "recording": "text",
    "frame": "text",
    "x": "number",
    "y": "number",
    "z": "number",
    "length": "number",
    "width": "number",
    "height": "number",
    "yaw": "number",
    "score": "number",
    "presence": "number",
    "points": "whole",
    "last_seen": "time",
    "offset_s": "number",
    "recording_begin": "time",
    "recording_end": "time",
}


@dataclass(frozen=True)
class Hit:
    """One object in one recording that a sentence asks for.

    Attributes:
        recording: its path, as given.
        sentence: what was asked.
        frame: of the box: the recording's map frame, or the scene file's name.
        box: metres, radians.
        score: probability that it is the right object, as in a GroundedPhrase.
        presence: probability that the recording holds such a thing.
        points: number of map voxels.
        number: which of the answer's objects it is, from 0.
        last_seen_ns: when its points were seen last, time in the recording; None where the scene
            knows no times.
        span_ns: first and last message of the recording; None likewise.
    """

    recording: str
    sentence: str
    frame: str
    box: Box
    score: float
    presence: float
    points: int
    number: int
    last_seen_ns: int | None
    span_ns: tuple[int, int] | None

    @property
    def offset_s(self) -> float | None:
        """Seconds from the recording's first message until it was seen last."""
        if self.last_seen_ns is None or self.span_ns is None:
            return None
        return (self.last_seen_ns - self.span_ns[0]) / _BILLION

    def record(self, rank: int) -> dict[str, Any]:
        """The members that COLUMNS names; None for what is not known.

        Args:
            rank: place among the sentence's hits, from 1.
        """
        begin, end = self.span_ns or (None, None)
        box = (*self.box.center, *self.box.size, self.box.yaw)
        what = (self.sentence, rank, self.recording, self.frame)
        when = (self.last_seen_ns, self.offset_s, begin, end)
        row = (*what, *box, self.score, self.presence, self.points, *when)
        return dict(zip(COLUMNS, row, strict=True))


@dataclass(frozen=True)
class RecordingAnswer:
    """What one recording holds of one sentence.

    Attributes:
        hits: the surest first; () where it holds nothing of the kind.
        presence: probability that it holds such a thing.
        plea: for people, where words of the sentence name nothing; else "".
    """

    hits: tuple[Hit, ...]
    presence: float
    plea: str

    @classmethod
    def of(cls, grounding: Grounding, recording: str, stored: StoredScene) -> RecordingAnswer:
        """Of a sentence's answer, its own target's objects.

        Args:
            grounding: about the recording's scene.
            recording: its path.
            stored: the scene as it is kept.
        """
        target, has_times = grounding.sentence, bool(len(stored.seen_ns))
        hits = [
            Hit(
                recording,
                grounding.query,
                stored.frame,
                one.box,
                one.score,
                target.presence,
                len(one.point_indices),
                number,
                int(np.max(stored.seen_ns[one.point_indices])) if has_times else None,
                stored.span_ns if has_times else None,
            )
            for number, one in enumerate(target.instances)
        ]
        return cls(tuple(hits), target.presence, grounding.plea)


def ranked(hits: Iterable[Hit]) -> list[Hit]:
    """Best first: by score, then presence, then as they came."""
    return sorted(hits, key=lambda hit: (-hit.score, -hit.presence))


def hit_lines(hits: Sequence[Hit]) -> list[str]:
    """A line for each hit: score, recording, place, time."""
    return [
        f"{rank:3}  score {hit.score:.2f}  {hit.recording}  {place_text(hit)}{_behind(hit)}"
        for rank, hit in enumerate(hits, start=1)
    ]


def place_text(hit: Hit) -> str:
    """Where a hit is, metres, and in which frame."""
    x, y, z = hit.box.center
    return f"x={x:.2f} y={y:.2f} z={z:.2f} in {hit.frame}"


def time_text(hit: Hit) -> str:
    """When a hit was seen last; "" where that is not known."""
    if hit.last_seen_ns is None:
        return ""
    moment = iso_time(hit.last_seen_ns).replace("T", " ")[:19]
    return f"last seen {moment} UTC, {hit.offset_s:.1f} s into the recording"


def _behind(hit: Hit) -> str:
    told = time_text(hit)
    return f"  {told}" if told else ""


def iso_time(stamp_ns: int) -> str:
    """Nanoseconds since 1970 in UTC, as ISO 8601 with milliseconds."""
    seconds, rest = divmod(stamp_ns, _BILLION)
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1_000_000:03}Z"
