"""Faults around the node: a driver that dies, a kill in the wrong moment, a full disk."""

import resource
import signal
from contextlib import contextmanager

import numpy as np
import pytest
import rclpy
from rclpy.node import Node

from detailbase_core.config import MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.srv import GroundQuery, SceneFile
from tests.ros.live.domains import DOMAINS
from tests.ros.live.graph import NODE, START_NS, Robot, Spinner, wait_for
from tests.ros.live.processes import fake_node, module


def test_a_driver_that_is_killed_and_started_again(graph, start):
    command, domain = module("cloud_publisher"), {"ROS_DOMAIN_ID": str(graph.domain)}
    driver = start(command, **domain)
    wait_for(lambda: graph.counts.get("scans inserted", 0) >= 2)
    driver.kill()
    received = graph.counts["scans received"]
    inserted = graph.counts["scans inserted"]
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK
    start(command, **domain)
    wait_for(lambda: graph.counts["scans inserted"] >= inserted + 2)
    assert graph.counts["scans received"] > received
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK
    assert not any(name.startswith("dropped") for name in graph.counts)


@pytest.fixture
def large_scene(tmp_path):
    """A saved map of 200,000 voxels: to write it takes a while, and some megabytes."""
    xyz = np.random.default_rng(0).uniform(-4, 4, (200_000, 3)).astype(np.float32)
    scene_map = SceneMap(MapConfig())
    cloud = PointCloud(xyz, np.full(xyz.shape, 90, np.uint8), "camera", START_NS)
    scene_map.insert(cloud, np.eye(4), "odom")
    scene_map.save(tmp_path / "room.npz")
    return tmp_path / "room.npz"


@contextmanager
def caller(domain):
    """A robot beside a node that runs in another process."""
    context = rclpy.Context()
    context.init(domain_id=domain)
    robot = Robot(context)
    spinner = Spinner(context, robot)
    yield robot
    context.try_shutdown()
    spinner.thread.join(5)
    spinner.executor.shutdown(2)
    robot.destroy_node()


@pytest.fixture
def start_with_scene(start, large_scene):
    """The node with the large scene loaded, in a process of its own, and a robot to call it."""
    domain = next(DOMAINS)
    folder = f"scene_directory:={large_scene.parent}"

    def make(prepare=None):
        arguments = fake_node("--ros-args", "-p", folder)
        node = start(arguments, prepare, ROS_DOMAIN_ID=str(domain))
        node.wait_until_ready()
        return node

    with caller(domain) as robot:
        yield make, robot


def ask_for(robot: Node, service, name="room"):
    client = robot.create_client(SceneFile, f"{NODE}/{service}")
    assert client.wait_for_service(120)
    return client.call_async(SceneFile.Request(name=name))


def finished(future):
    wait_for(future.done, what="the service's answer")
    return future.result()


def test_killed_while_it_saves_the_old_file_is_whole(start_with_scene, large_scene):
    start_node, robot = start_with_scene
    node, old = start_node(), large_scene.read_bytes()
    assert finished(ask_for(robot, "load_scene")).success

    def half_written():
        return [
            f for f in large_scene.parent.glob(".room.npz.unfinished-*") if f.stat().st_size > 0
        ]

    def stopped_in_the_middle():
        """Whether it stands still in the middle of a save; otherwise it goes on."""
        nonlocal old
        saved = ask_for(robot, "save_scene")
        wait_for(lambda: half_written() or saved.done(), what="the service at work")
        node.process.send_signal(signal.SIGSTOP)
        if half_written():
            return True
        node.process.send_signal(signal.SIGCONT)  # it was quicker than we
        assert finished(saved).success
        old = large_scene.read_bytes()
        return False

    wait_for(stopped_in_the_middle)
    node.kill()
    assert half_written()  # it was killed in the middle
    assert large_scene.read_bytes() == old
    scene_map = SceneMap(MapConfig())
    scene_map.load(large_scene)
    assert len(scene_map) > 190_000


def test_a_full_disk_is_told_and_the_old_file_and_the_node_live_on(start_with_scene, large_scene):
    def limit():
        """No file of this process grows beyond a megabyte."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))

    start_node, robot = start_with_scene
    start_node(limit)
    old = large_scene.read_bytes()
    assert len(old) > 2**20
    assert finished(ask_for(robot, "load_scene")).success
    for name in ("room", "other"):
        saved = finished(ask_for(robot, "save_scene", name))
        assert not saved.success
        assert f"{name}.npz" in saved.message and "File too large" in saved.message
    assert large_scene.read_bytes() == old
    assert [f.name for f in large_scene.parent.iterdir()] == ["room.npz"]
    request = GroundQuery.Request(query="the chair", client_tag="after")
    assert robot.call(robot.ground, request).answer.status == GroundedQuery.OK
