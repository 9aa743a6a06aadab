"""A Ray cluster of two machines on loopback, for tests; they are skipped without ray."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Not 127.0.0.1, for which Ray takes the machine's address in the network.
HEAD = {"num_cpus": 1, "node_ip_address": "127.0.0.2", "include_dashboard": False}
SECOND = {"num_cpus": 1, "node_ip_address": "127.0.0.3"}


@contextmanager
def two_machines() -> Iterator[tuple[Any, Any]]:
    """The cluster, with one core per machine, and its second machine."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args=HEAD)
    try:
        yield made, made.add_node(**SECOND)
    finally:
        made.shutdown()
