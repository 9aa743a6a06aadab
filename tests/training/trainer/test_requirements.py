"""Training needs nothing that only making furniture or reading ScanNet needs."""

from __future__ import annotations

import subprocess
import sys

BLOCKED = """
import sys
for name in ("embreex", "trimesh", "tensorboard"):
    sys.modules[name] = None
import training.train, training.evaluate, training.make_rooms, training.openings
"""


def test_the_commands_start_without_the_extras():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
