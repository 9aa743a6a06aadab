"""Damaged maps, odd sentences, parameters and requests against a live node in its own process.

    python -m tests.ros.live.fuzz --seconds 120 --maps 2000

Seeded: the same seed sends the same things. Every request must be answered, in ten seconds, and
the node must live, answer a plain sentence at the end, and not have grown. Prints a line a kind.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.ros.live.domains import DOMAINS  # first: nothing leaves this machine

# isort: split
import numpy as np
import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.msg import Parameter, ParameterValue
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters, SetParameters
from sensor_msgs.msg import PointCloud2, PointField
from std_srvs.srv import Trigger

from detailbase_core.config import GrounderConfig, MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.node_config import NodeConfig, parameters_of
from detailbase_ros.srv import GroundQuery, SceneFile
from tests.ros.live.graph import NODE, START_NS, Robot, Spinner, wait_for
from tests.ros.live.processes import ROOT, fake_node

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANSWER_S = 10.0
GROWN_MB = 100.0
NAMES = [n for config in (NodeConfig(), GrounderConfig()) for n, _, _ in parameters_of(config)]
SPLICES = (
    *(b"\0" * 8, b"\xff" * 8, b"PK\x05\x06", b"PK\x03\x04", b"{'descr': '|O'", b"-1", b"9" * 400),
    *(b"(1099511627776,)", b"\x93NUMPY\x01\x00", b"<f8", b">i4", b"True", b"\x80\x04\x95"),
)
WORDS = (
    *("the", "red", "chair", "two", "left", "of", "near", "and", "no", "all", "very", "x" * 300),
    *(".", ",", "-", "'", "\n", "%s", "{}", "\0", "\x1b[2J", "\u202e", "🪑", "椅子"),
)


def sound_map() -> bytes:
    """A map file of some hundred voxels."""
    scene_map = SceneMap(MapConfig())
    xyz = np.random.default_rng(0).uniform(0.5, 1.5, (300, 3)).astype(np.float32)
    cloud = PointCloud(xyz, np.full(xyz.shape, 90, np.uint8), "camera", START_NS)
    scene_map.insert(cloud, np.eye(4), "odom")
    with TemporaryDirectory() as folder:
        scene_map.save(Path(folder) / "map.npz")
        return (Path(folder) / "map.npz").read_bytes()


def damaged_bytes(content: bytes, r: random.Random) -> bytes:
    """A file with bytes changed, cut out or put in."""
    data = bytearray(content)
    for _ in range(r.randint(1, 6)):
        at = r.randrange(len(data)) if data else 0
        way = r.random()
        if way < 0.5 and data:
            data[at] = r.randrange(256)
        elif way < 0.8:
            data[at : at + r.choice((0, 0, 4, 8))] = r.choice(SPLICES)
        else:
            del data[at : at + r.choice((1, 2, 30, len(data)))]
    return bytes(data)


def damaged_arrays(content: bytes, r: random.Random) -> bytes:
    """A sound archive whose arrays say other things."""
    arrays = dict(np.load(io.BytesIO(content)))
    for _ in range(r.randint(1, 3)):
        name = r.choice(list(arrays))
        with np.errstate(all="ignore"), suppress(ValueError, OverflowError, TypeError):
            arrays[name] = damaged_array(arrays[name], r)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def damaged_array(old: NDArray[Any], r: random.Random) -> NDArray[Any]:
    """Another shape, type or content."""
    kinds = ("f2", "f8", "i1", "i8", ">i4", "?", "c16", "S9", "U400")
    words = ("\ud800", "\x1b[2J", "y" * 5000, "", "\U0010ffff")
    ways = (
        lambda: old[:-1] if old.ndim else np.zeros(3),
        lambda: np.repeat(old[None], 2, axis=0),
        lambda: old.astype(r.choice(kinds)) if old.size < 10_000 else old,
        lambda: old * 0 + r.choice((-1, 2**30, 255)) if old.dtype.kind in "if" else old,
        lambda: np.full(old.shape, r.choice((np.nan, np.inf, 1e30))).astype(old.dtype),
        lambda: np.array(r.choice(words)),
        lambda: np.zeros((0, 3), "f4"),
        lambda: np.zeros(100_000_000, "u1"),
        lambda: np.array(2**62),
    )
    return r.choice(ways)()


class Fuzz:
    """A node in a process of its own, and what is sent to it.

    Args:
        folder: its scene_directory.
        seed: of everything that is sent.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.random, self.folder = random.Random(seed), folder
        self.counts: Counter[str] = Counter()
        self.slowest_s = 0.0
        self.map = sound_map()
        domain = next(DOMAINS)
        self.log = (folder / "node.log").open("w")
        self.process = subprocess.Popen(
            [*fake_node(), "--ros-args", "-p", f"scene_directory:={folder}"],
            cwd=ROOT,
            env={**os.environ, "ROS_DOMAIN_ID": str(domain)},
            stderr=self.log,
        )
        self.context = rclpy.Context()
        self.context.init(domain_id=domain)
        self.robot = Robot(self.context)
        self.spinner = Spinner(self.context, self.robot)
        kinds = {
            "load_scene": SceneFile,
            "save_scene": SceneFile,
            "clear_scene": Trigger,
            "set_parameters": SetParameters,
            "get_parameters": GetParameters,
            "describe_parameters": DescribeParameters,
            "list_parameters": ListParameters,
            "change_state": ChangeState,
        }
        self.clients = {n: self.robot.create_client(k, f"{NODE}/{n}") for n, k in kinds.items()}
        self.clients["ground"] = self.robot.ground
        wait_for(self.robot.ground.service_is_ready, what="the node")
        self.activate()

    @property
    def memory_mb(self) -> float:
        """Resident memory of the node."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1e3

    def call(self, kind: str, service: str, request: object) -> object:
        """One call, answered or the end."""
        if self.process.poll() is not None:
            raise AssertionError(f"{kind}: the node ended with {self.process.returncode}")
        begin = time.monotonic()
        try:
            response = self.robot.call(self.clients[service], request, ANSWER_S)
        except TimeoutError:
            raise AssertionError(f"{kind}: {service} did not answer {request!r:.500}") from None
        self.slowest_s = max(self.slowest_s, time.monotonic() - begin)
        good = getattr(response, "success", True)
        self.counts[f"{kind}: {'done' if good else 'refused'}"] += 1
        return response

    def damaged_map(self) -> None:
        """Load one."""
        r = self.random
        way = damaged_arrays if r.random() < 0.5 else damaged_bytes
        (self.folder / "m.npz").write_bytes(way(self.map, r))
        self.call("maps", "load_scene", SceneFile.Request(name="m"))

    def sentence(self) -> None:
        """Ask something."""
        r = self.random
        words = [r.choice(WORDS) for _ in range(r.choice((0, 1, 3, 10, 300, 3000)))]
        text = " ".join(words).replace("\0", "" if r.random() < 0.5 else "\0")
        seconds = r.choice((0.0, -1.0, 1e-9, 1e300, float("nan"), float("inf"), 5.0))
        tag = "t" * r.choice((0, 5, 256, 257, 100_000))
        request = GroundQuery.Request(query=text, client_tag=tag, timeout_s=seconds)
        request.with_points = r.random() < 0.2
        self.call("sentences", "ground", request)

    def parameter(self) -> None:
        """Set or read some."""
        r = self.random
        name = r.choice([*NAMES, "use_sim_time", "no such", "", "x" * 10_000])
        value = ParameterValue(type=r.choice((*range(10), 77)))
        value.bool_value = r.random() < 0.5
        value.integer_value = r.choice((0, 1, -1, 5, 2**63 - 1, -(2**63)))
        value.double_value = r.choice((0.0, 0.5, 1e300, -1.0, float("nan"), float("inf")))
        value.string_value = r.choice(("", "odom", "keep", "\x1b[2J", "y" * 10_000))
        value.double_array_value = [r.uniform(-1e9, 1e9) for _ in range(r.choice((0, 2, 3)))]
        if name == "use_sim_time":
            value.type = 4  # a word: on purpose it is never switched on
        ways = (
            (
                "set_parameters",
                SetParameters.Request(parameters=[Parameter(name=name, value=value)]),
            ),
            ("get_parameters", GetParameters.Request(names=[name])),
            ("describe_parameters", DescribeParameters.Request(names=[name])),
            ("list_parameters", ListParameters.Request(prefixes=[name], depth=r.randrange(2**63))),
        )
        self.call("parameters", *r.choice(ways[:1] * 5 + ways[1:]))

    def service(self) -> None:
        """Call one of the others."""
        r = self.random
        name = r.choice(("m", "../m", "", "a" * 64, "a" * 65, "\x1b[2J", "x" * 100_000, "café"))
        ways = (
            ("save_scene", SceneFile.Request(name=name)),
            ("load_scene", SceneFile.Request(name=name)),
            ("clear_scene", Trigger.Request()),
        )
        self.call("services", *r.choice(ways))

    def transition(self) -> None:
        """Any transition but those that end it, then back to active."""
        r = self.random
        transition = Transition(id=r.choice((*range(5), 8, 9, 10, 20, 60, 61, 99, 255)))
        transition.label = r.choice(("", "", "", "activate", "\x1b[2J", "z" * 10_000))
        self.call("lifecycle", "change_state", ChangeState.Request(transition=transition))
        self.activate()

    def activate(self) -> None:
        """Whatever state it is in, bring it to active."""
        for number in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            request = ChangeState.Request(transition=Transition(id=number))
            self.robot.call(self.clients["change_state"], request, ANSWER_S)

    def cloud(self) -> None:
        """Publish a cloud whose layout may be anything."""
        r, message = self.random, PointCloud2()
        message.header.frame_id = r.choice(("camera_optical", "odom", "", "f" * 10_000, "\x1b[2J"))
        message.header.stamp.sec = r.choice((0, 5, -5, 2**31 - 1))
        message.fields = [
            PointField(
                name=r.choice(("x", "y", "z", "rgb", "r", "", "\x1b[2J", "n" * 10_000)),
                offset=r.choice((0, 4, 8, 12, 2**32 - 1)),
                datatype=r.randrange(12),
                count=r.choice((0, 1, 3, 2**32 - 1)),
            )
            for _ in range(r.randrange(6))
        ]
        message.height, message.width = r.choice((0, 1, 3, 2**32 - 1)), r.choice((0, 1, 9, 2**31))
        message.point_step, message.row_step = r.choice((0, 1, 16, 2**32 - 1)), r.choice((0, 144))
        message.is_bigendian = r.random() < 0.2
        message.data = r.randbytes(r.choice((0, 1, 144, 10_000)))
        self.robot.points.publish(message)
        self.counts["clouds: sent"] += 1

    def close(self) -> tuple[int, float]:
        """End all; the node's exit status, and how long it took, seconds."""
        begin = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
        seconds = time.monotonic() - begin
        self.context.try_shutdown()
        self.spinner.thread.join(5)
        self.spinner.executor.shutdown(2)
        self.robot.destroy_node()
        self.log.close()
        return self.process.returncode, seconds


def main() -> int:
    """Fuzz a node; 0 = all well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--maps", type=int, default=0, help="at least so many damaged maps")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        fuzz = Fuzz(Path(folder), options.seed)
        try:
            well = run(fuzz, options.seconds, options.maps)
        finally:
            code, seconds = fuzz.close()
        print(f"ended with {code} in {seconds:.2f} s")
    print("all well" if well and code == 0 else "NOT WELL")
    return 0 if well and code == 0 else 1


def run(fuzz: Fuzz, seconds: float, maps: int, least: int = 50) -> bool:
    """Send everything until the time is over, but `least` rounds, after so many damaged maps."""
    for _ in range(maps):
        fuzz.damaged_map()
    kinds = (fuzz.damaged_map, fuzz.sentence, fuzz.parameter, fuzz.service, fuzz.cloud)
    end, rounds, before_mb = time.monotonic() + seconds, 0, 0.0
    while time.monotonic() < end or rounds < least:
        for kind in kinds:
            kind()
        if rounds % 20 == 0:
            fuzz.transition()
        rounds += 1
        if rounds == least:
            before_mb = fuzz.memory_mb
    grown = fuzz.memory_mb - before_mb
    fuzz.activate()
    answer = fuzz.call("last", "ground", GroundQuery.Request(query="the chair", timeout_s=9.0))
    for name, count in sorted(fuzz.counts.items()):
        print(f"{name:24} {count}")
    print(
        f"slowest answer {fuzz.slowest_s:.2f} s; memory {before_mb:.0f} MB, {grown:+.0f} MB since"
    )
    known = (GroundedQuery.OK, GroundedQuery.EMPTY_MAP, GroundedQuery.NOTHING_FOUND)
    return answer.answer.status in known and grown < GROWN_MB


if __name__ == "__main__":
    sys.exit(main())
