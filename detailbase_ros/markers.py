"""An answer as RViz markers: box, text and arrow for each object, a colour for each phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from detailbase_core.palette import SENTENCE_COLOR, phrase_color
from detailbase_ros.conversions import box_to_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.palette import Rgb
    from detailbase_core.types import GroundedPhrase, Grounding, Instance

_TEXT_HEIGHT_M = 0.12
_ARROW_LENGTH_M = 0.35
_SENTENCE_MARGIN_M = 0.05  # keeps the sentence's box visible round its phrase's box


def to_markers(grounding: Grounding, frame: str) -> MarkerArray:
    """All markers of an answer, after one that deletes those of the answer before.

    Their stamp is zero and they are frame-locked: RViz shows them at their place in `frame`
    for as long as nothing replaces them.
    """
    markers = [Marker(header=Header(frame_id=frame), action=Marker.DELETEALL)]
    for instance in grounding.sentence.instances:
        markers += _instance_markers(
            grounding.sentence, instance, SENTENCE_COLOR, frame, "target", _SENTENCE_MARGIN_M
        )
    for number, phrase in enumerate(grounding.phrases):
        for instance in phrase.instances:
            markers += _instance_markers(
                phrase, instance, phrase_color(number), frame, phrase.text, 0.0
            )
    return MarkerArray(markers=markers)


def _instance_markers(
    phrase: GroundedPhrase,
    instance: Instance,
    rgb: Rgb,
    frame: str,
    label: str,
    margin_m: float,
) -> Iterator[Marker]:
    pose, size = box_to_message(instance.box)
    top = pose.position.z + size.z / 2
    box = _marker("box", Marker.CUBE, instance, rgb, 0.3, frame)
    box.pose = pose
    box.scale = Vector3(
        **{axis: max(getattr(size, axis), 0.01) + 2 * margin_m for axis in ("x", "y", "z")}
    )
    yield box

    text = _marker("text", Marker.TEXT_VIEW_FACING, instance, rgb, 1.0, frame)
    text.pose.position = Point(x=pose.position.x, y=pose.position.y, z=top + _ARROW_LENGTH_M + 0.1)
    text.pose.orientation.w = 1.0
    text.scale.z = _TEXT_HEIGHT_M
    text.text = f"{label} {phrase.score:.2f}"
    yield text

    arrow = _marker("arrow", Marker.ARROW, instance, rgb, 1.0, frame)
    arrow.pose.orientation.w = 1.0
    arrow.points = [
        Point(x=pose.position.x, y=pose.position.y, z=top + height)
        for height in (_ARROW_LENGTH_M, 0.02)
    ]
    arrow.scale = Vector3(x=0.03, y=0.08, z=0.1)  # shaft, head diameter, head length
    yield arrow


def _marker(
    namespace: str, kind: int, instance: Instance, rgb: Rgb, alpha: float, frame: str
) -> Marker:
    r, g, b = (channel / 255.0 for channel in rgb)
    return Marker(
        header=Header(frame_id=frame),
        ns=namespace,
        id=instance.id,
        type=kind,
        action=Marker.ADD,
        color=ColorRGBA(r=r, g=g, b=b, a=alpha),
        frame_locked=True,
    )
