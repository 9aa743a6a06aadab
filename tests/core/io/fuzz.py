"""Mutated files of each format: read or refused in one clear error, soon and in little memory.

    python -m tests.core.io.fuzz --count 20000 --seconds 36000

Seeded: the same count gives the same files. What is read is compared with readers that know nothing
of ours, where they read it. Prints a line a format, and each fault with its seed.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import resource
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from detailbase_core.errors import BadFileError, DetailBaseError
from detailbase_core.io import isolated_reader, mesh_sampling, scan_files
from detailbase_core.io.bag_reader import bag_messages
from detailbase_core.io.bags import read_bag_scans
from detailbase_core.io.cloud_files import read_cloud_file
from tests.core.io.fuzz_bases import RECORDINGS, bases
from tests.core.io.fuzz_readers import TYPES, other_messages, other_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from detailbase_core.io.cloud_files import CloudFile

SLOW_S, MEMORY_BYTES = 60.0, 2 << 30
_FEW_POINTS = 10_000  # on faces: millions would only take time here
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
    b"inf",
    b"-nan(ind)",
    b"\xef\xbb\xbf",
    b",",
    b";",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"1",
    b"65536",
    b"comment ",
)


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


def _change_a_number(out: bytearray, at: int, random: np.random.Generator) -> None:
    """Put another number for the next one that is written as text."""
    found = re.compile(rb"\d+").search(out, at)
    if found:
        number = random.choice([0, 1, 2, 3, 7, 8, 255, 65535, 2**31 - 1, 2**31, 2**32, 10**17])
        out[found.start() : found.end()] = str(number).encode()


def _change_a_line(out: bytearray, at: int, random: np.random.Generator) -> None:
    """Leave out the line at a place, or write it twice."""
    begin = out.rfind(b"\n", 0, at) + 1
    end = out.find(b"\n", at) + 1 or len(out)
    if random.random() < 0.5:
        del out[begin:end]
    else:
        out[begin:begin] = out[begin:end]


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
    suffix = f".{kind.split()[0]}" if kind in RECORDINGS else ".bin"
    for seed in range(count):
        if time.monotonic() > end:
            break
        path = folder / f"fuzzed{suffix}"
        path.write_bytes(mutated(base, np.random.default_rng([seed, len(base)])))
        begin = time.monotonic()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                _read(kind, path, tally)
        except DetailBaseError as error:
            tally.refused += 1
            if "fit into memory" in str(error):
                tally.faults.append(f"{kind} seed {seed}: {error}")
        except Exception as error:
            tally.faults.append(f"{kind} seed {seed}: {type(error).__name__}: {error}")
        seconds = time.monotonic() - begin
        tally.slowest_s = max(tally.slowest_s, seconds)
        if seconds > SLOW_S:
            tally.faults.append(f"{kind} seed {seed}: took {seconds:.0f} s")
    return tally


def _read(kind: str, path: Path, tally: Tally) -> None:
    """Read one file and compare it; counts."""
    if kind in RECORDINGS:
        found = {(at, raw) for _, at, raw in bag_messages(path, TYPES, problems=[])}
        for _ in read_bag_scans(path):
            pass
        tally.read += 1
        _compare_messages(kind, path, found, tally)
        return
    read = read_cloud_file(path)
    tally.read += 1
    for other in other_points(kind, path):
        tally.compared += 1
        _compare_points(kind, read, other)


def _compare_points(kind: str, read: CloudFile, other: np.ndarray) -> None:
    """Raises AssertionError where two readers differ."""
    with np.errstate(invalid="ignore"):  # of signalling NaN
        ours = read.cloud.xyz.astype("f8") - read.shift
    if kind.startswith("pcd"):
        other = other[: len(ours)]  # rows behind those that the header counts are none
    if len(ours) < len(other) or (len(ours) > len(other) and not read.faces):
        raise AssertionError(f"{len(ours)} points instead of {len(other)}")
    with np.errstate(over="ignore", invalid="ignore"):
        ours, other = ours[: len(other)].astype("f4"), other.astype("f4")
    tolerance = 1e-4 + 1e-6 * float(np.abs(other[np.isfinite(other)]).max(initial=0.0))
    if not np.allclose(ours, other, rtol=1e-5, atol=tolerance, equal_nan=True):
        raise AssertionError("another reader reads other points")


def _compare_messages(kind: str, path: Path, ours: set[tuple[int, bytes]], tally: Tally) -> None:
    others = other_messages(kind, path)
    if others is None:
        return
    tally.compared += 1
    # Names of types stand twice in a recording, and ours are of the one that was not mutated.
    wanted = {(at, data) for kind, at, data in others if kind in TYPES}
    if not wanted <= ours <= {(at, data) for _, at, data in others}:
        raise AssertionError(f"{len(ours)} messages, another reader reads {len(others)} others")


def _read_forked(reader: Callable[[Path], dict[str, Any]], path: Path) -> Any:
    """As read_isolated, by a fork: starting a Python for each file would take hours."""
    out = path.with_suffix(".npz")
    child = os.fork()
    if not child:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            isolated_reader.main(reader.__module__, reader.__name__, str(path), str(out))
        except BaseException:
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise BadFileError("its reader failed")
    with np.load(out) as arrays:
        return dict(arrays)


def run(count: int, seconds: float, wanted: Sequence[str] = ()) -> Iterator[tuple[str, Tally]]:
    """Fuzz these formats (all where none are named), each with its share of the time."""
    found = {kind: base for kind, base in bases().items() if not wanted or kind in wanted}
    with (
        patch.object(mesh_sampling, "MAX_POINTS", _FEW_POINTS),
        patch.object(scan_files, "read_isolated", _read_forked),
        TemporaryDirectory() as folder,
    ):
        for kind, base in found.items():
            end = time.monotonic() + seconds / len(found)
            files = max(count // 10, 1) if kind in RECORDINGS else count
            yield kind, fuzz(kind, base, files, end, Path(folder))


def main() -> int:
    """Command line entry point; 1 where there are faults."""
    parser = argparse.ArgumentParser(description="Fuzz the readers of files.")
    parser.add_argument("--count", type=int, default=20_000, help="files of each format")
    parser.add_argument("--seconds", type=float, default=120.0, help="for all of them")
    parser.add_argument("--formats", nargs="*", default=(), metavar="NAME", help="these alone")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with Path("/proc/self/statm").open() as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))
    faults: list[str] = []
    for kind, tally in run(options.count, options.seconds, options.formats):
        print(
            f"{kind:<22} read {tally.read:>6}  refused {tally.refused:>6}  compared "
            f"{tally.compared:>6}  slowest {tally.slowest_s:.2f} s  faults {len(tally.faults)}",
            flush=True,
        )
        faults += tally.faults
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
