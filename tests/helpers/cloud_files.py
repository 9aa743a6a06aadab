"""Small writers of PLY and PCD for the tests, independent of the readers."""

from __future__ import annotations

import struct

import numpy as np

PLY_TYPES = {"f4": "float", "f8": "double", "u1": "uchar", "i4": "int", "u2": "ushort"}


def ply_bytes(
    columns: dict[str, np.ndarray],
    fmt: str,
    before: str = "",
    before_body: bytes = b"",
    after: str = "",
    after_body: bytes = b"",
    newline: str = "\n",
) -> bytes:
    """A PLY with one vertex element of scalar columns, and perhaps other elements around it."""
    count = len(next(iter(columns.values())))
    lines = ["ply", f"format {fmt} 1.0", "comment made by hand"]
    lines += [before] if before else []
    lines += [f"element vertex {count}"]
    lines += [f"property {PLY_TYPES[c.dtype.str[1:]]} {name}" for name, c in columns.items()]
    lines += [after] if after else []
    header = newline.join([*lines, "end_header", ""]).encode()
    rows = zip(*(c.tolist() for c in columns.values()), strict=True)
    if fmt == "ascii":
        body = "".join(" ".join(repr(v) for v in row) + newline for row in rows).encode()
    else:
        order = "<" if "little" in fmt else ">"
        codes = {"f4": "f", "f8": "d", "u1": "B", "i4": "i", "u2": "H"}
        layout = order + "".join(codes[c.dtype.str[1:]] for c in columns.values())
        body = b"".join(struct.pack(layout, *row) for row in rows)
    return header + before_body + body + after_body


def pcd_bytes(
    columns: dict[str, np.ndarray], kind: str, shape: tuple[int, int] | None = None
) -> bytes:
    """A PCD of the columns; `shape` is (height, width)."""
    count = len(next(iter(columns.values())))
    height, width = shape or (1, count)
    types = [c.dtype.kind.upper() for c in columns.values()]
    sizes = [str(c.dtype.itemsize) for c in columns.values()]
    header = (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
        f"FIELDS {' '.join(columns)}\nSIZE {' '.join(sizes)}\nTYPE {' '.join(types)}\n"
        f"COUNT {' '.join('1' for _ in columns)}\nWIDTH {width}\nHEIGHT {height}\n"
        f"VIEWPOINT 0 0 0 1 0 0 0\nPOINTS {count}\nDATA {kind}\n"
    ).encode()
    if kind == "ascii":
        rows = zip(*(c.tolist() for c in columns.values()), strict=True)
        return header + "".join(" ".join(repr(v) for v in row) + "\n" for row in rows).encode()
    if kind == "binary":
        table = np.empty(count, [(name, c.dtype) for name, c in columns.items()])
        for name, column in columns.items():
            table[name] = column
        return header + table.tobytes()
    raw = b"".join(c.tobytes() for c in columns.values())
    packed = lzf_compress(raw)
    return header + struct.pack("<II", len(packed), len(raw)) + packed


def lzf_compress(data: bytes) -> bytes:
    """Greedy LZF: repeats of three bytes or more become references, overlapping ones too."""
    out, literals, seen, i = bytearray(), bytearray(), {}, 0

    def flush() -> None:
        for start in range(0, len(literals), 32):
            run = literals[start : start + 32]
            out.append(len(run) - 1)
            out.extend(run)
        literals.clear()

    while i < len(data):
        key = data[i : i + 3]
        start = seen.get(key, -1) if len(key) == 3 else -1
        seen[key] = i
        if start < 0 or i - start > 8192:
            literals.append(data[i])
            i += 1
            continue
        length = 3
        while i + length < len(data) and length < 264 and data[start + length] == data[i + length]:
            length += 1
        flush()
        distance = i - start - 1
        if length - 2 < 7:
            out.append((length - 2) << 5 | distance >> 8)
        else:
            out.append(7 << 5 | distance >> 8)
            out.append(length - 2 - 7)
        out.append(distance & 0xFF)
        i += length
    flush()
    return bytes(out)
