"""A behaviour tree that looks for an object and drives there: py_trees, ~/look and Nav2.

    python3 examples/behaviour_tree.py "the fire extinguisher" --min-score 0.6 --look-s 120

Runs where ROS 2, Nav2, this package and py_trees (pip install py_trees) are there, beside a running
segmentation_node. `Look` and `Drive` are leaves for a tree of your own.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

import py_trees
import rclpy
from geometry_msgs.msg import PoseStamped
from nav2_msgs.action import NavigateToPose
from py_trees.common import Status
from rclpy.action import ActionClient
from rclpy.utilities import remove_ros_args

from detailbase_ros.action import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rclpy.node import Node

SUCCEEDED = 4  # action_msgs/GoalStatus
TICK_S, GOAL_S = 0.1, 2.0  # ~/goal follows an answer within GOAL_S
ACCEPT_S = 30.0  # in which a server says whether it takes a goal; its response may be lost


class ActionLeaf(py_trees.behaviour.Behaviour):
    """Sends one goal of an action; RUNNING until its result is there. A halt cancels it."""

    def __init__(self, name: str, node: Node, action: Any, topic: str) -> None:
        super().__init__(name)
        self.node = node
        self._client = ActionClient(node, action, topic)
        self._handle: Any = None
        self._sent: Any = None
        self._result: Any = None
        self._sent_at = 0.0

    def setup(self, **_: Any) -> None:
        """Wait for the action's server."""
        if not self._client.wait_for_server(timeout_sec=10.0):
            raise RuntimeError(f"{self.name}: no action server; is its node running?")

    def initialise(self) -> None:
        """Send the goal."""
        self._handle = self._result = None
        self.feedback_message, self._sent_at = "", time.monotonic()
        goal = self.make_goal()
        self._sent = goal and self._client.send_goal_async(goal)

    def update(self) -> Status:
        """Of the goal: FAILURE where there is none, it was rejected, or its server is gone."""
        if not self._sent:
            return Status.FAILURE
        if self._handle is None and self._sent.done():
            self._handle = self._sent.result()
            if self._handle.accepted:
                self._result = self._handle.get_result_async()
        if self._handle is None or (self._result and not self._result.done()):
            if not self._client.server_is_ready():
                self.feedback_message = "the action's server is gone"
            elif self._handle is None and time.monotonic() > self._sent_at + ACCEPT_S:
                self.feedback_message = f"no word on the goal within {ACCEPT_S:g} s; send it again"
            else:
                return Status.RUNNING
            return Status.FAILURE
        return self.judge(self._result.result()) if self._result else Status.FAILURE

    def terminate(self, new_status: Status) -> None:
        """Cancel the goal where the tree goes on without its result."""
        if new_status == Status.INVALID and self._result and not self._result.done():
            self._handle.cancel_goal_async()

    def make_goal(self) -> Any:
        """The goal to send; None where there is nothing to do."""
        raise NotImplementedError

    def judge(self, result: Any) -> Status:
        """Status by the action's result."""
        raise NotImplementedError


class Look(ActionLeaf):
    """Looks until the sentence's target is found, and a place to stand in front of it.

    Args:
        sentence: what to look for.
        min_score: below it, what was found counts as not found.
        look_s: give up after these seconds.
    """

    def __init__(
        self, node: Node, sentence: str, min_score: float, look_s: float, name: str
    ) -> None:
        super().__init__("look", node, GroundQuery, f"{name}/look")
        self.sentence, self.min_score, self.look_s = sentence, min_score, look_s
        self.place: PoseStamped | None = None
        self._found_at: float | None = None
        # Before the goal: the node looks for free floor only while somebody listens.
        node.create_subscription(PoseStamped, f"{name}/goal", self._keep, 1)

    def _keep(self, place: PoseStamped) -> None:
        self.place = place

    def make_goal(self) -> GroundQuery.Goal:
        """The sentence, and how long to look."""
        self.place = self._found_at = None
        return GroundQuery.Goal(query=self.sentence, time_limit_s=self.look_s)

    def judge(self, result: Any) -> Status:
        """SUCCESS with a place; FAILURE: not found, not sure, or no free floor before it."""
        answer, now = result.result.answer, time.monotonic()
        if result.status != SUCCEEDED:
            self.feedback_message = f"not found. {answer.message}".strip()
        elif answer.sentence.instances[0].score < self.min_score:
            self.feedback_message = f"score {answer.sentence.instances[0].score:.2f}: not sure"
        elif self.place is not None:
            return Status.SUCCESS
        else:
            self._found_at = self._found_at or now
            self.feedback_message = "found, but no free floor in front of it is known"
            if now < self._found_at + GOAL_S:
                return Status.RUNNING
        return Status.FAILURE


class Drive(ActionLeaf):
    """Drives to a place with Nav2; `place` gives it when the leaf begins."""

    def __init__(self, node: Node, place: Callable[[], PoseStamped | None]) -> None:
        super().__init__("drive", node, NavigateToPose, "navigate_to_pose")
        self._place = place

    def make_goal(self) -> NavigateToPose.Goal | None:
        """The place, where there is one."""
        place = self._place()
        return NavigateToPose.Goal(pose=place) if place else None

    def judge(self, result: Any) -> Status:
        """SUCCESS when the robot is there."""
        self.feedback_message = f"Nav2 ended with status {result.status}"
        return Status.SUCCESS if result.status == SUCCEEDED else Status.FAILURE


def main(arguments: Sequence[str] | None = None) -> int:
    """Tick the tree until it ends: 0 arrived, 1 not."""
    arguments = sys.argv if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sentence")
    parser.add_argument("--min-score", type=float, default=0.5)
    parser.add_argument("--look-s", type=float, default=60.0, help="give up after these seconds")
    parser.add_argument("--node", default="/segmentation_node", help="name of the node")
    options = parser.parse_args(remove_ros_args(list(arguments))[1:])
    rclpy.init(args=list(arguments))
    try:
        return run(rclpy.create_node("behaviour_tree"), options)
    finally:
        rclpy.try_shutdown()


def run(node: Node, options: argparse.Namespace) -> int:
    """As main; the node exists."""
    look = Look(node, options.sentence, options.min_score, options.look_s, options.node)
    drive = Drive(node, lambda: look.place)
    root = py_trees.composites.Sequence("find", memory=True, children=[look, drive])
    root.setup_with_descendants()
    while True:
        root.tick_once()
        if root.status != Status.RUNNING:
            break
        rclpy.spin_once(node, timeout_sec=TICK_S)
    for leaf in (look, drive):
        print(f"{leaf.name}: {leaf.status.value} {leaf.feedback_message}".rstrip())
    return 0 if root.status == Status.SUCCESS else 1


if __name__ == "__main__":
    sys.exit(main())
