"""SQLite files of rosbag2 (.db3): topics and messages."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from detailbase_core.errors import BadFileError
from detailbase_core.io.bag_topic import TF_TYPE, BagTopic
from detailbase_core.io.time_resets import RunStarts

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_MESSAGE_BYTES = 1 << 29  # what a compressed message may unpack to
_ZSTD = b"\x28\xb5\x2f\xfd"  # no CDR message begins so


class SqliteBag:
    """The messages of one .db3 file, in the order of their recording.

    Args:
        path: of the file.

    Attributes:
        problems: none; as McapFile has it.

    Raises:
        BadFileError: no database, a broken one, or one without rosbag2's tables.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.problems = path, []  # type: tuple[Path, list[str]]
        self._topics: dict[int, BagTopic] = {}
        try:
            self._check_size()
            with closing(self._connect()) as database:
                rows = database.execute("SELECT id, name, type, serialization_format FROM topics")
                for number, name, msgtype, encoding in rows:
                    if encoding == "cdr":
                        self._topics[number] = BagTopic(str(name), str(msgtype))
                database.execute(
                    "SELECT topic_id, timestamp, data FROM messages LIMIT 1"
                ).fetchall()
        except (sqlite3.Error, ValueError) as error:  # text that is no UTF-8, in messages of SQLite
            raise self._broken(error) from error

    def topics(self) -> list[BagTopic]:
        """All topics of ROS 2 messages."""
        return list(self._topics.values())

    def messages(self, types: Sequence[str]) -> Iterator[tuple[BagTopic, int, bytes]]:
        """Messages of these types: (topic, time of recording in nanoseconds, CDR bytes).

        Raises:
            BadFileError: the database is broken where the messages are.
        """
        wanted = [number for number, topic in self._topics.items() if topic.msgtype in types]
        marks = ", ".join("?" * len(wanted))
        where = f"WHERE topic_id IN ({marks})"
        try:
            with closing(self._connect()) as database:
                starts = self._run_starts(database)
                # One query a run, each by the index of times; mostly there is one run.
                for part in _conditions(starts):
                    query = f"SELECT topic_id, timestamp, data FROM messages {where}{part}"
                    for number, time_ns, data in database.execute(
                        f"{query} ORDER BY timestamp, id", wanted
                    ):
                        yield self._topics[number], int(time_ns), _unpacked(bytes(data or b""))
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._broken(error) from error

    def _run_starts(self, database: sqlite3.Connection) -> list[int]:
        """Numbers of the messages with which later runs begin; none where they cannot be read."""
        transforms = [number for number, topic in self._topics.items() if topic.msgtype == TF_TYPE]
        marks = ", ".join("?" * len(transforms))
        query = (
            f"SELECT id, topic_id, timestamp FROM messages WHERE topic_id IN ({marks}) ORDER BY id"
        )
        starts = RunStarts()
        try:
            for number, topic, time_ns in database.execute(query, transforms):
                starts.note(str(topic), int(time_ns), (int(number), 0))
        except (sqlite3.Error, ValueError, TypeError):
            return []
        return [number for number, _ in starts.found()]

    def _check_size(self) -> None:
        """SQLite reads a last page that is cut off as if it were whole."""
        with self._path.open("rb") as file:
            header = file.read(100)
        page_bytes = int.from_bytes(header[16:18], "big")
        pages = int.from_bytes(header[28:32], "big")
        needed = pages * (65536 if page_bytes == 1 else page_bytes)
        if header[24:28] == header[92:96] and self._path.stat().st_size < needed:
            raise sqlite3.DatabaseError(f"{self._path.stat().st_size} of {needed} bytes")

    def _connect(self) -> sqlite3.Connection:
        # A recorder that was killed leaves a write-ahead log beside, which immutable passes over.
        has_log = self._path.with_name(f"{self._path.name}-wal").exists()
        mode = "mode=ro" if has_log else "immutable=1"
        database = sqlite3.connect(f"file:{quote(str(self._path.absolute()))}?{mode}", uri=True)
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        return database

    def _broken(self, error: Exception) -> BadFileError:
        return BadFileError(
            f"{self._path}: this bag is broken or cut off ({error}); record or copy it again, or "
            "try 'sqlite3 FILE .recover'"
        )


def _unpacked(data: bytes) -> bytes:
    """A message, perhaps compressed by itself; one that cannot be unpacked stays as it is."""
    if not data.startswith(_ZSTD):
        return data
    try:
        return bytes(zstd.ZstdDecompressor().decompress(data, max_length=MAX_MESSAGE_BYTES))
    except zstd.ZstdError:
        return data


def _conditions(starts: list[int]) -> list[str]:
    """For each run, what holds for the numbers of its messages, in SQL; "" where there is one."""
    since = ["", *(f" AND id >= {number}" for number in starts)]
    before = [*(f" AND id < {number}" for number in starts), ""]
    return [a + b for a, b in zip(since, before, strict=True)]
