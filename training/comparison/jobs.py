"""Commands run side by side, each in a process of its own, with a line of progress each."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import torch

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

LOOK_S, TERMINAL_S, FILE_S = 0.2, 1.0, 30.0  # between looks at the processes, and between lines
_TAIL_BYTES = 4096
_STEPS = re.compile(r"(\d+)/(\d+) \[[^<\]]*<([^,\]]+)")
_LOSS = re.compile(r"[ ,]loss=([^,\]]+)")


@dataclass(frozen=True)
class Job:
    """One command.

    Attributes:
        name: for people; no two alike.
        command: a Python module and its arguments.
        log: file for what it says.
    """

    name: str
    command: tuple[str, ...]
    log: Path


def places(side_by_side: int) -> list[str]:
    """Devices for jobs at a time: names of visible GPUs, each so often; "" is the CPU."""
    count = torch.cuda.device_count()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = visible.split(",")[:count] if visible else [str(i) for i in range(count)]
    return (names or [""]) * side_by_side


class Jobs:
    """Runs jobs until none is left or it is told to stop.

    Args:
        where: places, see `places`.
        threads: that each process may use.
        lock: file descriptor that the processes keep open.
        stream: for progress.
    """

    def __init__(
        self, where: Sequence[str], threads: int, lock: int, stream: TextIO | None = None
    ) -> None:
        self.free, self.threads, self.lock = list(where), threads, lock
        self.stream = stream or sys.stderr
        self.running: dict[Job, tuple[subprocess.Popen[bytes], str]] = {}
        self.failed: dict[Job, int] = {}
        self._drawn, self._drawn_lines = 0.0, 0

    def run(self, waiting: Callable[[], Sequence[Job]], stop: threading.Event) -> None:
        """Run what waits, and what waits then.

        Args:
            waiting: the jobs that can run now and have not ended well, those that run among them.
            stop: when set, running processes get SIGTERM, which is waited for; no job is begun.

        Raises:
            Exception: what `waiting` raised, after running processes were stopped likewise.
        """
        try:
            self._begin(waiting(), stop)
            told = False
            while self.running:
                if stop.is_set() and not told:
                    told = True
                    self._ask_to_stop()
                time.sleep(LOOK_S)
                if self._collect(stop):
                    self._begin(waiting(), stop)
                self._draw(told)
            self._draw(told)
        except BaseException:  # nobody would be left to stop those that run
            self._ask_to_stop()
            for process, _ in self.running.values():
                process.wait()
            raise

    def _ask_to_stop(self) -> None:
        for process, _ in self.running.values():
            process.send_signal(signal.SIGTERM)

    def _begin(self, waiting: Sequence[Job], stop: threading.Event) -> None:
        for job in waiting:
            if stop.is_set() or not self.free:
                return
            if job not in self.running and job not in self.failed:
                place = self.free.pop(0)
                self.running[job] = (self._process(job, place), place)

    def _process(self, job: Job, place: str) -> subprocess.Popen[bytes]:
        job.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "OMP_NUM_THREADS": str(self.threads)}
        if place:
            environment["CUDA_VISIBLE_DEVICES"] = place
        with job.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *job.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                pass_fds=(self.lock,),
                start_new_session=True,  # Ctrl-C is for us, who ask them to stop
            )

    def _collect(self, stop: threading.Event) -> bool:
        """Whether a job has ended."""
        ended = [job for job, (process, _) in self.running.items() if process.poll() is not None]
        for job in ended:
            process, place = self.running.pop(job)
            self.free.append(place)
            if process.returncode and not stop.is_set():
                self.failed[job] = process.returncode
        return bool(ended)

    def _draw(self, stopping: bool) -> None:
        terminal = self.stream.isatty()
        now = time.monotonic()
        if now - self._drawn < (TERMINAL_S if terminal else FILE_S) and self.running:
            return
        self._drawn = now
        lines = [f"{job.name}: {progress_of(job.log)}" for job in self.running]
        lines += [f"{job.name}: failed: {last_line(job.log)}" for job in self.failed]
        if stopping and self.running:
            lines.append("stopping: waiting for all to save")
        width = shutil.get_terminal_size().columns - 1
        erase = f"\x1b[{self._drawn_lines}F\x1b[J" if terminal and self._drawn_lines else ""
        self._drawn_lines = len(lines)
        text = "".join((line[:width] if terminal else line) + "\n" for line in lines)
        print(erase + text, end="", file=self.stream, flush=True)


def progress_of(log: Path) -> str:
    """Step, loss and time left, from the last line of a process with a progress bar."""
    line = last_line(log)
    steps, loss = _STEPS.search(line), _LOSS.search(line)
    if not steps:
        return line or "starting"
    shown = f"{steps[1]} of {steps[2]}, {steps[3]} left"
    return f"{shown}, loss {loss[1]}" if loss else shown


def last_line(log: Path) -> str:
    """The last thing that a process said; "" where it said nothing yet."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    lines = [line.strip() for line in re.split(r"[\r\n]+", text)]
    return next((line for line in reversed(lines) if line), "")
