"""Arguments that commands about a file or recording share, and what they make of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import shown_lines
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    import argparse

    from detailbase_core.config import GrounderConfig
    from detailbase_core.grounder import Grounder
    from detailbase_core.mapping.load_scene import LoadedScene

UP = ("auto", "z", "-z", "y", "-y", "x", "-x")
UNITS = ("auto", "m", "cm", "mm", "ft", "feet")


def add_scene_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments that say how to read a scene and with which model to search it."""
    add = command.add_argument
    add("--up", choices=UP, default="auto", help="the file's axis that points up")
    add("--unit", choices=UNITS, default="auto", help="the file's unit of length")
    frame = "fixed frame of a recording (default: odom)"
    add("--map-frame", default="odom", metavar="FRAME", help=frame)
    add("--tf-prefix", default="", metavar="NAME", help="namespace of a recording's transforms")
    add_model_arguments(command)


def add_model_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments that say which model runs, and where."""
    add = command.add_argument
    add("--checkpoint", default="", metavar="FILE", help="weights (default: the shipped model)")
    add(
        "--text-encoder",
        default="",
        metavar="NAME",
        help="text encoder, if the checkpoint has none",
    )
    add("--device", default="", metavar="NAME", help="auto, cpu, cuda, cuda:1 ...")
    add(
        "--precision",
        choices=("auto", "float32", "bfloat16", "float16"),
        default="",
        help="number format of the U-Net's convolutions (default: auto: float16 on a GPU, else "
        "float32)",
    )
    add(
        "--views",
        type=int,
        default=0,
        metavar="N",
        help="look at the scene from N headings and average: more answers are right, and the "
        "network takes N times as long (default: as the weights were calibrated)",
    )
    add("--config", type=Path, metavar="FILE", help="settings as YAML")


def read_config(options: argparse.Namespace) -> GrounderConfig:
    """Settings of the options, over those of their file.

    Raises:
        ConfigError: the file holds something that is no setting.
    """
    from detailbase_core.config import GrounderConfig
    from detailbase_core.settings import load_yaml

    config = load_yaml(GrounderConfig, options.config) if options.config else GrounderConfig()
    names = ("checkpoint", "text_encoder", "device", "precision", "views")
    told = {name: getattr(options, name) for name in names}
    return replace(config, **{name: value for name, value in told.items() if value})


def read_scene(options: argparse.Namespace, config: GrounderConfig) -> LoadedScene:
    """The scene of the options; says on stderr what was read and how it was taken.

    Raises:
        BadFileError, BadCloudError, EmptySceneError: see load_scene.
    """
    with progress("starting") as report:
        from detailbase_core.mapping.load_scene import load_scene

        loaded = load_scene(
            options.scene,
            config.map,
            up=options.up,
            unit=options.unit,
            map_frame=options.map_frame,
            report=report,
            tf_prefix=options.tf_prefix,
        )
    print(f"{options.scene}: {shown_lines(loaded.note)}", file=sys.stderr)
    return loaded


def make_grounder(config: GrounderConfig) -> Grounder:
    """A Grounder; imported late, since torch takes its time."""
    from detailbase_core.grounder import Grounder

    return Grounder(config)
