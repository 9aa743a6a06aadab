"""The action ~/look: goals in, looks for them, feedback and results out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from detailbase_core.config import A_DAY_S
from detailbase_ros.messages.grounding_messages import instance_to_message
from detailbase_ros.messages.query import Query, QueryResult, Status, refused
from detailbase_ros.messages.topics import LOOK
from detailbase_ros.queries.looks import End, Look, Looks
from detailbase_ros.runtime.guarded_callbacks import failure_response, guarded

if TYPE_CHECKING:
    from rclpy.action.server import ServerGoalHandle

    from detailbase_core.grounder import Grounder
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.queries.query_server import QueryServer
    from detailbase_ros.runtime.endpoints import Endpoints

_TICK_S = 0.2  # only while somebody has something looked for
_GONE_S = 5.0  # without any client: they are gone
_DEACTIVATED = (
    "the node was deactivated while it looked; activate it (ros2 lifecycle set NODE activate) and "
    "ask again"
)


class LookServer:
    """Takes goals, has the worker look again while the map grows, and publishes what comes of it.

    Every goal is accepted, also one that makes no sense: a rejection could not say why.

    Args:
        endpoints: makes action and timer.
        config: limits.
        grounder: whose map it is.
        queries: asks and publishes.
    """

    def __init__(
        self, endpoints: Endpoints, config: NodeConfig, grounder: Grounder, queries: QueryServer
    ) -> None:
        self._queries, self._map, self._events = queries, grounder.map, endpoints.events
        self._most = config.query_queue_size
        self._handles: dict[int, ServerGoalHandle[Any, Any, Any]] = {}  # by the query's number
        self._heard_at = time.monotonic()
        self._looks = Looks(
            queries.worker.submit,
            lambda: grounder.map.version,
            guarded(self._tell, LOOK.name, endpoints.events),
            self._conclude,
        )
        self._timer = endpoints.timer(_TICK_S, self._tick)
        self._timer.cancel()
        self._server = endpoints.action(LOOK, self._begin, self._timer.callback_group)
        endpoints.on_close(self.deactivate)
        self._server.open()

    def reconfigure(self, config: NodeConfig) -> None:
        """Take over the live settings of `config`."""
        self._most = config.query_queue_size

    def deactivate(self) -> None:
        """Answer INACTIVE whatever is looked for."""
        self._looks.end_all(_DEACTIVATED, Status.INACTIVE)

    def _begin(self, handle: ServerGoalHandle[Any, Any, Any]) -> None:
        goal = handle.request
        possible = 0.0 < goal.time_limit_s <= A_DAY_S  # not, where it is no number
        limit_s = goal.time_limit_s if possible else 0.0
        query = self._queries.new_query(goal.query, limit_s, goal.client_tag, goal.with_points)
        look = Look(query, limit_s)
        self._handles[query.id] = handle
        refusal = refused(query)
        if refusal is None and not possible:
            text = f"time_limit_s is {goal.time_limit_s:g}: above 0, at most {A_DAY_S:g} s (a day)"
            refusal = QueryResult(query, Status.BAD_QUERY, text)
        if refusal is None and len(self._looks) >= self._most:
            refusal = _overloaded(query, self._most)
        if refusal is not None:
            self._conclude(look, End.IN_VAIN, refusal)
            return
        self._heard_at = time.monotonic()
        self._looks.add(look)
        self._timer.reset()

    def _tick(self) -> None:
        cancelled = [n for n, handle in list(self._handles.items()) if handle.is_cancel_requested]
        for number in cancelled:
            self._looks.cancel(number)
        for number in [n for n, h in list(self._handles.items()) if not self._server.is_heard(h)]:
            self._looks.forsake(number, "whoever asked cannot hear of it")
        if self._server.count_clients():
            self._heard_at = time.monotonic()
        elif time.monotonic() - self._heard_at > _GONE_S:
            self._looks.end_all("whoever asked is gone")
        self._looks.step()
        if not len(self._looks):
            self._timer.cancel()

    def _tell(self, look: Look) -> None:
        feedback = self._server.action_type.Feedback(
            scene_version=look.version or 0,
            map_voxels=len(self._map),
            looks=look.count,
            missing=look.missing,
            best=[] if look.best is None else [instance_to_message(look.best)],
        )
        self._handles[look.query.id].publish_feedback(feedback)

    def _conclude(self, look: Look, end: End, result: QueryResult) -> None:
        handle = self._handles.pop(look.query.id)
        answer = self._queries.publish(result)
        packed = self._server.action_type.Result()
        if answer is None:
            packed = failure_response(handle.request, packed, "the answer cannot be packed")
        else:
            packed.answer = answer
        self._server.finish(handle, end.name, packed)


def _overloaded(query: Query, most: int) -> QueryResult:
    text = f"more sentences cannot be looked for at once than {most} (query_queue_size); ask later"
    return QueryResult(query, Status.OVERLOADED, text)
