"""The node's own settings. Those of the map and the network are the core's GrounderConfig.

`python -m detailbase_ros.node_config > config/detailbase.yaml` writes the parameter file.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detailbase_core.config import A_DAY_S, GrounderConfig, SuperpointConfig
from detailbase_core.output.approach_pose import ApproachConfig
from detailbase_core.settings import Settings, setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class IntakeConfig(Settings):
    """Settings of scans on their way into the map."""

    map_frame: str = setting(
        "odom", "Fixed frame of the map, z up; odom, or map with a good localisation."
    )
    odom_frame: str = setting(
        "odom", "Frame that never jumps; jumps of map_frame are measured against it."
    )
    tf_timeout_s: float = setting(
        5.0, "A scan waits this long for its transform, seconds.", low=0.0, high=60.0, live=True
    )
    max_waiting_scans: int = setting(
        20,
        "Scans that wait for their transforms at most; beyond it the oldest is dropped.",
        low=1,
        high=1000,
        live=True,
    )
    min_move_m: float = setting(
        0.1,
        "A scan enters the map when its camera has moved this far, metres,",
        low=0.0,
        high=1000.0,
        live=True,
    )
    min_turn_deg: float = setting(
        5.0, "or turned this far, degrees,", low=0.0, high=360.0, live=True
    )
    max_scan_gap_s: float = setting(
        1.0,
        "or when this long has passed since the last one, seconds.",
        low=0.0,
        high=A_DAY_S,
        live=True,
    )
    jump_m: float = setting(
        0.5,
        "map_frame moving more than this against odom_frame is a jump, metres;",
        low=0.0,
        high=1e6,
        live=True,
    )
    jump_deg: float = setting(
        10.0, "so is turning more than this, degrees.", low=0.0, high=360.0, live=True
    )
    on_map_jump: str = setting(
        "clear",
        "After a jump, and after time went back, the map is cleared, or kept as it is.",
        choices=("clear", "keep"),
        live=True,
    )


@dataclass(frozen=True)
class NodeConfig(IntakeConfig):
    """Settings that the ROS node adds to the Grounder's."""

    autostart: bool = setting(
        True, "Become active at once; off where a lifecycle manager does the transitions."
    )
    cloud_topics: tuple[str, ...] = setting(
        ("points",), "Topics with sensor_msgs/PointCloud2: x y z with colour, or intensity."
    )
    query_queue_size: int = setting(
        32,
        "Queries that wait at most; further ones are answered OVERLOADED.",
        low=1,
        high=1000,
        live=True,
    )
    query_timeout_s: float = setting(
        30.0,
        "Queries older than this are answered TIMEOUT, seconds.",
        low=0.1,
        high=A_DAY_S,
        live=True,
    )
    service_depth: int = setting(
        256,
        "Requests of each service that DDS holds until they are taken up; it drops further ones, "
        "and their callers hear nothing.",
        low=1,
        high=10_000,
    )
    encode_ahead: bool = setting(
        True,
        "Encode the changed map while no query waits, so that answers come sooner.",
        live=True,
    )
    scene_period_s: float = setting(
        2.0,
        "The map is published on ~/scene at most this often, seconds.",
        low=0.1,
        high=A_DAY_S,
        live=True,
    )
    scene_directory: str = setting("~/.ros/detailbase", "Folder of ~/save_scene and ~/load_scene.")
    publish_object_frames: bool = setting(
        False, "Publish the objects of the last answer as frames on /tf: detailbase/chair_1 ..."
    )
    goal: ApproachConfig = dataclasses.field(default_factory=ApproachConfig)


def parameters_of(config: Settings, prefix: str = "") -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(dotted name, value, field metadata) of every setting that is a parameter, in the tree."""
    for field in dataclasses.fields(config):
        if not field.metadata.get("parameter", True):
            continue
        name, value = prefix + field.name, getattr(config, field.name)
        if isinstance(value, Settings):
            yield from parameters_of(value, f"{name}.")
        else:
            yield name, value, dict(field.metadata)


REMOVED_PARAMETERS = tuple(name for name, _, _ in parameters_of(SuperpointConfig(), "superpoints."))


def removed_text(names: Iterable[str]) -> str:
    """A warning for those who still set parameters that are gone."""
    return (
        f"no longer parameters, ignored: {', '.join(names)}. They belong to the checkpoint; "
        "remove them from the parameter file"
    )


def yaml_text() -> str:
    """The parameter file: every parameter with its default, each with its meaning and limits."""
    lines = [
        "# Parameters of detailbase_ros/segmentation_node with their defaults.",
        "# Those marked (live) can be changed while the node runs.",
        "/**/segmentation_node:",
        "  ros__parameters:",
    ]
    for config in (NodeConfig(), GrounderConfig()):
        for name, value, metadata in parameters_of(config):
            lines += [f"    # {line}" for line in textwrap.wrap(_comment(metadata), 92)]
            lines += [f"    {name}: {json.dumps(value)}", ""]
    return "\n".join(lines)


def _comment(metadata: dict[str, Any]) -> str:
    low, high, choices = (metadata[key] for key in ("low", "high", "choices"))
    limits = ""
    if choices:
        limits = f" One of: {', '.join(choices)}."
    elif low is not None or high is not None:
        limits = f" [{'' if low is None else f'{low:g}'} .. {'' if high is None else f'{high:g}'}]"
    return str(metadata["doc"]) + limits + (" (live)" if metadata["live"] else "")


if __name__ == "__main__":
    sys.stdout.write(yaml_text())
