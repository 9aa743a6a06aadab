"""Triton's kernels on a CPU, by its interpreter, which is chosen when Triton is first imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def interpreted(program: str) -> str:
    """What a program prints in a process of its own, in which Triton's kernels are interpreted.

    Raises:
        AssertionError: it failed; with the end of what it wrote to stderr.
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TRITON_INTERPRET": "1", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
