"""An action server whose callbacks never raise, and whose goals wait without any thread or task."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from rclpy._rclpy_pybind11 import RCLError
from rclpy.action import ActionServer, CancelResponse
from rclpy.exceptions import InvalidHandle

from detailbase_ros.runtime.action_responses import ActionResponses
from detailbase_ros.runtime.guarded_callbacks import CAUSE, failure_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.callback_groups import CallbackGroup
    from rclpy.node import Node

    from detailbase_ros.runtime.event_counters import EventCounters

_RESULTS_S = 30.0  # results are kept; who asked may hear of the goal ten seconds later
_ENDS = {"FOUND": "succeed", "CANCELLED": "canceled", "IN_VAIN": "abort"}


class GuardedActionServer(ActionServer):
    """Accepts every goal and every cancellation, once it was opened; a goal ends by finish().

    Until then it is "accepted", not "executing": rclpy would have a task for it, which older
    executors run again and again while it waits.

    Args:
        node: on which it is made.
        kind: the generated class.
        name: of the action.
        begin: called with each accepted goal.
        group: in which all its callbacks run.
        events: is told of what goes wrong.
        options: QoS profiles, as of rclpy's server.

    Attributes:
        awaited: results that somebody has asked for and that are not sent yet.
    """

    def __init__(
        self,
        node: Node,
        kind: Any,
        name: str,
        begin: Callable[[Any], None],
        group: CallbackGroup,
        events: EventCounters,
        **options: Any,
    ) -> None:
        self._begin, self._events, self._server_node = begin, events, node
        self._short_name = name.rpartition("/")[2]
        self.awaited = 0
        self._is_open = self._is_waited_for = False
        self._changed = threading.Condition()
        self._unheard: set[bytes] = set()  # ids of goals that are not over
        super().__init__(
            node,
            kind,
            name,
            execute_callback=lambda handle: kind.Result(),
            callback_group=group,
            handle_accepted_callback=self._accepted,
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
            result_timeout=_RESULTS_S,
            **options,
        )
        full_name = node.resolve_service_name(name)
        self._feedback = f"{full_name}/_action/feedback"
        self._responses = ActionResponses(self._handle, full_name, events, self._note_unheard)

    def open(self) -> None:
        """Take what comes.

        Not before: rclpy tells the node of a server that is half made, and other threads spin it.
        """
        self._is_open = True
        if (executor := self._server_node.executor) is not None:
            executor.wake()

    def count_clients(self) -> int:
        """Number of clients on the graph: each of them hears feedback."""
        return int(self._server_node.count_subscribers(self._feedback))

    def is_heard(self, handle: Any) -> bool:
        """Whether who sent a goal may know that it was accepted; not, where it can never hear."""
        return bytes(handle.goal_id.uuid) not in self._unheard

    def finish(self, handle: Any, end: str, result: Any) -> None:
        """End a goal.

        Args:
            handle: of the goal.
            end: FOUND, CANCELLED (where that was asked for) or IN_VAIN.
            result: of the action's type.
        """
        conclude = partial(self._conclude, end, result)
        self._unheard.discard(bytes(handle.goal_id.uuid))
        try:
            handle.execute(conclude)
        except RCLError:  # cancelled at this very moment: then nothing is begun
            handle.execute(conclude)

    def drain(self, timeout_s: float) -> bool:
        """Wait until all results are sent; whether they were within `timeout_s`, seconds."""
        with self._changed:
            sent = self._changed.wait_for(lambda: self.awaited <= 0, timeout_s)
        return self._responses.drain(timeout_s) and sent

    def destroy(self) -> None:
        """Destroy it."""
        self._responses.close()
        super().destroy()

    def _conclude(self, end: str, result: Any, handle: Any) -> Any:
        getattr(handle, _ENDS[end])()
        self._events.count(f"responses: {self._short_name}")
        return result

    def _accepted(self, handle: Any) -> None:
        self._events.count(f"requests: {self._short_name}")
        try:
            self._begin(handle)
        except Exception as error:
            self._events.error_throttled(CAUSE, f"{self._short_name}: action failed", error)
            reason = f"{type(error).__name__}: {error}"
            failed = failure_response(handle.request, self.action_type.Result(), reason)
            self.finish(handle, "IN_VAIN", failed)

    # rclpy's own. What raises here would end spin(), and a goal that cannot be decoded the action.
    # Its executor also waits for what has been destroyed since it looked what there is.
    def add_to_wait_set(self, wait_set: Any) -> None:
        """Have it waited for, if it is open and has not just been destroyed."""
        self._is_waited_for = self._is_open
        if self._is_waited_for:
            with suppress(RCLError, InvalidHandle):
                super().add_to_wait_set(wait_set)

    def is_ready(self, wait_set: Any) -> bool:
        """Whether something has come."""
        try:
            return self._is_waited_for and bool(super().is_ready(wait_set))
        except (RCLError, InvalidHandle):
            return False

    def take_data(self) -> Any:
        """What has come; nothing, where it cannot be decoded."""
        try:
            return super().take_data()
        except Exception as error:
            self._events.error_throttled(CAUSE, f"{self._short_name}: request not taken", error)
            return {}

    async def execute(self, taken_data: Any) -> None:
        """Handle what has come."""
        if "goal" in taken_data:
            self._responses.goal_id = bytes(taken_data["goal"][1].goal_id.uuid)
        if "result" in taken_data and self._knows(taken_data["result"][1].goal_id):
            with self._changed:
                self.awaited += 1
        try:
            await super().execute(taken_data)
        except Exception as error:
            self._events.error_throttled(CAUSE, f"{self._short_name}: action failed", error)

    def _note_unheard(self, goal_id: bytes) -> None:
        handle = self._goal_handles.get(goal_id)
        if handle is not None and handle.is_active:
            self._unheard.add(goal_id)

    def _knows(self, goal_id: Any) -> bool:
        return bytes(goal_id.uuid) in self._goal_handles

    def _send_result_response(self, *given: Any) -> None:
        try:
            super()._send_result_response(*given)
        except Exception as error:  # of a future's callback it would end spin()
            self._events.error_throttled(CAUSE, f"{self._short_name}: result not sent", error)
        finally:
            with self._changed:
                self.awaited -= 1
                self._changed.notify_all()
