"""Two minutes at work with the shipped model; `benchmarks/soak.py --minutes 30` takes longer."""

import ast
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
    asked, answered = map(int, re.search(r"(\d+) questions, (\d+) answers", ended.stdout).groups())
    assert asked == answered > 0
    texts = re.search(r"answers by status: (\{.*\})", ended.stdout)[1]
    statuses = {int(status): count for status, count in ast.literal_eval(texts).items()}
    assert statuses.get(3, 0) == asked // 10  # the empty questions
    assert not statuses.keys() & {4, 5, 6, 7}  # none refused, late, or failed
