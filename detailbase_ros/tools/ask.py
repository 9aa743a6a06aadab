"""Ask the running node one sentence from a terminal: `ros2 run detailbase_ros ask "the red table"`.

Prints each phrase, and a line per object: its name, its box's centre in metres, its score:

    "the red table" (odom)
    the red table:
      red table #1  x=0.08 y=-0.50 z=0.20  score 0.87

With --follow it goes on with what is typed, and "the other one" refers to the last answer.

Exit status: 0 the sentence's target was found, 1 it was not, 2 no answer, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import rclpy
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.utilities import remove_ros_args

from detailbase_core.config import A_DAY_S
from detailbase_core.conversation.prompt import typed_sentences
from detailbase_core.errors import DetailBaseError, LookupFailed, shown, shown_lines
from detailbase_core.output.answer_json import (
    AnswerContext,
    OtherFrame,
    answer_dict,
    follow_up_members,
    json_line,
    no_answer_dict,
)
from detailbase_core.output.exit_status import FOUND, NO_ANSWER, exit_status
from detailbase_core.output.result_files import answer_lines, title_line
from detailbase_core.transforms import listed_frames
from detailbase_ros.messages.from_messages import grounding_without_points
from detailbase_ros.messages.query import Status, reasons_of, taken_as_of
from detailbase_ros.messages.topics import LOOK
from detailbase_ros.programs import start_command
from detailbase_ros.runtime.discovery import answering_nodes, look_action
from detailbase_ros.runtime.endpoints import Endpoints, interface_class
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.runtime.start import run_tool, start_tool
from detailbase_ros.scans.tf_source import TopicTransforms
from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from rclpy.client import Client

    from detailbase_core import types
    from detailbase_core.types import Grounding
    from detailbase_ros.msg import GroundedQuery

    Point = tuple[float, float, float]

_DISCOVERY_S = 5.0
_LOOK_AROUND_S = 0.5  # between two looks whether the node is still there
_GONE_S = 5.0
_TF_S = 5.0
_DEPTH = 256  # all clients of a service hear all its answers: ten at once would hide ours
_SEE_DOCTOR = f"; '{start_command('doctor')}' tells why no clouds come in"
_GRACE_S = 2.0  # for the answer TIMEOUT to arrive
_LOOK_GRACE_S = 30.0  # for a look's goal to be taken, for its result; the node sends for 10 s


class AskError(DetailBaseError):
    """There is no answer; the message says why and what to do."""


class NoNodeError(AskError):
    """Nobody answers sentences here, or not who should."""


class Asker(Node):
    """Client node: finds the node that answers, asks it, and looks up the output frame.

    Args:
        name: of this node.
    """

    def __init__(self, name: str = "ask") -> None:
        super().__init__(name)

    def find_node(self, wanted: str) -> tuple[str, str]:
        """The node called `wanted`, or the only one where that is empty, and its service.

        Where several answer, those in the namespace of this node come first.

        Raises:
            NoNodeError: none.
            AskError: several to choose from.
        """
        wanted = f"/{wanted.strip('/')}" if wanted else ""
        nodes: dict[str, str] = {}

        here = self.get_namespace().rstrip("/")

        def own() -> list[str]:
            return [name for name in nodes if name.rpartition("/")[0] == here]

        def found() -> bool:
            nodes.update(answering_nodes(self))
            return wanted in nodes if wanted else bool(own() if here else nodes)

        self._wait(found, _DISCOVERY_S)
        names = ", ".join(nodes)
        if wanted and wanted not in nodes:
            others = f"these do: {names}" if names else "no other does either"
            raise NoNodeError(f"no node called {wanted} answers sentences here; {others}")
        if not nodes:
            raise NoNodeError(
                "no segmentation_node on this graph. Is it running, configured, and in this "
                f"ROS_DOMAIN_ID? '{start_command('doctor')}' tells you why"
            )
        choice = [wanted] if wanted else own() or list(nodes)
        if len(choice) > 1:
            raise AskError(f"several nodes answer: {', '.join(choice)}; choose one with --node")
        return choice[0], nodes[choice[0]]

    def ask(
        self, service: str, sentence: str, timeout_s: float, client_tag: str = ""
    ) -> GroundedQuery:
        """The answer, whatever its status.

        Args:
            service: of the node.
            sentence: what to look for.
            timeout_s: the node's time for it, seconds.
            client_tag: of a conversation; "" = the sentence stands by itself.

        Raises:
            AskError: none came.
        """
        client = self._caller(service)
        client.wait_for_service(_DISCOVERY_S)
        request = GroundQuery.Request(query=sentence, client_tag=client_tag, timeout_s=timeout_s)
        answer = client.call_async(request)
        rclpy.spin_until_future_complete(self, answer, timeout_sec=timeout_s + _GRACE_S)
        if not answer.done():
            raise AskError(
                f"{service} did not answer within {timeout_s:g} s; is its node still running? "
                "Give it longer with --timeout"
            )
        return answer.result().answer

    def _caller(self, service: str) -> Client:
        """The client of a service, made once: another must be discovered anew."""
        for client in self.clients:
            if client.srv_name == service:
                return client
        return self.create_client(GroundQuery, service, qos_profile=QoSProfile(depth=_DEPTH))

    def look(self, node: str, sentence: str, limit_s: float) -> GroundedQuery:
        """The answer once the target is found while the map grows; after `limit_s` the last one.

        Raises:
            AskError: none came.
        """
        if not self._wait(lambda: look_action(self, node), _DISCOVERY_S):
            raise AskError(f"{node} has no ~/look, which --wait needs: its version is older")
        kind = interface_class(LOOK.type_name)
        client = ActionClient(self, kind, str(look_action(self, node)))
        try:
            self._wait(client.server_is_ready, _DISCOVERY_S)
            goal = kind.Goal(query=sentence, client_tag="ask", time_limit_s=limit_s)
            sent = client.send_goal_async(goal, feedback_callback=_Progress().show)
            self._wait_for_answer(client, sent, node, 0.0)
            result = sent.result().get_result_async()
            sensible = 0.0 < limit_s <= A_DAY_S  # otherwise the node refuses at once
            self._wait_for_answer(client, result, node, limit_s if sensible else 0.0)
            answer: GroundedQuery = result.result().result.answer
            return answer
        finally:
            client.destroy()

    def _wait_for_answer(
        self, client: ActionClient[Any, Any, Any], answer: Any, node: str, limit_s: float
    ) -> None:
        """Wait as long as the node is there, and not much longer than it may take, seconds."""
        begin = seen = time.monotonic()
        while not self._wait(answer.done, _LOOK_AROUND_S):
            now = time.monotonic()
            if client.server_is_ready():
                seen = now
            elif now - seen > _GONE_S:
                raise AskError(f"{node} is gone, and its answer with it; start it and ask again")
            if now - begin > limit_s + _LOOK_GRACE_S:
                raise AskError(
                    f"{node} is there, but sent nothing within {limit_s + _LOOK_GRACE_S:g} s: it "
                    "hangs, or cannot reach this computer; ask again"
                )

    def transform(self, target: str, source: str) -> NDArray[np.float64]:
        """(4, 4) from `source` to `target` as of now.

        Raises:
            AskError: TF does not know it.
        """
        if target == source:
            return np.eye(4)
        events = EventCounters(self.get_logger())
        transforms = TopicTransforms(Endpoints(self, events), None, events)
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

    def _wait(self, done: Callable[[], object], limit_s: float) -> bool:
        """Spin until `done`; whether it came to that within `limit_s`, seconds."""
        end = time.monotonic() + limit_s
        while not done():
            if time.monotonic() >= end:
                return False
            rclpy.spin_once(self, timeout_sec=0.05)
        return True


class _Progress:
    """Tells on stderr of each better candidate of what is looked for."""

    def __init__(self) -> None:
        self._told = ""

    def show(self, message: Any) -> None:
        """The callback of feedback."""
        feedback = message.feedback
        for best in feedback.best:
            place = best.pose.position
            where = f"x={place.x:.2f} y={place.y:.2f} z={place.z:.2f}"
            text = f"no {feedback.missing!r} yet; likeliest  {where}  presence {best.score:.2f}"
            if text != self._told:
                self._told = text
                print(f"ask: {shown(text, 2000)}", file=sys.stderr, flush=True)


def moved(grounding: Grounding, to_frame: NDArray[np.float64]) -> Grounding:
    """The answer with its objects' places in another frame; boxes keep their size and yaw.

    Args:
        grounding: the answer.
        to_frame: (4, 4) from the answer's frame to the other.
    """

    def place(point: Point) -> Point:
        x, y, z = (to_frame @ np.array([*point, 1.0]))[:3].tolist()
        return x, y, z

    def phrase(one: types.GroundedPhrase) -> types.GroundedPhrase:
        instances = (
            replace(i, box=replace(i.box, center=place(i.box.center)), centroid=place(i.centroid))
            for i in one.instances
        )
        return replace(one, instances=tuple(instances))

    phrases = tuple(phrase(one) for one in grounding.phrases)
    return replace(grounding, sentence=phrase(grounding.sentence), phrases=phrases)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ask", description="Ask the running node one sentence.")
    parser.add_argument("sentence", nargs="*", help='such as "the red chair by the desk"')
    follow = (
        'go on with sentences from a prompt or stdin; they may refer to the last answer, as "the '
        'other one" does (docs/conversation.md)'
    )
    parser.add_argument("--follow", action="store_true", help=follow)
    parser.add_argument("--frame", default="", help="output frame, e.g. base_link")
    parser.add_argument("--node", default="", help="node name, where several nodes answer")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait (30)")
    patience = (
        "have the node look again while the map grows, until the target is found: this long at "
        "most, seconds"
    )
    parser.add_argument("--wait", type=float, default=0.0, help=patience)
    lines = "print the answer as JSON instead (docs/answers.md)"
    parser.add_argument("--json", action="store_true", help=lines)
    return parser


def _run(options: argparse.Namespace) -> int:
    asker = Asker()
    node, service = asker.find_node(options.node)
    sentence = " ".join(options.sentence)
    if options.follow:
        return _follow(asker, service, options)
    if options.wait:
        return _print(asker, options, sentence, asker.look(node, sentence, options.wait))
    return _print(asker, options, sentence, asker.ask(service, sentence, options.timeout))


def _follow(asker: Asker, service: str, options: argparse.Namespace) -> int:
    """Ask what is typed, sentence by sentence; one that cannot be answered ends nothing."""
    client_tag = f"ask-{uuid.uuid4().hex}"
    typed = typed_sentences(interruptible=True)
    for sentence in chain(filter(None, [" ".join(options.sentence)]), typed):
        try:
            answer = asker.ask(service, sentence, options.timeout, client_tag)
            _print(asker, options, sentence, answer)
        except AskError as error:
            _complain(error)
    return FOUND


def _print(asker: Asker, options: argparse.Namespace, sentence: str, answer: GroundedQuery) -> int:
    """Print the answer to a sentence; its exit status.

    Raises:
        AskError: there is no answer.
    """
    frame = answer.header.frame_id
    status = Status(answer.status)
    if status not in (Status.OK, Status.NOTHING_FOUND):
        if options.json:
            print(json_line(no_answer_dict(answer.query, status.name, answer.message, frame)))
        where = _SEE_DOCTOR if status is Status.EMPTY_MAP else ""
        raise AskError(f"{status.name}: {answer.message}{where}")
    grounding = grounding_without_points(answer)
    wanted, taken_as = options.frame or frame, taken_as_of(answer.message)
    to_frame = asker.transform(wanted, frame)
    if options.json:
        more = follow_up_members(sentence, taken_as)
        print(json_line(_answer_dict(answer, grounding, options.frame, to_frame, more)), flush=True)
    else:
        lines = [title_line(sentence, wanted)]
        lines += [f"taken as: {taken_as}"] if taken_as else []
        lines += answer_lines(moved(grounding, to_frame))
        lines += reasons_of(answer.message, grounding.plea)
        print(shown_lines("\n".join(lines)), flush=True)
    return exit_status([grounding])


def _answer_dict(
    answer: GroundedQuery,
    grounding: Grounding,
    wanted: str,
    to_frame: NDArray[np.float64],
    more: dict[str, str],
) -> dict[str, Any]:
    members: dict[str, Any] = {"scene_version": answer.scene_version, **more}
    others: tuple[OtherFrame, ...] = ()
    if wanted:
        members["output_frame"] = wanted
        others = (OtherFrame("output", to_frame),)
    context = AnswerContext(answer.header.frame_id, others, members, counts_points=False)
    return answer_dict(grounding, context)


def _complain(error: AskError) -> None:
    print(f"ask: {shown(error, 2000)}", file=sys.stderr)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(words)
    if not (options.sentence or options.follow):
        parser.error("give a sentence, or --follow to type some")
    if options.wait and options.follow:
        parser.error("--wait looks for one sentence; leave out --follow")
    return options


def _ask(words: Sequence[str]) -> int:
    try:
        return _run(_options(words))
    except AskError as error:
        _complain(error)
        return NO_ANSWER


def main(args: Sequence[str] | None = None) -> int:
    """Ask, print, return the exit status."""
    args = sys.argv if args is None else args
    start_tool("ask", args, failure=NO_ANSWER)  # first: it says what is wrong with ROS's arguments
    return run_tool(lambda: _ask(remove_ros_args(args)[1:]))


if __name__ == "__main__":
    sys.exit(main())
