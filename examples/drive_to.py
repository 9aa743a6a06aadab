"""Ask the node and drive there with Nav2: python3 examples/drive_to.py "the chair at the window"

Runs in a shell where ROS 2, Nav2 and this package are sourced, beside a running
segmentation_node. It asks by the service ~/ground, drives only where the score is good enough,
and takes the place to stand from ~/goal: free floor in front of the object, facing it.

Exit status: 0 arrived, 1 not found or not sure, 2 found but no way there.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import rclpy
from geometry_msgs.msg import PoseStamped
from nav2_msgs.action import NavigateToPose
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.utilities import remove_ros_args

from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_ros.msg import GroundedQuery

ARRIVED, NOT_FOUND, NO_WAY = 0, 1, 2
STATUS_SUCCEEDED = 4  # action_msgs/GoalStatus
GOAL_S = 2.0  # within which ~/goal follows an answer
ACCEPT_S = 30.0  # within which Nav2 takes a goal; its response may be lost


class Driver(Node):
    """Client of segmentation_node and of Nav2's bt_navigator."""

    def __init__(self, segmentation_node: str) -> None:
        super().__init__("drive_to")
        self.place: PoseStamped | None = None
        self._ask = self.create_client(GroundQuery, f"{segmentation_node}/ground")
        self._navigate = ActionClient(self, NavigateToPose, "navigate_to_pose")
        # Before the question: the node looks for free floor only while somebody listens.
        self.create_subscription(PoseStamped, f"{segmentation_node}/goal", self._keep, 1)

    def _keep(self, place: PoseStamped) -> None:
        self.place = place

    def ask(self, sentence: str) -> GroundedQuery | None:
        """The answer; None where no node answers."""
        if not self._ask.wait_for_service(timeout_sec=5.0):
            return None
        self.place = None
        future = self._ask.call_async(GroundQuery.Request(query=sentence, client_tag="drive_to"))
        rclpy.spin_until_future_complete(self, future, timeout_sec=60.0)
        return future.result().answer if future.done() else None

    def wait_for_place(self) -> PoseStamped | None:
        """Where to stand; None where no free floor is known in front of the object."""
        clock, end = self.get_clock(), self.get_clock().now().nanoseconds + int(GOAL_S * 1e9)
        while self.place is None and clock.now().nanoseconds < end:
            rclpy.spin_once(self, timeout_sec=0.1)
        return self.place

    def drive(self, place: PoseStamped) -> bool:
        """Whether Nav2 brought the robot there."""
        if not self._navigate.wait_for_server(timeout_sec=5.0):
            self.get_logger().error("no action server navigate_to_pose: is Nav2 running?")
            return False
        sent = self._navigate.send_goal_async(NavigateToPose.Goal(pose=place))
        rclpy.spin_until_future_complete(self, sent, timeout_sec=ACCEPT_S)
        if not sent.done():
            self.get_logger().error(f"no word from Nav2 within {ACCEPT_S:g} s: ask again")
            return False
        if not sent.result().accepted:
            return False
        done = sent.result().get_result_async()
        rclpy.spin_until_future_complete(self, done)
        return bool(done.result().status == STATUS_SUCCEEDED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, decide, drive."""
    arguments = sys.argv if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sentence")
    parser.add_argument("--min-score", type=float, default=0.5, help="drive only from here on")
    parser.add_argument("--node", default="/segmentation_node", help="name of the node")
    options = parser.parse_args(remove_ros_args(list(arguments))[1:])
    rclpy.init(args=list(arguments))
    try:
        return run(Driver(options.node), options.sentence, options.min_score)
    finally:
        rclpy.try_shutdown()


def run(driver: Driver, sentence: str, min_score: float) -> int:
    """As main; the node exists."""
    answer = driver.ask(sentence)
    if answer is None:
        print("no answer: is segmentation_node running? (ros2 run detailbase_ros doctor)")
        return NOT_FOUND
    if not answer.sentence.instances:
        print(f"nothing found. {answer.message}".strip())
        return NOT_FOUND
    best = answer.sentence.instances[0]  # by descending score
    if best.score < min_score:
        print(f"found something, but not surely enough: score {best.score:.2f} < {min_score:.2f}")
        return NOT_FOUND
    place = driver.wait_for_place()
    if place is None:
        print("found, but the map has no free floor in front of it: drive around and ask again")
        return NO_WAY
    print(f"driving to x={place.pose.position.x:.2f} y={place.pose.position.y:.2f}")
    return ARRIVED if driver.drive(place) else NO_WAY


if __name__ == "__main__":
    sys.exit(main())
