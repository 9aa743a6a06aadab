"""A live node in a storm of everything at once: is each query answered once, is memory flat?

python benchmarks/live_storm.py --minutes 60

2,000 transforms a second on 500 frames, most of them once only; clouds of 0 to 5 million points;
sentences by topic and service, sound and odd; saving, loading and clearing the map; parameters;
lifecycle requests, fitting and not. Seeded. Exit code 1 where a query was not answered exactly
once, a request not at all, the node ended or was slow to, or its memory grew.

Of each service it counts what was sent, what the node took up, what it sent back and what came
back (a request that the node never took up was lost on its way, as was a response that did not
come). Each minute it shows the memory that stayed between large clouds, what malloc has in use and
keeps, and the map's voxels. Flat: after the warm-up what stays grows by less than 60 MB an hour.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from geometry_msgs.msg import TransformStamped
from helpers.live_node import demo_views, live, spin_until
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from scipy.stats import theilslopes
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from detailbase_core.synthetic.demo_room import QUESTIONS
from detailbase_core.types import PointCloud
from detailbase_ros.messages.conversions import cloud_to_message, to_stamp
from detailbase_ros.messages.query import Status
from detailbase_ros.srv import GroundQuery, SceneFile

if TYPE_CHECKING:
    from helpers.live_node import NodeProcess, Robot, View
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.task import Future

    from detailbase_ros.msg import GroundedQuery

_NODE = "/segmentation_node"
_TICK_S = 0.02
_TRANSFORMS = 40  # a tick
_FRAMES = 500
_SIZES = (0, 1, 1000, 100_000, 1_000_000, 5_000_000)
# Of a room. Encodings of the millions that are possible would take gigabytes and hide what leaks.
_MAX_VOXELS = 200_000
_TO_ANSWER_S = 30.0
_WARM_MINUTES = 10.0  # or half the time
_ALLOWED_MB_PER_HOUR, _ALLOWED_END_S = 60.0, 1.0
_ODD = ("", ".", "the \x1b[2J", "x" * 5000, "." * 1_000_000, "椅子 🪑", "two very " * 100)
_PARAMETERS = (
    *(("query_queue_size", n) for n in (1, 32, 1000, 0, 2**62)),
    *(("scene_period_s", s) for s in (0.1, 2.0, 1e10, 1e300, float("nan"))),
    *(("map.max_range_m", m) for m in (4.0, 8.0, -1.0)),
    *(("map.crop_high_m", box) for box in ([9.0] * 3, [1e9] * 3, [], [float("nan")] * 3)),
    *(("instances.mask_threshold", x) for x in (0.4, 0.5, "high")),
)


@dataclass(frozen=True)
class Call:
    """A request to a service.

    Attributes:
        service: its name.
        sent_s: since the storm began, seconds.
        future: of the response.
    """

    service: str
    sent_s: float
    future: Future


@dataclass(frozen=True)
class Sample:
    """Memory of the node at a time, MB, and voxels of its map, "?" where it has not said.

    Attributes:
        resident: as the system sees it.
        in_use: malloc's blocks in use, by the node's own diagnostics.
        kept: malloc's blocks that are free.
        voxels: of the map.
    """

    resident: float
    in_use: str
    kept: str
    voxels: str


class Storm:
    """What is sent, and what has come back.

    Args:
        robot: publishes and hears.
        executor: spins it.
        views: of a room, in the order of a drive.
        seed: of everything that is sent.
    """

    def __init__(
        self, robot: Robot, executor: SingleThreadedExecutor, views: list[View], seed: int
    ) -> None:
        self._robot, self._executor, self._views = robot, executor, views
        self._random, self._tick = random.Random(seed), 0
        self.sent: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()  # query id -> answers on the topic
        self.statuses: Counter[int] = Counter()
        self.calls: list[Call] = []
        self._begin = time.monotonic()
        self.asked = self.asked_by_service = 0
        self._paused = False
        robot.listeners.append(self._hear)
        kinds: dict[str, Any] = {
            "ground": GroundQuery,
            "save_scene": SceneFile,
            "load_scene": SceneFile,
            "clear_scene": Trigger,
            "set_parameters": SetParameters,
            "change_state": ChangeState,
        }
        deep = QoSProfile(depth=256)
        self._clients = {
            name: robot.create_client(kind, f"{_NODE}/{name}", qos_profile=deep)
            for name, kind in kinds.items()
        }

    def _hear(self, answer: GroundedQuery) -> None:
        self.answers[answer.query_id] += 1
        self.statuses[answer.status] += 1

    def tick(self) -> None:
        """What happens in one tick."""
        tick, r = self._tick, self._random
        self._tick += 1
        self._transforms()
        if tick % 20 == 0:
            self._robot.show(self._views[tick // 20 % len(self._views)])
            self.sent["clouds"] += 1
        if tick % 1000 == 999:
            self._large_cloud(r.choice(_SIZES))
        if tick % 25 == 0:
            self._ask()
        if tick % 50 == 0:
            name, value = r.choice(_PARAMETERS)
            parameter = Parameter(name, value=value).to_parameter_msg()
            self._call("set_parameters", SetParameters.Request(parameters=[parameter]))
        if tick % 500 == 250:
            self._map_call()
        if tick % 1500 == 750:  # pause, and go on once it has: both at once may change places
            self._paused = True
            paused = self._change(Transition.TRANSITION_DEACTIVATE)
            paused.add_done_callback(lambda _: self._go_on())
        elif tick % 300 == 150 and not self._paused and self._is_settled("change_state"):
            # One that does not fit while the node is active; later it may: a clean-up, say, after
            # which there is no service to ask for a while.
            self._change(r.choice((0, 1, 2, 3, 60, 99, 255)))

    def settle(self, seconds: float) -> None:
        """Wait until all is answered, but no longer than this."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.all_answered():
            spin_until(self._executor, time.monotonic() + 0.1)

    def all_answered(self) -> bool:
        """Whether every query has its answer on the topic, and every request its response."""
        total = self.asked + self.asked_by_service
        return len(self.answers) >= total and all(call.future.done() for call in self.calls)

    def _is_settled(self, service: str) -> bool:
        """Whether all requests to a service have their response."""
        return all(call.future.done() for call in self.calls if call.service == service)

    def _transforms(self) -> None:
        stamp = to_stamp(self._robot.get_clock().now().nanoseconds)
        message = TFMessage()
        for k in range(_TRANSFORMS):
            number = (self._tick * _TRANSFORMS + k) % _FRAMES
            once = k % 4 == 0
            child = f"seen_once_{self._tick}_{k}" if once else f"part_{number}"
            transform = TransformStamped(child_frame_id=child)
            transform.header.frame_id = "base_link" if number == 0 else f"part_{number // 2}"
            transform.header.stamp = to_stamp(2**31 * 10**9 - 1) if number == 77 else stamp
            transform.transform.rotation.w = 1.0
            message.transforms.append(transform)
        self._robot.publish_transforms(message)
        self.sent["transforms"] += _TRANSFORMS

    def _large_cloud(self, points: int) -> None:
        xyz = np.random.default_rng(points).uniform(-3, 3, (points, 3)).astype(np.float32)
        rgb = np.full(xyz.shape, 120, np.uint8)
        _, transform = self._views[0]
        cloud = cloud_to_message(PointCloud(xyz, rgb, transform.child_frame_id, 1))
        self._robot.show((cloud, transform))
        self.sent[f"clouds of {points}"] += 1

    def _ask(self) -> None:
        r = self._random
        text = r.choice(_ODD) if r.random() < 0.2 else r.choice(QUESTIONS).sentence
        if r.random() < 0.5:
            self._robot.ask(text)
            self.asked += 1
            return
        request = GroundQuery.Request(query=text, client_tag=str(self.asked_by_service))
        request.timeout_s = r.choice((0.0, 0.001, 1.0, 1e300))
        request.with_points = r.random() < 0.1
        self._call("ground", request)
        self.asked_by_service += 1

    def _map_call(self) -> None:
        r = self._random
        name = r.choice(("save_scene", "save_scene", "load_scene", "load_scene", "clear_scene"))
        request: Any = Trigger.Request()
        if name != "clear_scene":
            request = SceneFile.Request(name=r.choice(("room", "room", "missing", "../x")))
        self._call(name, request)

    def _go_on(self) -> None:
        self._change(Transition.TRANSITION_ACTIVATE)
        self._paused = False  # what is sent from now on comes behind it

    def _change(self, number: int) -> Future:
        return self._call("change_state", ChangeState.Request(transition=Transition(id=number)))

    def _call(self, name: str, request: Any) -> Future:
        future: Future = self._clients[name].call_async(request)
        self.calls.append(Call(name, time.monotonic() - self._begin, future))
        self.sent[name] += 1
        return future


def weather(
    process: NodeProcess, robot: Robot, storm: Storm, executor: Any, minutes: float
) -> list[Sample]:
    """Storm for so long; a sample of the node's memory a second."""
    begin, memory = time.monotonic(), []
    for tick in range(round(60.0 * minutes / _TICK_S)):
        if not process.alive:
            break
        storm.tick()
        if tick % round(1.0 / _TICK_S) == 0:
            figures = ("malloc in use (MB)", "malloc kept free (MB)")
            in_use, kept = (robot.value("memory", name) for name in figures)
            voxels = robot.value("map", "voxels")
            memory.append(Sample(process.memory_mb, in_use, kept, voxels))
            if len(memory) % 60 == 0:
                print_memory(memory)
        spin_until(executor, begin + (tick + 1) * _TICK_S)
        executor.spin_once(timeout_sec=0.0)  # also where the storm is late
        if time.monotonic() - begin > 60.0 * minutes:
            break
    return memory


def growth_mb_per_hour(memory: list[float], minutes: float) -> float:
    """Slope of what stays after the warm-up, MB an hour; `memory` has a figure a second.

    Of each minute the lowest, since a cloud of millions takes hundreds of MB while it is in work;
    the median of the slopes of all pairs of minutes (Theil and Sen), which no single peak moves.
    """
    warm = int(len(memory) * min(0.5, _WARM_MINUTES / minutes))
    lows = [min(memory[k : k + 60]) for k in range(warm, len(memory), 60)]
    return 60.0 * float(theilslopes(lows).slope) if len(lows) > 1 else 0.0


def print_calls(storm: Storm, robot: Robot) -> None:
    """What became of the requests, service by service."""
    print("service: sent, taken up by the node, answered by it, responses that came")
    for name in sorted({call.service for call in storm.calls}):
        calls = [call for call in storm.calls if call.service == name]
        taken, answered = (
            robot.value("callbacks", f"{what}: {name}") for what in ("requests", "responses")
        )
        came = sum(call.future.done() for call in calls)
        silent = ", ".join(f"{call.sent_s:.1f} s" for call in calls if not call.future.done())
        print(f"  {name}: {len(calls)}, {taken}, {answered}, {came}", silent and f"(not: {silent})")


def print_memory(samples: list[Sample]) -> None:
    """The last minute: of each figure the lowest."""
    minute = samples[-60:]
    lowest = [min(s.resident for s in minute)]
    lowest += [min(number(getattr(s, name)) for s in minute) for name in ("in_use", "kept")]
    resident, in_use, kept = (f"{figure:.0f}" for figure in lowest)
    print(
        f"minute {len(samples) / 60:.0f}: {resident} MB resident (at most "
        f"{max(s.resident for s in minute):.0f}), malloc: {in_use} in use, {kept} kept; "
        f"{minute[-1].voxels} voxels",
        flush=True,
    )


def number(text: str) -> float:
    """A figure of the diagnostics; infinite where there was none yet."""
    return math.inf if text == "?" else float(text)


def main() -> int:
    """Storm; 0 = all well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    views = demo_views(240, 180)
    with (
        TemporaryDirectory() as folder,
        live(
            *("-p", f"scene_directory:={Path(folder)}", "-p", f"map.max_voxels:={_MAX_VOXELS}")
        ) as (process, robot, executor),
    ):
        storm = Storm(robot, executor, views, options.seed)
        spin_until(executor, time.monotonic() + 3.0)
        begin = time.monotonic()
        memory = weather(process, robot, storm, executor, options.minutes)
        seconds = time.monotonic() - begin
        storm.settle(_TO_ANSWER_S)
        spin_until(executor, time.monotonic() + 2.5)  # for its last diagnostics
        alive, (status, end_s) = process.alive, process.stop()
    grown = growth_mb_per_hour([s.resident for s in memory], options.minutes)
    in_use = growth_mb_per_hour([number(s.in_use) for s in memory], options.minutes)
    twice = sum(count > 1 for count in storm.answers.values())
    unanswered = storm.asked + storm.asked_by_service - len(storm.answers)
    silent = sum(not call.future.done() for call in storm.calls)
    print(f"{seconds:.0f} s: {dict(sorted(storm.sent.items()))}")
    print(f"{storm.sent['transforms'] / seconds:.0f} transforms a second")
    print(f"{storm.asked} queries on the topic, {storm.asked_by_service} by service")
    by_name = {Status(number).name: count for number, count in sorted(storm.statuses.items())}
    print(f"answers: {by_name}")
    print(f"unanswered {unanswered}, twice {twice}, calls without response {silent}")
    print_calls(storm, robot)
    print(f"memory {grown:+.1f} MB an hour, malloc in use {in_use:+.1f}", end="; ")
    print(f"at most {max(s.resident for s in memory):.0f} MB")
    print(f"node alive: {alive}; ended with {status} in {end_s:.2f} s")
    well = alive and status == 0 and end_s < _ALLOWED_END_S and grown < _ALLOWED_MB_PER_HOUR
    well = well and not (unanswered or twice or silent)
    print("all well" if well else "NOT WELL")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
