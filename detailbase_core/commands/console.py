"""`detailbase console`: ask a file or recording in the browser."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.commands import scene_arguments
from detailbase_core.console.arguments import add_server_arguments, warn_of_visitors
from detailbase_core.console.gate import Gate
from detailbase_core.errors import ConfigError
from detailbase_core.output.exit_status import FOUND
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    import argparse


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase console`."""
    add = command.add_argument
    scene = "point cloud, mesh, rosbag2 folder or MCAP file (docs/files.md)"
    add("scene", type=Path, nargs="?", metavar="SCENE", help=scene)
    add("--live", action="store_true", help="ask a running node over ROS, and watch its map grow")
    add("--node", default="", help="--live: node name, where several nodes answer")
    add_server_arguments(command)
    scene_arguments.add_scene_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page until interrupted.

    Raises:
        ConfigError: neither a scene nor a node was named, or both.
    """
    if options.live == bool(options.scene):
        raise ConfigError("console: name a SCENE, or give --live to ask a running node")
    return _run_live(options) if options.live else _run_file(options)


def _run_live(options: argparse.Namespace) -> int:
    # The console's other half lives with the node, above this package, and is found by its name.
    programs = importlib.import_module("detailbase_ros.programs")
    arguments = ["console", "--host", options.host, "--port", str(options.port)]
    status: int = programs.run("console", [*arguments, *_told(options, "token", "node")])
    return status


def _told(options: argparse.Namespace, *names: str) -> list[str]:
    return [f"--{name}={getattr(options, name)}" for name in names if getattr(options, name)]


def _run_file(options: argparse.Namespace) -> int:
    from detailbase_core.console.server import ConsoleServer, need_viser

    need_viser()
    Gate(options.token)  # one that is too short is told of before minutes of work
    config = scene_arguments.read_config(options)
    loaded = scene_arguments.read_scene(options, config)
    with progress("loading the model") as report:
        from detailbase_core.console.scene import EncodedFile

        grounder = scene_arguments.make_grounder(config)
        report(f"looking at {len(loaded.cloud):,} points")
        encoded = grounder.encode_cloud(loaded.cloud)
        scene = EncodedFile(loaded, str(options.scene), grounder, encoded)
    threshold = config.instances.presence_threshold
    server = ConsoleServer(scene, options.host, options.port, threshold, options.token)
    warn_of_visitors(options.host, options.token)
    print(f"The console is at {server.url} (Ctrl-C ends)", flush=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        server.stop()
    return FOUND
