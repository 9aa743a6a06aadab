"""Two minutes at work with the shipped model; `benchmarks/soak.py --minutes 30` takes longer."""

import re
import subprocess
import sys

from tests.ros.live.processes import ROOT


def test_two_minutes_at_work_leave_the_memory_flat_and_no_question_open():
    ended = subprocess.run(
        [sys.executable, "benchmarks/soak.py", "--minutes", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=290,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "60 questions, 60 answers" in ended.stdout
    statuses = re.search(r"answers by status: \{(.*)\}", ended.stdout)[1]
    assert "3: 6" in statuses  # the empty questions
    assert not re.search(r"\b[4-7]:", statuses)  # none refused, late, or failed
