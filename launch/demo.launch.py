"""A simulated robot, the node and RViz: `ros2 launch detailbase_ros demo.launch.py`.

query:="where is the sofa?"        is asked once the drive (or the bag) is over
rviz:=false                      without RViz
console:=true                    the console, at http://127.0.0.1:8080
bag:=PATH                        plays a recording instead of the simulated robot
clouds:="[/camera/points]"       the recording's topics with clouds
params:=FILE                     parameters of the node instead of config/detailbase.yaml
"""

from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
)
from launch.event_handlers import OnProcessExit, OnProcessIO
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import LaunchContext, LaunchDescription

READY, DRIVE_OVER = "ready: ", "the drive is over"  # the nodes' own words
PASSED_ON = ("params", "clouds", "rviz", "console")  # to detailbase.launch.py
SHARE = FindPackageShare("detailbase_ros")


def once_said(text: str, actions: list) -> RegisterEventHandler:
    """Do something the first time that some process says `text`."""
    waiting = [actions]

    def heard(event: object) -> list:
        return waiting.pop() if waiting and text in event.text.decode(errors="replace") else []

    return RegisterEventHandler(OnProcessIO(on_stdout=heard, on_stderr=heard))


def questions(query: str) -> list:
    """Actions that ask the query; none where there is none."""
    if not query:
        return []
    # Behind --, so that no question is taken for an option.
    return [
        Node(package="detailbase_ros", executable="ask", output="screen", arguments=["--", query])
    ]


def world(context: LaunchContext) -> list:
    """The simulated robot, or a recording that starts once the node is ready; then the question."""
    bag, query = (LaunchConfiguration(name).perform(context) for name in ("bag", "query"))
    if not bag:
        robot = Node(package="detailbase_ros", executable="demo_robot_node", output="screen")
        return [robot, once_said(DRIVE_OVER, questions(query))]
    player = ExecuteProcess(cmd=["ros2", "bag", "play", bag, "--clock"], output="screen")
    over = OnProcessExit(target_action=player, on_exit=questions(query))
    return [once_said(READY, [player]), RegisterEventHandler(over)]


def node(context: LaunchContext) -> list:
    """The node with RViz; on the recording's time where there is one."""
    use_sim_time = "true" if LaunchConfiguration("bag").perform(context) else "false"
    passed_on = {name: LaunchConfiguration(name) for name in PASSED_ON}
    file = PathJoinSubstitution([SHARE, "launch", "detailbase.launch.py"])
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(file),
            launch_arguments={**passed_on, "use_sim_time": use_sim_time}.items(),
        )
    ]


def generate_launch_description() -> LaunchDescription:
    """Everything, and one question where `query` is given."""
    default_params = PathJoinSubstitution([SHARE, "config", "detailbase.yaml"])
    told = {
        "query": ("", "a sentence to ask in the end"),
        "bag": ("", "a recording to play instead of the simulated robot"),
        "clouds": ("[/camera/points]", "topics with coloured clouds, as a list"),
        "rviz": ("true", "start RViz"),
        "console": ("false", "start the console in the browser (needs viser)"),
        "params": (default_params, "parameter file of the node"),
    }
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=meaning)
                for name, (default, meaning) in told.items()
            ),
            # before the node, whose readiness it waits for
            OpaqueFunction(function=world),
            OpaqueFunction(function=node),
        ]
    )
