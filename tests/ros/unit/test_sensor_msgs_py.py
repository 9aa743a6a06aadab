"""PointCloud2 by sensor_msgs_py and by us: the same points. Runs where sensor_msgs_py is installed.

It comes with a ROS installation, not from PyPI.
"""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.io.pointcloud2 import DecodedPoints, decode_points, encode_points

point_cloud2 = pytest.importorskip("sensor_msgs_py.point_cloud2")
messages = pytest.importorskip("sensor_msgs.msg")
header = pytest.importorskip("std_msgs.msg").Header

RNG = np.random.default_rng(0)
XYZ = RNG.normal(0, 3, (1000, 3)).astype(np.float32)
XYZ[::7] = np.nan
RGB = RNG.integers(0, 256, (1000, 3), np.uint8)
WORDS = RGB.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def decoded(cloud) -> DecodedPoints:
    """A message by our reader."""
    return decode_points(
        cloud.fields,
        cloud.height,
        cloud.width,
        cloud.point_step,
        cloud.row_step,
        cloud.is_bigendian,
        cloud.data,
    )


@pytest.mark.parametrize("color", ["rgb", "rgba"])
def test_what_sensor_msgs_py_writes_we_read(color):
    kind = messages.PointField.FLOAT32 if color == "rgb" else messages.PointField.UINT32
    fields = [
        messages.PointField(name=name, offset=4 * i, datatype=datatype, count=1)
        for i, (name, datatype) in enumerate([*((a, 7) for a in "xyz"), (color, kind)])
    ]
    rows = np.empty(len(XYZ), [("x", "f4"), ("y", "f4"), ("z", "f4"), (color, "u4")])
    for axis, name in enumerate("xyz"):
        rows[name] = XYZ[:, axis]
    rows[color] = WORDS
    rows = rows.view([(n, "f4") for n in (*"xyz", color)]) if color == "rgb" else rows
    ours = decoded(point_cloud2.create_cloud(header(frame_id="map"), fields, rows))
    np.testing.assert_array_equal(ours.xyz, XYZ)
    np.testing.assert_array_equal(ours.rgb, RGB)


def test_what_we_write_sensor_msgs_py_reads():
    packed = encode_points(XYZ, RGB, {"instance_id": np.arange(1000, dtype=np.uint32)})
    cloud = messages.PointCloud2(
        height=1,
        width=len(XYZ),
        point_step=packed.point_step,
        row_step=packed.point_step * len(XYZ),
        fields=[
            messages.PointField(name=n, offset=o, datatype=t, count=1) for n, o, t in packed.fields
        ],
        data=packed.data,
    )
    theirs = point_cloud2.read_points(cloud)
    np.testing.assert_array_equal(np.column_stack([theirs[a] for a in "xyz"]), XYZ)
    np.testing.assert_array_equal(np.ascontiguousarray(theirs["rgb"]).view(np.uint32), WORDS)
    np.testing.assert_array_equal(theirs["instance_id"], np.arange(1000))
    ours = decoded(cloud)
    np.testing.assert_array_equal(ours.xyz, point_cloud2.read_points_numpy(cloud, ["x", "y", "z"]))
