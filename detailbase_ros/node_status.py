"""The node's statuses on /diagnostics: clouds, map, queries, model, callbacks, memory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from detailbase_core.ops.malloc import process_memory
from detailbase_ros.runtime.diagnostics import Level, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rclpy.node import Node

    from detailbase_core.grounder import Grounder
    from detailbase_ros.queries.query_server import QueryServer
    from detailbase_ros.runtime.event_counters import EventCounters
    from detailbase_ros.scans.scan_subscriber import ScanSubscriber

_OF_THE_MAP = ("map jumps", "voxels evicted")
_REFUSED = ("answers: OVERLOADED", "answers: TIMEOUT")
_FAILED = ("answers: INTERNAL_ERROR", "dropped: not_published", "dropped: listener")


class CounterRates:
    """Event counters and how much each has grown since the last look."""

    def __init__(self, events: EventCounters) -> None:
        self._events = events
        self.totals: Mapping[str, int] = {}
        self.growth: Mapping[str, int] = {}
        self.seconds = 0.0
        self._looked = time.monotonic()

    def look(self) -> None:
        """Read the counters again."""
        now, totals = time.monotonic(), self._events.counts()
        self.growth = {name: total - self.totals.get(name, 0) for name, total in totals.items()}
        self.totals = totals
        self.seconds, self._looked = now - self._looked, now

    def rate(self, name: str) -> str:
        """Per second, since the look before."""
        return f"{self.growth.get(name, 0) / max(self.seconds, 1e-3):.1f}"

    def grown(self, *names: str) -> str:
        """Those of the names that have grown: "a (3), b (1)"; "" for none."""
        growth = {name: self.growth.get(name, 0) for name in names}
        return ", ".join(f"{name} ({count})" for name, count in growth.items() if count)


class NodeStatus:
    """Status of every part of the node, with REP-107's levels.

    Args:
        node: whose clock and lifecycle state are shown.
        scans, queries, grounder: the parts that are looked at.
        scan_events, query_events: what they count.
        callback_events: failures of callbacks.
    """

    def __init__(
        self,
        node: Node,
        scans: ScanSubscriber,
        queries: QueryServer,
        grounder: Grounder,
        scan_events: EventCounters,
        query_events: EventCounters,
        callback_events: EventCounters,
    ) -> None:
        self._node, self._scans, self._query_server, self._grounder = node, scans, queries, grounder
        self._clouds, self._queries = CounterRates(scan_events), CounterRates(query_events)
        self._callbacks = CounterRates(callback_events)

    def look(self) -> tuple[Status, ...]:
        """The present statuses."""
        self._clouds.look()
        self._queries.look()
        self._callbacks.look()
        return (
            self._cloud_status(),
            self._map_status(),
            self._query_status(),
            self._model_status(),
            self._callback_status(),
            _memory_status(),
        )

    def _cloud_status(self) -> Status:
        counters, scans = self._clouds, self._scans
        own = {name: n for name, n in counters.totals.items() if name not in _OF_THE_MAP}
        values = {
            "topics": ", ".join(scans.topics),
            "received per second": counters.rate("scans received"),
            "inserted per second": counters.rate("scans inserted"),
            "waiting for transforms": scans.pending,
            "stopped": ", ".join(scans.monitor.stopped()),
            **own,
            **scans.latencies.percentiles(),
        }
        level, message = self._cloud_level([name for name in own if name.startswith("dropped: ")])
        return Status("clouds", level, message, values)

    def _cloud_level(self, drops: list[str]) -> tuple[Level, str]:
        if not self._scans.active:
            return Level.OK, "inactive"
        if self._clock_stands():
            return Level.ERROR, "use_sim_time is set, but nobody publishes /clock"
        silent, stopped = self._scans.monitor.silent(), self._scans.monitor.stopped()
        never = [topic for topic in silent if topic not in stopped]
        unheard = [topic for topic in never if self._scans.monitor.publishers(topic)]
        if unheard:
            return Level.ERROR, f"no clouds on {', '.join(unheard)}, although they are published"
        if stopped and not never:
            return Level.WARN, f"no more clouds on {', '.join(stopped)}: the stream has stopped"
        if silent:
            return Level.WARN, f"nobody publishes on {', '.join(silent)}"
        dropped = self._clouds.grown(*drops)
        return (Level.WARN, dropped) if dropped else (Level.OK, "running")

    def _clock_stands(self) -> bool:
        simulated = self._node.get_parameter("use_sim_time").value
        return bool(simulated) and self._node.get_clock().now().nanoseconds == 0

    def _map_status(self) -> Status:
        scene_map = self._grounder.map
        values = {
            "frame": scene_map.frame,
            "voxels": len(scene_map),
            "max_voxels": scene_map.config.max_voxels,
            "memory (MB)": f"{scene_map.memory_bytes / 1e6:.1f}",
            "version": scene_map.version,
            **{name: self._clouds.totals.get(name, 0) for name in _OF_THE_MAP},
        }
        if not len(scene_map):
            return Status("map", Level.WARN, "still empty", values)
        news = self._clouds.grown(*_OF_THE_MAP)
        return Status("map", Level.WARN if news else Level.OK, news or "running", values)

    def _query_status(self) -> Status:
        counters, worker = self._queries, self._query_server.worker
        values = {
            "received per second": counters.rate("queries received"),
            "waiting": worker.pending,
            **counters.totals,
            **self._query_server.latencies.percentiles(),
        }
        failed, refused = counters.grown(*_FAILED), counters.grown(*_REFUSED)
        level = Level.ERROR if failed else Level.WARN if refused else Level.OK
        return Status("queries", level, failed or refused or "running", values)

    def _model_status(self) -> Status:
        grounder, encoded = self._grounder, self._grounder.encoded
        values: dict[str, object] = {
            "checkpoint": grounder.checkpoint_path,
            "device": grounder.device,
            "lifecycle state": "active" if self._scans.active else "inactive",
        }
        if encoded is not None:
            values |= {
                "encoded map version": encoded.scene.version,
                "encoded (s ago)": f"{time.monotonic() - encoded.encoded_at:.1f}",
                "encoding took (ms)": f"{1e3 * sum(encoded.seconds.values()):.0f}",
            }
        failed = self._queries.grown("dropped: encoding_failed")
        return Status("model", Level.ERROR if failed else Level.OK, failed or "running", values)

    def _callback_status(self) -> Status:
        counters = self._callbacks
        failed = counters.grown(*(name for name in counters.totals if name.startswith("dropped: ")))
        level = Level.ERROR if failed else Level.OK
        return Status("callbacks", level, failed or "running", counters.totals)


def _memory_status() -> Status:
    memory = process_memory()
    if memory is None:
        return Status("memory", Level.OK, "not known on this system")
    values = {
        "resident (MB)": f"{memory.resident / 1e6:.1f}",
        "malloc in use (MB)": f"{memory.in_use / 1e6:.1f}",
        "malloc kept free (MB)": f"{memory.kept / 1e6:.1f}",
    }
    return Status("memory", Level.OK, "running", values)
