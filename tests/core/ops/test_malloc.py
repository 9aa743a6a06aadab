"""Freed memory that stays with the process, seen in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Large blocks come and go; their pages are then fetched anew, or are there.
PROGRAM = """
import resource, sys, threading
import numpy as np
from detailbase_core.ops.malloc import tune_malloc
if sys.argv[1] == "kept":
    tune_malloc()
def work():
    for _ in range(30):
        blocks = [np.ones(1 << 21) for _ in range(4)]  # 16 MB each
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


# Freed blocks between others that stay, as a node's large scans leave them.
FRAGMENTS = """
import numpy as np
from detailbase_core.ops.malloc import process_memory, trim_malloc, tune_malloc
tune_malloc()
assert not trim_malloc()
blocks = [np.ones(1 << 17) for _ in range(800)]  # 1 MB each
used = process_memory().in_use
del blocks[1::8], blocks[1::7], blocks[1::6], blocks[1::5], blocks[1::4], blocks[1::3], blocks[1::2]
before = process_memory()
assert before.in_use < used - 600e6 and before.kept > 600e6
assert trim_malloc()
print((before.resident - process_memory().resident) / 1e6)
"""
GLIBC = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone"
)


@GLIBC
def test_what_lies_freed_between_blocks_in_use_is_given_back():
    run = subprocess.run(
        [sys.executable, "-c", FRAGMENTS], check=True, text=True, stdout=subprocess.PIPE
    )
    assert float(run.stdout) > 400


@GLIBC
def test_freed_memory_is_used_again():
    faults = [
        int(
            subprocess.run(
                [sys.executable, "-c", PROGRAM, how], check=True, text=True, stdout=subprocess.PIPE
            ).stdout
        )
        for how in ("given back", "kept")
    ]
    assert faults[1] < faults[0] / 2
