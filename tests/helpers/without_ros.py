"""Importing this hides all of ROS from the process, as on a machine that has none.

python -m tests.helpers.without_ros OUT.mcap      writes the answers about a recording
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

ROS = (
    "ament_index_python",
    "builtin_interfaces",
    "diagnostic_msgs",
    "geometry_msgs",
    "rcl_interfaces",
    "rclpy",
    "sensor_msgs",
    "std_msgs",
    "std_srvs",
    "tf2_msgs",
    "tf2_ros",
    "vision_msgs",
    "visualization_msgs",
)
OURS = ("detailbase_ros.msg", "detailbase_ros.srv")
BAG = Path(__file__).parents[1] / "data" / "room_mcap"
SENTENCES = ("the box on the floor", "", "the unicorn")


class _NoRos:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ROS or name in OURS:
            raise ImportError(f"blocked: {name}")


def hide_ros() -> None:
    """Let every import of a ROS package fail from now on."""
    sys.meta_path.insert(0, _NoRos())


def write_answers(out: Path) -> None:
    """Replay the recording of a room and write the answers; a grounder without a network."""
    from detailbase_ros.replay.answer_bag import AnswerBag
    from detailbase_ros.replay.replay import ReplayConfig, replay
    from detailbase_ros.runtime.event_counters import EventCounters
    from tests.ros.live.fake_grounder import FakeGrounder

    config = ReplayConfig()
    grounder = FakeGrounder(config.attentive_grounder)
    events = EventCounters(logging.getLogger())
    with AnswerBag.create(out, config.intake.map_frame) as bag:
        for answer in replay(BAG, SENTENCES, config, grounder, events):
            bag.write(answer.result, answer.at_ns)


if __name__ == "__main__":
    hide_ros()
    write_answers(Path(sys.argv[1]))
