"""Queries in, answers out: the topic, the service, the worker, and the latched pictures."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.task import Future

from detailbase_core.config import A_DAY_S
from detailbase_core.errors import shown
from detailbase_ros.messages.conversions import make_header
from detailbase_ros.messages.detections import Detection3DArray, to_detections
from detailbase_ros.messages.grounding_messages import instances_to_cloud, result_to_message
from detailbase_ros.messages.markers import answer_markers
from detailbase_ros.messages.query import Query, QueryResult, Status, refused
from detailbase_ros.messages.topics import (
    DETECTIONS,
    GROUND,
    GROUNDING,
    INSTANCES,
    MARKERS,
    QUERIES,
)
from detailbase_ros.queries.conversations import ClientConversations
from detailbase_ros.queries.query_worker import QueryWorker
from detailbase_ros.runtime.latencies import Latencies

if TYPE_CHECKING:
    from collections.abc import Callable

    from std_msgs.msg import String

    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding
    from detailbase_ros.msg import GroundedQuery
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.runtime.endpoints import Endpoints
    from detailbase_ros.runtime.event_counters import EventCounters
    from detailbase_ros.srv import GroundQuery

_STOP_S = 1.0  # for what runs to notice that it is no longer wanted


class QueryServer:
    """Numbers the queries, has the worker answer them, and publishes what it says.

    Args:
        endpoints: makes publishers, the subscription and the service.
        config: limits.
        grounder: used by the worker thread only.
        events: counts queries and answers, and is told of faults.
        viewpoint: (x, y) of the newest scan's sensor in the map frame, None before the first.

    Attributes:
        worker: runs the network.
        latencies: of every stage, and of "received to answered" by the node's clock.
        listeners: called with each answer that was found, after it has been published.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        config: NodeConfig,
        grounder: Grounder,
        events: EventCounters,
        viewpoint: Callable[[], tuple[float, float] | None],
    ) -> None:
        self.listeners: list[Callable[[Grounding], None]] = []
        self._grounder, self._events = grounder, events
        self._clock = endpoints.node.get_clock()
        self._timeout_s = config.query_timeout_s
        self._ids = itertools.count(1)
        self._nowhere = (config.map_frame, 0, 0)
        self._last_place = self._nowhere  # frame, stamp_ns, version of the map last looked at
        self.latencies = Latencies()

        self._answers = endpoints.publisher(GROUNDING)
        self._markers = endpoints.publisher(MARKERS)
        self._instances = endpoints.publisher(INSTANCES)
        self._detections = Detection3DArray and endpoints.publisher(DETECTIONS)
        # The worker may only trigger this: publishing and completing futures is the executor's.
        wake = endpoints.guard(self._publish_results)
        self.worker = QueryWorker(
            grounder,
            config.query_queue_size,
            wake.trigger,
            events.error_throttled,
            config.encode_ahead,
            ClientConversations(grounder, viewpoint),
        )
        endpoints.on_close(self.stop)
        endpoints.subscription(QUERIES, self._receive)
        # Reentrant: one call waits for its answer while others come in.
        endpoints.service(GROUND, self._serve, ReentrantCallbackGroup())

    def activate(self) -> None:
        """Answer queries from now on."""
        self.worker.resume()

    def deactivate(self) -> None:
        """Answer INACTIVE from now on, those waiting or running too."""
        self.worker.pause(_STOP_S)
        self._publish_results()

    def stop(self) -> bool:
        """End the worker for good; whether it did so in time."""
        return self.worker.stop(_STOP_S)

    def reconfigure(self, config: NodeConfig) -> None:
        """Take over the live settings of `config`."""
        self._timeout_s = config.query_timeout_s
        self.worker.capacity = config.query_queue_size
        self.worker.encode_ahead = config.encode_ahead

    def new_query(
        self,
        text: str,
        timeout_s: float,
        client_tag: str = "",
        with_points: bool = False,
        reply: Future | None = None,
    ) -> Query:
        """A query that has just come in, counted and numbered; who asks it has to see to the rest.

        Args:
            text: the sentence.
            timeout_s: from now to its deadline, seconds.
            client_tag, with_points, reply: as in Query.
        """
        self._events.count("queries received")
        return Query(
            id=next(self._ids),
            text=text,
            received_ns=self._clock.now().nanoseconds,
            deadline=time.monotonic() + timeout_s,
            client_tag=client_tag,
            with_points=with_points,
            reply=reply,
        )

    def publish(self, result: QueryResult) -> GroundedQuery | None:
        """Publish an answer, or that it cannot be packed.

        Returns:
            The answer for whoever asked, with points where they are wanted; None where even the
            failure cannot be packed.
        """
        try:
            return self._publish(result)
        except Exception as error:  # one answer that cannot be packed costs no other
            return self._publish_failure(result.query, error)

    def _receive(self, message: String) -> None:
        self._submit(self.new_query(message.data, self._timeout_s))

    async def _serve(
        self, request: GroundQuery.Request, response: GroundQuery.Response
    ) -> GroundQuery.Response:
        timeout_s = min(request.timeout_s, A_DAY_S) if request.timeout_s > 0 else self._timeout_s
        reply = Future()
        self._submit(
            self.new_query(request.query, timeout_s, request.client_tag, request.with_points, reply)
        )
        response.answer = await reply
        return response

    def _submit(self, query: Query) -> None:
        if refusal := refused(query):
            self.worker.pass_on(refusal)
        else:
            self.worker.submit(query)

    def _publish_results(self) -> None:
        for result in self.worker.take_results():
            if result.query.on_result is not None:
                result.query.on_result(result)
            else:
                self._note_latencies(result)
                self.publish(result)

    def _note_latencies(self, result: QueryResult) -> None:
        if result.grounding is not None:
            waited_s = (self._clock.now().nanoseconds - result.query.received_ns) / 1e9
            stages = result.grounding.stage_seconds
            self.latencies.add({"received to answered": waited_s, **stages})

    def _publish_failure(self, query: Query, error: Exception) -> GroundedQuery | None:
        what = f"the answer to query {query.id} cannot be published"
        self._events.error_throttled("not_published", what, error)
        self._last_place = self._nowhere
        reason = shown(f"cannot be published: {error}")
        try:
            return self._publish(QueryResult(query, Status.INTERNAL_ERROR, reason))
        except Exception as again:
            self._events.error_throttled("not_published", what, again)
            if query.reply is not None and not query.reply.done():
                query.reply.set_exception(again)  # the service says so to its caller
            return None

    def _publish(self, result: QueryResult) -> GroundedQuery:
        grounding = result.grounding
        if grounding is not None:
            cloud = grounding.scene.cloud  # of a loaded map, whose frame may not be map_frame
            self._last_place = (cloud.frame, cloud.stamp_ns, grounding.scene.version)
        self._events.count(f"answers: {result.status.name}")
        query = result.query
        answer = reply = self._message(result, with_points=False)
        if query.with_points:
            reply = self._message(result, with_points=True)
        if grounding is not None:
            self._publish_visuals(grounding, query.id)
        self._answers.publish(answer)
        if query.reply is not None:
            query.reply.set_result(reply)
        if grounding is not None:
            self._notify(grounding)
        return reply

    def _notify(self, grounding: Grounding) -> None:
        for listener in self.listeners:
            try:
                listener(grounding)
            except Exception as error:  # the answer is out already
                self._events.error_throttled("listener", "something to show is missing", error)

    def _message(self, result: QueryResult, with_points: bool) -> GroundedQuery:
        known = result.grounding is not None or len(self._grounder.map) > 0
        frame, stamp_ns, version = self._last_place if known else self._nowhere
        return result_to_message(
            result,
            make_header(frame, stamp_ns),
            version,
            self._clock.now().nanoseconds,
            with_points,
        )

    def _publish_visuals(self, grounding: Grounding, query_id: int) -> None:
        """The last good answer as pictures; one that found nothing clears them."""
        cloud = grounding.scene.cloud
        self._markers.publish(answer_markers(grounding, cloud.frame))
        self._instances.publish(instances_to_cloud(grounding, query_id))
        if self._detections:
            header = make_header(cloud.frame, cloud.stamp_ns)
            self._detections.publish(to_detections(grounding, header))
