"""The demo's launch file without a ROS installation: stand-ins for launch and launch_ros."""

import json
import runpy
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest

FILE = Path(__file__).parents[1] / "launch" / "demo.launch.py"


@pytest.fixture
def ask(monkeypatch):
    """What the launch file runs for a query: its command lines."""
    modules = ("launch", "launch.actions", "launch.substitutions")
    modules += ("launch_ros", "launch_ros.actions", "launch_ros.substitutions")
    for name in modules:
        monkeypatch.setitem(sys.modules, name, MagicMock())
    sys.modules["launch.actions"].ExecuteProcess = lambda cmd: cmd
    names = runpy.run_path(str(FILE))

    def run(query):
        sys.modules["launch.substitutions"].LaunchConfiguration.return_value.perform = (
            lambda context: query
        )
        return names["ask"](None)

    return run


@pytest.mark.parametrize("query", ["the chair", 'the person\'s "chair": {red}', "der Stuhl 🪑"])
def test_a_question_arrives_as_it_was_written(ask, query):
    ((*command, message),) = ask(query)
    assert command[:3] == ["ros2", "topic", "pub"]
    assert command[-2:] == ["/referring_query", "std_msgs/msg/String"]
    assert json.loads(message) == {"data": query}
    assert "\\u" not in message  # YAML would not join the halves of an emoji


def test_no_question_is_asked_unasked(ask):
    assert ask("") == []
