"""Responses of an action, sent again until their callers are met, as those of services are.

rclpy's action server has methods of its C++ handle send its responses, and takes what they could
not send for sent, or leaves a goal half begun. A handle takes no methods of its own, so those of
its class are replaced, once; handles that nobody has entered here behave as before.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from rclpy.exceptions import InvalidHandle
from rclpy.impl.implementation_singleton import rclpy_implementation

from detailbase_ros.runtime.guarded_callbacks import CAUSE
from detailbase_ros.runtime.late_responses import ResponseSender, caller_not_met

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_ros.runtime.event_counters import EventCounters

# By id() of the handle, which they keep alive. Weak: who never ends an action is freed with it.
_entered: WeakValueDictionary[int, ActionResponses] = WeakValueDictionary()


class ActionResponses:
    """Sends the responses of one action: to its goals, cancellations and requests for results.

    Args:
        handle: rclpy's, of the action's server.
        name: of the action, for the log.
        events: counts and logs.
        unheard: called with the id of a goal whose response its caller can never hear.

    Attributes:
        goal_id: of the goal that is being answered.
    """

    def __init__(
        self, handle: Any, name: str, events: EventCounters, unheard: Callable[[bytes], object]
    ) -> None:
        self._handle, self._name, self._events = handle, name, events
        self._unheard = unheard
        self._sender = ResponseSender(name, events)
        self.goal_id = b""
        _replace_methods()
        _entered[id(handle)] = self

    def drain(self, timeout_s: float) -> bool:
        """Wait until all are sent; whether they were within `timeout_s`, seconds."""
        return self._sender.drain(timeout_s)

    def close(self) -> None:
        """Leave the handle to rclpy."""
        _entered.pop(id(self._handle), None)

    def send(self, kind: str, send_once: Callable[[], None]) -> None:
        """Send a response, now or later. Never raises.

        Args:
            kind: goal, cancel or result.
            send_once: tries to; raises where it cannot.
        """
        unheard = partial(self._unheard, self.goal_id) if kind == "goal" else None
        self._sender.expect()
        self._sender.send(partial(self._settle, send_once), unheard)

    def _settle(self, send_once: Callable[[], None]) -> bool:
        try:
            with self._handle:  # it may have ended meanwhile
                send_once()
        except InvalidHandle:
            self._events.count(f"{self._name}: ended before its response")
        except Exception as error:
            if caller_not_met(error):
                return False
            self._events.error_throttled(CAUSE, f"{self._name}: response not sent", error)
        return True


@cache
def _replace_methods() -> None:
    for kind in ("goal", "cancel", "result"):
        handles, name = rclpy_implementation.ActionServer, f"send_{kind}_response"
        setattr(handles, name, _replacement(kind, getattr(handles, name)))


def _replacement(kind: str, send: Callable[[Any, Any, Any], None]) -> Callable[..., None]:
    def replacement(handle: Any, header: Any, response: Any) -> None:
        send_once = partial(send, handle, header, response)
        responses = _entered.get(id(handle))
        if responses is None:
            send_once()
        else:
            responses.send(kind, send_once)

    return replacement
