"""Instructions of the native module on 64-bit Arm beside x86-64, both emulated by QEMU.

    .ci/aarch64 -c ""                    # makes build/aarch64; see there for what to install
    python benchmarks/instructions.py

Counts do not depend on what else the machine does, and need no Arm board: with its clock and the
instructions that it does in a cycle they tell about how long it would take. QEMU's x86-64 has AVX2,
no AVX-512 and no AMX.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "aarch64"
HELPERS = ROOT / "benchmarks" / "helpers"
PIECES = {  # what, and how often in the shorter and the longer run whose difference is taken
    "insert": ("307,200 points of a scan into a map that holds them", 1, 3),
    "superpoints": ("superpoints of a map of 307,200 points", 1, 3),
}


def main() -> None:
    """Count and print."""
    plugin = FOLDER / "count_instructions.so"
    source = HELPERS / "count_instructions.c"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", source, "-o", plugin], check=True)
    flags = f"-plugin {plugin}"
    here = os.path.realpath(sys.executable)
    ours = [str(ROOT), str(ROOT / "benchmarks")]
    runs: dict[str, tuple[list[str | Path], dict[str, str]]] = {
        "aarch64": ([FOLDER / "python"], {"QEMU_FLAGS": flags, "PYTHONPATH": ours[1]}),
        "x86-64": (
            ["qemu-x86_64", "-cpu", "max", *flags.split(), here],
            {"PYTHONPATH": os.pathsep.join([*ours, *filter(None, sys.path)])},
        ),
    }
    print("| what, one thread | aarch64 | x86-64 with AVX2 | ratio |\n| --- | --- | --- | --- |")
    for piece, (name, short, long) in PIECES.items():
        counts = [
            (_counted(run, piece, long) - _counted(run, piece, short)) / (long - short)
            for run in runs.values()
        ]
        millions = " | ".join(f"{count / 1e6:,.0f} M" for count in counts)
        print(f"| {name} | {millions} | {counts[0] / counts[1]:.2f} |", flush=True)


def _counted(run: tuple[list[str | Path], dict[str, str]], piece: str, times: int) -> int:
    """Instructions of a whole process that does a piece of work so many times."""
    command, environment = run
    done = subprocess.run(
        [*command, HELPERS / "native_work.py", piece, str(times)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^instructions (\d+)$", done.stderr, re.MULTILINE)
    if done.returncode or not found:
        raise SystemExit(f"{piece}: {done.stderr.strip() or done.stdout.strip()}")
    return int(found.group(1))


if __name__ == "__main__":
    main()
