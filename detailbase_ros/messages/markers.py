"""An answer as RViz markers: box, text and arrow for each object, a colour for each phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.errors import shown
from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color
from detailbase_ros.messages.conversions import box_to_message, make_header, to_point, to_vector
from detailbase_ros.messages.message_types import ColorRGBA, Marker, MarkerArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.output.palette import Rgb
    from detailbase_core.types import Grounding, Instance

# constants of visualization_msgs/Marker, whose stand-in has none
_ADD, _DELETEALL = 0, 3
_ARROW, _CUBE, _TEXT_VIEW_FACING = 0, 1, 9

_LABEL = 80  # characters
_TEXT_HEIGHT_M = 0.12
_SPACE = 0.4  # width of a space per height of the text: https://github.com/ros2/rviz/issues/1336
_LINE_M = 1.5 * _TEXT_HEIGHT_M
_ARROW_LENGTH_M = 0.35
_SENTENCE_MARGIN_M = 0.05  # keeps the sentence's box visible round its phrase's box


def answer_markers(grounding: Grounding, frame: str) -> MarkerArray:
    """A visualization_msgs/MarkerArray of an answer, first one that deletes the markers before.

    Their stamp is zero and they are frame-locked: RViz shows them at their place in `frame`
    for as long as nothing replaces them.
    """
    markers = [Marker(header=make_header(frame, 0), action=_DELETEALL)]
    for instance in grounding.sentence.instances:
        label = f"target {grounding.sentence.score:.2f}"
        box = _Look(SENTENCE_COLOR, label, margin_m=_SENTENCE_MARGIN_M, line=1)
        markers += _instance(instance, frame, box)
    for index, phrase in enumerate(grounding.phrases):
        label = f"{shown(phrase.text, _LABEL)} {phrase.score:.2f}"
        for instance in phrase.instances:
            markers += _instance(instance, frame, _Look(phrase_color(index), label))
    return MarkerArray(markers=markers)


class _Look(NamedTuple):
    """How an object is shown.

    Attributes:
        rgb: its colour.
        label: its text.
        margin_m: by which its box is larger on all sides.
        line: of its text, above the object: 0 for a phrase's; 1 for the sentence's, which is often
            the same object.
    """

    rgb: Rgb
    label: str
    margin_m: float = 0.0
    line: int = 0


def _instance(instance: Instance, frame: str, look: _Look) -> Iterator[Marker]:
    """Box, text and arrow of one object."""
    pose, size = box_to_message(instance.box)
    x, y, _ = instance.box.center
    top = pose.position.z + size.z / 2

    box = _marker("box", _CUBE, instance, frame, look.rgb, alpha=0.3)
    box.pose = pose
    width, depth, height = (
        max(edge, 0.01) + 2 * look.margin_m for edge in (size.x, size.y, size.z)
    )
    box.scale = to_vector((width, depth, height))
    yield box

    text = _marker("text", _TEXT_VIEW_FACING, instance, frame, look.rgb)
    above_m = _ARROW_LENGTH_M + 0.1 + look.line * _LINE_M
    text.pose.position = to_point((x, y, top + above_m))
    text.pose.orientation.w = 1.0
    text.scale = to_vector((_SPACE * _TEXT_HEIGHT_M, 0.0, _TEXT_HEIGHT_M))
    text.text = look.label
    yield text

    arrow = _marker("arrow", _ARROW, instance, frame, look.rgb)
    arrow.pose.orientation.w = 1.0
    arrow.points = [to_point((x, y, top + height)) for height in (_ARROW_LENGTH_M, 0.02)]
    arrow.scale = to_vector((0.03, 0.08, 0.1))  # shaft, head diameter, head length
    yield arrow


def _marker(
    namespace: str, shape: int, instance: Instance, frame: str, rgb: Rgb, alpha: float = 1.0
) -> Marker:
    r, g, b = (channel / 255.0 for channel in rgb)
    return Marker(
        header=make_header(frame, 0),
        ns=namespace,
        id=instance.id,
        type=shape,
        action=_ADD,
        color=ColorRGBA(r=r, g=g, b=b, a=alpha),
        frame_locked=True,
    )
