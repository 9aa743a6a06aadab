"""Classes of the messages that we build: ROS's generated ones, or stand-ins without ROS.

So `detailbase replay` builds its messages by the same functions as the node, ROS or not.
"""

from __future__ import annotations

try:
    from builtin_interfaces.msg import Time
    from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
    from sensor_msgs.msg import PointCloud2, PointField
    from std_msgs.msg import ColorRGBA, Header
    from visualization_msgs.msg import Marker, MarkerArray

    from detailbase_ros.msg import GroundedPhrase, GroundedQuery, PhraseInstance
except ImportError:
    from detailbase_ros.messages.stand_ins import stand_in

    Time = stand_in("builtin_interfaces/msg/Time")
    Point = stand_in("geometry_msgs/msg/Point")
    Pose = stand_in("geometry_msgs/msg/Pose")
    Quaternion = stand_in("geometry_msgs/msg/Quaternion")
    Vector3 = stand_in("geometry_msgs/msg/Vector3")
    PointCloud2 = stand_in("sensor_msgs/msg/PointCloud2")
    PointField = stand_in("sensor_msgs/msg/PointField")
    ColorRGBA = stand_in("std_msgs/msg/ColorRGBA")
    Header = stand_in("std_msgs/msg/Header")
    Marker = stand_in("visualization_msgs/msg/Marker")
    MarkerArray = stand_in("visualization_msgs/msg/MarkerArray")
    GroundedPhrase = stand_in("detailbase_ros/msg/GroundedPhrase")
    GroundedQuery = stand_in("detailbase_ros/msg/GroundedQuery")
    PhraseInstance = stand_in("detailbase_ros/msg/PhraseInstance")

__all__ = [
    "ColorRGBA",
    "GroundedPhrase",
    "GroundedQuery",
    "Header",
    "Marker",
    "MarkerArray",
    "PhraseInstance",
    "Point",
    "PointCloud2",
    "PointField",
    "Pose",
    "Quaternion",
    "Time",
    "Vector3",
]
