"""Ask the running node one sentence from a terminal: `ros2 run detailbase_ros ask "the red chair"`.

Prints a line per object, its box's centre in metres:

    chair #1  x=1.42 y=-0.30 z=0.45  odom  0.91

Exit status: 0 found, 1 nothing found, 2 no answer, 130 interrupted.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.utilities import remove_ros_args

from detailbase_core.errors import DetailBaseError, LookupFailed, shown
from detailbase_core.transforms import listed_frames
from detailbase_ros.messages.object_names import object_names
from detailbase_ros.messages.query import Status
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.runtime.discovery import answering_nodes
from detailbase_ros.runtime.endpoints import Endpoints
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.scans.tf_source import make_transform_source
from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from detailbase_ros.msg import GroundedPhrase

FOUND, NOTHING_FOUND, NO_ANSWER, INTERRUPTED = 0, 1, 2, 130
_DISCOVERY_S = 5.0
_TF_S = 5.0
_DEPTH = 256  # all clients of a service hear all its answers: ten at once would hide ours
_GRACE_S = 2.0  # for the answer TIMEOUT to arrive


class AskError(DetailBaseError):
    """There is no answer; the message says why and what to do."""


class Asker(Node):
    """Client node: finds the node that answers, asks it, and looks up the output frame."""

    def __init__(self) -> None:
        super().__init__("ask")

    def find_service(self, wanted: str) -> str:
        """The service of the node called `wanted`, or of the only one where that is empty.

        Raises:
            AskError: none, or several to choose from.
        """
        wanted = f"/{wanted.strip('/')}" if wanted else ""
        nodes: dict[str, str] = {}

        def found() -> bool:
            nodes.update(answering_nodes(self))
            return wanted in nodes if wanted else bool(nodes)

        self._wait(found, _DISCOVERY_S)
        names = ", ".join(nodes)
        if wanted and wanted not in nodes:
            others = f"these do: {names}" if names else "no other does either"
            raise AskError(f"no node called {wanted} answers sentences here; {others}")
        if not nodes:
            raise AskError(
                "no segmentation_node on this graph. Is it running, configured, and in this "
                "ROS_DOMAIN_ID? 'ros2 run detailbase_ros doctor' looks closer"
            )
        if len(nodes) > 1 and not wanted:
            raise AskError(f"several nodes answer: {names}; choose one with --node")
        return nodes[wanted] if wanted else next(iter(nodes.values()))

    def ask(self, service: str, sentence: str, timeout_s: float) -> GroundedQuery:
        """The answer, whatever its status.

        Raises:
            AskError: none came.
        """
        client = self.create_client(GroundQuery, service, qos_profile=QoSProfile(depth=_DEPTH))
        client.wait_for_service(_DISCOVERY_S)
        request = GroundQuery.Request(query=sentence, client_tag="ask", timeout_s=timeout_s)
        answer = client.call_async(request)
        rclpy.spin_until_future_complete(self, answer, timeout_sec=timeout_s + _GRACE_S)
        if not answer.done():
            raise AskError(
                f"{service} did not answer within {timeout_s:g} s; is its node still running? "
                "Give it longer with --timeout"
            )
        return answer.result().answer

    def transform(self, target: str, source: str) -> NDArray[np.float64]:
        """(4, 4) from `source` to `target` as of now.

        Raises:
            AskError: TF does not know it.
        """
        if target == source:
            return np.eye(4)
        events = EventCounters(self.get_logger())
        transforms = make_transform_source(Endpoints(self, events), None, events)
        found: list[NDArray[np.float64]] = []
        reason = ""

        def look() -> bool:
            nonlocal reason
            try:
                found.append(transforms.lookup(target, source, 0))
            except LookupFailed as error:
                reason = str(error)
            return bool(found)

        self._wait(look, _TF_S)
        if not found:
            known = listed_frames(transforms.frames)
            raise AskError(f"no transform from {source!r} to {target!r}: {reason}. Frames: {known}")
        return found[0]

    def _wait(self, done: Callable[[], object], limit_s: float) -> None:
        end = time.monotonic() + limit_s
        while not done() and time.monotonic() < end:
            rclpy.spin_once(self, timeout_sec=0.05)


def answer_lines(answer: GroundedQuery, frame: str, to_frame: NDArray[np.float64]) -> list[str]:
    """A line per object of every phrase, and of the whole sentence where there are several.

    Args:
        answer: of status OK or NOTHING_FOUND.
        frame: output frame.
        to_frame: (4, 4) from the answer's frame to it.
    """
    phrases = list(answer.phrases) or [answer.sentence]
    named = object_names((phrase.text, len(phrase.instances)) for phrase in phrases)
    names = [[str(name) for name in some] for some in named]
    if len(answer.phrases) > 1:
        phrases.append(answer.sentence)
        names.append([f"target #{n}" for n in range(1, len(answer.sentence.instances) + 1)])
    return [
        line
        for phrase, some in zip(phrases, names, strict=True)
        for line in _phrase_lines(phrase, some, frame, to_frame)
    ]


def _phrase_lines(
    phrase: GroundedPhrase, names: list[str], frame: str, to_frame: NDArray[np.float64]
) -> list[str]:
    if not phrase.instances:
        presence = math.floor(100 * phrase.presence) / 100  # never up to the threshold
        return [f"{shown(phrase.text)}: nothing found (presence {presence:.2f})"]
    lines = []
    for name, instance in zip(names, phrase.instances, strict=True):
        p = instance.pose.position
        x, y, z = (to_frame @ np.array([p.x, p.y, p.z, 1.0]))[:3]
        lines.append(f"{shown(name)}  x={x:.2f} y={y:.2f} z={z:.2f}  {frame}  {instance.score:.2f}")
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ask", description="Ask the running node one sentence.")
    parser.add_argument("sentence", nargs="+", help='such as "the red chair by the desk"')
    parser.add_argument("--frame", default="", help="output frame, e.g. base_link")
    parser.add_argument("--node", default="", help="node name, where several nodes answer")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait (30)")
    return parser


def _run(options: argparse.Namespace) -> int:
    asker = Asker()
    service = asker.find_service(options.node)
    answer = asker.ask(service, " ".join(options.sentence), options.timeout)
    if answer.status not in (GroundedQuery.OK, GroundedQuery.NOTHING_FOUND):
        raise AskError(f"{Status(answer.status).name}: {answer.message}")
    frame = options.frame or answer.header.frame_id
    to_frame = asker.transform(frame, answer.header.frame_id)
    print("\n".join(answer_lines(answer, frame, to_frame)))
    if answer.message:
        print(shown(answer.message))
    return FOUND if answer.status == GroundedQuery.OK else NOTHING_FOUND


def main(args: Sequence[str] | None = None) -> int:
    """Ask, print, return the exit status."""
    args = sys.argv if args is None else args
    options = _parser().parse_args(remove_ros_args(args)[1:])
    rclpy.init(args=args)
    try:
        return _run(options)
    except AskError as error:
        print(f"ask: {shown(error, 2000)}", file=sys.stderr)
        return NO_ANSWER
    except (KeyboardInterrupt, ExternalShutdownException):
        return INTERRUPTED
    finally:
        rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main())
