"""The table of topics, services and actions in docs/ros.md, written from messages/topics.py.

python -m detailbase_ros.tools.interface_tables          writes it into docs/ros.md
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_ros.messages.topics import ACTIONS, PUBLISHED, SERVICES, SUBSCRIBED

if TYPE_CHECKING:
    from detailbase_ros.messages.topics import Topic

PAGE = Path(__file__).parents[2] / "docs" / "ros.md"
BEGIN = "<!-- begin: python -m detailbase_ros.tools.interface_tables -->"
END = "<!-- end -->"
_HEAD = ("| kind | name | type | what | QoS |", "| --- | --- | --- | --- | --- |")


def qos_text(topic: Topic) -> str:
    """A topic's QoS in words: "reliable, transient local, 1"."""
    words = ["reliable" if topic.reliable else "best effort"]
    if topic.latched:
        words.append("transient local")
    return ", ".join([*words, str(topic.depth)])


def table() -> str:
    """The table in Markdown."""
    rows = [("sub", topic, qos_text(topic)) for topic in SUBSCRIBED]
    rows += [("pub", topic, qos_text(topic)) for topic in PUBLISHED]
    lines = [
        f"| {kind} | `{topic.name}` | {topic.package_and_name} | {topic.meaning} | {qos} |"
        for kind, topic, qos in rows
    ]
    calls = [("srv", service) for service in SERVICES] + [("act", action) for action in ACTIONS]
    lines += [
        f"| {kind} | `{call.name}` | {call.package_and_name} | {call.meaning} |  |"
        for kind, call in calls
    ]
    return "\n".join([*_HEAD, *lines])


def renewed(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> None:
    """Renew docs/ros.md."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
