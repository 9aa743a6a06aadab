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
    others = f"address to listen on ({LOOPBACK}: this machine only); there is no authentication"
    add("--host", default=LOOPBACK, help=others)
    add("--port", type=int, default=PORT, help=f"port of the page ({PORT}, or the next free one)")
    scene_arguments.add_scene_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page until interrupted."""
    from detailbase_core.console.server import ConsoleServer, is_loopback, need_viser

    need_viser()
    config = scene_arguments.read_config(options)
    loaded = scene_arguments.read_scene(options, config)
    with progress("loading the model") as report:
        from detailbase_core.console.scene import EncodedFile

        grounder = scene_arguments.make_grounder(config)
        report(f"looking at {len(loaded.cloud):,} points")
        encoded = grounder.encode_cloud(loaded.cloud)
        scene = EncodedFile(loaded, str(options.scene), grounder, encoded)
    threshold = config.instances.presence_threshold
    server = ConsoleServer(scene, options.host, options.port, threshold)
    if not is_loopback(options.host):
        print(
            f"detailbase: WARNING: whoever reaches {options.host} can ask and download this map: "
            "there is no authentication and no encryption",
            file=sys.stderr,
        )
    print(f"The console is at {server.url} (Ctrl-C ends)", flush=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        server.stop()
    return FOUND
