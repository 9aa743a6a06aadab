"""Work for the processes of a pool, some of which kills them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def doubled(number: int) -> int:
    return 2 * number


def divided(number: int) -> float:
    return 1 / number


def own_process(_: int) -> int:
    return os.getpid()


def die_once(marker: str) -> str:
    """Ends its process the first time that it is asked to work on `marker`."""
    if marker and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return f"done: {marker}"


def die_always(marker: str) -> str:
    """Ends its process, and notes each time, where there is a marker."""
    if marker:
        with Path(marker).open("a") as file:
            file.write(".")
        os._exit(7)
    return "done"


def wait_in(folder: str) -> str:
    """Writes its process's number into `folder`, where there is one, and never ends."""
    if not folder:
        return "done"
    (Path(folder) / str(os.getpid())).touch()
    while True:
        time.sleep(1.0)


def wait_for_go(folder: str) -> str:
    """Writes its process's number into `folder`, and waits until "go" stands there."""
    there = Path(folder)
    (there / str(os.getpid())).touch()
    while not (there / "go").exists():
        time.sleep(0.05)
    return f"done in {folder}"


def is_running(process: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
