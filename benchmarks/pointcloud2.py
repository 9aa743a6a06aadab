"""Times PointCloud2 decoding and encoding: python benchmarks/pointcloud2.py [--points 307200].

Where sensor_msgs_py can be imported (it comes with a ROS installation), also the same by it.
"""

from __future__ import annotations

import argparse
import importlib
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.io.pointcloud2 import decode_points, encode_points

if TYPE_CHECKING:
    from collections.abc import Callable


def milliseconds(call: Callable[[], object], repeats: int = 50) -> str:
    """Median and 95th percentile."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    median, p95 = np.percentile(seconds, [50, 95]) * 1e3
    return f"{median:6.2f} ms median, {p95:6.2f} ms p95"


def main() -> None:
    """Print the times of the layouts that cameras use."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=640 * 480)
    count = parser.parse_args().points
    rng = np.random.default_rng(0)
    xyz = rng.random((count, 3), np.float32)
    rgb = rng.integers(0, 256, (count, 3), np.uint8)
    packed = encode_points(xyz, rgb)
    fields = [SimpleNamespace(name=n, offset=o, datatype=t, count=1) for n, o, t in packed.fields]

    def decode(step: int, big: bool, data: object) -> Callable[[], object]:
        return lambda: decode_points(fields, 1, count, step, step * count, big, data)

    words = np.frombuffer(packed.data, "<u4").reshape(count, 4)
    padded = np.zeros((count, 8), "<u4")
    padded[:, :4] = words
    labels = {name: np.zeros(count, np.uint32) for name in ("query_id", "phrase_id", "instance_id")}
    for name, call in (
        ("decode, 16 bytes a point", decode(16, False, packed.data)),
        ("decode, 32 bytes a point", decode(32, False, padded.tobytes())),
        ("decode, big-endian", decode(16, True, words.astype(">u4").tobytes())),
        ("encode x y z rgb", lambda: encode_points(xyz, rgb)),
        ("encode with three labels", lambda: encode_points(xyz, rgb, labels)),
    ):
        print(f"{count} points, {name:26} {milliseconds(call)}")
    try:
        theirs = importlib.import_module("sensor_msgs_py.point_cloud2")
        messages = importlib.import_module("sensor_msgs.msg")
    except ImportError as error:
        print(f"sensor_msgs_py left out: {error}")
        return
    fields = [
        messages.PointField(name=n, offset=o, datatype=t, count=1) for n, o, t in packed.fields
    ]
    cloud = messages.PointCloud2(height=1, width=count, fields=fields, data=packed.data)
    cloud.point_step, cloud.row_step = packed.point_step, packed.point_step * count
    rows = theirs.read_points(cloud)

    def colored() -> object:
        points = theirs.read_points(cloud)
        words = np.ascontiguousarray(points["rgb"]).view(np.uint32)
        rgb = np.column_stack([words >> shift & 255 for shift in (16, 8, 0)]).astype(np.uint8)
        return np.column_stack([points[axis] for axis in "xyz"]), rgb

    for name, call in (
        ("read_points", lambda: theirs.read_points(cloud)),
        ("the same, xyz and rgb as arrays", colored),
        ("create_cloud x y z rgb", lambda: theirs.create_cloud(cloud.header, fields, rows)),
    ):
        print(f"{count} points, sensor_msgs_py, {name:31} {milliseconds(call)}")


if __name__ == "__main__":
    main()
