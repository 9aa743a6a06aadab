"""The simulated robot and the node: `ros2 launch detailbase_ros demo.launch.py`.

query:="the chair by the desk"   is asked once both are up
params:=FILE                     parameters of the node instead of config/detailbase.yaml
"""

import json

from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    OpaqueFunction,
    SetEnvironmentVariable,
    TimerAction,
)
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import LaunchContext, LaunchDescription


def ask(context: LaunchContext) -> list[ExecuteProcess]:
    """Publish the question, whatever quotes it holds; nothing where there is none."""
    query = LaunchConfiguration("query").perform(context)
    message = json.dumps({"data": query}, ensure_ascii=False)  # JSON is YAML, too
    command = ["ros2", "topic", "pub", "--once", "-w", "1", "/referring_query"]
    return [ExecuteProcess(cmd=[*command, "std_msgs/msg/String", message])] if query else []


def generate_launch_description() -> LaunchDescription:
    """Both nodes, and one question where `query` is given."""
    config = PathJoinSubstitution([FindPackageShare("detailbase_ros"), "config"])
    default_params = PathJoinSubstitution([config, "detailbase.yaml"])
    fastdds = PathJoinSubstitution([config, "fastdds.xml"])
    return LaunchDescription(
        [
            SetEnvironmentVariable("FASTDDS_DEFAULT_PROFILES_FILE", fastdds),
            SetEnvironmentVariable("FASTRTPS_DEFAULT_PROFILES_FILE", fastdds),
            DeclareLaunchArgument("query", default_value="", description="a sentence to ask"),
            DeclareLaunchArgument(
                "params", default_value=default_params, description="parameter file of the node"
            ),
            Node(
                package="detailbase_ros",
                executable="segmentation_node",
                output="screen",
                parameters=[LaunchConfiguration("params")],
                remappings=[("points", "/camera/points")],
            ),
            Node(package="detailbase_ros", executable="demo_robot_node", output="screen"),
            # The drive takes some seconds.
            TimerAction(period=20.0, actions=[OpaqueFunction(function=ask)]),
        ]
    )
