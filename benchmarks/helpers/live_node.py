"""For benchmarks: the node in a process of its own, and a robot that feeds and questions it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from scipy.spatial.transform import Rotation
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage
from tqdm import tqdm

from detailbase_core.synthetic.camera import Camera, scan_room
from detailbase_core.synthetic.demo_room import FRAMES, MAP_FRAME, ROOM_SEED
from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.rooms import generate_room
from detailbase_ros.messages.conversions import cloud_to_message, make_header, to_stamp
from detailbase_ros.msg import GroundedQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    View = tuple[PointCloud2, TransformStamped]

ROOT = Path(__file__).parents[2]
_NODE = "/segmentation_node"
_START_S, _STOP_S = 180.0, 10.0


def isolate() -> None:
    """Before rclpy.init: keep to this machine and to a domain of our own."""
    os.environ["ROS_DOMAIN_ID"] = str(random.SystemRandom().randrange(215, 232))  # not the tests'
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    os.environ.setdefault("FASTDDS_DEFAULT_PROFILES_FILE", str(ROOT / "config" / "fastdds.xml"))
    os.environ.setdefault("RMW_FASTRTPS_USE_QOS_FROM_XML", "1")


class NodeProcess:
    """A running segmentation_node.

    Args:
        arguments: after --ros-args.
    """

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "detailbase_ros.segmentation_node"]
        command += ["--ros-args", *arguments] if arguments else []
        self._process = subprocess.Popen(command, cwd=ROOT)

    @property
    def memory_mb(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1e3

    @property
    def alive(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def stop(self) -> tuple[int, float]:
        """End it as Ctrl-C does; exit status and seconds."""
        begin = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_S)
        finally:
            self._process.kill()
        return self._process.returncode, time.monotonic() - begin


class Robot(Node):
    """Publishes views of a room with their transforms; asks; hears answers and diagnostics."""

    def __init__(self) -> None:
        super().__init__("robot")
        self.published = self.asked = 0
        self.statuses: dict[int, int] = {}
        self.listeners: list[Callable[[GroundedQuery], None]] = []  # told of every answer
        self._diagnostics: dict[str, dict[str, str]] = {}
        self._clouds = self.create_publisher(PointCloud2, "points", 5)
        self._tf = self.create_publisher(TFMessage, "/tf", 100)
        self._questions = self.create_publisher(String, "referring_query", 256)
        answers = QoSProfile(depth=256, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(GroundedQuery, f"{_NODE}/grounding", self._hear, answers)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._look, 10)

    def show(self, view: View) -> None:
        """Publish a view as seen right now; a cloud without a frame keeps its empty header."""
        cloud, transform = view
        stamp = to_stamp(self.get_clock().now().nanoseconds)
        transform.header.stamp = stamp
        if cloud.header.frame_id:
            cloud.header.stamp = stamp
        self._tf.publish(TFMessage(transforms=[transform]))
        self._clouds.publish(cloud)
        self.published += 1

    def publish_transforms(self, message: TFMessage) -> None:
        """Publish on /tf as it is."""
        self._tf.publish(message)

    def ask(self, sentence: str) -> None:
        """Publish a question."""
        self._questions.publish(String(data=sentence))
        self.asked += 1

    @property
    def answered(self) -> int:
        """Number of answers so far."""
        return sum(self.statuses.values())

    def value(self, part: str, name: str) -> str:
        """A figure from the newest diagnostics; "?" where there is none."""
        return self._diagnostics.get(part, {}).get(name, "?")

    def connected(self) -> bool:
        """Whether the node hears us and we hear it."""
        ears = (self._clouds, self._tf, self._questions)
        return all(ear.get_subscription_count() for ear in ears) and bool(self._diagnostics)

    def _hear(self, answer: GroundedQuery) -> None:
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        for listener in self.listeners:
            listener(answer)

    def _look(self, array: DiagnosticArray) -> None:
        for status in array.status:
            part = status.name.rpartition(": ")[2]
            self._diagnostics[part] = {value.key: value.value for value in status.values}


def demo_views(width: int, height: int) -> list[View]:
    """Views of a camera of this size on its way through the demo's room and back."""
    room = generate_room(ROOM_SEED)
    camera = Camera(width=width, height=height, fov_deg=80)
    scans = scan_room(room, camera=camera, poses=robot_path(room, FRAMES))
    views = [
        (cloud_to_message(scan.cloud), _transform(scan.cloud.frame, scan.sensor_to_map))
        for scan in tqdm(scans, total=FRAMES, desc="rendering views")
    ]
    return views + views[-2:0:-1]


def _transform(frame: str, matrix: NDArray[np.float64]) -> TransformStamped:
    message = TransformStamped(header=make_header(MAP_FRAME, 0), child_frame_id=frame)
    t, r = message.transform.translation, message.transform.rotation
    t.x, t.y, t.z = matrix[:3, 3].tolist()
    r.x, r.y, r.z, r.w = Rotation.from_matrix(matrix[:3, :3]).as_quat().tolist()
    return message


@contextmanager
def live(*arguments: str) -> Iterator[tuple[NodeProcess, Robot, SingleThreadedExecutor]]:
    """A node at work, a robot connected to it, and what spins the robot.

    Args:
        arguments: the node's, after --ros-args.

    Raises:
        TimeoutError: they did not find each other.
    """
    isolate()
    rclpy.init()
    process, robot, executor = NodeProcess(*arguments), Robot(), SingleThreadedExecutor()
    executor.add_node(robot)
    try:
        end = time.monotonic() + _START_S
        while not robot.connected():
            if time.monotonic() > end or not process.alive:
                raise TimeoutError(f"the node did not come up within {_START_S:.0f} s")
            executor.spin_once(timeout_sec=0.1)
        yield process, robot, executor
    except (KeyboardInterrupt, ExternalShutdownException):
        print("stopped early")
    finally:
        if process.alive:
            process.stop()
        rclpy.try_shutdown()


def spin_until(executor: SingleThreadedExecutor, when: float) -> None:
    """Handle what comes until time.monotonic() is `when`."""
    while (left := when - time.monotonic()) > 0:
        executor.spin_once(timeout_sec=left)
