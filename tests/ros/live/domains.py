"""ROS domains of the tests: on this machine only, and those in which nobody is.

A test sends clouds, transforms and lifecycle requests: none of them may reach a robot's stack.
Imported before rclpy, which reads the environment.
"""

from __future__ import annotations

import fcntl
import os
import random
import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

# What would lead beyond this machine, or make tests depend on the shell that they run in.
_LEADS_AWAY = (
    "ROS_STATIC_PEERS",
    "ROS_DISCOVERY_SERVER",
    "ROS_SUPER_CLIENT",
    "CYCLONEDDS_URI",
    "FASTRTPS_DEFAULT_PROFILES_FILE",
    "FASTDDS_DEFAULT_PROFILES_FILE",
)
# RTPS 2.5, 9.6.2.3: a domain's participants have UDP ports from here on. Domains above 101 would
# have ports among those that Linux gives to anybody.
_FIRST_PORT, _PORTS = 7400, 250
_ALL = range(1, 101)
_OWN = 16  # domains that a process keeps: five find as many on one machine
_CLAIMS: list[TextIO] = []  # open as long as this process lives, and with them its locks


class NoDomainError(Exception):
    """All domains are taken."""


def keep_to_this_machine() -> None:
    """Have all ROS nodes of this process and its children talk over loopback only."""
    for name in _LEADS_AWAY:
        os.environ.pop(name, None)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    if os.environ.get("ROS_DISTRO") == "humble":  # it knows no other; later ones warn of it
        os.environ["ROS_LOCALHOST_ONLY"] = "1"


def udp_ports() -> set[int]:
    """UDP ports in use on this machine."""
    tables = [path for name in ("udp", "udp6") if (path := Path("/proc/net") / name).exists()]
    lines = [line for path in tables for line in path.read_text().splitlines()[1:]]
    return {int(line.split()[1].rpartition(":")[2], 16) for line in lines}


def is_empty(domain: int) -> bool:
    """Whether no DDS participant of this machine is in the domain."""
    first = _FIRST_PORT + _PORTS * domain
    return udp_ports().isdisjoint(range(first, first + _PORTS))


def claim(domain: int) -> bool:
    """Whether no other process of these tests has the domain; then this one has it until it ends.

    A worker of pytest-xdist, or of another run on this machine, starts programs in its domains and
    ends them: a domain in which nobody is may still be somebody's.
    """
    path = Path(tempfile.gettempdir()) / f"detailbase_tests_domain_{domain}"
    try:
        lock = path.open("a")
    except PermissionError:  # another user's
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    _CLAIMS.append(lock)
    return True


class Domains:
    """Empty domains of this process, one after another and round again.

    Args:
        candidates: those that may be taken.
        count: how many are kept at most.
    """

    def __init__(self, candidates: Sequence[int] = _ALL, count: int = _OWN) -> None:
        self._candidates = iter(random.sample(candidates, len(candidates)))
        self._count = count
        self._own: deque[int] = deque()  # the next one first

    def __iter__(self) -> Domains:
        return self

    def __next__(self) -> int:
        self._claim_another()
        for _ in range(len(self._own)):
            domain = self._own[0]
            self._own.rotate(-1)
            if is_empty(domain):
                return domain
        raise NoDomainError(
            "somebody is in each of the ROS domains that these tests may take; they would talk to "
            "the tests: end other ROS programs on this machine first"
        )

    def _claim_another(self) -> None:
        if len(self._own) < self._count:
            free = (domain for domain in self._candidates if is_empty(domain) and claim(domain))
            self._own.extendleft(domain for domain in [next(free, None)] if domain is not None)


keep_to_this_machine()
DOMAINS = Domains()
