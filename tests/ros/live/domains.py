"""ROS domains of the tests: on this machine only, and those in which nobody is.

A test sends clouds, transforms and lifecycle requests: none of them may reach a robot's stack.
Imported before rclpy, which reads the environment.
"""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

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
_FIRST_PORT, _PORTS, _LAST_DOMAIN = 7400, 250, 101


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


class Domains:
    """Empty domains, one after another; each worker of pytest-xdist has its own."""

    def __init__(self, worker: int = 0, workers: int = 1) -> None:
        own = range(1 + worker, _LAST_DOMAIN, workers)
        self._count = len(own)
        # Shuffled, so that two runs at once on one machine hardly meet.
        self._next = itertools.cycle(random.sample(own, self._count))

    def __iter__(self) -> Domains:
        return self

    def __next__(self) -> int:
        for domain in itertools.islice(self._next, self._count):
            if is_empty(domain):
                return domain
        raise NoDomainError(
            f"somebody is in each of the {self._count} ROS domains that these tests may take; "
            "they would talk to the tests: end other ROS programs on this machine first"
        )


keep_to_this_machine()
DOMAINS = Domains(
    int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")),
    int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
)
