"""examples/drive_to.py on a live graph, with a stand-in of Nav2's action, which no wheel has."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import pytest
from rclpy.task import Future

from tests.ros.live.test_goal_and_frames import show_the_post

EXAMPLE = Path(__file__).parents[3] / "examples" / "drive_to.py"


class StandInNav2:
    """ActionClient of navigate_to_pose: takes goals, says how they end."""

    sent: ClassVar[list] = []
    accepted, status = True, 4

    def __init__(self, node, action, name):
        assert name == "navigate_to_pose"

    def wait_for_server(self, timeout_sec):
        return True

    def send_goal_async(self, goal):
        StandInNav2.sent.append(goal.pose)
        ending = done(SimpleNamespace(status=StandInNav2.status))
        handle = SimpleNamespace(accepted=StandInNav2.accepted, get_result_async=lambda: ending)
        return done(handle)


def done(result):
    future = Future()
    future.set_result(result)
    return future


@pytest.fixture
def drive(monkeypatch, capsys):
    """Run the example against a graph: exit status, what it printed, poses sent to Nav2."""
    action = ModuleType("nav2_msgs.action")
    action.NavigateToPose = SimpleNamespace(Goal=lambda pose: SimpleNamespace(pose=pose))
    monkeypatch.setitem(sys.modules, "nav2_msgs", ModuleType("nav2_msgs"))
    monkeypatch.setitem(sys.modules, "nav2_msgs.action", action)
    monkeypatch.setattr("rclpy.action.ActionClient", StandInNav2)
    monkeypatch.setattr(StandInNav2, "sent", [])
    main = runpy.run_path(str(EXAMPLE))["main"]

    def run(graph, *arguments):
        monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.contexts[0].get_domain_id()))
        StandInNav2.sent.clear()
        capsys.readouterr()
        return main(["drive_to", *arguments]), capsys.readouterr().out, list(StandInNav2.sent)

    return run


def test_it_drives_to_free_floor_before_what_was_found(graph, grounder, drive, monkeypatch):
    grounder.targets = lambda xyz: xyz[:, 2] > 0.1
    show_the_post(graph)
    status, printed, (pose,) = drive(graph, "the post")
    assert status == 0 and "driving to x=" in printed
    assert pose.header.frame_id == "odom"
    assert 1.2 < pose.pose.position.x < 1.8  # before the post, which stands at 2 m

    status, printed, sent = drive(graph, "the post", "--min-score", "0.99")
    assert status == 1 and "not surely enough" in printed and not sent

    status, printed, sent = drive(graph, "the unicorn")
    assert status == 1 and printed.startswith("nothing found") and not sent

    monkeypatch.setattr(StandInNav2, "status", 6)  # aborted
    assert drive(graph, "the post")[0] == 2
