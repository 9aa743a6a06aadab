"""The simulated robot and the node: `ros2 launch detailbase_ros demo.launch.py`.

query:="the chair by the desk"   is asked once both are up
params:=FILE                     parameters of the node instead of config/detailbase.yaml
"""

from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    SetEnvironmentVariable,
    TimerAction,
)
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, PythonExpression
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Both nodes, and one question where `query` is given."""
    query = LaunchConfiguration("query")
    config = PathJoinSubstitution([FindPackageShare("detailbase_ros"), "config"])
    default_params = PathJoinSubstitution([config, "detailbase.yaml"])
    fastdds = PathJoinSubstitution([config, "fastdds.xml"])
    ask = ExecuteProcess(
        cmd=[
            "ros2", "topic", "pub", "--once", "-w", "1",
            "/referring_query", "std_msgs/msg/String", ["{data: '", query, "'}"],
        ],
        condition=IfCondition(PythonExpression(["'", query, "' != ''"])),
    )  # fmt: skip
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
            TimerAction(period=20.0, actions=[ask]),  # the drive takes some seconds
        ]
    )
