"""Every `ros2 ...` command that pages and launch files show, held against this package.

No ROS needed: programs, launch files, names and types are read from where they are defined. What
belongs to other packages is only listed here, so that nobody shows a new one unawares; options of
ros2cli and rosbag2 were read in their sources.
"""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest
import yaml

from detailbase_ros.messages.topics import ACTIONS, PUBLISHED, SERVICES, SUBSCRIBED
from tests.architecture.test_readme import PAGES, commands, words_of
from tests.helpers.launch_stand_ins import declared, load

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
OURS = "detailbase_ros"
SHOWN_IN = [
    *PAGES,
    *sorted((ROOT / "launch").glob("*.py")),
    ROOT / "examples" / "README.md",
]
NODE = "/segmentation_node"
LAUNCHERS = {  # of the wheels' .venv, as the Makefile writes them
    f".venv/bin/{launcher}": ["ros2", "run", OURS, program]
    for launcher, program in re.findall(
        r"\b(\w+)=(\w+)", MAKEFILE.partition("for pair in ")[2][:300]
    )
}
TOPICS = {topic.full_name for topic in (*SUBSCRIBED, *PUBLISHED)}
OTHERS = {
    "launch": {
        ("azure_kinect_ros_driver", "driver.launch.py"),
        ("foxglove_bridge", "foxglove_bridge_launch.xml"),
        ("realsense2_camera", "rs_launch.py"),
        ("zed_wrapper", "zed_camera.launch.py"),
    },
    "run": {("rmw_zenoh_cpp", "rmw_zenohd"), ("tf2_tools", "view_frames")},
}
FLAGS = {  # of ros2cli and rosbag2
    ("bag", "play"): {"--clock", "--qos-profile-overrides-path"},
    ("topic", "info"): {"-v"},
    ("action", "send_goal"): {"--feedback"},
}
TRANSITIONS = {"configure", "activate", "deactivate", "cleanup", "shutdown"}
POLICIES = {
    "reliability": ("reliable", "best_effort"),
    "durability": ("volatile", "transient_local"),
}
PYTHON_TYPES = {"string": str, "bool": bool, "float32": (int, float)}
PARAMETERS = (ROOT / "config" / "detailbase.yaml").read_text()


def inline(text: str) -> list[str]:
    """Commands and ROS arguments between backticks, which may go on in the next line."""
    found = re.findall(r"`(ros2 [a-z]+ [^`]+)`", text)
    arguments = re.findall(r"`(?:--ros-args )?(-[rp] [^`]+)`", text)
    found += [f"ros2 run {OURS} segmentation_node --ros-args {each}" for each in arguments]
    return [" ".join(one.split()) for one in found]


def shown(path: Path) -> list[list[str]]:
    """The words of each ros2 command that a file shows."""
    text = path.read_text()
    lines = inline(text) + ([] if path.suffix == ".py" else commands(text))
    found = [words_of(line.removeprefix("$ ")) for line in lines]
    found = [[*LAUNCHERS.get(words[0], words[:1]), *words[1:]] for words in found if words]
    return [words for words in found if words[0] == "ros2"]


def wrong(words: list[str]) -> str:
    """The part of a command that is not so; "" if all is."""
    group, *rest = words[1:]
    if group in ("launch", "run"):
        return (_wrong_launch if group == "launch" else _wrong_run)(rest)
    if not rest or (group, rest[0]) not in VERBS:
        return " ".join(words) if rest else ""
    verb, arguments = rest[0], rest[1:]
    flags = {word for word in arguments if word.startswith("-")}
    unknown = flags - FLAGS.get((group, verb), set())
    if unknown:
        return f"{unknown}?"
    return VERBS[group, verb]([word for word in arguments if word not in flags])


def _wrong_launch(words: list[str]) -> str:
    if not words or words[0] != OURS:
        return "" if not words or tuple(words[:2]) in OTHERS["launch"] else f"{words}?"
    if not (ROOT / "launch" / words[1]).exists():
        return f"{words[1]}?"
    with pytest.MonkeyPatch.context() as patch:
        file = load(words[1], patch)
        context = declared(file.generate_launch_description())
        given = dict(word.split(":=", 1) for word in words[2:])
        unknown = sorted(set(given) - set(context))
        if unknown:
            return f"{unknown}?"
        for name, value in given.items():
            if context[name] in ("true", "false") and value not in ("true", "false"):
                return f"{name}:={value}?"
        make = file.nodes if words[1] == "detailbase.launch.py" else file.world
        return "" if make({**context, **given}) else f"{given} starts nothing"


def _wrong_run(words: list[str]) -> str:
    package, program, *arguments = words
    if package != OURS:
        return "" if (package, program) in OTHERS["run"] else f"{words}?"
    installed = re.findall(
        r"^  detailbase_ros/bin/(\w+)$", (ROOT / "CMakeLists.txt").read_text(), re.M
    )
    if program not in installed:
        return f"{program}?"
    own, _, ros = " ".join(map(shlex.quote, arguments)).partition("--ros-args")
    flags = {word for word in shlex.split(own) if word.startswith("-")}
    unknown = sorted(flags - flags_of(program))
    return f"{unknown}?" if unknown else _wrong_ros_arguments(shlex.split(ros))


def flags_of(program: str) -> set[str]:
    """Flags that a program of the package adds to its parser."""
    path = ROOT / "detailbase_ros" / "tools" / f"{program}.py"
    if not path.exists():
        return set()  # a node: ROS's own arguments only
    sources = [path.read_text()]
    if "add_server_arguments" in sources[0]:
        sources.append((ROOT / "detailbase_core" / "console" / "arguments.py").read_text())
    nodes = [node for text in sources for node in ast.walk(ast.parse(text))]
    strings = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return {text for text in strings if re.fullmatch(r"--[a-z-]+", text)}


def _wrong_ros_arguments(words: list[str]) -> str:
    """Of `--ros-args`: remappings, parameters and an enclave."""
    names = {topic.name for topic in (*SUBSCRIBED, *PUBLISHED)} | {"__ns", "__node"}
    for flag, value in zip(words[::2], words[1::2], strict=True):
        name, _, given = value.partition(":=")
        if flag == "-r" and name not in names:
            return f"{value}?"
        if flag == "-p" and not _fits_parameter(name, given):
            return f"{value}?"
        if flag not in ("-r", "-p", "--enclave"):
            return f"{flag}?"
    return ""


def _fits_parameter(name: str, value: str) -> bool:
    if name.startswith("qos_overrides."):
        topic, end, policy = name.removeprefix("qos_overrides.").split(".")
        return topic.startswith("/") and end == "subscription" and value in POLICIES[policy]
    default = re.search(rf"^    {re.escape(name)}: (.+)$", PARAMETERS, re.M)
    if default is None:
        return False
    kinds = {type(yaml.safe_load(text)) for text in (default[1], value)}
    return len(kinds) == 1


def _wrong_topics(words: list[str]) -> str:
    """A topic that is neither ours nor one that some page has the node listen to."""
    clouds = {
        topic
        for page in PAGES
        for value in re.findall(r"(?:clouds|points):=([^\s`]+)", page.read_text())
        for topic in re.findall(r"/[\w/]+", value)
    }
    unknown = [word for word in words if word not in TOPICS | clouds | {"TOPIC"}]
    return f"{unknown}?" if unknown else ""


def _wrong_call(words: list[str], known: tuple, folder: str) -> str:
    """A service or an action that is called with the members of its type."""
    name, type_name, given = words
    types = {f"{NODE}/{one.name.removeprefix('~/')}": one.type_name for one in known}
    if types.get(name) != type_name:
        return f"{name} {type_name}?"
    text = (ROOT / folder / f"{type_name.rpartition('/')[2]}.{folder}").read_text()
    members = re.findall(r"^(\w+)\s+(\w+)", text.partition("---")[0], re.M)
    kinds = {member: PYTHON_TYPES[kind] for kind, member in members}
    for member, value in yaml.safe_load(given).items():
        if member not in kinds or not isinstance(value, kinds[member]):
            return f"{member}: {value}?"
    return ""


def _wrong_parameter(words: list[str]) -> str:
    """A parameter that cannot be set while the node runs, or not to this value."""
    node, name, value = words
    comment = re.search(rf"((?:^    #.*\n)+)^    {re.escape(name)}: ", PARAMETERS, re.M)
    live = comment is not None and "(live)" in comment[1]
    fits = node == NODE and live and _fits_parameter(name, value)
    return "" if fits else f"{words}?"


def _wrong_transition(words: list[str]) -> str:
    fits = words[0] in (NODE, "NODE") and words[1] in TRANSITIONS
    return "" if fits else f"{words}?"


VERBS = {
    ("action", "send_goal"): lambda words: _wrong_call(words, ACTIONS, "action"),
    ("bag", "play"): lambda words: "",
    ("bag", "record"): _wrong_topics,
    ("daemon", "stop"): lambda words: "",
    ("lifecycle", "set"): _wrong_transition,
    ("param", "set"): _wrong_parameter,
    ("security", "create_enclave"): lambda words: "",
    ("security", "create_keystore"): lambda words: "",
    ("security", "create_permission"): lambda words: "",
    ("security", "generate_policy"): lambda words: "",
    ("service", "call"): lambda words: _wrong_call(words, SERVICES, "srv"),
    ("topic", "delay"): _wrong_topics,
    ("topic", "echo"): _wrong_topics,
    ("topic", "info"): _wrong_topics,
}


@pytest.mark.parametrize("path", SHOWN_IN, ids=lambda path: path.name)
def test_ros2_commands_fit_this_package(path):
    found = {" ".join(words): wrong(words) for words in shown(path)}
    assert not {line: what for line, what in found.items() if what}


def test_commands_are_found_in_every_form():
    assert len(shown(ROOT / "README.md")) >= 3
    assert len(shown(ROOT / "launch" / "demo.launch.py")) == 1
    ros, troubles = (shown(ROOT / "docs" / name) for name in ("ros.md", "troubleshooting.md"))
    assert len(ros) >= 20
    assert ["ros2", "lifecycle", "set", NODE, "activate"] in troubles  # in a table
    node = ["ros2", "run", OURS, "segmentation_node", "--ros-args"]
    assert [*node, "-r", "points:=/camera/points"] in ros  # by the launcher of the wheels
    assert [*node, "-r", "~/goal:=/goal_pose"] in ros  # arguments alone


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("ros2 run detailbase_ros ask_it 'a chair'", "ask_it"),
        ("ros2 run detailbase_ros ask --patience 60 'a chair'", "--patience"),
        ("ros2 run detailbase_ros ask 'a chair' --ros-args -r /tv:=tf", "/tv:=tf"),
        ("ros2 run detailbase_ros segmentation_node --ros-args -p map_frame:=3", "map_frame:=3"),
        ("ros2 run nav2 drive", "nav2"),
        ("ros2 launch detailbase_ros robot.launch.py", "robot.launch.py"),
        ("ros2 launch detailbase_ros demo.launch.py namespace:=robot1", "namespace"),
        ("ros2 launch detailbase_ros detailbase.launch.py rgbd:=yes", "rgbd:=yes"),
        ("ros2 topic echo /segmentation_node/answers", "/segmentation_node/answers"),
        ("ros2 topic info --all /points", "--all"),
        ("ros2 bag record /camera/depth", "/camera/depth"),
        ("ros2 param set /segmentation_node map_frame map", "map_frame"),
        ("ros2 param set /segmentation_node instances.mask_threshold high", "high"),
        ("ros2 service call /segmentation_node/ground detailbase_ros/srv/SceneFile '{}'", "ground"),
        (
            "ros2 service call /segmentation_node/ground detailbase_ros/srv/GroundQuery "
            "'{sentence: the chair}'",
            "sentence",
        ),
        (
            "ros2 action send_goal /segmentation_node/look detailbase_ros/action/GroundQuery "
            "'{query: the chair, time_limit_s: long}'",
            "time_limit_s",
        ),
        ("ros2 lifecycle set /segmentation_node start", "start"),
        ("ros2 node kill /segmentation_node", "node kill"),
    ],
)
def test_what_does_not_fit_is_told(line, part):
    assert part in wrong(shlex.split(line))
