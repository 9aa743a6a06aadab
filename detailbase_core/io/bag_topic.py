"""A topic of a recording, and what recordings of all kinds have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from pathlib import Path

TF_TYPE = "tf2_msgs/msg/TFMessage"
ROS1_ADVICE = (
    "a ROS 1 recording; convert it: pip install rosbags, then rosbags-convert --src FILE.bag "
    "--dst FOLDER"
)


@dataclass(frozen=True)
class BagTopic:
    """One topic.

    Attributes:
        topic: its name.
        msgtype: "sensor_msgs/msg/PointCloud2" say.
        msgcount: messages on it; -1 = the recording does not tell.
    """

    topic: str
    msgtype: str
    msgcount: int = -1


def ros1_error(path: Path) -> BadFileError:
    """Error for a ROS 1 recording."""
    return BadFileError(f"{path}: {ROS1_ADVICE}")
