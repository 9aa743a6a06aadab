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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")
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
