"""Callbacks that never raise: what goes wrong is logged, counted and, for services, answered.

rclpy ends spin(), and with it the node, at the first exception of any callback, and leaves the
caller of a service without an answer.
"""

from __future__ import annotations

import inspect
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.exceptions import InvalidHandle

from detailbase_core.errors import shown
from detailbase_core.types import MAX_SENTENCE
from detailbase_ros.messages.query import MAX_TAG, Status
from detailbase_ros.runtime.late_responses import ResponseSender, caller_not_met

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.service import Service

    from detailbase_ros.runtime.event_counters import EventCounters

CAUSE = "callback_failed"  # counted under this name on /diagnostics


def guarded(
    callback: Callable[..., object], what: str, events: EventCounters
) -> Callable[..., None]:
    """A callback of a topic, a timer, a guard condition or the clock that never raises.

    Args:
        callback: returns nothing of interest.
        what: it belongs to, for the log.
        events: counts and logs.
    """

    @wraps(callback)
    def never_raises(*arguments: Any) -> None:
        try:
            callback(*arguments)
        except Exception as error:
            events.error_throttled(CAUSE, f"{what}: callback failed", error)

    return never_raises


class GuardedService:
    """Makes a service answer every request, also those at which its callback raises.

    Works on rclpy's own services as well, those of parameters and of the lifecycle: on Jazzy, for
    one, a transition that does not fit the state raises (https://github.com/ros2/rclpy/pull/1209).

    Args:
        server: whose callback and send_response() are replaced.
        events: counts requests and responses, and what goes wrong; logs that.
    """

    def __init__(self, server: Service[Any, Any], events: EventCounters) -> None:
        self._name, self._events = server.srv_name, events
        self._short_name = server.srv_name.rpartition("/")[2]
        self._callback: Callable[[Any, Any], Any] = server.callback
        self._send_response: Callable[[Any, Any], None] = server.send_response
        self._responses = ResponseSender(self._name, events)
        replaced: Any = server
        replaced.callback, replaced.send_response = self.answer, self.send

    async def answer(self, request: Any, response: Any) -> Any:
        """The callback's response, or one that says that it failed."""
        self._responses.expect()
        self._events.count(f"requests: {self._short_name}")
        try:
            result = self._callback(request, response)
            return await result if inspect.isawaitable(result) else result
        except Exception as error:
            self._events.error_throttled(CAUSE, f"{self._name}: service failed", error)
            return failure_response(request, response, f"{type(error).__name__}: {error}")

    def send(self, response: Any, header: Any) -> None:
        """Send a response.

        One to a caller whom the middleware has not met yet is sent again until it has, for ten
        seconds; one that cannot be packed is replaced; one whose caller is gone is dropped.
        """
        self._responses.send(partial(self._settle, response, header))

    def drain(self, timeout_s: float) -> bool:
        """Wait until all calls are answered; whether they were within `timeout_s`, seconds."""
        return self._responses.drain(timeout_s)

    def _settle(self, response: Any, header: Any) -> bool:
        """Send a response or what replaces it; False while its caller is not met."""
        try:
            self._send_response(response, header)
            self._events.count(f"responses: {self._short_name}")
        except InvalidHandle:  # the service has ended meanwhile
            self._events.count(f"{self._name}: ended before its response")
        except Exception as error:
            if caller_not_met(error):
                return False
            self._events.error_throttled(CAUSE, f"{self._name}: response not sent", error)
            self._send_failure(response, header, error)
        return True

    def _send_failure(self, response: Any, header: Any, error: Exception) -> None:
        try:
            self._send_response(failure_response(None, response, str(error)), header)
            self._events.count(f"responses: {self._short_name}")
        except Exception as again:  # the service or its caller is gone
            self._events.count(f"{self._name}: {type(again).__name__}")


def failure_response(request: Any, response: Any, reason: str) -> Any:
    """A new response that says that the request failed, in the members that its type has.

    Args:
        request: whose words the answer repeats; None where it is not at hand.
        response: of the wanted type; may be half filled.
        reason: for people.
    """
    reason, new = shown(reason), type(response)()
    if hasattr(new, "answer"):  # detailbase_ros/GroundQuery
        new.answer.status, new.answer.message = int(Status.INTERNAL_ERROR), reason
        new.answer.query = shown(getattr(request, "query", ""), MAX_SENTENCE)
        new.answer.client_tag = shown(getattr(request, "client_tag", ""), MAX_TAG)
    if hasattr(new, "success"):  # std_srvs/Trigger, SceneFile, lifecycle_msgs/ChangeState
        new.success = False
    if hasattr(new, "message"):
        new.message = reason
    refusal = SetParametersResult(successful=False, reason=reason)
    if hasattr(new, "results"):  # rcl_interfaces/SetParameters
        new.results = [refusal for _ in getattr(request, "parameters", ())]
    if isinstance(getattr(new, "result", None), SetParametersResult):
        new.result = refusal
    return new
