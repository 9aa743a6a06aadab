"""The ROS 2 node: coloured clouds and sentences in, every mentioned object out.

It translates messages, calls a Grounder and translates back; docs/ros.md lists its topics,
services and parameters.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import rclpy
from rclpy.clock import JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import ConfigError, DetailBaseError
from detailbase_core.reporter import Reporter
from detailbase_ros.diagnostics import Diagnostics
from detailbase_ros.executor import PooledExecutor
from detailbase_ros.node_config import NodeConfig
from detailbase_ros.parameters import declare_parameters, watch_parameters
from detailbase_ros.query_desk import QueryDesk
from detailbase_ros.scan_input import ScanInput
from detailbase_ros.scene_services import SceneServices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.grounder import Grounder

_THREADS = 4  # scans, TF, queries and answers, the rest
_STOP_S = 1.0


class SegmentationNode(Node):
    """Joins the parts: ScanInput -> Grounder <- QueryDesk, SceneServices, Diagnostics.

    Args:
        make_grounder: builds the Grounder from the node's parameters.

    Raises:
        ConfigError, ParameterException: a parameter is wrong.
        CheckpointError: the model cannot be loaded.
    """

    def __init__(
        self, make_grounder: Callable[[GrounderConfig], Grounder], **node_arguments: Any
    ) -> None:
        super().__init__("segmentation_node", **node_arguments)
        config = declare_parameters(self, NodeConfig)
        self._grounder = make_grounder(declare_parameters(self, GrounderConfig))
        self._warn_of_odd_frames(config)
        self._reporter = reporter = Reporter(self.get_logger())
        self._desk = QueryDesk(self, config, self._grounder, reporter)
        worker = self._desk.worker
        self._scans = ScanInput(self, config, self._grounder, reporter, worker.map_changed)
        SceneServices(self, config, self._grounder, self._map_replaced)
        Diagnostics(self, reporter, self._state)
        watch_parameters(self, (NodeConfig, GrounderConfig), self._reconfigure)
        self._jump_handle = self.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-1)),
            post_callback=self._time_went_back,
        )
        topics = ", ".join(self.resolve_topic_name(topic) for topic in config.cloud_topics)
        query_topic = self.resolve_topic_name("referring_query")
        self.get_logger().info(f"ready: clouds from {topics}, sentences from {query_topic}")

    def close(self) -> bool:
        """Stop the worker; whether it ended in time."""
        return self._desk.worker.stop(_STOP_S)

    def _warn_of_odd_frames(self, config: NodeConfig) -> None:
        if "optical" in config.map_frame:
            self.get_logger().warning(
                f"map_frame {config.map_frame!r} looks like an optical frame, whose z is not up; "
                "sentences about heights and floors will go wrong: use odom or map"
            )

    def _map_replaced(self) -> None:
        self._scans.reset(forget_transforms=False)
        self._desk.worker.map_changed()

    def _time_went_back(self, _: TimeJump) -> None:
        self.get_logger().warning("time went back: waiting scans and old transforms are dropped")
        self._scans.reset(forget_transforms=True)

    def _reconfigure(self, config: NodeConfig, grounder_config: GrounderConfig) -> None:
        self._desk.config = config
        self._grounder.reconfigure(grounder_config)

    def _state(self) -> dict[str, object]:
        return {
            "map voxels": len(self._grounder.map),
            "map version": self._grounder.map.version,
            "queries waiting": self._desk.worker.waiting,
            "scans waiting for transforms": self._scans.waiting,
            "last answer took (s)": f"{self._desk.last_seconds:.3f}",
        }


def _load_grounder(config: GrounderConfig) -> Grounder:
    try:
        from detailbase_core.grounder import Grounder  # torch takes seconds to import
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"this Python ({sys.executable}) has no {error.name!r}. Run 'make install' in the "
            "sources of detailbase_ros, 'source .venv/bin/activate', then start the node again "
            "(docs/ros.md)"
        ) from error
    return Grounder(config)


def main(
    args: Sequence[str] | None = None,
    make_grounder: Callable[[GrounderConfig], Grounder] = _load_grounder,
) -> None:
    """Run the node until SIGINT or SIGTERM; exit code 1 where it cannot start."""
    logging.basicConfig(format="[%(levelname)s] [%(name)s]: %(message)s")
    rclpy.init(args=args)
    node, stopped = None, True
    executor = PooledExecutor(_THREADS)  # first: it cannot be made once a signal has come
    try:
        node = SegmentationNode(make_grounder)
        executor.add_node(node)
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except (DetailBaseError, ParameterException) as error:
        sys.exit(f"segmentation_node cannot start: {error}")
    except Exception:
        if rclpy.ok():  # otherwise a signal came while the node was being built
            raise
    finally:
        if node is not None:
            stopped = node.close()
        rclpy.try_shutdown()
    if not stopped:  # deep inside the network; Python cannot end that thread in an orderly way
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
