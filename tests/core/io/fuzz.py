"""Mutated files of each format: read or refused in one clear error, soon and in little memory.

    python -m tests.core.io.fuzz --count 20000 --seconds 3600

Seeded: the same count gives the same files. What a reader accepts of a PLY is compared with
trimesh, which knows nothing of ours. Prints a line a format, and each fault with its seed.
"""

from __future__ import annotations

import argparse
import io
import logging
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import trimesh

from detailbase_core.errors import DetailBaseError
from detailbase_core.io.bags import read_bag_scans
from detailbase_core.io.cloud_files import read_cloud
from tests.core.io.test_bags import SECOND, cloud_cdr, tf_cdr, write_bag
from tests.helpers.cloud_files import pcd_bytes, ply_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = 12
SLOW_S, MEMORY_BYTES = 60.0, 2 << 30
_KEYWORDS = (
    b"-1",
    b"0",
    b"4294967295",
    b"99999999999999999999",
    b"nan",
    b"1e999",
    b" ",
    b"\n",
    b"\r",
    b"list",
    b"char",
    b"double",
    b"vertex",
    b"end_header",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"#",
    b"9" * 5000,
)


def bases() -> dict[str, bytes]:
    """One sound file of each format."""
    random = np.random.default_rng(0)
    columns = {axis: random.normal(size=POINTS).astype("f4") for axis in "xyz"}
    columns |= {c: random.integers(0, 256, POINTS).astype("u1") for c in ("red", "green", "blue")}
    faces = "element face 2\nproperty list uchar int vertex_indices"
    body = b"".join(bytes([3]) + np.arange(3, dtype="<i4").tobytes() for _ in range(2))
    found = {
        "ply ascii": ply_bytes(columns, "ascii"),
        "ply little": ply_bytes(columns, "binary_little_endian", faces, body),
        "ply big": ply_bytes(columns, "binary_big_endian"),
    }
    found |= {f"pcd {k}": pcd_bytes(columns, k) for k in ("ascii", "binary", "binary_compressed")}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, xyz=np.column_stack([columns[a] for a in "xyz"]))
    found["npz"] = buffer.getvalue()
    rows = np.column_stack(list(columns.values())).tolist()
    found["text"] = "".join(" ".join(map(str, row)) + "\n" for row in rows).encode()
    with TemporaryDirectory() as folder:
        messages = []
        for k in range(3):
            messages.append(("/tf", tf_cdr("odom", "lidar", (k + 1) * SECOND, k), k))
            messages.append(("/points", cloud_cdr("lidar", (k + 1) * SECOND), k))
        path = write_bag(Path(folder) / "bag", messages)
        found["mcap"] = (path / "bag.mcap").read_bytes()
    return found


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A file with one to four changes, half of them in its first part, where headers are."""
    out = bytearray(data)
    for _ in range(random.integers(1, 5)):
        end = max(len(out) if random.random() < 0.5 else min(len(out), 400), 1)
        at, kind = int(random.integers(0, end)), random.integers(0, 6)
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
        else:
            out[at:at] = out[at : at + int(random.integers(1, 200))]
    return bytes(out)


@dataclass
class Tally:
    """Results of one format's files.

    Attributes:
        read, refused, compared: numbers of files.
        slowest_s: of one file.
        faults: tracebacks and wrong clouds, with their seeds.
    """

    read: int = 0
    refused: int = 0
    compared: int = 0
    slowest_s: float = 0.0
    faults: list[str] = field(default_factory=list)


def fuzz(kind: str, base: bytes, count: int, end: float, folder: Path) -> Tally:
    """Try `count` mutations, or as many as there is time for until `end` (time.monotonic)."""
    tally = Tally()
    suffix = ".mcap" if kind == "mcap" else ".bin"
    for seed in range(count):
        if time.monotonic() > end:
            break
        data = mutated(base, np.random.default_rng([seed, len(base)]))
        path = folder / f"fuzzed{suffix}"
        path.write_bytes(data)
        begin = time.monotonic()
        try:
            _read(kind, path, tally)
        except DetailBaseError:
            tally.refused += 1
        except Exception as error:
            tally.faults.append(f"{kind} seed {seed}: {type(error).__name__}: {error}")
        seconds = time.monotonic() - begin
        tally.slowest_s = max(tally.slowest_s, seconds)
        if seconds > SLOW_S:
            tally.faults.append(f"{kind} seed {seed}: took {seconds:.0f} s")
    return tally


def _read(kind: str, path: Path, tally: Tally) -> None:
    if kind == "mcap":
        for _ in read_bag_scans(path):
            pass
        tally.read += 1
        return
    cloud = read_cloud(path)
    tally.read += 1
    if kind.startswith("ply"):
        other = _by_trimesh(path)
        if other is not None and len(other) == len(cloud.xyz):
            tally.compared += 1
            near = np.abs(cloud.xyz) < 1e4  # far clouds are moved
            if not np.allclose(cloud.xyz[near], other[near], rtol=1e-4, atol=1e-4, equal_nan=True):
                raise AssertionError("trimesh reads other points")


def _by_trimesh(path: Path) -> np.ndarray | None:
    """Vertices as trimesh reads them; None where it refuses."""
    try:
        with path.open("rb") as file:
            loaded = trimesh.load(file, file_type="ply", process=False)
        return np.asarray(loaded.vertices, np.float32)
    except Exception:
        return None


def run(count: int, seconds: float) -> Iterator[tuple[str, Tally]]:
    """Fuzz every format, each with its share of the time."""
    found = bases()
    with TemporaryDirectory() as folder:
        for kind, base in found.items():
            left = seconds / len(found)
            wanted = count if kind != "mcap" else max(count // 10, 1)
            yield kind, fuzz(kind, base, wanted, time.monotonic() + left, Path(folder))


def main() -> int:
    """Command line entry point; 1 where there are faults."""
    parser = argparse.ArgumentParser(description="Fuzz the readers of files.")
    parser.add_argument("--count", type=int, default=20_000, help="files of each format")
    parser.add_argument("--seconds", type=float, default=120.0, help="for all of them")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY_BYTES, 2 * MEMORY_BYTES))
    faults: list[str] = []
    for kind, tally in run(options.count, options.seconds):
        print(
            f"{kind:<22} read {tally.read:>6}  refused {tally.refused:>6}  compared "
            f"{tally.compared:>6}  slowest {tally.slowest_s:.2f} s  faults {len(tally.faults)}"
        )
        faults += tally.faults
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
