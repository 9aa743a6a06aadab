"""The ROS 2 node: coloured clouds and sentences in, every mentioned object out.

It translates messages, calls a Grounder and translates back; docs/ros.md lists its topics,
services and parameters.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from detailbase_core.ops.malloc import tune_malloc

tune_malloc()  # before the imports: their threads would begin heaps of their own

# ruff: noqa: E402
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ParameterException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import ConfigError, DetailBaseError, shown_lines
from detailbase_ros.messages.topics import NODE, QUERIES
from detailbase_ros.node_config import REMOVED_PARAMETERS, NodeConfig, removed_text
from detailbase_ros.pipeline import Pipeline
from detailbase_ros.programs import missing_text
from detailbase_ros.runtime.endpoints import Endpoints
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.runtime.executor import PooledExecutor
from detailbase_ros.runtime.guarded_callbacks import CAUSE, GuardedService
from detailbase_ros.runtime.parameters import (
    declare_parameters,
    given_parameters,
    read_parameters,
    watch_parameters,
)
from detailbase_ros.runtime.start import end_ros, exit_now, start_node

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.grounder import Grounder

_THREADS = 4  # scans, TF, queries and answers, the rest
_SWITCH_S = 0.0005  # after which a thread that runs Python lets another one do so


class StartError(DetailBaseError):
    """The node was to start by itself, and could not."""


class SegmentationNode(LifecycleNode):
    """A lifecycle node; what it does while configured is the Pipeline's.

    configure loads the model, activate starts, deactivate pauses and keeps the map, cleanup
    destroys all that configure made. With `autostart` it becomes active once somebody spins it.

    Args:
        make_grounder: builds the Grounder from the node's parameters.

    Raises:
        ConfigError, ParameterException: a parameter is wrong.
    """

    def __init__(
        self, make_grounder: Callable[[GrounderConfig], Grounder], **node_arguments: Any
    ) -> None:
        super().__init__(NODE, **node_arguments)
        self._make_grounder = make_grounder
        self._failure = ""  # of the last configure
        self._configuring = False
        self.pipeline: Pipeline | None = None
        self.events = EventCounters(self.get_logger())
        for server in self.services:  # rclpy's own, of parameters and the lifecycle
            GuardedService(server, self.events)
        config = declare_parameters(self, NodeConfig)
        declare_parameters(self, GrounderConfig)
        if removed := given_parameters(self, REMOVED_PARAMETERS):
            self.get_logger().warning(removed_text(removed))
        watch_parameters(self, (NodeConfig, GrounderConfig), self._reconfigure, self.events)
        if config.autostart:
            # In the callback group of the lifecycle services: one transition at a time.
            self._starter = self.create_timer(
                0.0, self._start, clock=Clock(clock_type=ClockType.STEADY_TIME)
            )

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the model and make all topics and services; FAILURE with the reason logged."""
        config = read_parameters(self, NodeConfig)
        endpoints = Endpoints(self, self.events, config.service_depth)
        self._configuring, self._failure = True, ""
        try:
            grounder = self._make_grounder(read_parameters(self, GrounderConfig))
            self.pipeline = Pipeline(endpoints, config, grounder)
        except Exception as error:  # rclpy would swallow it
            endpoints.close()
            expected = isinstance(error, DetailBaseError)
            self._failure = str(error) if expected else f"{type(error).__name__}: {error}"
            self.get_logger().error(f"cannot be configured: {shown_lines(self._failure)}")
            return TransitionCallbackReturn.FAILURE
        finally:
            self._configuring = False
        self._warn_of_odd_frames(config)
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take scans and answer queries."""
        self._configured.activate()
        names = (*read_parameters(self, NodeConfig).cloud_topics, QUERIES.name)
        *topics, query_topic = (self.resolve_topic_name(name) for name in names)
        self.get_logger().info(
            f"ready: clouds from {', '.join(topics)}, sentences from {query_topic}"
        )
        return TransitionCallbackReturn.SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Pause; the map stays."""
        self._configured.deactivate()
        return TransitionCallbackReturn.SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Destroy what configure made, the map too."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """From any state: answer what waits and destroy everything."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """A transition raised: back to unconfigured, with nothing left."""
        self.get_logger().error(f"a transition from {state.label} failed; cleaning up")
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def stop(self) -> bool:
        """At the end of the process; False where something could not be stopped in time."""
        return not self._configuring and (self.pipeline is None or self.pipeline.stop())

    def callback_failed(self, fault: BaseException) -> None:
        """For the executor: log and count what a callback of rclpy's own raised.

        Raises:
            StartError: `fault` is that.
        """
        if not isinstance(fault, Exception) or isinstance(fault, StartError):
            raise fault
        self.events.error_throttled(CAUSE, "rclpy", fault)

    @property
    def state(self) -> str:
        """Name of the lifecycle state."""
        return str(self._state_machine.current_state[1])

    @property
    def _configured(self) -> Pipeline:
        assert self.pipeline is not None, "the state machine lets nobody here before configure"
        return self.pipeline

    def _close(self) -> None:
        if self.pipeline is not None:
            self.pipeline.deactivate()  # answers what waits
            self.pipeline.close()
            self.pipeline = None

    def _start(self) -> None:
        self._starter.cancel()
        # Somebody may have been quicker: then the state is theirs to change.
        transitions = {"unconfigured": self.trigger_configure, "inactive": self.trigger_activate}
        for state, transition in transitions.items():
            if self.state == state and transition() != TransitionCallbackReturn.SUCCESS:
                raise StartError(self._failure or "see above")
        self.destroy_timer(self._starter)

    def _warn_of_odd_frames(self, config: NodeConfig) -> None:
        if "optical" in config.map_frame:
            self.get_logger().warning(
                f"map_frame {config.map_frame!r} looks like an optical frame, whose z is not up; "
                "sentences about heights and floors will go wrong: use odom or map"
            )

    def _reconfigure(self, config: NodeConfig, grounder_config: GrounderConfig) -> None:
        if self.pipeline is not None:
            self.pipeline.reconfigure(config, grounder_config)


def _load_grounder(config: GrounderConfig) -> Grounder:
    try:
        from detailbase_core.grounder import Grounder  # torch takes seconds to import
    except ModuleNotFoundError as error:
        raise ConfigError(missing_text([str(error.name)])) from error
    return Grounder(config)


def main(
    args: Sequence[str] | None = None,
    make_grounder: Callable[[GrounderConfig], Grounder] = _load_grounder,
) -> None:
    """Run the node until SIGINT or SIGTERM; exit code 1 where it cannot start."""
    logging.basicConfig(format="[%(levelname)s] [%(name)s]: %(message)s")
    # Read once, when torch and our native code are loaded. OpenMP's threads spin while they wait
    # for each other: where others need the cores too, a scan took three times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Python's own 5 ms are too long for a scan to wait, and it waits whenever NumPy lets go.
    sys.setswitchinterval(_SWITCH_S)
    requests = start_node("segmentation_node", args)
    node, status = None, 0
    try:
        node = SegmentationNode(make_grounder)
        executor = PooledExecutor(_THREADS)
        executor.on_fault = node.callback_failed
        executor.add_node(node)
        requests.spin(executor)
    except (DetailBaseError, ParameterException) as error:
        print(f"segmentation_node cannot start: {shown_lines(error)}", file=sys.stderr)
        status = 1
    if node is None or node.stop():
        if node is not None:
            node.destroy_node()  # others hear at once that it is gone
        end_ros()
    exit_now(status)


if __name__ == "__main__":
    main()
