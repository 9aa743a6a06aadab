"""The objects of the last answer as frames on TF: detailbase/chair_1 and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geometry_msgs.msg import Transform, TransformStamped, Vector3
from tf2_msgs.msg import TFMessage

from detailbase_core.output.object_names import phrase_object_names
from detailbase_ros.messages.conversions import box_to_message, make_header
from detailbase_ros.messages.topics import TF

if TYPE_CHECKING:
    from detailbase_core.types import Grounding, Instance
    from detailbase_ros.runtime.endpoints import Endpoints

_PERIOD_S = 0.1


class ObjectFrames:
    """Publishes a frame at the centre of each object's box, again and again until others follow.

    On /tf, not /tf_static: there, what is gone would stay for ever.

    Args:
        endpoints: makes publisher and timer.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        self._clock = endpoints.node.get_clock()
        self._frames: list[tuple[str, str, Transform]] = []  # map frame, frame, where
        self._tf = endpoints.publisher(TF)
        endpoints.timer(_PERIOD_S, self._publish)

    def show(self, grounding: Grounding) -> None:
        """Take over the objects of an answer; one that found nothing ends the frames."""
        phrases = grounding.phrases or (grounding.sentence,)
        names = phrase_object_names(phrases)
        self._frames = [
            (grounding.scene.cloud.frame, name.frame, _transform(instance))
            for phrase, phrase_names in zip(phrases, names, strict=True)
            for instance, name in zip(phrase.instances, phrase_names, strict=True)
        ]
        self._publish()

    def _publish(self) -> None:
        if not self._frames:
            return
        stamp_ns = self._clock.now().nanoseconds
        transforms = [
            TransformStamped(
                header=make_header(frame, stamp_ns), child_frame_id=child, transform=where
            )
            for frame, child, where in self._frames
        ]
        self._tf.publish(TFMessage(transforms=transforms))


def _transform(instance: Instance) -> Transform:
    pose, _ = box_to_message(instance.box)
    p = pose.position
    return Transform(translation=Vector3(x=p.x, y=p.y, z=p.z), rotation=pose.orientation)
