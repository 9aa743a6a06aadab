"""Queries in, answers out: the topic, the service, the worker, and the latched pictures."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.task import Future
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import String
from visualization_msgs.msg import MarkerArray

from detailbase_core.answer_markers import answer_markers
from detailbase_core.outcomes import Outcome, Query, Status
from detailbase_ros.conversions import (
    MESSAGES,
    instances_to_cloud,
    make_header,
    outcome_to_message,
)
from detailbase_ros.detections import Detection3DArray, to_detections
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.query_worker import QueryWorker
from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from rclpy.node import Node

    from detailbase_core.grounder import Grounder
    from detailbase_core.reporter import Reporter
    from detailbase_core.types import Grounding
    from detailbase_ros.node_config import NodeConfig

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_ANSWERS = QoSProfile(depth=256, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_QUERIES = QoSProfile(depth=256)


class QueryDesk:
    """Numbers the queries, has the worker answer them, and publishes what it says.

    Args:
        node: gets publishers, the subscription and the service.
        config: limits; `query_timeout_s` may be replaced while running.
        grounder: used by the worker thread only.
        reporter: is told of queries that got no answer.
    """

    def __init__(
        self, node: Node, config: NodeConfig, grounder: Grounder, reporter: Reporter
    ) -> None:
        self.config = config
        self._grounder, self._reporter, self._clock = grounder, reporter, node.get_clock()
        self._ids = itertools.count(1)
        self._nowhere = (config.map_frame, 0, 0)
        self._last_place = self._nowhere  # frame, stamp_ns, version of the map last looked at
        self.last_seconds = 0.0

        overrides = QoSOverridingOptions.with_default_policies()
        publisher = node.create_publisher
        self._answers = publisher(
            GroundedQuery, "~/grounding", _ANSWERS, qos_overriding_options=overrides
        )
        self._markers = publisher(
            MarkerArray, "~/markers", LATCHED, qos_overriding_options=overrides
        )
        self._instances = publisher(
            PointCloud2, "~/instances", LATCHED, qos_overriding_options=overrides
        )
        self._detections = Detection3DArray and publisher(
            Detection3DArray, "~/detections", LATCHED, qos_overriding_options=overrides
        )
        # The worker may only trigger this: publishing and completing futures is the executor's.
        self._wake = node.create_guard_condition(
            self._publish_outcomes, callback_group=MutuallyExclusiveCallbackGroup()
        )
        self.worker = QueryWorker(
            grounder, config.query_queue_size, self._wake.trigger, config.encode_ahead
        )
        node.create_subscription(
            String,
            "referring_query",
            self._receive,
            _QUERIES,
            callback_group=MutuallyExclusiveCallbackGroup(),
            qos_overriding_options=overrides,
        )
        # Reentrant: one call waits for its answer while others come in.
        node.create_service(
            GroundQuery, "~/ground", self._serve, callback_group=ReentrantCallbackGroup()
        )

    def _receive(self, message: String) -> None:
        self._submit(message.data, self.config.query_timeout_s)

    async def _serve(
        self, request: GroundQuery.Request, response: GroundQuery.Response
    ) -> GroundQuery.Response:
        timeout_s = request.timeout_s if request.timeout_s > 0 else self.config.query_timeout_s
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
                self._last_place = self._nowhere
                self._publish(
                    Outcome(outcome.query, Status.INTERNAL_ERROR, f"cannot be published: {error}")
                )

    def _publish(self, outcome: Outcome) -> None:
        grounding = outcome.grounding
        if grounding is not None:
            cloud = grounding.scene.cloud  # of a loaded map, whose frame may not be map_frame
            self._last_place = (cloud.frame, cloud.stamp_ns, grounding.scene.version)
            self.last_seconds = sum(grounding.stage_seconds.values())
        self._reporter.count(f"answers: {outcome.status.name}")
        if outcome.status is Status.INTERNAL_ERROR:
            self._reporter.trouble("internal_error", f"query {outcome.query.id}: {outcome.message}")
        answer = self._message(outcome, with_points=False)
        reply = self._message(outcome, outcome.query.with_points)
        if grounding is not None:
            self._show(grounding, outcome.query.id)
        self._answers.publish(answer)
        if outcome.query.reply is not None:
            outcome.query.reply.set_result(reply)

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
