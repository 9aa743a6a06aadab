"""Sound small files of each format, for the fuzzer to break."""

from __future__ import annotations

import importlib.util
import io
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import trimesh
from mcap.writer import CompressionType, Writer

from tests.core.io.test_bags import SECOND, cloud_cdr, tf_cdr
from tests.helpers.cloud_files import pcd_bytes, ply_bytes

POINTS = 12
RECORDINGS = ("mcap", "mcap zstd", "mcap lz4", "mcap plain", "db3")
_CLOUD, _TF = "sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage"


def bases() -> dict[str, bytes]:
    """One sound file of each format that can be read here, by its name."""
    return {**_tables(), **_meshes(), **_surveys(), **_recordings()}


def _columns() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    columns = {axis: (random.normal(size=POINTS) / 20).astype("f4") for axis in "xyz"}
    return columns | {
        c: random.integers(0, 256, POINTS).astype("u1") for c in ("red", "green", "blue")
    }


def _tables() -> dict[str, bytes]:
    columns = _columns()
    faces = "element face 2\nproperty list uchar int vertex_indices"
    body = b"".join(bytes([3]) + np.arange(3, dtype="<i4").tobytes() for _ in range(2))
    found = {
        "ply ascii": ply_bytes(columns, "ascii", after=faces, after_body=b"3 0 1 2\n4 1 2 3 4\n"),
        "ply little": ply_bytes(columns, "binary_little_endian", faces, body),
        "ply big": ply_bytes(columns, "binary_big_endian"),
    }
    found |= {f"pcd {k}": pcd_bytes(columns, k) for k in ("ascii", "binary", "binary_compressed")}
    xyz = np.column_stack([columns[axis] for axis in "xyz"])
    rgb = np.column_stack([columns[c] for c in ("red", "green", "blue")])
    for name, save in (("npz", np.savez), ("npz packed", np.savez_compressed)):
        buffer = io.BytesIO()
        save(buffer, xyz=xyz, rgb=rgb)
        found[name] = buffer.getvalue()
    rows = [[*point, *color] for point, color in zip(xyz.tolist(), rgb.tolist(), strict=True)]
    for name, mark in (("xyz", " "), ("csv", ",")):
        found[name] = "".join(mark.join(map(str, row)) + "\n" for row in rows).encode()
    found["pts"] = f"{POINTS}\n".encode() + found["xyz"]
    return found


def _meshes() -> dict[str, bytes]:
    plate = trimesh.Trimesh(
        [[0, 0, 3], [0.2, 0, 3], [0.2, 0.1, 3], [0, 0.1, 3]],
        [[0, 1, 2], [0, 2, 3]],
        vertex_colors=[[0, 0, 0], [200, 0, 0], [200, 0, 0], [0, 0, 9]],
        process=False,
    )
    found = {}
    for name in ("obj", "glb", "gltf", "stl", "stl_ascii", "off"):
        options = {"embed_buffers": True, "merge_buffers": True} if name == "gltf" else {}
        data = plate.export(file_type=name, **options)
        if isinstance(data, dict):
            data = data["model.gltf"]
        found[name] = data.encode() if isinstance(data, str) else bytes(data)
    found["off coloured"] = _COLOURED_OFF
    return found


_COLOURED_OFF = b"""COFF
4 2 0
0 0 3 0 0 0 255
0.2 0 3 200 0 0 255
0.2 0.1 3 200 0 0 255
0 0.1 3 0 0 9 255
3 0 1 2 9 0 0
3 0 2 3
"""


def _surveys() -> dict[str, bytes]:
    columns, found = _columns(), {}
    if importlib.util.find_spec("laspy"):
        import laspy

        las = laspy.LasData(laspy.LasHeader(point_format=7, version="1.4"))
        las.x, las.y, las.z = (columns[axis] for axis in "xyz")
        las.red, las.green, las.blue = (
            columns[c].astype("u2") * 256 for c in ("red", "green", "blue")
        )
        for name in ("las", "laz"):
            buffer = io.BytesIO()
            las.write(buffer, do_compress=name == "laz")
            found[name] = buffer.getvalue()
    if importlib.util.find_spec("pye57"):
        import pye57

        with TemporaryDirectory() as folder:
            path = Path(folder) / "a.e57"
            file = pye57.E57(str(path), mode="w")
            file.write_scan_raw(
                {f"cartesian{a.upper()}": columns[a].astype("f8") for a in "xyz"}
                | {f"color{c.title()}": columns[c] for c in ("red", "green", "blue")}
            )
            file.close()
            found["e57"] = path.read_bytes()
    return found


def _recordings() -> dict[str, bytes]:
    messages = []
    for k in range(3):
        messages.append(("/tf", _TF, k, tf_cdr("odom", "lidar", (k + 1) * SECOND, k)))
        messages.append(("/points", _CLOUD, k, cloud_cdr("lidar", (k + 1) * SECOND)))
    found = {}
    for name, options in {
        "mcap": {"compression": CompressionType.NONE},
        "mcap zstd": {"compression": CompressionType.ZSTD},
        "mcap lz4": {"compression": CompressionType.LZ4},
        "mcap plain": {"use_chunking": False, "enable_crcs": False},
    }.items():
        buffer = io.BytesIO()
        writer = Writer(buffer, **options)
        writer.start(profile="ros2", library="test")
        channels = {}
        for topic, kind, time_ns, data in messages:
            if topic not in channels:
                schema = writer.register_schema(kind, "ros2msg", b"")
                channels[topic] = writer.register_channel(topic, "cdr", schema)
            writer.add_message(channels[topic], time_ns, data, time_ns)
        writer.finish()
        found[name] = buffer.getvalue()
    found["db3"] = _database(messages)
    return found


def _database(messages: list[tuple[str, str, int, bytes]]) -> bytes:
    """As rosbag2 lays it out; in small pages."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db3"
        database = sqlite3.connect(path)
        database.executescript(
            "PRAGMA page_size=512;"
            "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,"
            " serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL);"
            "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL,"
            " timestamp INTEGER NOT NULL, data BLOB NOT NULL);"
        )
        topics = {
            topic: (number, kind)
            for number, (topic, kind) in enumerate(
                dict.fromkeys((topic, kind) for topic, kind, _, _ in messages), 1
            )
        }
        for topic, (number, kind) in topics.items():
            database.execute("INSERT INTO topics VALUES(?, ?, ?, 'cdr', '')", (number, topic, kind))
        for topic, _, time_ns, data in messages:
            database.execute(
                "INSERT INTO messages(topic_id, timestamp, data) VALUES(?, ?, ?)",
                (topics[topic][0], time_ns, data),
            )
        database.commit()
        database.close()
        return path.read_bytes()
