"""Points of binary layouts by the tables of their specifications, without any library of theirs.

Each raises, whatever it likes, where a file goes beyond what is read here.
"""

from __future__ import annotations

import base64
import json
import struct
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_LAS = struct.Struct("<BHI")
_PAGE, _CONTENT = 1024, 1020  # bytes of an E57's page, and without its checksum
_E57 = "{http://www.astm.org/COMMIT/E57/2010-e57-v1.0}"
_FLOAT, _DATA_PACKET, _TRIANGLES = 5126, 1, 4
_PLACED = ("matrix", "translation", "rotation", "scale")


def las_points(path: Path) -> np.ndarray:
    """Of an unpacked LAS file. Source: ASPRS, "LAS Specification 1.4 - R15", table 3."""
    data = path.read_bytes()
    begin, (form, size, count) = int.from_bytes(data[96:100], "little"), _LAS.unpack_from(data, 104)
    if form & 0x80 or data[25] > 4:
        raise ValueError("packed, or of a version that is not known")
    if data[25] == 4:
        count = int.from_bytes(data[247:255], "little")
    place = np.dtype({"names": ["xyz"], "formats": [("<i4", 3)], "offsets": [0], "itemsize": size})
    scale, offset = np.frombuffer(data, "<f8", 6, 131).reshape(2, 3)
    return np.frombuffer(data, place, count, begin)["xyz"] * scale + offset


def e57_points(path: Path) -> np.ndarray:
    """Of an E57 file whose coordinates are floats. Source: ASTM E2807-11, sections 8 and 9."""
    data = path.read_bytes()
    content = b"".join(data[at : at + _CONTENT] for at in range(0, len(data), _PAGE))
    xml_at, xml_size = struct.unpack_from("<QQ", content, 24)
    xml = content[_logical(xml_at) : _logical(xml_at) + xml_size]
    scans = []
    for scan in ElementTree.fromstring(xml).findall(f"{_E57}data3D/{_E57}vectorChild"):
        pose = scan.find(f"{_E57}pose")
        leaves = [] if pose is None else [each for each in pose.iter() if not len(each)]
        if leaves and [float(each.text or 0) for each in leaves] != [1, 0, 0, 0, 0, 0, 0]:
            raise ValueError("its scans lie elsewhere")
        scans.append(_e57_scan(content, scan.find(f"{_E57}points")))
    xyz = np.concatenate(scans).astype(np.float64)
    xyz[~np.isfinite(xyz).all(axis=1)] = np.nan  # as any pose makes of them
    return xyz


def _logical(physical: int) -> int:
    return physical // _PAGE * _CONTENT + physical % _PAGE


def _e57_scan(content: bytes, points: Any) -> np.ndarray:
    fields = list(points.find(f"{_E57}prototype"))
    names = [field.tag.removeprefix(_E57) for field in fields]
    if any(name.endswith("InvalidState") for name in names):
        raise ValueError("some points are invalid")
    at = _logical(int(points.get("fileOffset")))
    size, first = struct.unpack_from("<QQ", content, at + 8)
    streams, end, at = [b""] * len(names), at + size, _logical(first)
    while at < end:
        kind, _, length, count = struct.unpack_from("<BBHH", content, at)
        if kind == _DATA_PACKET:
            sizes = struct.unpack_from(f"<{count}H", content, at + 6)
            begin = at + 6 + 2 * count
            for k, size in enumerate(sizes):
                streams[k] += content[begin : begin + size]
                begin += size
        at += length + 1
    columns = []
    for axis in "XYZ":
        k = names.index(f"cartesian{axis}")
        if fields[k].get("type") != "Float":
            raise ValueError("its coordinates are whole numbers")
        dtype = "<f4" if fields[k].get("precision") == "single" else "<f8"
        columns.append(np.frombuffer(streams[k], dtype, int(points.get("recordCount"))))
    return np.column_stack(columns)


# -- corners of meshes -----------------------------------------------------------------------------


def stl_corners(path: Path) -> np.ndarray:
    """Of a binary STL."""
    data = path.read_bytes()
    if len(data) != 84 + 50 * int.from_bytes(data[80:84], "little"):
        raise ValueError("text")
    face = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    return np.frombuffer(data, face, offset=84)["corners"].reshape(-1, 3)


def text_stl_corners(path: Path) -> np.ndarray:
    """Of an STL in text."""
    words = path.read_text().split()
    return np.array([words[k + 1 : k + 4] for k, w in enumerate(words) if w == "vertex"], float)


def glb_corners(path: Path) -> np.ndarray:
    """Of a binary glTF. Source: glTF 2.0 specification, section 4.4."""
    data = path.read_bytes()
    length = int.from_bytes(data[12:16], "little")
    body = 20 + length
    size = int.from_bytes(data[body : body + 4], "little")
    return _gltf(json.loads(data[20:body]), [data[body + 8 : body + 8 + size]])


def gltf_corners(path: Path) -> np.ndarray:
    """Of a glTF whose buffers are inside of it."""
    tree = json.loads(path.read_bytes())
    return _gltf(tree, [base64.b64decode(b["uri"].split(",")[1]) for b in tree["buffers"]])


def _gltf(tree: dict[str, Any], buffers: list[bytes]) -> np.ndarray:
    if any(key in node for node in tree["nodes"] for key in _PLACED):
        raise ValueError("its parts lie elsewhere")
    found = []
    for mesh in tree["meshes"]:
        for part in mesh["primitives"]:
            accessor = tree["accessors"][part["attributes"]["POSITION"]]
            view = tree["bufferViews"][accessor["bufferView"]]
            kind = accessor["componentType"], accessor["type"], part.get("mode", _TRIANGLES)
            if kind != (_FLOAT, "VEC3", _TRIANGLES) or {"sparse", "byteStride"} & {
                *accessor,
                *view,
            }:
                raise ValueError("of another layout")
            begin = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
            count = 3 * accessor["count"]
            found.append(np.frombuffer(buffers[view["buffer"]], "<f4", count, begin))
    return np.concatenate(found).reshape(-1, 3)
