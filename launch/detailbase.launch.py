"""The node on a real robot: `ros2 launch detailbase_ros detailbase.launch.py`.

clouds:="[/front/points,/rear/points]"   topics with coloured clouds
rgbd:=true color:=... depth:=...         makes the cloud from a colour and a registered depth image
best_effort:=true                        ... which their driver publishes best effort
params:=FILE                             parameters instead of config/detailbase.yaml
map_frame:=map                           fixed frame of the map, z up
namespace:=robot1                        several robots: this one's node, with its /robot1/tf
use_sim_time:=true                       with a simulator, or a bag played with --clock
rviz:=true                               RViz, too
console:=true                            the console, at http://127.0.0.1:8080

docs/cameras.md has the topics of common cameras.
"""

import os

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import LaunchContext, LaunchDescription

CONFIG = PathJoinSubstitution([FindPackageShare("detailbase_ros"), "config"])
RGBD_CLOUD = "/detailbase/points"
OWN_TF = [("/tf", "tf"), ("/tf_static", "tf_static")]  # as Nav2 does: each robot has its own
PICTURES = ("scene", "instances", "markers", "goal")  # in detailbase.rviz
ARGUMENTS = {
    "params": (PathJoinSubstitution([CONFIG, "detailbase.yaml"]), "parameter file of the node"),
    "clouds": ("", "topics with coloured clouds, as a list (default: as params has it)"),
    "map_frame": ("", "fixed frame of the map, z up (default: as params has it)"),
    "namespace": ("", "namespace of the node, and of the transforms that it hears"),
    "use_sim_time": ("false", "go by /clock"),
    "rviz": ("false", "start RViz"),
    "console": ("false", "start the console in the browser (needs viser)"),
    "rgbd": ("false", "make the cloud from colour and depth by depth_image_proc"),
    "color": (
        "/camera/camera/color/image_raw",
        "rgbd: colour image, camera_info beside it",
    ),
    "depth": (
        "/camera/camera/aligned_depth_to_color/image_raw",
        "rgbd: the depth image, registered to the colour image",
    ),
    "best_effort": ("false", "rgbd: the driver publishes both images best effort"),
}


def topic_list(text: str) -> list[str]:
    """`[/a,/b]`, or one topic without brackets."""
    return [topic.strip(" '\"") for topic in text.strip(" []").split(",")]


def nodes(context: LaunchContext) -> list[Node]:
    """The node, and beside it what was asked for."""
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    rgbd, rviz, console, use_sim_time, best_effort = (
        given[name].lower() in ("true", "1")
        for name in ("rgbd", "rviz", "console", "use_sim_time", "best_effort")
    )
    sim_time = {"use_sim_time": use_sim_time}
    namespace = given["namespace"].strip("/")
    prefix = f"/{namespace}" if namespace else ""
    own_tf = OWN_TF if namespace else []
    settings: dict[str, object] = dict(sim_time)
    if rgbd or given["clouds"]:
        settings["cloud_topics"] = [prefix + RGBD_CLOUD] if rgbd else topic_list(given["clouds"])
    if given["map_frame"]:
        settings["map_frame"] = given["map_frame"]
    started = [
        Node(
            package="detailbase_ros",
            executable="segmentation_node",
            namespace=namespace,
            output="screen",
            parameters=[given["params"], settings],
            remappings=own_tf,
        )
    ]
    if rgbd:
        # Its camera_info takes no such override.
        images = (given["color"], given["depth"]) if best_effort else ()
        overrides = {f"qos_overrides.{i}.subscription.reliability": "best_effort" for i in images}
        started.append(
            Node(
                package="depth_image_proc",
                executable="point_cloud_xyzrgb_node",
                namespace=namespace,
                output="screen",
                parameters=[{**sim_time, **overrides}],
                remappings=[
                    ("rgb/image_rect_color", given["color"]),
                    ("depth_registered/image_rect", given["depth"]),
                    ("points", prefix + RGBD_CLOUD),
                ],
            )
        )
    if rviz:
        display = ["-d", PathJoinSubstitution([CONFIG, "detailbase.rviz"])]
        frame = ["-f", given["map_frame"]] if given["map_frame"] else []
        started.append(
            Node(
                package="rviz2",
                executable="rviz2",
                namespace=namespace,
                arguments=[*display, *frame],
                parameters=[sim_time],
                remappings=[
                    *own_tf,
                    *(
                        (f"/segmentation_node/{name}", f"{prefix}/segmentation_node/{name}")
                        for name in (PICTURES if namespace else ())
                    ),
                ],
            )
        )
    if console:
        started.append(
            Node(
                package="detailbase_ros",
                executable="console",
                namespace=namespace,
                output="screen",
                arguments=["--node", f"{prefix}/segmentation_node"],
                parameters=[sim_time],
                remappings=own_tf,
            )
        )
    return started


def generate_launch_description() -> LaunchDescription:
    """All arguments and nodes."""
    fastdds = PathJoinSubstitution([CONFIG, "fastdds.xml"])
    older = os.environ.get("ROS_DISTRO") in ("humble", "jazzy")
    vendor = "FASTRTPS" if older else "FASTDDS"  # newer ones read both, and complain
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=meaning)
                for name, (default, meaning) in ARGUMENTS.items()
            ),
            # room for large clouds in shared memory
            SetEnvironmentVariable(f"{vendor}_DEFAULT_PROFILES_FILE", fastdds),
            SetEnvironmentVariable("RMW_FASTRTPS_USE_QOS_FROM_XML", "1"),
            OpaqueFunction(function=nodes),
        ]
    )
