"""Examples that are ROS programs, on a live graph; what no wheel has by stand-ins: Nav2, MoveIt,
py_trees (the real one where it is installed).
"""

from __future__ import annotations

import importlib
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import rclpy
from rclpy.action import ActionClient
from rclpy.task import Future

from tests.architecture.installed_wheel import red_box_on_a_floor
from tests.ros.live.graph import wait_for
from tests.ros.live.test_goal_and_frames import show_the_post

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
STAND_INS = ROOT / "tests" / "helpers" / "stand_ins"


class StandInNav2:
    """ActionClient of navigate_to_pose: takes goals, says how they end."""

    sent: ClassVar[list] = []
    at_goal: ClassVar = None  # called with each
    accepted, status, is_there, answers = True, 4, True, True

    def __init__(self, node, action, name):
        assert name == "navigate_to_pose"

    def wait_for_server(self, timeout_sec):
        return True

    def server_is_ready(self):
        return self.is_there

    def send_goal_async(self, goal):
        StandInNav2.sent.append(goal.pose)
        StandInNav2.at_goal()
        if not self.answers:
            return Future()
        ending = done(SimpleNamespace(status=StandInNav2.status))
        handle = SimpleNamespace(accepted=StandInNav2.accepted, get_result_async=lambda: ending)
        return done(handle)


def done(result):
    future = Future()
    future.set_result(result)
    return future


def action_client(node, action, name):
    """Nav2's is a stand-in, the node's own is real."""
    return (StandInNav2 if name == "navigate_to_pose" else ActionClient)(node, action, name)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run an example against a graph: exit status, what it printed, poses sent to Nav2.

    Constants of the example are changed when Nav2 gets its goal: the node may take longer.
    """
    action = ModuleType("nav2_msgs.action")
    action.NavigateToPose = SimpleNamespace(Goal=lambda pose: SimpleNamespace(pose=pose))
    monkeypatch.setitem(sys.modules, "nav2_msgs", ModuleType("nav2_msgs"))
    monkeypatch.setitem(sys.modules, "nav2_msgs.action", action)
    monkeypatch.setattr("rclpy.action.ActionClient", action_client)
    monkeypatch.setattr(StandInNav2, "sent", [])

    def example(name, graph, *arguments, **constants):
        main = runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"]
        StandInNav2.at_goal = lambda: main.__globals__.update(constants)
        monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.contexts[0].get_domain_id()))
        StandInNav2.sent.clear()
        capsys.readouterr()
        return main([name, *arguments]), capsys.readouterr().out, list(StandInNav2.sent)

    yield example
    rclpy.try_shutdown()


@pytest.fixture(params=["stand-in", "real"])
def py_trees(request, monkeypatch):
    """The module, as the examples import it."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "py_trees"]:
        monkeypatch.delitem(sys.modules, name)
    if request.param == "real":
        return pytest.importorskip("py_trees")
    monkeypatch.syspath_prepend(STAND_INS / "py_trees")
    importlib.invalidate_caches()
    module = importlib.import_module("py_trees")
    for name in ("py_trees", *(f"py_trees.{one}" for one in module.__all__)):
        monkeypatch.setitem(sys.modules, name, sys.modules[name])  # goes with the test
    return module


def test_it_drives_to_free_floor_before_what_was_found(graph, grounder, run, monkeypatch):
    grounder.targets = lambda xyz: xyz[:, 2] > 0.1
    show_the_post(graph)
    status, printed, (pose,) = run("drive_to", graph, "the post")
    assert status == 0 and "driving to x=" in printed
    assert pose.header.frame_id == "odom"
    assert 1.2 < pose.pose.position.x < 1.8  # before the post, which stands at 2 m

    status, printed, sent = run("drive_to", graph, "the post", "--min-score", "0.99")
    assert status == 1 and "not surely enough" in printed and not sent

    status, printed, sent = run("drive_to", graph, "the unicorn")
    assert status == 1 and printed.startswith("nothing found") and not sent

    monkeypatch.setattr(StandInNav2, "status", 6)  # aborted
    assert run("drive_to", graph, "the post")[0] == 2
    monkeypatch.setattr(StandInNav2, "answers", False)
    assert run("drive_to", graph, "the post", ACCEPT_S=0.1)[0] == 2


def test_a_behaviour_tree_looks_and_drives(graph, grounder, run, monkeypatch, py_trees):
    grounder.targets = lambda xyz: xyz[:, 2] > 0.1
    show_the_post(graph)
    status, printed, (pose,) = run("behaviour_tree", graph, "the post")
    assert status == 0 and printed.splitlines() == [
        "look: SUCCESS",
        "drive: SUCCESS Nav2 ended with status 4",
    ]
    assert 1.2 < pose.pose.position.x < 1.8

    status, printed, sent = run("behaviour_tree", graph, "the post", "--min-score", "0.99")
    assert status == 1 and "look: FAILURE score 0." in printed and not sent

    status, printed, sent = run("behaviour_tree", graph, "the unicorn", "--look-s", "0.3")
    assert status == 1 and "look: FAILURE not found" in printed and not sent

    monkeypatch.setattr(StandInNav2, "accepted", False)
    status, printed, _ = run("behaviour_tree", graph, "the post")
    assert status == 1 and "drive: FAILURE" in printed
    monkeypatch.setattr(StandInNav2, "answers", False)
    status, printed, _ = run("behaviour_tree", graph, "the post", ACCEPT_S=0.1)
    assert status == 1 and "drive: FAILURE no word on the goal within 0.1 s" in printed
    monkeypatch.setattr(StandInNav2, "is_there", False)
    status, printed, _ = run("behaviour_tree", graph, "the post")
    assert status == 1 and "drive: FAILURE the action's server is gone" in printed


def test_a_cloud_published_without_helpers_enters_the_map(graph, monkeypatch, tmp_path):
    path = tmp_path / "scene.ply"
    path.write_text(red_box_on_a_floor())

    def spin(node):
        wait_for(
            lambda: rclpy.spin_once(node, timeout_sec=0.1) or graph.counts.get("scans inserted")
        )

    monkeypatch.setattr("rclpy.spin", spin)
    monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.contexts[0].get_domain_id()))
    try:
        runpy.run_path(str(EXAMPLES / "publish_cloud.py"))["main"](path)
    finally:
        rclpy.try_shutdown()
    cloud, _ = graph.grounder.map.snapshot()
    red = cloud.xyz[(cloud.rgb == (200, 20, 20)).all(axis=1)]
    np.testing.assert_allclose(
        [red.min(axis=0), red.max(axis=0)], [(1.2, 1.2, 0), (1.8, 1.8, 0.6)], atol=0.03
    )
