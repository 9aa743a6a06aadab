"""The node's executor under both kinds of rclpy, with a stand-in for rclpy's base class."""

import runpy
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

FILE = Path(__file__).parents[3] / "detailbase_ros" / "runtime" / "executor.py"


class Base:
    """Hands out callbacks, then is over; `calls` is what its spin() calls for each of them."""

    calls = ""

    def __init__(self, context=None):
        self.ready, self.ended = [], False

    def wait_for_ready_callbacks(self, timeout_sec=None, nodes=None, condition=lambda: False):
        if not self.ready:
            self.ended = True
            raise TimeoutError
        return self.ready.pop(0), None, None

    def spin(self):
        while not self.ended:
            getattr(self, self.calls)()

    def wake(self):
        pass

    def shutdown(self, timeout_sec=None):
        return True


class Handler:
    def __init__(self):
        self.called = threading.Event()

    def __call__(self):
        self.called.set()

    def done(self):
        return True

    def exception(self):
        return None


@pytest.mark.parametrize("calls", ["spin_once", "_spin_once_impl"])
def test_spins_under_old_and_new_rclpy(monkeypatch, calls):
    names = ("ExternalShutdownException", "ShutdownException", "TimeoutException")
    names = dict.fromkeys(names, TimeoutError)
    stand_in = SimpleNamespace(Executor=Base, ConditionReachedException=InterruptedError, **names)
    monkeypatch.setitem(sys.modules, "rclpy", SimpleNamespace(executors=stand_in))
    monkeypatch.setitem(sys.modules, "rclpy.executors", stand_in)
    monkeypatch.setattr(Base, "calls", calls)
    executor = runpy.run_path(str(FILE))["PooledExecutor"](2)
    executor.ready = handlers = [Handler() for _ in range(5)]
    handlers = list(handlers)
    executor.spin()
    assert all(handler.called.wait(5) for handler in handlers)
    assert executor.shutdown()
