"""Quotes of the manuals exist in the code.

What the node says of the ten mistakes: tests/ros/unit/test_troubleshooting.py.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from detailbase_core.output.result_files import answer_lines, title_line
from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene
from detailbase_ros.messages.query import Status
from detailbase_ros.messages.topics import ACTIONS, PUBLISHED, SERVICES, SUBSCRIBED

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
ROS = (ROOT / "docs" / "ros.md").read_text()
TROUBLES = (ROOT / "docs" / "troubleshooting.md").read_text()
PARAMETERS = (ROOT / "config" / "detailbase.yaml").read_text()
LAUNCH_FILES = "".join(path.read_text() for path in sorted((ROOT / "launch").glob("*.py")))
THEIRS = {  # ROS's, the middlewares', glibc's, systemd's; settings up to their "="
    *("failed to send response (timeout)", "failed to create domain", "malloc(): invalid size"),
    *("create_client(..., qos_profile", "bond_timeout: 0.0", "RMW_IMPLEMENTATION", "RUST_LOG"),
    *("CYCLONEDDS_URI", "ZENOH_CONFIG_OVERRIDE", "mode", "RMW_FASTRTPS_USE_QOS_FROM_XML"),
    *("FASTRTPS_DEFAULT_PROFILES_FILE", "/tf_static: {durability: transient_local}"),
    *("kill -INT", "KillSignal"),
    *("--ros-args", "--symlink-install", "--qos-profile-overrides-path", "--clock"),
}
EXAMPLES = {"detailbase/chair_1", "robot1/odom", "robot2/odom", "/robot1/segmentation_node"}
EXAMPLES |= {"answers.mcap"}
MARK = "\0"  # a value that an f-string fills in


def strings() -> list[str]:
    """All strings of the node and the core, values marked."""
    found = []
    for package in ("detailbase_ros", "detailbase_core"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (p.value if isinstance(p, ast.Constant) else MARK for p in node.values)
                    found.append("".join(parts))
    return found


def words(row: str) -> list[str]:
    """What stands between backticks, where it is words rather than a file, a frame or a command."""
    return re.findall(r"`(~/\w+|[A-Za-z][\w(): ]+)`", row)


STRINGS = strings()


def test_what_is_no_mistake_is_what_the_code_says():
    """The first column; what others say is left out: glibc, ROS's own programs."""
    table = TROUBLES.partition("## Not mistakes")[2]
    seen = [quote for row in re.findall(r"^\| (.+?) \|", table, re.M) for quote in words(row)]
    ours = [quote for quote in seen if quote not in ("malloc(): invalid size", "ros2 launch")]
    assert {"the stream has stopped", "OVERLOADED"} <= set(ours)
    names = [topic.name for topic in (*PUBLISHED, *SERVICES)] + [status.name for status in Status]
    for quote in ours:
        assert quote in names or any(quote in text for text in STRINGS), quote


def test_the_statuses_that_the_manual_names_are_those_of_the_message():
    (listed,) = re.findall(r"`status` says ([A-Z_,\sor]+)", ROS)
    assert re.findall(r"[A-Z_]{2,}", listed) == [status.name for status in Status]
    message = (ROOT / "msg" / "GroundedQuery.msg").read_text()
    constants = re.findall(r"^uint8 ([A-Z_]+)=(\d+)", message, re.M)
    assert constants == [(status.name, str(int(status))) for status in Status]


@pytest.mark.parametrize("name", ["ros.md", "troubleshooting.md"])
def test_everything_that_is_quoted_has_an_owner(name):
    """A text of ours, a setting, a command (test_ros2_commands.py), or somebody else's word."""
    owners = {quote: owner(quote) for quote in quotes((ROOT / "docs" / name).read_text())}
    assert not [quote for quote, found in owners.items() if not found]
    assert {"ours", "setting", "theirs"} <= set(owners.values())


def test_a_quote_of_nobody_is_told():
    assert owner("responses sent late") == "ours" and owner("map_frame:=map") == "setting"
    for quote in (
        "responses sent too late",
        "map_farme:=map",
        "on_jump: keep",
        "ask --patience 60",
    ):
        assert not owner(quote), quote


def quotes(page: str) -> list[str]:
    """What stands between backticks in the running text."""
    text = re.sub(r"^(?: {4}|<!--).*$", "", page, flags=re.MULTILINE)
    return [" ".join(quote.split()) for quote in re.findall(r"`([^`]+)`", text)]


def owner(quote: str) -> str:
    """Who says or knows a quote; "" nobody."""
    setting = re.fullmatch(r"([a-z_.]+)(?::=|: ).+", quote)
    if setting or re.fullmatch(r"[a-z]+[_.][a-z_.]+", quote):
        name = setting[1] if setting else quote
        if f"    {name}: " in PARAMETERS or f'"{name}"' in LAUNCH_FILES:
            return "setting"
    if re.match(r"(ros2|make|source|sudo|pip|colcon|detailbase|ask)( |$)|-|qos_overrides\.", quote):
        flags = set(re.findall(r"(?<!\S)--[a-z-]+", quote))
        return "command" if flags <= {*STRINGS, *THEIRS} else ""
    if any(quote in text for text in STRINGS) or (ROOT / quote).exists():
        return "ours"
    return "theirs" if quote.partition("=")[0] in THEIRS | EXAMPLES else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_topics_services_and_actions_that_pages_name_exist(page):
    if page.name == "CHANGELOG.md":  # tells of what was, too
        return
    known = {one.name for one in (*SUBSCRIBED, *PUBLISHED, *SERVICES, *ACTIONS)}
    named = set(re.findall(r"`(~/[a-z_]\w*)`", page.read_text()))
    assert named <= known


def test_an_answer_is_printed_as_the_manual_shows_it():
    (shown,) = re.findall(r"ros2 run detailbase_ros ask .+\n((?:    .+\n)+?)\n", ROS)
    box = Box((0.08, -0.5, 0.2), (1.0, 1.0, 1.0), 0.0)
    table = Instance(0, np.zeros(1, np.int64), box, box.center, 0.92)
    cloud = PointCloud(np.zeros((1, 3), np.float32), np.zeros((1, 3), np.uint8), "odom")
    phrase = GroundedPhrase("the red table", 0, 13, 0.92, 0.9, (table,))
    grounding = Grounding(phrase.text, Scene(cloud, np.zeros(1, np.int64)), phrase, (phrase,))
    printed = [title_line(phrase.text, "odom"), *answer_lines(grounding)]
    assert [line[4:] for line in shown.splitlines()] == printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_parameters_that_pages_name_exist(page):
    known = (ROOT / "config" / "detailbase.yaml").read_text()
    for name in re.findall(r"`((?:map|goal|instances|superpoints)\.\w+)`", page.read_text()):
        assert f"    {name}:" in known, name


def test_launch_arguments_that_pages_name_exist():
    sources = "".join(path.read_text() for path in (ROOT / "launch").iterdir())
    for page in PAGES:
        text = page.read_text().replace("\\\n", " ")
        for line in re.findall(r"ros2 launch detailbase_ros (.+)", text):
            for name in re.findall(r"(\w+):=", line.split("#")[0]):
                assert f'"{name}"' in sources, f"{page.name}: {name}"
