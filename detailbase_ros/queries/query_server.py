"""Queries in, answers out: the topic, the service, the worker, and the latched pictures."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import String
from visualization_msgs.msg import MarkerArray

from detailbase_ros.messages.conversions import (
    MESSAGES,
    instances_to_cloud,
    make_header,
    outcome_to_message,
)
from detailbase_ros.messages.detections import Detection3DArray, to_detections
from detailbase_ros.messages.markers import answer_markers
from detailbase_ros.messages.query import Outcome, Query, Status
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.queries.query_worker import QueryWorker
from detailbase_ros.runtime.endpoints import LATCHED
from detailbase_ros.runtime.latencies import Latencies
from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.runtime.endpoints import Endpoints
    from detailbase_ros.runtime.event_counters import Reporter

_ANSWERS = QoSProfile(depth=256, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_QUERIES = QoSProfile(depth=256)
_STOP_S = 1.0  # for what runs to notice that it is no longer wanted


class QueryDesk:
    """Numbers the queries, has the worker answer them, and publishes what it says.

    Args:
        endpoints: makes publishers, the subscription and the service.
        config: limits.
        grounder: used by the worker thread only.
        reporter: counts queries and answers, and is told of faults.

    Attributes:
        worker: runs the network.
        latencies: of every stage, and of "received to answered" by the node's clock.
        listeners: called with each answer that was found, after it has been published.
    """

    def __init__(
        self, endpoints: Endpoints, config: NodeConfig, grounder: Grounder, reporter: Reporter
    ) -> None:
        self.listeners: list[Callable[[Grounding], None]] = []
        self._grounder, self._reporter = grounder, reporter
        self._clock = endpoints.node.get_clock()
        self._timeout_s = config.query_timeout_s
        self._ids = itertools.count(1)
        self._nowhere = (config.map_frame, 0, 0)
        self._last_place = self._nowhere  # frame, stamp_ns, version of the map last looked at
        self.latencies = Latencies()

        self._answers = endpoints.publisher(GroundedQuery, "~/grounding", _ANSWERS)
        self._markers = endpoints.publisher(MarkerArray, "~/markers", LATCHED)
        self._instances = endpoints.publisher(PointCloud2, "~/instances", LATCHED)
        self._detections = Detection3DArray and endpoints.publisher(
            Detection3DArray, "~/detections", LATCHED
        )
        # The worker may only trigger this: publishing and completing futures is the executor's.
        wake = endpoints.guard(self._publish_outcomes)
        self.worker = QueryWorker(
            grounder, config.query_queue_size, wake.trigger, reporter.fault, config.encode_ahead
        )
        endpoints.on_close(self.stop)
        endpoints.subscription(String, "referring_query", self._receive, _QUERIES)
        # Reentrant: one call waits for its answer while others come in.
        endpoints.service(GroundQuery, "~/ground", self._serve, ReentrantCallbackGroup())

    def activate(self) -> None:
        """Answer queries from now on."""
        self.worker.resume()

    def deactivate(self) -> None:
        """Answer INACTIVE from now on, those waiting or running too."""
        self.worker.pause(_STOP_S)
        self._publish_outcomes()

    def stop(self) -> bool:
        """End the worker for good; whether it did so in time."""
        return self.worker.stop(_STOP_S)

    def reconfigure(self, config: NodeConfig) -> None:
        """Take over the live settings of `config`."""
        self._timeout_s = config.query_timeout_s
        self.worker.capacity = config.query_queue_size
        self.worker.encode_ahead = config.encode_ahead

    def _receive(self, message: String) -> None:
        self._submit(message.data, self._timeout_s)

    async def _serve(
        self, request: GroundQuery.Request, response: GroundQuery.Response
    ) -> GroundQuery.Response:
        timeout_s = request.timeout_s if request.timeout_s > 0 else self._timeout_s
        reply = Future()
        self._submit(request.query, timeout_s, request.client_tag, request.with_points, reply)
        response.answer = await reply
        return response

    def _submit(
        self,
        text: str,
        timeout_s: float,
        client_tag: str = "",
        with_points: bool = False,
        reply: Future | None = None,
    ) -> None:
        self._reporter.count("queries received")
        self.worker.submit(
            Query(
                id=next(self._ids),
                text=text,
                received_ns=self._clock.now().nanoseconds,
                deadline=time.monotonic() + timeout_s,
                client_tag=client_tag,
                with_points=with_points,
                reply=reply,
            )
        )

    def _publish_outcomes(self) -> None:
        for outcome in self.worker.take_outcomes():
            try:
                self._publish(outcome)
            except Exception as error:  # one answer that cannot be packed costs no other
                what = f"the answer to query {outcome.query.id} cannot be published"
                self._reporter.fault("not_published", what, error)
                self._last_place = self._nowhere
                self._publish(
                    Outcome(outcome.query, Status.INTERNAL_ERROR, f"cannot be published: {error}")
                )

    def _publish(self, outcome: Outcome) -> None:
        grounding = outcome.grounding
        if grounding is not None:
            cloud = grounding.scene.cloud  # of a loaded map, whose frame may not be map_frame
            self._last_place = (cloud.frame, cloud.stamp_ns, grounding.scene.version)
            waited_s = (self._clock.now().nanoseconds - outcome.query.received_ns) / 1e9
            self.latencies.add({"received to answered": waited_s, **grounding.stage_seconds})
        self._reporter.count(f"answers: {outcome.status.name}")
        answer = self._message(outcome, with_points=False)
        reply = self._message(outcome, outcome.query.with_points)
        if grounding is not None:
            self._show(grounding, outcome.query.id)
        self._answers.publish(answer)
        if outcome.query.reply is not None:
            outcome.query.reply.set_result(reply)
        if grounding is not None:
            self._tell(grounding)

    def _tell(self, grounding: Grounding) -> None:
        for listener in self.listeners:
            try:
                listener(grounding)
            except Exception as error:  # the answer is out already
                self._reporter.fault("listener", "something to show is missing", error)

    def _message(self, outcome: Outcome, with_points: bool) -> GroundedQuery:
        known = outcome.grounding is not None or len(self._grounder.map) > 0
        frame, stamp_ns, version = self._last_place if known else self._nowhere
        return outcome_to_message(
            outcome,
            make_header(frame, stamp_ns),
            version,
            self._clock.now().nanoseconds,
            with_points,
        )

    def _show(self, grounding: Grounding, query_id: int) -> None:
        """The last good answer as pictures; one that found nothing clears them."""
        cloud = grounding.scene.cloud
        self._markers.publish(answer_markers(MESSAGES, grounding, cloud.frame))
        self._instances.publish(instances_to_cloud(grounding, query_id))
        if self._detections:
            header = make_header(cloud.frame, cloud.stamp_ns)
            self._detections.publish(to_detections(grounding, header))
