"""The command `detailbase`: ground a sentence in a file, replay a recording, say what is in use."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core import __version__
from detailbase_core.errors import BadFileError, DetailBaseError, shown_lines
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.config import GrounderConfig
    from detailbase_core.grounder import Grounder

FOUND, NOTHING_FOUND, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
UP = ("auto", "z", "-z", "y", "-y", "x", "-x")
UNITS = ("auto", "m", "cm", "mm", "ft", "feet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 found, 1 nothing found, 2 bad input."""
    logging.basicConfig(format="detailbase: %(message)s", level=logging.WARNING)
    tune_malloc()
    options = _parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        status: int = options.run(options)
    except (DetailBaseError, OSError) as error:
        print(f"detailbase: {shown_lines(error)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--up -y` as `--up=-y`: argparse would take the value for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--up":
            joined[-1] = f"--up={argument}"
        else:
            joined.append(argument)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="detailbase", description="Find what a sentence mentions in a coloured point cloud."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_ground(commands.add_parser("ground", help="find a sentence's objects in a scene"))
    _add_replay(
        commands.add_parser("replay", help="ask a recording as the live node would be asked")
    )
    info = commands.add_parser("info", help="say which backends and devices are in use")
    info.set_defaults(run=_info)
    return parser


def _add_replay(replay: argparse.ArgumentParser) -> None:
    # The node's twin lives with the node, above this package, and is found by its name: the core
    # imports nothing of detailbase_ros.
    importlib.import_module("detailbase_ros.replay.__main__").add_arguments(replay)


def _add_ground(ground: argparse.ArgumentParser) -> None:
    ground.set_defaults(run=_ground)
    add = ground.add_argument
    add("scene", type=Path, help="point cloud, mesh, rosbag2 folder or MCAP file (docs/files.md)")
    add("sentence", help='such as "the chair next to the round table"')
    add("--json", type=Path, metavar="FILE", help="write the answer as JSON")
    add("--ply", type=Path, metavar="FILE", help="write the scene, objects in phrase colours")
    add("--picture", type=Path, metavar="FILE", help="write a PNG of scene and sentence")
    add("--up", choices=UP, default="auto", help="the file's axis that points up")
    add("--unit", choices=UNITS, default="auto", help="the file's unit of length")
    add("--map-frame", default="odom", metavar="FRAME", help="fixed frame of a recording")
    add("--tf-prefix", default="", metavar="NAME", help="namespace of a recording's transforms")
    add("--checkpoint", default="", metavar="FILE", help="weights (default: the shipped model)")
    add(
        "--text-encoder",
        default="",
        metavar="NAME",
        help="text encoder, if the checkpoint has none",
    )
    add("--device", default="", metavar="NAME", help="auto, cpu, cuda, cuda:1 ...")
    add("--config", type=Path, metavar="FILE", help="settings as YAML")


def _ground(options: argparse.Namespace) -> int:
    config = _config(options)
    outputs = [path for path in (options.json, options.ply, options.picture) if path]
    _check_before_work(options.sentence, config.max_words, outputs)
    with progress("starting") as report:
        from detailbase_core.mapping.load_scene import load_scene
        from detailbase_core.output import result_files as reports

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
    with progress("loading the model") as report:
        grounder = make_grounder(config)
        report(f"searching {len(loaded.cloud):,} points")
        grounding = grounder.ground_cloud(loaded.cloud, options.sentence)
        if options.picture:
            from detailbase_core.output.render import render_grounding

            report(f"drawing {options.picture}")
            render_grounding(grounding, options.picture)
        if options.ply:
            reports.write_answer_ply(options.ply, grounding)
        if options.json:
            reports.write_json(options.json, grounding, loaded, str(options.scene))
    print(shown_lines("\n".join(reports.answer_lines(grounding))))
    for path in outputs:
        print(f"wrote {path}", file=sys.stderr)
    return FOUND if grounding.found else NOTHING_FOUND


def make_grounder(config: GrounderConfig) -> Grounder:
    """A Grounder; imported late, since torch takes its time."""
    from detailbase_core.grounder import Grounder

    return Grounder(config)


def _config(options: argparse.Namespace) -> GrounderConfig:
    from detailbase_core.config import GrounderConfig, load_yaml

    config = load_yaml(GrounderConfig, options.config) if options.config else GrounderConfig()
    told = {name: getattr(options, name) for name in ("checkpoint", "text_encoder", "device")}
    return replace(config, **{name: value for name, value in told.items() if value})


def _check_before_work(sentence: str, max_words: int, outputs: Sequence[Path]) -> None:
    """Fail on what can be known to fail before minutes of work.

    Raises:
        BadQueryError: the sentence is empty or too long.
        BadFileError: an output's folder is not there.
    """
    from detailbase_core.language.rule_parser import parse_sentence

    parse_sentence(sentence, max_words)
    for path in outputs:
        if not path.absolute().parent.is_dir():
            raise BadFileError(f"{path}: its folder does not exist; make it first")


def _info(options: argparse.Namespace) -> int:
    with progress("checking the system"):
        from detailbase_core.output.environment import info_lines

        lines = info_lines()
    print("\n".join(lines))
    return FOUND


if __name__ == "__main__":
    sys.exit(main())
