"""The GPU's kernel for candidates, run by Triton's interpreter, gives what torch gives."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("triton")

CHECK = """
import torch
from detailbase_core.network import candidates

for scenes, rows, count in ((2, 3, 50), (1, 2, 200), (1, 1, 1), (1, 0, 5)):
    torch.manual_seed(count)
    probability = torch.rand(scenes, rows, count)
    probability[probability < 0.4] = 0.0
    probability[:, :1, 1:] *= 0.1  # some rows hold hardly anything
    centers, reach = torch.rand(scenes, count, 3) * 2, torch.rand(scenes, count) * 0.3 + 0.1
    want = candidates.assign_candidates(probability, centers, reach)
    have = candidates.assign_by_kernel(probability, centers, reach)
    assert torch.equal(have, want), (scenes, rows, count)
    print("same", want.unique().tolist())
"""


def test_the_kernel_finds_the_same_candidates():
    """In a process of its own: the interpreter is chosen when Triton is first imported."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        env={**os.environ, "TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("same") == 4
    assert "7]" in done.stdout  # all candidates were formed
