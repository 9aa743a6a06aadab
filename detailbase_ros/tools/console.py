"""The console on a running node: `ros2 run detailbase_ros console`, `detailbase console --live`.

Waits for the node; then the page shows its map as it grows, the robot and its transform frames, and
asks the node.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from typing import TYPE_CHECKING

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.utilities import remove_ros_args

from detailbase_core.console.arguments import add_server_arguments, warn_of_visitors
from detailbase_core.console.gate import Gate
from detailbase_core.console.server import ConsoleServer, need_viser
from detailbase_core.errors import DetailBaseError, shown
from detailbase_core.output.exit_status import FOUND, NO_ANSWER
from detailbase_ros.runtime.executor import PooledExecutor
from detailbase_ros.runtime.start import run_tool, start_tool
from detailbase_ros.tools.ask import Asker, NoNodeError
from detailbase_ros.tools.live_scene import LiveScene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.types import PointCloud

_THREADS = 4
_STATE_S = 0.2  # between two states of the robot
_MAP_S = 1.0  # between two versions of the map at least
_PARAMETERS_S = 5.0


class LiveConsole:
    """Keeps the pages of a console up to date.

    Args:
        scene: the node.
        server: of the pages.
    """

    def __init__(self, scene: LiveScene, server: ConsoleServer) -> None:
        self._scene, self._server = scene, server
        self._shown: PointCloud = scene.cloud
        self._shown_at = 0.0

    def update(self) -> None:
        """Show the robot, and the map where there is a newer one."""
        self._server.show_state(self._scene.state())
        cloud, now = self._scene.cloud, time.monotonic()
        if cloud is not self._shown and now - self._shown_at >= _MAP_S:
            self._shown, self._shown_at = cloud, now
            self._server.show_map()

    def run(self) -> None:
        """Go on until ROS is shut down."""
        while rclpy.ok():
            self.update()
            time.sleep(_STATE_S)


def find_node(asker: Asker, wanted: str) -> str:
    """Full name of the node that answers; waits until there is one.

    Raises:
        AskError: several do.
    """
    told = False
    while True:
        try:
            return asker.find_node(wanted)[0]
        except NoNodeError as error:
            if not told:
                print(f"console: {shown(error)}. Waiting for it ...", file=sys.stderr)
            told = True


def _run(options: argparse.Namespace) -> int:
    need_viser()
    Gate(options.token)  # one that is too short is told of at once
    asker = Asker("console")
    scene = LiveScene(asker, find_node(asker, options.node))
    executor = PooledExecutor(_THREADS)
    executor.add_node(asker)
    threading.Thread(target=_spin, args=[executor], daemon=True).start()
    scene.read_threshold(_PARAMETERS_S)
    threshold = scene.least_presence
    server = ConsoleServer(scene, options.host, options.port, threshold, options.token)
    warn_of_visitors(options.host, options.token)
    print(f"The console is at {server.url} (Ctrl-C ends)", flush=True)
    try:
        LiveConsole(scene, server).run()
    finally:
        server.stop()
    return FOUND


def _spin(executor: PooledExecutor) -> None:
    try:
        executor.spin()
    except ExternalShutdownException:
        pass
    except Exception:
        if rclpy.ok():  # otherwise it was shut down under some call
            raise


def _serve(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="console", description="Ask a running node in the browser."
    )
    parser.add_argument("--node", default="", help="node name, where several nodes answer")
    add_server_arguments(parser)
    try:
        return _run(parser.parse_args(words))
    except (DetailBaseError, OSError) as error:
        print(f"console: {shown(error, 2000)}", file=sys.stderr)
        return NO_ANSWER


def main(args: Sequence[str] | None = None) -> int:
    """Serve the page until interrupted; returns the exit status."""
    args = sys.argv if args is None else args
    start_tool("console", args, failure=NO_ANSWER)  # says what is wrong with ROS's arguments
    return run_tool(lambda: _serve(remove_ros_args(args)[1:]))


if __name__ == "__main__":
    sys.exit(main())
