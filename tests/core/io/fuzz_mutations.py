"""Changes to files: anywhere, or inside of what checksums, lengths and compression protect."""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
import struct
import zipfile
from typing import TYPE_CHECKING

import lz4.frame
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Change = Callable[[bytes], bytes]

_KEYWORDS = (
    *(b"-1", b"0", b"1", b"65536", b"4294967295", b"99999999999999999999"),
    *(b"nan", b"inf", b"1e999", b"-nan(ind)", b"9" * 5000),
    *(b" ", b"\n", b"\r", b"#", b",", b";", b"\xef\xbb\xbf", b"\xe4"),
    *(b"list", b"char", b"double", b"vertex", b"end_header", b"comment "),
    *(b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"),
)
_NUMBERS = (0, 1, 2, 3, 7, 8, 255, 65535, 2**31 - 1, 2**31, 2**32, 10**17)
_LONGEST_LINE = 200  # of what is no text
_MCAP = b"\x89MCAP0\r\n"
_E57_PAGE = 1024


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A file with one to four changes, half of them in its first part, where headers are."""
    out = bytearray(data)
    for _ in range(random.integers(1, 5)):
        end = max(len(out) if random.random() < 0.5 else min(len(out), 400), 1)
        at, kind = int(random.integers(0, end)), random.integers(0, 8)
        if kind == 0 and out:
            out[min(at, len(out) - 1)] ^= int(random.integers(1, 256))
        elif kind == 1:
            del out[at:]
        elif kind == 2:
            del out[at : at + int(random.integers(1, 20))]
        elif kind == 3:
            out[at:at] = random.bytes(int(random.integers(1, 20)))
        elif kind == 4:
            word = _KEYWORDS[random.integers(0, len(_KEYWORDS))]
            out[at : at + len(word) * int(random.integers(0, 2))] = word
        elif kind == 5:
            out[at:at] = out[at : at + int(random.integers(1, 200))]
        elif kind == 6:
            _change_a_number(out, at, random)
        else:
            _change_a_line(out, at, random)
    return bytes(out)


def mutated_inside(kind: str, data: bytes, random: np.random.Generator) -> bytes:
    """A file of this kind whose content is changed and whose checksums and lengths fit again.

    Kinds without any are changed anywhere.
    """
    rebuild = _INSIDE.get(kind)
    if rebuild is None:
        return mutated(data, random)
    parts, build = rebuild(data)
    chosen = int(random.integers(0, len(parts)))
    parts[chosen] = mutated(parts[chosen], random)
    return build(parts)


def _change_a_number(out: bytearray, at: int, random: np.random.Generator) -> None:
    """Put another number for the next one that is written as text."""
    found = re.compile(rb"\d+").search(out, at)
    if found:
        out[found.start() : found.end()] = str(random.choice(_NUMBERS)).encode()


def _change_a_line(out: bytearray, at: int, random: np.random.Generator) -> None:
    """Leave out the line at a place, or write it twice."""
    begin = max(out.rfind(b"\n", 0, at) + 1, at - _LONGEST_LINE)
    end = min(out.find(b"\n", at) + 1 or len(out), at + _LONGEST_LINE)
    if random.random() < 0.5:
        del out[begin:end]
    else:
        out[begin:begin] = out[begin:end]


# -- inside: the parts of a file, and how they make one --------------------------------------------

Parts = tuple[list[bytes], "Callable[[list[bytes]], bytes]"]


def _npz(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        members = [archive.read(entry) for entry in entries]

    def build(parts: list[bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for entry, part in zip(entries, parts, strict=True):
                archive.writestr(entry.filename, part, entry.compress_type)
        return buffer.getvalue()

    return members, build


def _glb(data: bytes) -> Parts:
    parts, at = [], 12
    while at < len(data):
        length, _ = struct.unpack_from("<II", data, at)
        parts.append(data[at + 8 : at + 8 + length])
        at += 8 + length

    def build(parts: list[bytes]) -> bytes:
        body = b""
        for tag, part, fill in zip((b"JSON", b"BIN\0"), parts, (b" ", b"\0"), strict=True):
            padded = part + fill * (-len(part) % 4)
            body += struct.pack("<I", len(padded)) + tag + padded
        return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body

    return parts, build


def _gltf(data: bytes) -> Parts:
    tree = json.loads(data)
    buffers = [base64.b64decode(buffer["uri"].split(",")[1]) for buffer in tree["buffers"]]

    def build(parts: list[bytes]) -> bytes:
        for buffer, part in zip(tree["buffers"], parts, strict=True):
            packed = base64.b64encode(part).decode()
            buffer["uri"] = f"data:application/octet-stream;base64,{packed}"
        return json.dumps(tree).encode()

    return buffers, build


def _e57(data: bytes) -> Parts:
    """Header, points and XML, each as long as it was: they are found by their offsets."""
    size = _E57_PAGE - 4
    content = b"".join(data[at : at + size] for at in range(0, len(data), _E57_PAGE))
    (xml,) = struct.unpack_from("<Q", content, 24)
    ends = (0, 48, xml // _E57_PAGE * size + xml % _E57_PAGE, len(content))
    spans = list(itertools.pairwise(ends))

    def build(parts: list[bytes]) -> bytes:
        fitted = b"".join(
            part[: end - begin].ljust(end - begin, fill)
            for part, (begin, end), fill in zip(parts, spans, (b"\0", b"\0", b" "), strict=True)
        )
        return b"".join(
            fitted[at : at + size] + struct.pack(">I", crc32c(fitted[at : at + size]))
            for at in range(0, len(fitted), size)
        )

    return [content[begin:end] for begin, end in spans], build


def crc32c(data: bytes) -> int:
    """Castagnoli's checksum (RFC 3720, appendix B.4), which E57 has on each page."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC32C[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _crc32c_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC32C = _crc32c_table()


def _mcap(data: bytes) -> Parts:
    """The records of all chunks, which become one chunk with the same compression."""
    at, records, header, name = len(_MCAP), b"", b"", b""
    while at < len(data) - len(_MCAP):
        code, length = struct.unpack_from("<BQ", data, at)
        record = data[at + 9 : at + 9 + length]
        if code == 1:
            header = data[at : at + 9 + length]
        elif code == 6:
            begin = 32 + struct.unpack_from("<I", record, 28)[0]
            name = record[32:begin]
            records += _PACKERS[name][1](record[begin + 8 :])
        at += 9 + length

    def build(parts: list[bytes]) -> bytes:
        packed = _PACKERS[name][0](parts[0])
        chunk = struct.pack("<QQQII", 0, 1 << 62, len(parts[0]), 0, len(name)) + name
        chunk += struct.pack("<Q", len(packed)) + packed
        end = struct.pack("<BQI", 0x0F, 4, 0) + struct.pack("<BQQQI", 0x02, 20, 0, 0, 0)
        return _MCAP + header + struct.pack("<BQ", 6, len(chunk)) + chunk + end + _MCAP

    return [records], build


_PACKERS: dict[bytes, tuple[Change, Change]] = {  # by the name of a compression: into it, and back
    b"": (bytes, bytes),
    b"lz4": (lz4.frame.compress, lz4.frame.decompress),
    b"zstd": (
        lambda data: zstandard.ZstdCompressor().compress(data),
        lambda data: zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 20),
    ),
}
_INSIDE: dict[str, Callable[[bytes], Parts]] = {
    "npz": _npz,
    "npz packed": _npz,
    "glb": _glb,
    "gltf": _gltf,
    "e57": _e57,
    "mcap": _mcap,
    "mcap zstd": _mcap,
    "mcap lz4": _mcap,
}
