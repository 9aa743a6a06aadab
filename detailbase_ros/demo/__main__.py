"""The demo on a live ROS 2 graph: robot, node and some questions, each in a process of its own.

    python -m detailbase_ros.demo --out demo

Everything that the questioner hears goes into an MCAP bag; the picture is made from the answers'
messages alone.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rclpy
from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import String

from detailbase_core.demo import invitation_lines
from detailbase_core.io.cloud_files import write_ply
from detailbase_core.io.pointcloud2 import to_nanoseconds
from detailbase_core.output.render import render_answers
from detailbase_core.synthetic.demo_check import DemoCheck, judged_lines
from detailbase_core.synthetic.demo_room import FRAMES, QUESTIONS, demo_room, demo_scans
from detailbase_ros.messages.from_messages import grounding_from_messages, scene_from_message
from detailbase_ros.messages.stand_ins import own_definitions
from detailbase_ros.messages.topics import (
    CLOUDS,
    GROUNDING,
    INSTANCES,
    MARKERS,
    QUERIES,
    SCENE,
    TF,
    TF_STATIC,
)
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.replay.bag_writer import BagWriter
from detailbase_ros.runtime.endpoints import interface_class, qos_profile
from detailbase_ros.runtime.signals import interrupt_once, until_interrupted
from detailbase_ros.runtime.start import end_ros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from builtin_interfaces.msg import Time

    from detailbase_ros.messages.topics import Topic

_ROOT = Path(__file__).parents[2]
_CLOUDS = replace(CLOUDS, name="/camera/points", reliable=True, depth=30)  # each is recorded
_START_S, _DRIVE_S, _ANSWER_S, _SCENE_S = 60.0, 40.0, 60.0, 15.0
_RECORDED = (_CLOUDS, TF, TF_STATIC, GROUNDING, MARKERS, INSTANCES, SCENE)


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


class Questioner(Node):
    """Asks the questions; writes down everything it hears and says."""

    def __init__(self, bag: BagWriter) -> None:
        super().__init__("questioner")
        self._bag = bag
        self.heard: dict[Topic, list[bytes]] = {topic: [] for topic in _RECORDED}
        for topic in _RECORDED:
            bag.add_topic(topic)
            self.create_subscription(
                interface_class(topic.type_name),
                topic.full_name,
                self._recorder(topic),
                qos_profile(topic),
                raw=True,
            )
        bag.add_topic(QUERIES)
        self._questions = self.create_publisher(String, QUERIES.full_name, qos_profile(QUERIES))

    def node_listens(self) -> bool:
        """Whether somebody waits for questions."""
        return bool(self._questions.get_subscription_count())

    def ask(self, sentence: str) -> None:
        """Publish one question."""
        message = String(data=sentence)
        self._questions.publish(message)
        self._bag.write(QUERIES.full_name, serialize_message(message), self._now_ns())

    def answers(self) -> list[GroundedQuery]:
        """All answers so far."""
        return [deserialize_message(message, GroundedQuery) for message in self.heard[GROUNDING]]

    def last(self, topic: Topic) -> PointCloud2 | None:
        """The last cloud heard on a topic."""
        heard = self.heard[topic]
        return deserialize_message(heard[-1], PointCloud2) if heard else None

    def _recorder(self, topic: Topic) -> Callable[[bytes], None]:
        def record(message: bytes) -> None:
            self.heard[topic].append(message)
            self._bag.write(topic.full_name, message, self._now_ns())

        return record

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


@contextmanager
def running(module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process `python -m detailbase_ros.MODULE ARGUMENTS` for the length of the block."""
    process = subprocess.Popen([sys.executable, "-m", f"detailbase_ros.{module}", *arguments])
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(node: Node, done: Callable[[], bool], limit_s: float, what: str, *processes: Any) -> None:
    """Listen until `done`; fails when a process has ended or the time is over."""
    end = time.monotonic() + limit_s
    while not done():
        rclpy.spin_once(node, timeout_sec=0.05)
        if any(process.poll() is not None for process in processes):
            raise DemoError(f"a process of the demo ended while waiting for {what}; see above")
        if time.monotonic() > end:
            raise DemoError(f"{what} did not come within {limit_s:.0f} s")


def _listen(node: Node, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rclpy.spin_once(node, timeout_sec=0.05)


def run(out: Path) -> bool:
    """The whole demo; writes `out`/answer.png, `out`/room.ply and `out`/bag.

    Returns:
        Whether all answers are right.

    Raises:
        DemoError: something did not happen in time.
    """
    begin = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    with BagWriter(out / "bag", own_definitions(), replace=True) as bag:
        asker = Questioner(bag)
        remap = ("--ros-args", "-r", f"{CLOUDS.name}:={_CLOUDS.name}")
        with running("segmentation_node", *remap) as node:
            _wait(asker, asker.node_listens, _START_S, "the segmentation node", node)
            print(f"The node is up. A simulated robot drives through a room: {FRAMES} scans.")
            with running("demo.demo_robot_node") as robot:
                clouds = asker.heard[_CLOUDS]
                _wait(asker, lambda: len(clouds) >= FRAMES, _DRIVE_S, "the drive", node, robot)
                _listen(asker, 1.0)  # the last scans wait for their transforms
                print(f"Its map is made. {len(QUESTIONS)} questions on /referring_query:\n")
                answers = [_ask(asker, question.sentence, node) for question in QUESTIONS]
                newest = answers[-1][0].header.stamp
                _wait(asker, lambda: _shows(asker, newest), _SCENE_S, "the map's picture", node)
    scene = scene_from_message(asker.last(SCENE))
    check, pictures = DemoCheck(demo_room(), demo_scans()), []
    for question, (answer, cloud) in zip(QUESTIONS, answers, strict=True):
        grounding = grounding_from_messages(answer, cloud, scene)
        verdicts = check.judge(question, grounding)
        print(f'"{question.sentence}"')
        print("\n".join(judged_lines(question, grounding, verdicts)) + "\n")
        pictures.append(grounding)
        if not all(verdicts):
            pictures.append(check.truth(question, scene))
    render_answers(pictures, out / "answer.png")
    write_ply(out / "room.ply", scene.cloud)
    print(check.summary())
    print(f"The map has {len(scene.cloud)} points of 2 cm; coordinates are metres in odom.")
    print(f"Done in {time.monotonic() - begin:.0f} s.")
    print(f"  picture:   {out / 'answer.png'}")
    print(f"  map:       {out / 'room.ply'}")
    print(f"  recording: {out / 'bag'} (open it in Foxglove, or: ros2 bag play {out / 'bag'})")
    print("\n".join(invitation_lines(out / "bag")))
    return not check.wrong


def _shows(asker: Questioner, stamp: Time) -> bool:
    """Whether the map on ~/scene holds the scan of this stamp (and perhaps newer ones)."""
    scene = asker.last(SCENE)
    return scene is not None and to_nanoseconds(scene.header.stamp) >= to_nanoseconds(stamp)


def _ask(
    asker: Questioner, sentence: str, node: subprocess.Popen[bytes]
) -> tuple[GroundedQuery, PointCloud2 | None]:
    """One question; its answer and, where something was found, the picture of it."""
    before, seen = len(asker.answers()), len(asker.heard[INSTANCES])
    asker.ask(sentence)
    _wait(
        asker, lambda: len(asker.answers()) > before, _ANSWER_S, f"the answer to {sentence!r}", node
    )
    answer = asker.answers()[-1]
    if answer.status not in (GroundedQuery.OK, GroundedQuery.NOTHING_FOUND):
        raise DemoError(f"{sentence!r} was answered with status {answer.status}: {answer.message}")
    heard = asker.heard[INSTANCES]
    _wait(asker, lambda: len(heard) > seen, _ANSWER_S, "the answer's points", node)
    return answer, asker.last(INSTANCES) if answer.status == GroundedQuery.OK else None


def _prepare_environment() -> None:
    """Keep apart from whatever robot is on this network; make room for large messages."""
    os.environ["ROS_DOMAIN_ID"] = str(random.SystemRandom().randrange(1, 100))
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    distro = os.environ.get("ROS_DISTRO")
    if distro == "humble":  # which knows no discovery range
        os.environ["ROS_LOCALHOST_ONLY"] = "1"
    vendor = "FASTRTPS" if distro in ("humble", "jazzy") else "FASTDDS"
    os.environ.setdefault(f"{vendor}_DEFAULT_PROFILES_FILE", str(_ROOT / "config" / "fastdds.xml"))
    os.environ.setdefault("RMW_FASTRTPS_USE_QOS_FROM_XML", "1")


def main() -> int:
    """Command line entry point; 0 = all answers are right, 1 = not, or there were none."""
    parser = argparse.ArgumentParser(description="The demo on a live ROS 2 graph.")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder of the results")
    out = parser.parse_args().out
    _prepare_environment()
    interrupt_once()
    rclpy.init()
    try:
        return until_interrupted(lambda: 0 if run(out) else 1)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        end_ros()


if __name__ == "__main__":
    sys.exit(main())
