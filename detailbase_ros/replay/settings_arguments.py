"""Arguments of commands that drive recordings through the map, and the settings that they say."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from detailbase_ros.replay.replay import ReplayConfig


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say how recordings are mapped, and by which model."""
    add = command.add_argument
    add("--params", type=Path, metavar="FILE", help="the node's parameter file")
    add("--map-frame", default="", metavar="FRAME", help="fixed frame of the map (default: odom)")
    add(
        "--tf-prefix",
        default="",
        metavar="NAME",
        help="namespace of the transforms (default: none)",
    )
    add("--clouds", nargs="+", default=(), metavar="TOPIC", help="topics of the scans")
    add("--device", default="", metavar="NAME", help="auto, cpu, cuda, cuda:1 ...")


def read_settings(options: argparse.Namespace) -> ReplayConfig:
    """Settings of the options, over those of their file; what is not used is told on stderr.

    Raises:
        ConfigError: the file is no parameter file, or a value in it is out of range.
    """
    from detailbase_ros.node_config import REMOVED_PARAMETERS, removed_text
    from detailbase_ros.replay.parameter_file import read_node_parameters
    from detailbase_ros.replay.replay import ReplayConfig

    config = ReplayConfig()
    if options.params:
        config, names = read_node_parameters(options.params)
        removed = [name for name in names if name in REMOVED_PARAMETERS]
        unused = [name for name in names if name not in REMOVED_PARAMETERS]
        if removed:
            print(f"{options.params}: {removed_text(removed)}", file=sys.stderr)
        if unused:
            print(f"{options.params}: not used here: {', '.join(unused)}", file=sys.stderr)
    if options.map_frame:
        config = replace(config, intake=replace(config.intake, map_frame=options.map_frame))
    if options.device:
        config = replace(config, grounder=replace(config.grounder, device=options.device))
    clouds = tuple(options.clouds) or config.cloud_topics
    return replace(config, cloud_topics=clouds, tf_prefix=options.tf_prefix)
