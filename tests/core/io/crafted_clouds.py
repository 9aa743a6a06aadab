"""Cloud files that declare more than they hold, or make a reader work for ever."""

from __future__ import annotations

import io
import zipfile

LITTLE = "binary_little_endian"


def npz_with_header(shape: str, data: bytes, dtype: str = "<f4") -> bytes:
    """An NPZ whose array says `shape` and holds `data`."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    member = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xyz.npy", member)
    return buffer.getvalue()


def signed_list(length: int) -> bytes:
    header = f"ply\nformat {LITTLE} 1.0\nelement face 1000000000\nproperty list char int v\n"
    header += "element vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n"
    return header.encode() + length.to_bytes(1, "little", signed=True) * 4096


VERTICES = "\n".join(f"property float {axis}" for axis in "xyz")
PCD = (
    "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 {count}\nWIDTH {width}\n"
    "HEIGHT 1\nDATA {kind}\n"
)
CRAFTED = {
    "12 TiB declared": npz_with_header("(1099511627776, 3)", b"\0" * 2000),
    "negative shape": npz_with_header("(-1, 3)", b"\0" * 12),
    "shape of many factors": npz_with_header("(" + "65536, " * 200 + "3)", b"\0" * 12),
    "zip bomb": npz_with_header("(40000000, 3)", bytes(480_000_000)),
    "objects": npz_with_header("(1, 3)", b"\0" * 24, "|O"),
    "a dtype of its own": npz_with_header("(1, 3)", b"\0" * 12, "<f4,<f4"),
    "list of -1": signed_list(-1),
    "list of -128": signed_list(-128),
    "2^31 vertices": f"ply\nformat {LITTLE} 1.0\nelement vertex 2147483648\n{VERTICES}\n"
    "end_header\n".encode()
    + bytes(1000),
    "2^31 vertices as text": f"ply\nformat ascii 1.0\nelement vertex 2147483648\n{VERTICES}\n"
    "end_header\n1 2 3\n".encode(),
    "2^31 faces as text": "ply\nformat ascii 1.0\nelement face 2147483648\nproperty list uchar "
    f"int v\nelement vertex 1\n{VERTICES}\nend_header\n1 2 3\n".encode(),
    "2^31 vertices of nothing": f"ply\nformat {LITTLE} 1.0\nelement vertex 2147483648\n"
    "end_header\n".encode(),
    "5,000 digits in a header": f"ply\nformat {LITTLE} 1.0\nelement vertex {'9' * 5000}\n"
    f"{VERTICES}\nend_header\n".encode(),
    "5,000 digits in a list": "ply\nformat ascii 1.0\nelement vertex 1\nproperty list uchar "
    f"int v\n{VERTICES}\nend_header\n{'9' * 5000} 1 2 3\n".encode(),
    "a list of floats": f"ply\nformat {LITTLE} 1.0\nelement vertex 1\nproperty list float int v\n"
    f"{VERTICES}\nend_header\n".encode()
    + b"\xff" * 64,
    "a list of 2^31": f"ply\nformat {LITTLE} 1.0\nelement vertex 1\nproperty list uint int v\n"
    f"{VERTICES}\nend_header\n".encode()
    + b"\xff" * 64,
    "wide PCD": PCD.format(count=1, width=2147483647, kind="binary").encode() + bytes(100),
    "PCD counts": PCD.format(count=999999999, width=1, kind="binary").encode() + bytes(100),
    "5,000 digits in a PCD": PCD.format(count=1, width="9" * 5000, kind="binary").encode(),
    "LZF beyond its size": PCD.format(count=1, width=2, kind="binary_compressed").encode()
    + (1000).to_bytes(4, "little")
    + (24).to_bytes(4, "little")
    + b"\x00\x00"
    + b"\xe0\xff\x00" * 332,
    "LZF that promises": PCD.format(count=1, width=300_000_000, kind="binary_compressed").encode()
    + (8).to_bytes(4, "little")
    + (3_600_000_000).to_bytes(4, "little")
    + bytes(8),
}
