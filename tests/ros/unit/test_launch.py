"""The launch files: what they start with which arguments. No ROS installation needed."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from detailbase_ros.messages.topics import GOAL, INSTANCES, MARKERS, SCENE
from detailbase_ros.node_config import NodeConfig
from tests.helpers.launch_signatures import CLASSES, released
from tests.helpers.launch_stand_ins import MODULES, ExecuteProcess, Node, declared, load

ROOT = Path(__file__).parents[3]
SHOWN_BY = {
    "PointCloud2": "sensor_msgs/msg/PointCloud2",
    "MarkerArray": "visualization_msgs/msg/MarkerArray",
    "Pose": "geometry_msgs/msg/PoseStamped",
}


@pytest.fixture
def robot(monkeypatch):
    return load("detailbase.launch.py", monkeypatch)


@pytest.fixture
def demo(monkeypatch):
    return load("demo.launch.py", monkeypatch)


def started(file, **given):
    """The nodes of detailbase.launch.py by executable."""
    context = {**declared(file.generate_launch_description()), **given}
    return {node.executable: node for node in file.nodes(context)}


def test_stand_ins_take_what_every_distribution_takes():
    assert list(released()) == ["humble", "jazzy", "kilted", "lyrical"]
    faked = {(module, name) for module, names in MODULES.items() for name in names}
    table = {(module, name) for module, names in CLASSES.items() for name in names}
    assert faked - {("launch", "LaunchContext")} == table
    Node(package="detailbase_ros", executable="ask", remappings=[])
    with pytest.raises(TypeError, match=r"Node of humble does not take \['node_name'\]"):
        Node(package="detailbase_ros", node_name="ask")
    with pytest.raises(TypeError, match="Node of humble"):
        Node(package="detailbase_ros", respawn_max_retries=3)  # Jazzy and later have it


@pytest.mark.parametrize("name", ["detailbase.launch.py", "demo.launch.py"])
def test_every_argument_is_explained_at_the_top(name, monkeypatch):
    file = load(name, monkeypatch)
    source = (ROOT / "launch" / name).read_text()
    for argument in declared(file.generate_launch_description()):
        assert re.search(rf"\b{argument}:=", source.split('"""')[1]), argument


def test_alone_it_starts_the_node_with_its_parameter_file(robot):
    nodes = started(robot)
    assert list(nodes) == ["segmentation_node"]
    file, settings = nodes["segmentation_node"].parameters
    assert Path(file) == ROOT / "config" / "detailbase.yaml"
    assert settings == {"use_sim_time": False}  # all else is the file's
    node = nodes["segmentation_node"]
    assert (node.namespace, node.remappings) == ("", [])


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("[/front/points,/rear/points]", ["/front/points", "/rear/points"]),
        ("[ '/front/points', \"/rear/points\" ]", ["/front/points", "/rear/points"]),
        ("/points", ["/points"]),
    ],
)
def test_cloud_topics(robot, text, topics):
    node = started(robot, clouds=text, map_frame="map", use_sim_time="true")["segmentation_node"]
    assert node.parameters[1] == {
        "cloud_topics": topics,
        "map_frame": "map",
        "use_sim_time": True,
    }


def test_images_become_the_cloud_that_the_node_listens_to(robot):
    nodes = started(robot, rgbd="true", color="/c/image", depth="/d/image")
    maker = nodes["point_cloud_xyzrgb_node"]
    assert maker.package == "depth_image_proc"
    remapped = dict(maker.remappings)
    assert remapped["rgb/image_rect_color"] == "/c/image"
    assert remapped["depth_registered/image_rect"] == "/d/image"
    assert nodes["segmentation_node"].parameters[1]["cloud_topics"] == [remapped["points"]]


def test_one_of_several_robots_has_its_own_names_and_transforms(robot):
    given = {"rgbd": "true", "rviz": "true", "namespace": "/robot1"}
    nodes = started(robot, **given)
    assert {node.namespace for node in nodes.values()} == {"robot1"}
    own_tf = {"/tf": "tf", "/tf_static": "tf_static"}  # relative: below the namespace
    node = nodes["segmentation_node"]
    assert dict(node.remappings) == own_tf
    made = dict(nodes["point_cloud_xyzrgb_node"].remappings)["points"]
    assert node.parameters[1]["cloud_topics"] == [made] == ["/robot1/detailbase/points"]
    shown = dict(nodes["rviz2"].remappings)
    displays = yaml.safe_load((ROOT / "config" / "detailbase.rviz").read_text())
    topics = {
        d["Topic"]["Value"] for d in displays["Visualization Manager"]["Displays"] if "Topic" in d
    }
    assert shown == {**own_tf, **{topic: f"/robot1{topic}" for topic in topics}}


@pytest.mark.parametrize("best_effort", [True, False])
def test_best_effort_images_are_heard_as_such(robot, best_effort):
    given = {"color": "/c/image", "depth": "/d/image", "best_effort": str(best_effort).lower()}
    (settings,) = started(robot, rgbd="true", **given)["point_cloud_xyzrgb_node"].parameters
    asked = {name: value for name, value in settings.items() if name.startswith("qos_overrides")}
    names = [f"qos_overrides./{image}/image.subscription.reliability" for image in "cd"]
    assert asked == (dict.fromkeys(names, "best_effort") if best_effort else {})


def test_rviz_has_its_file_and_the_maps_frame(robot):
    rviz = started(robot, rviz="true", map_frame="world")["rviz2"]
    flag, file, frame_flag, frame = rviz.arguments
    assert (flag, frame_flag, frame) == ("-d", "-f", "world")
    assert Path(str(file)).exists()


def test_the_console_asks_the_node_that_was_started(robot):
    console = started(robot, console="true", use_sim_time="true")["console"]
    assert (console.package, console.arguments) == (
        "detailbase_ros",
        ["--node", "/segmentation_node"],
    )
    assert console.parameters == [{"use_sim_time": True}]
    own = started(robot, console="true", namespace="robot1")["console"]
    assert own.arguments == ["--node", "/robot1/segmentation_node"]
    assert dict(own.remappings) == {"/tf": "tf", "/tf_static": "tf_static"}


@pytest.mark.parametrize(
    ("distro", "variable"), [("jazzy", "FASTRTPS"), ("kilted", "FASTDDS"), ("", "FASTDDS")]
)
def test_fast_dds_gets_room_under_the_name_that_it_reads(robot, monkeypatch, distro, variable):
    monkeypatch.setenv("ROS_DISTRO", distro)
    set_by_it = dict(a.given for a in robot.generate_launch_description() if len(a.given) == 2)
    assert Path(str(set_by_it.pop(f"{variable}_DEFAULT_PROFILES_FILE"))).exists()
    assert set_by_it == {"RMW_FASTRTPS_USE_QOS_FROM_XML": "1"}


# -- the demo ----------------------------------------------------------------------------------


def demo_world(file, **given):
    return file.world({**declared(file.generate_launch_description()), **given})


def says(text):
    return SimpleNamespace(text=f"[INFO] [17.5] [node]: {text}\n".encode())


@pytest.mark.parametrize("query", ["the chair", 'the person\'s "chair": {red}', "--der Stuhl 🪑"])
def test_the_question_is_asked_once_when_the_drive_is_over(demo, query):
    robot, handler = demo_world(demo, query=query)
    assert robot.executable == "demo_robot_node"
    for heard in (handler.on_stdout, handler.on_stderr):
        assert heard(says("driving for 12 s")) == []
    (ask,) = handler.on_stderr(says("the drive is over"))
    assert (ask.package, ask.executable) == ("detailbase_ros", "ask")
    assert ask.arguments == ["--", query]
    assert handler.on_stderr(says("the drive is over")) == []


def test_no_question_is_asked_unasked(demo):
    _, handler = demo_world(demo)
    assert handler.on_stderr(says("the drive is over")) == []


def test_a_recording_starts_when_the_node_is_ready_and_is_asked_at_its_end(demo):
    ready, over = demo_world(demo, bag="/data/bag", query="the chair")
    assert ready.on_stderr(says("loading")) == []
    (player,) = ready.on_stderr(says("ready: clouds from /points"))
    assert isinstance(player, ExecuteProcess)
    assert player.cmd == ["ros2", "bag", "play", "/data/bag", "--clock"]
    assert over.target_action is player
    (ask,) = over.on_exit
    assert isinstance(ask, Node) and ask.arguments == ["--", "the chair"]


@pytest.mark.parametrize(("bag", "sim_time"), [("", "false"), ("/data/bag", "true")])
def test_the_node_goes_by_the_recordings_time(demo, bag, sim_time):
    context = {**declared(demo.generate_launch_description()), "bag": bag}
    (include,) = demo.node(context)
    arguments = dict(include.launch_arguments)
    assert arguments["use_sim_time"] == sim_time
    assert {"params", "clouds", "rviz"} < set(arguments)
    assert Path(include.given[0]).name == "detailbase.launch.py"


def test_the_words_that_are_waited_for_are_those_that_the_nodes_say(demo):
    for name, words in (
        ("segmentation_node.py", demo.READY),
        ("demo/demo_robot_node.py", demo.DRIVE_OVER),
    ):
        assert f'"{words}' in (ROOT / "detailbase_ros" / name).read_text()


def test_what_is_started_is_installed(robot, demo):
    installed = {path.name for path in (ROOT / "detailbase_ros" / "bin").iterdir()}
    for path in (ROOT / "launch").iterdir():
        ours = re.findall(r'package="detailbase_ros",\s+executable="(\w+)"', path.read_text())
        assert ours and set(ours) <= installed


# -- RViz --------------------------------------------------------------------------------------


def test_rviz_shows_what_the_node_publishes():
    text = (ROOT / "config" / "detailbase.rviz").read_text()
    assert "<<:" not in text  # RViz does not know YAML's merge keys
    manager = yaml.safe_load(text)["Visualization Manager"]
    assert manager["Global Options"]["Fixed Frame"] == NodeConfig().map_frame
    displays = manager["Displays"]
    shown = {d["Topic"]["Value"]: d for d in displays if "Topic" in d}
    table = {topic.full_name: topic for topic in (SCENE, INSTANCES, MARKERS, GOAL)}
    assert set(shown) == set(table)
    for name, topic in table.items():
        display, asked = shown[name], shown[name]["Topic"]
        assert SHOWN_BY[display["Class"].rpartition("/")[2]] == topic.type_name
        durability = "Transient Local" if topic.latched else "Volatile"
        assert asked["Durability Policy"] == durability
        assert asked["Reliability Policy"] == ("Reliable" if topic.reliable else "Best Effort")
        assert display["Enabled"]
    for name in (SCENE, INSTANCES):  # as published: the map's own colours, those of the phrases
        assert shown[name.full_name]["Color Transformer"] == "RGB8"
    (markers,) = (d for d in displays if d["Class"].endswith("MarkerArray"))
    assert set(markers["Namespaces"]) == {"box", "text", "arrow"}


def test_rviz_gives_the_room_the_whole_window():
    window = yaml.safe_load((ROOT / "config" / "detailbase.rviz").read_text())["Window Geometry"]
    assert window["Hide Left Dock"] is True  # RViz reads an undefined value where it is missing
    assert window["Hide Right Dock"] is True
