"""The node, and others, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
_END_S = 120.0  # for what never ends; busy machines are slow


class Process:
    """A command whose stderr is read line by line."""

    def __init__(self, command, prepare=None, **environment):
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=prepare,
        )

    def wait_for_line(self, text):
        """Read until a line holds `text`."""
        for line in self.process.stderr:
            if text in line:
                return
        raise AssertionError(f"ended with {self.process.wait()} before it said {text!r}")

    def wait_until_ready(self):
        self.wait_for_line("ready: ")

    def stop(self, number):
        """Send the signal; exit status, seconds, and what was still printed."""
        begin = time.monotonic()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=_END_S)
        return self.process.returncode, time.monotonic() - begin, errors

    def stop_impatiently(self, *numbers):
        """Send these signals again and again until it ends; exit status, what was still printed."""
        while self.process.poll() is None:
            for number in numbers:
                self.process.send_signal(number)
            time.sleep(0.002)
        _, errors = self.process.communicate(timeout=_END_S)
        return self.process.returncode, errors

    def kill(self):
        """As the kernel does when memory runs out: nothing is tidied up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def module(name, *arguments):
    """Command line of a module of these tests."""
    return [sys.executable, "-m", f"tests.ros.live.{name}", *arguments]


def fake_node(*arguments):
    return module("fake_node", *arguments)
