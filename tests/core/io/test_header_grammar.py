"""Random PLY and PCD files that their specifications allow are read as written."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.io.pcd import read_pcd
from detailbase_core.io.ply import read_ply
from tests.core.io.fuzz_readers import other_points
from tests.helpers.cloud_files import lzf_compress

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = {
    "char": "b",
    "uchar": "B",
    "short": "h",
    "ushort": "H",
    "int": "i",
    "uint": "I",
    "float": "f",
    "double": "d",
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "float32": "f",
    "float64": "d",
}
COUNTS = ("uchar", "ushort", "uint", "uint8", "char", "int")
REALS = ("float", "double", "float32", "float64")
WORDS = (
    "end_header",
    "element vertex 7",
    "property float x",
    "format ascii 1.0",
    "made by hand",
    "DATA ascii",
    "FIELDS a b",
    "x y z",
    "ply",
)
FINITE = st.floats(-1000, 1000, width=32)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\r"])


@dataclass
class Made:
    """A file, and what is in it."""

    data: bytes
    xyz: np.ndarray
    rgb: np.ndarray | None
    is_plain: bool


def value_of(draw: Any, code: str) -> float | int:
    if code in "fd":
        return draw(FINITE)
    size = 8 * struct.calcsize(code)
    low, high = (-(2 ** (size - 1)), 2 ** (size - 1) - 1) if code.islower() else (0, 2**size - 1)
    return draw(st.integers(low, high))


@dataclass
class Column:
    """A property of a PLY: `counts` is the type of a list's length, "" for scalars."""

    name: str
    kind: str
    counts: str = ""

    @property
    def line(self) -> str:
        listed = f"list {self.counts} {self.kind}" if self.counts else self.kind
        return f"property {listed} {self.name}"

    def draw(self, draw: Any) -> list[float | int]:
        """Values of one row."""
        code = NUMBERS[self.kind]
        if self.name in ("red", "green", "blue"):
            return [draw(st.integers(0, 255))]
        if self.name in "xyz":
            return [draw(FINITE)]
        count = draw(st.integers(0, 3)) if self.counts else 1
        return [value_of(draw, code) for _ in range(count)]

    def bytes(self, values: list[float | int], order: str) -> bytes:
        head = struct.pack(order + NUMBERS[self.counts], len(values)) if self.counts else b""
        return head + struct.pack(f"{order}{len(values)}{NUMBERS[self.kind]}", *values)

    def text(self, values: list[float | int]) -> str:
        return " ".join(map(repr, [len(values), *values] if self.counts else values))


@st.composite
def extra_columns(draw, prefix: str) -> list[Column]:
    kinds = draw(st.lists(st.sampled_from(list(NUMBERS)), max_size=3))
    return [
        Column(f"{prefix}{k}", kind, draw(st.sampled_from(["", "", *COUNTS])))
        for k, kind in enumerate(kinds)
    ]


@st.composite
def ply_files(draw) -> Made:
    end, order = draw(ENDS), draw(st.sampled_from(["", "<", ">"]))
    fmt = {"": "ascii", "<": "binary_little_endian", ">": "binary_big_endian"}[order]
    columns = [Column(axis, draw(st.sampled_from(REALS))) for axis in "xyz"]
    colored = draw(st.booleans())
    if colored:
        columns += [Column(c, "uchar") for c in ("red", "green", "blue")]
    columns = draw(st.permutations([*columns, *draw(extra_columns("quality"))]))
    elements = [("vertex", draw(st.integers(1, 4)), columns)]
    for name in draw(st.lists(st.sampled_from(["range_grid", "camera", "edge"]), max_size=2)):
        element = (name, draw(st.integers(0, 3)), draw(extra_columns(name)))
        elements.insert(draw(st.integers(0, len(elements))), element)
    odd = draw(st.booleans())
    lines, body, kept = ["PLY" if odd else "ply", f"format {fmt} 1.0"], b"", []
    for name, count, properties in elements:
        remark = draw(st.sampled_from(["", *WORDS]))
        lines += [f"{draw(st.sampled_from(['comment', 'obj_info']))} {remark}"] if remark else []
        lines += [f"element {name} {count}"]
        lines += [
            prop.line.replace("property ", "property  " if odd else "property ")
            for prop in properties
        ]
        for _ in range(count):
            row = [(prop, prop.draw(draw)) for prop in properties]
            if name == "vertex":
                kept.append({prop.name: values[0] for prop, values in row if not prop.counts})
            if order:
                body += b"".join(prop.bytes(values, order) for prop, values in row)
            else:
                body += (" ".join(prop.text(values) for prop, values in row) + end).encode()
    head = (" " if odd else "").join([f"{line}{end}" for line in [*lines, "end_header"]][:-1])
    data = f"{head}end_header{end}".encode() + body
    rgb = [[row[c] for c in ("red", "green", "blue")] for row in kept] if colored else None
    plain = not odd and end == "\n" and not any(p.counts for _, _, ps in elements for p in ps)
    xyz = np.array([[row[axis] for axis in "xyz"] for row in kept])
    return Made(data, xyz, np.array(rgb, np.uint8) if colored else None, plain)


def check(made: Made, xyz: np.ndarray, rgb: np.ndarray, kind: str, folder: Path) -> None:
    """Compare with what was written, and with other readers, where those read it."""
    np.testing.assert_array_equal(xyz, made.xyz)
    if made.rgb is not None:
        np.testing.assert_array_equal(rgb, made.rgb)
    path = folder / f"a.{kind}"
    path.write_bytes(made.data)
    for other in other_points(kind, path) if made.is_plain else ():
        np.testing.assert_array_equal(other.astype("f4"), xyz.astype("f4"))


@given(ply_files())
@settings(max_examples=150, deadline=None)
def test_random_ply_headers_are_read_as_written(tmp_path_factory, made: Made) -> None:
    xyz, colors = read_ply(made.data, "a.ply")
    check(made, xyz, colors.rgb, "ply", tmp_path_factory.getbasetemp())


PCD_TYPES = {
    ("F", 4): "f4",
    ("F", 8): "f8",
    ("U", 1): "u1",
    ("U", 2): "u2",
    ("U", 4): "u4",
    ("I", 1): "i1",
    ("I", 2): "i2",
    ("I", 4): "i4",
}


@st.composite
def pcd_files(draw) -> Made:
    end, kind = draw(ENDS), draw(st.sampled_from(["ascii", "binary", "binary_compressed"]))
    height, width = draw(st.sampled_from([(1, 1), (1, 4), (2, 3)]))
    count = height * width
    names = {axis: draw(st.sampled_from([("F", 4), ("F", 8)])) for axis in "xyz"}
    names |= dict.fromkeys(draw(st.sampled_from(["", "rgb"])).split(), ("U", 4))
    names |= {f"extra{k}": draw(st.sampled_from(list(PCD_TYPES))) for k in range(draw(_FEW))}
    fields = draw(st.permutations([*names.items(), *[("_", ("U", 1))] * draw(_FEW)]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns, counts = [], []
    for name, key in fields:
        several = draw(st.integers(0, 5)) if name == "_" else 1
        several = draw(st.integers(1, 4)) if name.startswith("extra") else several
        counts.append(several)
        values = random.uniform(0, 100, (count, several))
        columns.append(values.astype(PCD_TYPES[key]))
    packed = random.integers(0, 2**24, count).astype("u4")
    found = {name: column for (name, _), column in zip(fields, columns, strict=True)}
    if "rgb" in found:
        found["rgb"][:, 0] = packed
    has_counts = any(several != 1 for several in counts) or draw(st.booleans())
    lines = ["# .PCD v0.7 - Point Cloud Data file format"] if draw(st.booleans()) else []
    lines += ["VERSION 0.7", "FIELDS " + " ".join(name for name, _ in fields)]
    lines += ["SIZE " + " ".join(str(size) for _, (_, size) in fields)]
    lines += ["TYPE " + " ".join(letter for _, (letter, _) in fields)]
    lines += ["COUNT " + " ".join(map(str, counts))] if has_counts else []
    lines += [f"WIDTH {width}"] + ([f"HEIGHT {height}"] if height > 1 or draw(_SAY) else [])
    lines += ["VIEWPOINT 0 0 0 1 0 0 0"] if draw(st.booleans()) else []
    lines += [f"POINTS {count}"] if draw(st.booleans()) else []
    for remark in draw(st.lists(st.sampled_from(WORDS), max_size=2)):
        lines.insert(draw(st.integers(1, len(lines))), f"# {remark}")
    head = "".join(f"{line}{end}" for line in [*lines, f"DATA {kind}"]).encode()
    if kind == "ascii":
        rows = np.hstack([column.astype(object) for column in columns])
        body = "".join(" ".join(map(_plain, row)) + end for row in rows).encode()
    elif kind == "binary":
        body = b"".join(b"".join(column[k].tobytes() for column in columns) for k in range(count))
    else:
        raw = b"".join(column.tobytes() for column in columns)
        body = struct.pack("<II", len(packed_raw := lzf_compress(raw)), len(raw)) + packed_raw
    rgb = np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], 1).astype(np.uint8)
    xyz = np.hstack([found[axis] for axis in "xyz"])
    plain = end == "\n" and has_counts and height == 1 and "_" not in found
    return Made(head + body, xyz, rgb if "rgb" in found else None, plain)


_FEW, _SAY = st.integers(0, 2), st.booleans()


def _plain(value: Any) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)


@given(pcd_files())
@settings(max_examples=150, deadline=None)
def test_random_pcd_headers_are_read_as_written(tmp_path_factory, made: Made) -> None:
    xyz, colors, _ = read_pcd(made.data, "a.pcd")
    check(made, xyz, colors.rgb, "pcd", tmp_path_factory.getbasetemp())
