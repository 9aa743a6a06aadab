"""The command `detailbase`: ground a sentence in a file, replay a recording, say what is in use."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from typing import TYPE_CHECKING

from detailbase_core import __version__
from detailbase_core.commands import console, convert, ground, warmup
from detailbase_core.errors import DetailBaseError, shown_lines
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.output.exit_status import FOUND, INTERRUPTED, NO_ANSWER
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 targets found, 1 one was not, 2 bad input."""
    logging.basicConfig(format="detailbase: %(message)s", level=logging.WARNING)
    tune_malloc()
    options = _parsed(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        status: int = options.run(options)
    except (DetailBaseError, OSError) as error:
        print(f"detailbase: {shown_lines(error)}", file=sys.stderr)
        return NO_ANSWER
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


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Options of a command; its sentences may stand before, between and behind its flags."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and (any(word.startswith("-") for word in rest) or not hasattr(options, "sentences")):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:  # argparse takes all sentences from where it meets the first positional argument
        options.sentences = [*options.sentences, *rest]
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="detailbase",
        description="Find the objects that a sentence names in a coloured point cloud.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ground.add_arguments(
        commands.add_parser("ground", help="find the objects that sentences name in a file")
    )
    console.add_arguments(
        commands.add_parser("console", help="ask about a file or a running node in the browser")
    )
    replay = commands.add_parser("replay", help="answer about a recording as the live node would")
    _add_of_ros("replay", replay)
    _add_of_ros("search", commands.add_parser("search", help="ask many recordings at once"))
    convert.add_arguments(
        commands.add_parser("convert", help="write released weights as a safetensors file")
    )
    warmup.add_arguments(
        commands.add_parser("warmup", help="compile a GPU's kernels before they are needed")
    )
    info = commands.add_parser("info", help="show versions, devices and backends in use")
    info.set_defaults(run=_info)
    return parser


def _add_of_ros(name: str, command: argparse.ArgumentParser) -> None:
    # What maps recordings as the node does lives with the node, above this package, and is found by
    # its name: the core imports nothing of detailbase_ros.
    importlib.import_module(f"detailbase_ros.{name}.__main__").add_arguments(command)


def _info(options: argparse.Namespace) -> int:
    with progress("checking the system"):
        from detailbase_core.output.environment import info_lines

        lines = info_lines()
    print("\n".join(lines))
    return FOUND


if __name__ == "__main__":
    sys.exit(main())
