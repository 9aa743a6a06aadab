"""Messages have the same members in all distributions, so stand-ins of one fit all."""

import pytest
from rosbags.typesys import Stores, get_typestore

from detailbase_ros.messages.topics import PUBLISHED, SUBSCRIBED

DISTRIBUTIONS = ("HUMBLE", "JAZZY", "KILTED", "LYRICAL")
TYPES = {topic.type_name for topic in (*SUBSCRIBED, *PUBLISHED)}
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


@pytest.mark.parametrize("type_name", sorted(t for t in TYPES if not t.startswith(OURS)))
def test_a_message_has_the_same_members_in_every_distribution(type_name):
    first, *others = (members(each, type_name) for each in DISTRIBUTIONS)
    assert len(first) >= 1
    for other in others:
        assert other == first
