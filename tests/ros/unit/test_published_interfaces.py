"""Messages have the same members in all distributions, so stand-ins of one fit all."""

from pathlib import Path

import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from detailbase_ros.messages.stand_ins import own_definitions, read_definitions
from detailbase_ros.messages.topics import PUBLISHED, SUBSCRIBED

DISTRIBUTIONS = ("HUMBLE", "JAZZY", "KILTED", "LYRICAL")
TYPES = {topic.type_name for topic in (*SUBSCRIBED, *PUBLISHED)}
# What every action is made of, beside its own three parts (design.ros2.org/articles/actions.html).
ACTION_TYPES = {"action_msgs/msg/GoalStatusArray", "unique_identifier_msgs/msg/UUID"}
ROOT = Path(__file__).parents[3]
ACTION = ROOT / "action" / "GroundQuery.action"
OURS = ("detailbase_ros/", "vision_msgs/")  # no part of ROS's own releases


def members(distribution, type_name):
    """Every member of a type, and of the types of its members."""
    store = get_typestore(getattr(Stores, f"ROS2_{distribution}"))
    found, open_types = {}, [type_name]
    while open_types:
        name = open_types.pop()
        found[name] = store.get_msgdef(name).fields
        text = str(found[name])
        open_types += [
            other for other in store.types if f"'{other}'" in text and other not in found
        ]
    return found


@pytest.mark.parametrize(
    "type_name", sorted(t for t in TYPES | ACTION_TYPES if not t.startswith(OURS))
)
def test_a_message_has_the_same_members_in_every_distribution(type_name):
    first, *others = (members(each, type_name) for each in DISTRIBUTIONS)
    assert len(first) >= 1
    for other in others:
        assert other == first


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_wheels_tf2_msgs_is_the_published_one(distribution):
    """The package index lacks it, so `make ros` builds it from a definition of our own."""
    ours = read_definitions(ROOT / "cmake" / "wheels" / "tf2_msgs" / "msg", "tf2_msgs")
    assert set(ours) == {"tf2_msgs/msg/TFMessage"}
    store = get_typestore(getattr(Stores, f"ROS2_{distribution}"))
    for name, text in ours.items():
        assert get_types_from_msg(text, name)[name] == store.fielddefs[name]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_an_action_has_what_every_distribution_can_generate(distribution):
    """Its three parts are read as messages, with the types that each distribution publishes."""
    definitions = own_definitions()
    parts = dict(
        zip(("Goal", "Result", "Feedback"), ACTION.read_text().split("\n---\n"), strict=True)
    )
    store = get_typestore(getattr(Stores, f"ROS2_{distribution}"))
    for name, text in (*definitions.items(), *parts.items()):
        full_name = name if "/" in name else f"detailbase_ros/msg/GroundQuery_{name}"
        store.register(get_types_from_msg(text, full_name))
    for name in parts:
        assert store.generate_msgdef(f"detailbase_ros/msg/GroundQuery_{name}")[0]
    generated = pytest.importorskip("detailbase_ros.action").GroundQuery
    for name in parts:
        fields = store.get_msgdef(f"detailbase_ros/msg/GroundQuery_{name}").fields
        assert [field for field, _ in fields] == list(
            getattr(generated, name).get_fields_and_field_types()
        )
