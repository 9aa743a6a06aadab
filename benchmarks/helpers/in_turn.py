"""Ways of computing the same, measured in turn, and what a file of figures says of the machine."""

from __future__ import annotations

import json
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Row = dict[str, Any]


def in_turn(
    ways: Mapping[str, Callable[[], object]], warm_up: int, turns: int
) -> dict[str, list[float]]:
    """Milliseconds of wall time of each way, run one after the other `turns` times."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(warm_up + turns):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            if turn >= warm_up:
                times[name].append(1e3 * (time.perf_counter() - begin))
    return times


def rows(
    what: str, times: Mapping[str, Sequence[float]], differences: Mapping[str, str]
) -> list[Row]:
    """Figures of each way, printed as lines of a table; the first is ours.

    The ratio is the median of those of each turn, which others at work on the machine change least.

    Args:
        what: is measured.
        times: of in_turn().
        differences: of each peer's result from ours, in words.
    """
    ours, found = next(iter(times.values())), []
    for name, own in times.items():
        low, _, high = quantiles(own, n=4)
        ratio = median(theirs / mine for theirs, mine in zip(own, ours, strict=True))
        row = {
            "what": what,
            "way": name,
            "ms": median(own),
            "quartiles": [low, high],
            "times the first": ratio,
            "difference": differences.get(name, ""),
        }
        found.append(row)
        print(
            f"| {what} | {name} | {median(own):.1f} ms ({low:.1f} to {high:.1f}) | {ratio:.2f} | "
            f"{row['difference']} |",
            flush=True,
        )
    return found


def installed(package: str) -> str:
    """The version of a package, "" = not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """What the processor calls itself, and its instructions that count here."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    names = {key.strip(): value.strip() for key, value in told.items()}
    flags = sorted({"avx2", "avx512f", "amx_bf16"} & set(names.get("flags", "").split()))
    return " ".join([names.get("model name", platform.processor()), *flags])


def write_figures(path: Path, packages: Sequence[str], **figures: Any) -> None:
    """Write figures as JSON with the machine and the versions of packages."""
    machine = {"processor": processor(), "python": platform.python_version()}
    versions = {name: installed(name) for name in ("detailbase_ros", *packages)}
    told = {"machine": machine, "versions": versions, **figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
