"""`detailbase console`: ask a file or recording in the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.commands import scene_arguments
from detailbase_core.output.exit_status import FOUND
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    import argparse

LOOPBACK, PORT = "127.0.0.1", 8080


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase console`."""
    add = command.add_argument
    add("scene", type=Path, help="point cloud, mesh, rosbag2 folder or MCAP file (docs/files.md)")
    add_server_arguments(command)
    scene_arguments.add_scene_arguments(command)
    command.set_defaults(run=run)


def add_server_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments that say where the page is served, and to whom."""
    add = command.add_argument
    add("--host", default=LOOPBACK, help=f"address to listen on ({LOOPBACK}: this machine only)")
    add("--port", type=int, default=PORT, help=f"port of the page ({PORT}, or the next free one)")
    add("--token", default="", help="what visitors must know; without it nothing is asked of them")


def warn_of_visitors(host: str, token: str) -> None:
    """Say on stderr who can ask where the console listens on more than loopback."""
    from detailbase_core.console.gate import is_loopback

    if is_loopback(host):
        return
    who = f"whoever reaches {host} can ask and download this map: there is no authentication"
    if token:
        who = f"the token and the map cross the network to {host} as they are: there is"
        who += " no encryption"
    else:
        who += " (see --token) and no encryption"
    print(f"detailbase: WARNING: {who}", file=sys.stderr)


def run(options: argparse.Namespace) -> int:
    """Serve the page until interrupted."""
    from detailbase_core.console.gate import Gate
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
