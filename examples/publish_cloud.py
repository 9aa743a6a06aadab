"""Publish a cloud and its transform with plain rclpy: python examples/publish_cloud.py room.ply

For ROS 2 from wheels, which lack sensor_msgs_py, tf2_ros and the `ros2` command. Put the arrays of
your own camera in the place of the file's: x y z in metres, z up in this frame, and colours.
"""

import sys
from array import array

import numpy as np
import rclpy
from geometry_msgs.msg import TransformStamped
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2, PointField
from tf2_msgs.msg import TFMessage

import detailbase_core as db


def cloud_message(xyz, rgb, frame, stamp):
    """PointCloud2 of (N, 3) metres and (N, 3) uint8 colours: x y z rgb, 16 bytes a point."""
    points = np.zeros(len(xyz), [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "<u4")])
    points["x"], points["y"], points["z"] = np.transpose(xyz)
    points["rgb"] = np.asarray(rgb, np.uint32) @ (1 << 16, 1 << 8, 1)
    message = PointCloud2(height=1, width=len(xyz), point_step=16, row_step=16 * len(xyz))
    message.header.frame_id, message.header.stamp = frame, stamp
    for index, name in enumerate(points.dtype.names):
        field = PointField(name=name, offset=4 * index, datatype=PointField.FLOAT32, count=1)
        message.fields.append(field)
    message.data = array("B", points.tobytes())
    return message


def main(path):
    """Publish the file once a second, and where its frame lies in odom, until Ctrl-C."""
    rclpy.init()
    node, cloud = rclpy.create_node("publish_cloud"), db.read_cloud(path)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    transform = TransformStamped(child_frame_id="camera")
    transform.header.frame_id = "odom"  # translation 0 and rotation 1 are what a new message has
    frames = node.create_publisher(TFMessage, "/tf_static", latched)
    frames.publish(TFMessage(transforms=[transform]))
    clouds = node.create_publisher(PointCloud2, "points", 5)

    def publish():
        stamp = node.get_clock().now().to_msg()
        clouds.publish(cloud_message(cloud.xyz, cloud.rgb, "camera", stamp))

    node.create_timer(1.0, publish)
    rclpy.spin(node)


if __name__ == "__main__":
    main(sys.argv[1])
