"""Signals that come at the very moments at which a program's end could be disturbed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from detailbase_ros.runtime import signals
from detailbase_ros.runtime.signals import interrupt_once
from detailbase_ros.runtime.start import run_tool

TOOL = """
import ctypes, signal, sys
from detailbase_ros.runtime.start import run_tool, start_tool

def work():
    ctypes.CDLL(None).arm()
    if "interrupted" in sys.argv:
        signal.raise_signal(signal.SIGINT)
    return 7

start_tool("tool", ["tool"], 1)
sys.exit(run_tool(work))
"""

SIGNALLED_NODE = """
import signal, sys, time
from detailbase_ros import segmentation_node
from tests.ros.live.fake_grounder import FakeGrounder

class Node(segmentation_node.SegmentationNode):
    def on_activate(self, state):
        signal.raise_signal(int(sys.argv[1]))
        time.sleep(0.2)  # rclpy's own handler shut the context down meanwhile
        return super().on_activate(state)

segmentation_node.SegmentationNode = Node
segmentation_node.main(["node"], FakeGrounder)
"""


@pytest.fixture(scope="module")
def preloaded(tmp_path_factory):
    """Environment of a process to which signals come whenever a handler changes."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs a C compiler and LD_PRELOAD")
    library = tmp_path_factory.mktemp("preload") / "signals.so"
    source = Path(__file__).with_name("signals_at_changes.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


@pytest.mark.parametrize(("how", "status"), [("done", 7), ("interrupted", 130)])
def test_signals_at_each_change_of_handlers_do_not_disturb_the_end(start, preloaded, how, status):
    tool = start([sys.executable, "-c", TOOL, how], **preloaded)
    _, errors = tool.process.communicate(timeout=120)
    assert (tool.process.returncode, errors) == (status, "")


def test_one_that_comes_when_the_work_is_done_interrupts_quietly(monkeypatch):
    ignore, calls = signals.ignore_signals, []

    def late():
        calls.append(len(calls))
        if len(calls) == 1:
            signal.raise_signal(signal.SIGINT)
        ignore()

    monkeypatch.setattr(signals, "ignore_signals", late)
    interrupt_once()
    assert run_tool(lambda: 0) == 130
    assert len(calls) == 2  # by the signal, and before it by the end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_comes_within_a_callback_lets_it_end(start, number):
    node = start([sys.executable, "-c", SIGNALLED_NODE, str(int(number))])
    _, errors = node.process.communicate(timeout=120)
    lines = errors.splitlines()
    assert node.process.returncode == 0
    assert len(lines) == 1 and "ready: " in lines[0], errors
