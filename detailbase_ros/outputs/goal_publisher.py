"""Goal pose in front of the sentence's target: ~/goal, a PoseStamped as Nav2 takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geometry_msgs.msg import PoseStamped

from detailbase_core.errors import shown
from detailbase_core.output.approach_pose import find_approach
from detailbase_core.types import Box
from detailbase_ros.messages.conversions import box_to_message, make_header
from detailbase_ros.messages.topics import GOAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.output.approach_pose import ApproachConfig
    from detailbase_core.types import Grounding
    from detailbase_ros.runtime.endpoints import Endpoints


class GoalPublisher:
    """Publishes free floor in front of the best target of each sentence.

    Args:
        endpoints: makes the publisher.
        config: the robot.
        viewpoint: (x, y) of the newest scan's sensor in the map frame, None before the first.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        config: ApproachConfig,
        viewpoint: Callable[[], tuple[float, float] | None],
    ) -> None:
        self._config, self._viewpoint = config, viewpoint
        self._log = endpoints.node.get_logger()
        self._goal = endpoints.publisher(GOAL)

    def show(self, grounding: Grounding) -> None:
        """Publish the goal of an answer, where it has a target with free floor before it.

        Computed only while there is a subscriber: it takes tens of milliseconds.
        """
        if not grounding.sentence.instances or not self._goal.get_subscription_count():
            return
        cloud, target = grounding.scene.cloud, grounding.sentence.instances[0]
        place = find_approach(cloud.xyz, target.box, self._config, self._viewpoint())
        if place is None:
            self._log.info(
                f"no ~/goal: no free floor in the map in front of {shown(grounding.query)!r}"
            )
            return
        standing = Box((place.x, place.y, place.z), (0.0, 0.0, 0.0), place.yaw)
        pose, _ = box_to_message(standing)
        header = make_header(cloud.frame, cloud.stamp_ns)
        self._goal.publish(PoseStamped(header=header, pose=pose))
