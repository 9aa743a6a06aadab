"""Pipeline of a configured node: all parts, joined."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from rclpy.clock import ClockChange, JumpThreshold, TimeJump
from rclpy.duration import Duration

from detailbase_core.io.time_resets import BACK_NS
from detailbase_core.ops.malloc import trim_malloc
from detailbase_ros.messages.topics import LOOK
from detailbase_ros.node_status import NodeStatus
from detailbase_ros.outputs.goal_publisher import GoalPublisher
from detailbase_ros.outputs.object_frames import ObjectFrames
from detailbase_ros.outputs.scene_services import SceneServices
from detailbase_ros.queries.look_server import LookServer
from detailbase_ros.queries.query_server import QueryServer
from detailbase_ros.runtime.diagnostics import Diagnostics
from detailbase_ros.runtime.discovery import count_namesakes
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.runtime.guarded_callbacks import guarded
from detailbase_ros.scans.scan_subscriber import ScanSubscriber

if TYPE_CHECKING:
    from detailbase_core.config import GrounderConfig
    from detailbase_core.grounder import Grounder
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.runtime.endpoints import Endpoints

_NAMESAKE_S, _TRIM_S = 2.0, 5.0


class Pipeline:
    """ScanSubscriber -> Grounder <- QueryServer, SceneServices; Diagnostics looks on.

    It begins inactive: transforms are followed and the scene services work, but scans are passed
    over and queries are answered INACTIVE.

    Args:
        endpoints: makes what the parts have on the graph.
        config: the node's settings.
        grounder: the map and the network.
    """

    def __init__(self, endpoints: Endpoints, config: NodeConfig, grounder: Grounder) -> None:
        self._endpoints, self._grounder = endpoints, grounder
        self._log = endpoints.node.get_logger()
        self.scan_events, self.query_events = EventCounters(self._log), EventCounters(self._log)
        self.queries = QueryServer(
            endpoints, config, grounder, self.query_events, lambda: self.scans.viewpoint
        )
        self._looks: LookServer | None = None
        if find_spec("detailbase_ros.action"):
            self._looks = LookServer(endpoints, config, grounder, self.queries)
        else:  # this code is newer than the messages that were built for it
            self._log.warning(f"no {LOOK.name}: build again ('colcon build', 'make ros')")
        self.scans = ScanSubscriber(
            endpoints, config, grounder, self.scan_events, self.queries.worker.map_changed
        )
        self._scene = SceneServices(endpoints, config, grounder, self._map_replaced)
        self.queries.listeners.append(
            GoalPublisher(endpoints, config.goal, lambda: self.scans.viewpoint).show
        )
        if config.publish_object_frames:
            self.queries.listeners.append(ObjectFrames(endpoints).show)
        endpoints.timer(_NAMESAKE_S, self._look_for_namesakes)
        endpoints.timer(_TRIM_S, trim_malloc)
        status = NodeStatus(
            endpoints.node,
            self.scans,
            self.queries,
            grounder,
            self.scan_events,
            self.query_events,
            endpoints.events,
        )
        Diagnostics(endpoints, status.look)
        jumps = endpoints.node.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-1)),
            post_callback=guarded(self._time_jumped, "clock", endpoints.events),
        )
        endpoints.on_close(jumps.unregister)

    def activate(self) -> None:
        """Take scans and answer queries."""
        self.queries.activate()
        self.scans.activate()

    def deactivate(self) -> None:
        """Pause; the map stays."""
        self.scans.deactivate()
        if self._looks is not None:
            self._looks.deactivate()
        self.queries.deactivate()

    def reconfigure(self, config: NodeConfig, grounder_config: GrounderConfig) -> None:
        """Take over the live settings."""
        self._grounder.reconfigure(grounder_config)
        self.scans.reconfigure(config)
        self.queries.reconfigure(config)
        if self._looks is not None:
            self._looks.reconfigure(config)
        self._scene.reconfigure(config)

    def stop(self) -> bool:
        """End the worker, so that the process can end; whether it did so in time."""
        return self.queries.stop()

    def close(self) -> None:
        """Destroy everything."""
        self._endpoints.close()

    def _look_for_namesakes(self) -> None:
        node = self._endpoints.node
        if count_namesakes(node):
            self._endpoints.events.warn_once(
                "namesake",
                f"another node is called {node.get_fully_qualified_name()}: both answer the same "
                "topics and services. Give one another name or namespace (-r __ns:=/robot_2)",
            )

    def _map_replaced(self) -> None:
        self.scans.reset()
        self.queries.worker.map_changed()

    def _time_jumped(self, jump: TimeJump) -> None:
        is_back = jump.clock_change == ClockChange.ROS_TIME_NO_CHANGE
        if is_back and jump.delta.nanoseconds < -BACK_NS:
            self.scans.clock_was_set(is_another_run=True)  # which says so
            return
        why = "time went back a little" if is_back else "use_sim_time was changed"
        self._log.warning(f"{why}: waiting scans and old transforms are dropped; the map stays")
        self.scans.clock_was_set(is_another_run=False)
        self._grounder.map.forget_times()
