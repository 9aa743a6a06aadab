"""An answer as RViz markers: box, text and arrow for each object, a colour for each phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.output.palette import Rgb
    from detailbase_core.types import Grounding, Instance
    from detailbase_ros.messages.grounding_messages import AnswerMessages

# constants of visualization_msgs/Marker
_ADD, _DELETEALL = 0, 3
_ARROW, _CUBE, _TEXT_VIEW_FACING = 0, 1, 9

_TEXT_HEIGHT_M = 0.12
_ARROW_LENGTH_M = 0.35
_SENTENCE_MARGIN_M = 0.05  # keeps the sentence's box visible round its phrase's box


def answer_markers(messages: AnswerMessages, grounding: Grounding, frame: str) -> Any:
    """A visualization_msgs/MarkerArray of an answer, first one that deletes the markers before.

    Their stamp is zero and they are frame-locked: RViz shows them at their place in `frame`
    for as long as nothing replaces them.
    """
    builder = _Markers(messages, frame)
    markers = [builder.marker(action=_DELETEALL)]
    for instance in grounding.sentence.instances:
        label = f"target {grounding.sentence.score:.2f}"
        markers += builder.instance(instance, SENTENCE_COLOR, label, _SENTENCE_MARGIN_M)
    for number, phrase in enumerate(grounding.phrases):
        label = f"{phrase.text} {phrase.score:.2f}"
        for instance in phrase.instances:
            markers += builder.instance(instance, phrase_color(number), label, 0.0)
    return messages.make("visualization_msgs/msg/MarkerArray", markers=markers)


class _Markers:
    """Makes markers in one frame."""

    def __init__(self, messages: AnswerMessages, frame: str) -> None:
        self._messages, self._make, self._frame = messages, messages.make, frame

    def marker(self, **members: Any) -> Any:
        header = self._messages.header(self._frame, 0)
        return self._make("visualization_msgs/msg/Marker", header=header, **members)

    def instance(self, instance: Instance, rgb: Rgb, label: str, margin_m: float) -> Iterator[Any]:
        """Box, text and arrow of one object."""
        pose, size = self._messages.box(instance.box)
        x, y, _ = instance.box.center
        top = pose.position.z + size.z / 2

        box = self._part("box", _CUBE, instance, rgb, 0.3)
        box.pose = pose
        box.scale = self._vector(*(max(e, 0.01) + 2 * margin_m for e in (size.x, size.y, size.z)))
        yield box

        text = self._part("text", _TEXT_VIEW_FACING, instance, rgb, 1.0)
        text.pose.position = self._messages.point((x, y, top + _ARROW_LENGTH_M + 0.1))
        text.pose.orientation.w = 1.0
        text.scale.z = _TEXT_HEIGHT_M
        text.text = label
        yield text

        arrow = self._part("arrow", _ARROW, instance, rgb, 1.0)
        arrow.pose.orientation.w = 1.0
        arrow.points = [
            self._messages.point((x, y, top + height)) for height in (_ARROW_LENGTH_M, 0.02)
        ]
        arrow.scale = self._vector(0.03, 0.08, 0.1)  # shaft, head diameter, head length
        yield arrow

    def _part(self, namespace: str, kind: int, instance: Instance, rgb: Rgb, alpha: float) -> Any:
        r, g, b = (channel / 255.0 for channel in rgb)
        color = self._make("std_msgs/msg/ColorRGBA", r=r, g=g, b=b, a=alpha)
        return self.marker(
            ns=namespace, id=instance.id, type=kind, action=_ADD, color=color, frame_locked=True
        )

    def _vector(self, x: float, y: float, z: float) -> Any:
        return self._make("geometry_msgs/msg/Vector3", x=x, y=y, z=z)
