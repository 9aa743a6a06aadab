"""A simulated robot: drives a depth camera through a room, publishes clouds and transforms.

Topics: /camera/points (organised, with holes, in camera_optical), /tf odom -> base_link at
20 Hz, /tf_static base_link -> camera_optical. It starts once somebody listens to the clouds, and
stands at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from scipy.spatial.transform import Rotation
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from detailbase_core.settings import Settings, setting
from detailbase_core.synthetic.demo_room import MAP_FRAME, demo_scans
from detailbase_core.synthetic.drive import BASE_TO_CAMERA, Drive
from detailbase_ros.messages.conversions import cloud_to_message, make_header
from detailbase_ros.messages.topics import TF, TF_STATIC
from detailbase_ros.runtime.endpoints import qos_profile
from detailbase_ros.runtime.executor import PooledExecutor
from detailbase_ros.runtime.parameters import declare_parameters
from detailbase_ros.runtime.start import end_ros, exit_now, start_node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TICK_S = 0.05
_BASE, _CAMERA = "base_link", "camera_optical"


@dataclass(frozen=True)
class RobotConfig(Settings):
    """Settings of the simulated robot's drive."""

    ticks_per_scan: int = setting(
        10, "A cloud every so many ticks of 0.05 s; the drive has 24 clouds.", low=1
    )
    start_delay_s: float = setting(
        2.0, "Stands still this long after the first subscriber came, seconds.", low=0.0
    )


class DemoRobotNode(Node):
    """Drives once through the demo's room, then stands and keeps publishing transforms."""

    def __init__(self, **node_arguments: Any) -> None:
        super().__init__("demo_robot_node", **node_arguments)
        config = declare_parameters(self, RobotConfig)
        self._scans = list(demo_scans())
        poses = np.stack([scan.sensor_to_map for scan in self._scans])
        self._ticks_per_scan = config.ticks_per_scan
        self._drive = Drive(poses, config.ticks_per_scan * _TICK_S)
        self._tick = -round(config.start_delay_s / _TICK_S)

        self._clouds = self.create_publisher(PointCloud2, "/camera/points", 30)
        self._tf = self.create_publisher(TFMessage, TF.name, qos_profile(TF))
        self._tf_static = self.create_publisher(TFMessage, TF_STATIC.name, qos_profile(TF_STATIC))
        self._tf_static.publish(_transform(_BASE, _CAMERA, BASE_TO_CAMERA))
        self.create_timer(_TICK_S, self._step)
        self.get_logger().info("waiting for a subscriber of /camera/points")

    def _step(self) -> None:
        """One tick: where the robot is, and from time to time what it sees."""
        stamp_ns = self.get_clock().now().nanoseconds
        base = self._drive.base_at(self._tick * _TICK_S)
        self._tf.publish(_transform(MAP_FRAME, _BASE, base, stamp_ns))
        number, rest = divmod(self._tick, self._ticks_per_scan)
        if rest == 0 and 0 <= number < len(self._scans):
            cloud = replace(self._scans[number].cloud, frame=_CAMERA, stamp_ns=stamp_ns)
            self._clouds.publish(cloud_to_message(cloud))
            self._tell(number)
        if self._tick >= 0 or self._clouds.get_subscription_count():
            self._tick += 1

    def _tell(self, number: int) -> None:
        if number == 0:
            self.get_logger().info(f"driving for {self._drive.duration_s:.0f} s")
        elif number == len(self._scans) - 1:
            self.get_logger().info("the drive is over")


def _transform(
    parent: str, child: str, matrix: NDArray[np.float64], stamp_ns: int = 0
) -> TFMessage:
    message = TransformStamped(header=make_header(parent, stamp_ns), child_frame_id=child)
    t, r = message.transform.translation, message.transform.rotation
    t.x, t.y, t.z = matrix[:3, 3].tolist()
    r.x, r.y, r.z, r.w = Rotation.from_matrix(matrix[:3, :3]).as_quat().tolist()
    return TFMessage(transforms=[message])


def main(args: Sequence[str] | None = None) -> None:
    """Run the robot until SIGINT or SIGTERM."""
    requests = start_node("demo_robot_node", args)
    node = DemoRobotNode()
    executor = PooledExecutor(1)
    executor.add_node(node)
    requests.spin(executor)
    node.destroy_node()
    end_ros()
    exit_now(0)


if __name__ == "__main__":
    main()
