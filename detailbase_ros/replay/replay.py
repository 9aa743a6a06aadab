"""A recording driven through the map and asked, as the node would on the live topics.

The same TransformIntake and ScanIntake take the same messages in the order of their recording, so
the map after a scan is the node's, and so is an answer at the same scene_version.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import BadCloudError, BadFileError, BadMessageError
from detailbase_core.io.bag_reader import bag_messages, bag_topics, decoded
from detailbase_core.io.bags import cloud_frames, of_one_tree, scan_topics, tf_topics
from detailbase_core.settings import Settings, setting
from detailbase_ros.messages.query import Query, QueryResult, answer
from detailbase_ros.messages.topics import CLOUDS, QUERIES, TF
from detailbase_ros.node_config import IntakeConfig
from detailbase_ros.scans.scan_intake import ArrivedScan, ScanIntake
from detailbase_ros.scans.transform_intake import TransformIntake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from detailbase_core.grounder import Grounder
    from detailbase_core.io.bag_topic import BagTopic
    from detailbase_ros.runtime.event_counters import EventCounters

_TYPES = tuple(topic.type_name for topic in (CLOUDS, TF, QUERIES))
_NEVER_S = float("inf")


@dataclass(frozen=True)
class ReplayConfig(Settings):
    """The node's settings, as far as they change its answers."""

    cloud_topics: tuple[str, ...] = setting(
        (), "Topics with clouds; empty = all whose clouds are not in the map frame already."
    )
    tf_prefix: str = setting(
        "", "Namespace of the transforms' topics; empty = none, or that of the clouds."
    )
    intake: IntakeConfig = field(default_factory=IntakeConfig)
    grounder: GrounderConfig = field(default_factory=GrounderConfig)

    @property
    def attentive_grounder(self) -> GrounderConfig:
        """The grounder's settings, but every question looks at the newest map.

        How old an encoding may be goes by the wall clock, which a replay runs ahead of.
        """
        return replace(self.grounder, reencode_fraction=0.0)


@dataclass(frozen=True)
class ReplayAnswer:
    """An answer and when it was given.

    Attributes:
        result: what became of the query.
        at_ns: time in the recording, nanoseconds.
    """

    result: QueryResult
    at_ns: int


def replay(
    path: str | Path,
    sentences: Sequence[str],
    config: ReplayConfig,
    grounder: Grounder,
    events: EventCounters,
    report: Callable[[str], None] = lambda _: None,
) -> Iterator[ReplayAnswer]:
    """Drive a recording through `grounder`'s map and answer questions about it.

    Args:
        path: a rosbag2 folder, or one of its .mcap or .db3 files.
        sentences: asked at the end of the recording; none = those that were recorded on
            referring_query, each at its time.
        config: frames, limits and topics.
        grounder: with an empty map; made from config.attentive_grounder.
        events: is told of everything that is dropped.
        report: is told what goes on.

    Raises:
        BadFileError: not a bag, a broken one, one without clouds on the topics, or without
            questions where there are no sentences.
    """
    player = BagPlayer(path, config, grounder, events)
    for text in player.play(report):
        if not sentences:
            yield player.ask(text)
    for sentence in sentences:
        yield player.ask(sentence)
    if not sentences and not player.asked:
        raise BadFileError(
            f"{path}: nobody asked anything on {QUERIES.name} in this recording; give a sentence"
        )


class BagPlayer:
    """Feeds the messages of a recording to a ScanIntake.

    Args:
        path, config, grounder, events: as of replay().

    Attributes:
        asked: sentences answered so far.
        begin_ns, now_ns: time of recording of the first and the newest message; 0 before it.
        arrived_ns: time of recording of scans, by their stamp.

    Raises:
        BadFileError: as of replay().
    """

    def __init__(
        self, path: str | Path, config: ReplayConfig, grounder: Grounder, events: EventCounters
    ) -> None:
        self._path, self._grounder, self._events = path, grounder, events
        frames = cloud_frames(path)
        self._topics = config.cloud_topics or scan_topics(frames, config.intake.map_frame)
        missing = [topic for topic in self._topics if topic not in frames]
        if missing:
            raise BadFileError(
                f"{path}: has no clouds on {', '.join(missing)}, but on {', '.join(frames)}"
            )
        self._transforms = TransformIntake(events, lambda now_ns: self._intake.begin_anew(now_ns))
        self._tf_topics = tf_topics(bag_topics(path), self._topics, config.tf_prefix)
        if not config.cloud_topics:
            self._topics = of_one_tree(tuple(self._topics), self._tf_topics)
        self._intake = ScanIntake(config.intake, self._transforms.buffer, grounder, events)
        self._ids = itertools.count(1)
        self.asked = 0
        self.begin_ns = self.now_ns = 0
        self.arrived_ns: dict[int, int] = {}

    def play(self, report: Callable[[str], None]) -> Iterator[str]:
        """Take in all messages; yields the questions among them where they come."""
        for connection, now_ns, raw in bag_messages(self._path, _TYPES):
            self.begin_ns, self.now_ns = self.begin_ns or now_ns, now_ns
            try:
                yield from self._take(connection, raw, report)
            except BadMessageError as error:
                self._events.warn_throttled("bad_message", str(error))
        self._intake.retry(_NEVER_S)  # nothing more comes: what still waits is lost

    def _take(
        self, connection: BagTopic, raw: bytes, report: Callable[[str], None]
    ) -> Iterator[str]:
        """Take in one message; yields it if it is a question."""
        now_s = self.now_ns / 1e9
        if connection.msgtype == QUERIES.type_name:
            if connection.topic.split("/")[-1] == QUERIES.name:
                yield str(decoded(self._path, connection, raw).data)
        elif connection.topic in self._tf_topics:
            message = decoded(self._path, connection, raw)
            self._transforms.store(message, connection.topic)
            self._intake.retry(now_s)
        elif connection.topic in self._topics:
            self._take_scan(connection, raw, now_s)
            report(f"replaying {self._path}: {len(self._grounder.map):,} voxels")

    def ask(self, sentence: str) -> ReplayAnswer:
        """Answer one sentence about the map as it is."""
        self.asked += 1
        query = Query(next(self._ids), sentence, received_ns=self.now_ns, deadline=_NEVER_S)
        return ReplayAnswer(answer(self._grounder, query), self.now_ns)

    def _take_scan(self, connection: BagTopic, raw: bytes, now_s: float) -> None:
        self._events.count("scans received")
        try:
            scan = ArrivedScan.of(connection.topic, decoded(self._path, connection, raw))
        except BadCloudError as error:
            self._events.warn_throttled("bad_cloud", f"{connection.topic}: {error}")
            return
        self.arrived_ns[scan.stamp_ns] = self.now_ns
        self._intake.receive(scan, now_s)
