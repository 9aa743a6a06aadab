"""An answer as vision_msgs/Detection3DArray, where vision_msgs is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

try:
    from vision_msgs.msg import (
        BoundingBox3D,
        Detection3D,
        Detection3DArray,
        ObjectHypothesis,
        ObjectHypothesisWithPose,
    )
except ImportError:  # the Python package index has no wheel of it
    Detection3DArray = None

from detailbase_ros.messages.conversions import box_to_message

__all__ = ["Detection3DArray", "to_detections"]

if TYPE_CHECKING:
    from std_msgs.msg import Header

    from detailbase_core.types import Grounding, Instance


def to_detections(grounding: Grounding, header: Header) -> Detection3DArray:
    """One detection per object of every phrase; class_id is the phrase's text."""
    return Detection3DArray(
        header=header,
        detections=[
            _detection(phrase.text, instance, header)
            for phrase in (grounding.phrases or (grounding.sentence,))
            for instance in phrase.instances
        ],
    )


def _detection(text: str, instance: Instance, header: Header) -> Detection3D:
    pose, size = box_to_message(instance.box)
    hypothesis = ObjectHypothesisWithPose(
        hypothesis=ObjectHypothesis(class_id=text, score=float(instance.score))
    )
    hypothesis.pose.pose = pose
    return Detection3D(
        header=header,
        id=str(instance.id),
        results=[hypothesis],
        bbox=BoundingBox3D(center=pose, size=size),
    )
