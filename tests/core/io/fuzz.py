"""Mutated files of each format: read or refused in one clear error, soon and in little memory.

    python -m tests.core.io.fuzz --count 20000 --seconds 36000

Seeded: the same count gives the same files. What is read is compared with readers that know nothing
of ours, where they read it. Each format has a process of its own, limited to two gigabytes. Prints
a line a format, and each fault with its seed.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import logging
import multiprocessing
import os
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
from detailbase_core.io.bag_reader import bag_messages, bag_topics
from detailbase_core.io.bags import read_bag_scans
from detailbase_core.io.cloud_files import read_cloud_file
from tests.core.io.fuzz_bases import RECORDINGS, bases
from tests.core.io.fuzz_mutations import mutated, mutated_inside
from tests.core.io.fuzz_readers import MESHES, TYPES, other_messages, other_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from detailbase_core.io.cloud_files import CloudFile

SLOW_S, MEMORY_BYTES = 60.0, 2 << 30
_FEW_POINTS = 1000  # on faces: millions would only take time here
_FILES_A_WORKER = 200  # readers of others leave files open, and memory


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
    """Try `count` mutations, or as many as there is time for until `end` (time.monotonic).

    Every other one is of what checksums and lengths protect, where the format has any.
    """
    tally = Tally()
    suffix = f".{kind.split()[0]}" if kind in RECORDINGS else ".bin"
    path = folder / f"fuzzed{suffix}"
    for seed in range(count):
        if time.monotonic() > end:
            break
        random = np.random.default_rng([seed, len(base)])
        change = mutated_inside if seed % 2 else lambda _, data, random: mutated(data, random)
        path.write_bytes(change(kind, base, random))
        begin = time.monotonic()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                _read(kind, path, tally)
        except DetailBaseError as error:
            tally.refused += 1
            if untrue := _untrue_reason(str(error)):
                tally.faults.append(f"{kind} seed {seed}: {untrue}: {error}")
        except Exception as error:
            tally.faults.append(f"{kind} seed {seed}: {type(error).__name__}: {error}")
        seconds = time.monotonic() - begin
        tally.slowest_s = max(tally.slowest_s, seconds)
        if seconds > SLOW_S:
            tally.faults.append(f"{kind} seed {seed}: took {seconds:.0f} s")
    return tally


def _untrue_reason(text: str) -> str:
    """What is wrong with the text of a refusal; "" for nothing."""
    if "fit into memory" in text:
        return "memory"
    if "No module named" in text or "needs the package" in text:
        return "blames a package that is no matter"
    return ""


def _read(kind: str, path: Path, tally: Tally) -> None:
    """Read one file and compare it; counts."""
    if kind in RECORDINGS:
        problems: list[str] = []
        found = {(at, raw) for _, at, raw in bag_messages(path, TYPES, problems=problems)}
        for _ in read_bag_scans(path):
            pass
        tally.read += 1
        is_said = problems or any(topic.msgtype not in TYPES for topic in bag_topics(path))
        _compare_messages(kind, path, found, tally, bool(is_said))
        return
    read = read_cloud_file(path)
    tally.read += 1
    for other in other_points(kind, path):
        tally.compared += 1
        _compare_points(kind, read, other)


def _compare_points(kind: str, read: CloudFile, other: np.ndarray) -> None:
    """Raises AssertionError where two readers differ."""
    if kind.split()[0] in MESHES:
        margin = 1e-4 + 1e-5 * np.abs(other).max()
        ours = read.cloud.xyz - read.shift
        if (ours < other.min(axis=0) - margin).any() or (ours > other.max(axis=0) + margin).any():
            raise AssertionError("points beyond the corners that another reader reads")
        return
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


def _compare_messages(
    kind: str, path: Path, ours: set[tuple[int, bytes]], tally: Tally, is_said: bool
) -> None:
    """Raises AssertionError where two readers differ and ours left nothing out knowingly.

    The other one stops at a record that it does not know, and returns broken ones.
    """
    others = other_messages(kind, path)
    if others is None:
        return
    tally.compared += 1
    every = {(at, data) for _, at, data in others}
    wanted = {(at, data) for kind, at, data in others if kind in TYPES}
    if not (ours <= every or every <= ours) or not (wanted <= ours or is_said):
        raise AssertionError(f"{len(ours)} messages, another reader reads {len(others)} others")


class _Worker:
    """As read_isolated, by a fork that reads file after file: one each would take hours.

    What ends it is a refusal, as it is for read_isolated.
    """

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._left = 0

    def __call__(self, reader: Callable[[Path], dict[str, Any]], path: Path) -> Any:
        """Arrays by name."""
        if not self._left:
            self.close()
            self._start()
        self._left -= 1
        out = path.with_suffix(".npz")
        try:
            self._pipe.send((reader.__module__, reader.__name__, str(path), str(out)))
            is_read = self._pipe.recv()
        except (EOFError, OSError):
            is_read, self._left = False, 0
        if not is_read:
            raise BadFileError("its reader failed")
        with np.load(out) as arrays:
            return dict(arrays)

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=self._serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._left = _FILES_A_WORKER

    def _serve(self, pipe: Any) -> None:
        faulthandler.disable()  # pytest's, to which a crash of this process is no news
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        self._pipe.close()
        while True:
            request = pipe.recv()
            try:
                isolated_reader.main(*request)
            except BaseException:
                pipe.send(False)
            else:
                pipe.send(True)

    def close(self) -> None:
        """End the process, which may have ended itself."""
        if self._process is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
            self._process = None


def run(count: int, seconds: float, wanted: Sequence[str] = ()) -> Iterator[tuple[str, Tally]]:
    """Fuzz these formats (all where none are named); what one leaves of its time others get."""
    found = {kind: base for kind, base in bases().items() if not wanted or kind in wanted}
    end = time.monotonic() + seconds
    with (
        patch.object(mesh_sampling, "MAX_POINTS", _FEW_POINTS),
        contextlib.closing(_Worker()) as worker,
        patch.object(scan_files, "read_isolated", worker),
        TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder,
    ):
        for left, (kind, base) in zip(range(len(found), 0, -1), found.items(), strict=True):
            until = time.monotonic() + (end - time.monotonic()) / left
            files = max(count // 10, 1) if kind in RECORDINGS else count
            yield kind, fuzz(kind, base, files, until, Path(folder))


def _run_apart(kind: str, count: int, seconds: float) -> tuple[Tally, float]:
    """One format in a process of its own, with its limit of memory; and its peak in MB."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)

    def work() -> None:
        with Path("/proc/self/statm").open() as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))
        ((_, tally),) = run(count, seconds, (kind,))
        whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        theirs.send((tally, max(resource.getrusage(who).ru_maxrss for who in whose) / 1024))

    process = context.Process(target=work)
    process.start()
    theirs.close()
    try:
        found: tuple[Tally, float] = ours.recv()
    except EOFError:
        found = Tally(faults=[f"{kind}: its reader ended the process"]), 0.0
    process.join()
    return found


def main() -> int:
    """Command line entry point; 1 where there are faults."""
    parser = argparse.ArgumentParser(description="Fuzz the readers of files.")
    parser.add_argument("--count", type=int, default=20_000, help="files of each format")
    parser.add_argument("--seconds", type=float, default=120.0, help="for all of them")
    parser.add_argument("--formats", nargs="*", default=(), metavar="NAME", help="these alone")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    kinds = [kind for kind in bases() if not options.formats or kind in options.formats]
    end = time.monotonic() + options.seconds
    faults: list[str] = []
    for left, kind in zip(range(len(kinds), 0, -1), kinds, strict=True):
        tally, peak = _run_apart(kind, options.count, (end - time.monotonic()) / left)
        print(
            f"{kind:<22} read {tally.read:>6}  refused {tally.refused:>6}  compared "
            f"{tally.compared:>6}  slowest {tally.slowest_s:.2f} s  peak {peak:.0f} MB  "
            f"faults {len(tally.faults)}",
            flush=True,
        )
        print("".join(f"  {fault}\n" for fault in tally.faults[:20]), end="", flush=True)
        faults += tally.faults
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
