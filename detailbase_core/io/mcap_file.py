"""MCAP files, read record by record: also those without an end, or with other formats beside.

Format: MCAP specification, https://mcap.dev/spec. The index at a file's end is not needed: a
recorder whose power failed never wrote it, and what came before is as good.
"""

from __future__ import annotations

import heapq
import itertools
import struct
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import lz4.frame

from detailbase_core.errors import BadFileError
from detailbase_core.io.bag_topic import TF_TYPE, BagTopic, ros1_error
from detailbase_core.io.time_resets import BACK_NS, RunStarts

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    _Place = tuple[int, int]  # offset of a piece, and number of a message in it

MAGIC = b"\x89MCAP0\r\n"
_MAX_CHUNK_BYTES = 1 << 29  # what a chunk may unpack to
_HEADER, _FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _CHUNK = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
_STATISTICS = 0x0B
_RECORD = struct.Struct("<BQ")
_MESSAGE_HEAD = struct.Struct("<HIQQ")
_CHUNK_HEAD = struct.Struct("<QQQI")


class _Piece(NamedTuple):
    """A chunk, or a message outside of chunks: its times, and where in the file it lies."""

    start_ns: int
    end_ns: int
    offset: int
    length: int
    is_chunk: bool


class McapFile:
    """The messages of one MCAP file, in the order of their recording.

    Args:
        path: of the file.

    Attributes:
        problems: what is wrong with the file, for people; grows while messages are read.

    Raises:
        BadFileError: no MCAP file, nothing in it, or a ROS 1 recording.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.problems = path, []  # type: tuple[Path, list[str]]
        self._schemas: dict[int, tuple[str, str]] = {}
        self._channels: dict[int, tuple[int, str, str]] = {}
        self._counts: dict[int, int] | None = None
        self._pieces: list[_Piece] = []
        self._profile = ""
        try:
            with path.open("rb") as file:
                self._scan(file)
        except OSError as error:
            raise BadFileError(f"{path}: cannot be read: {error.strerror}") from None
        if not self._pieces and not self._channels:
            raise BadFileError(
                f"{path}: this bag is broken or cut off before its first message; record it again"
            )
        if not self._channels:  # no index: its channels are in the chunks
            for _ in self._messages():
                pass
        encodings = {encoding for _, _, encoding in self._channels.values()}
        if self._profile == "ros1" or (encodings and encodings <= {"ros1"}):
            raise ros1_error(path)

    def topics(self) -> list[BagTopic]:
        """All topics of ROS 2 messages."""
        found = (self._topic(channel) for channel in self._channels)
        return [topic for topic in found if topic is not None]

    def messages(self, types: Sequence[str]) -> Iterator[tuple[BagTopic, int, bytes]]:
        """Messages of these types: (topic, time of recording in nanoseconds, CDR bytes)."""
        for channel, time_ns, data in self._messages():
            topic = self._topic(channel)
            if topic is not None and topic.msgtype in types:
                yield topic, time_ns, bytes(data)

    def _topic(self, channel: int) -> BagTopic | None:
        """The channel as ROS knows it; None for other encodings (protobuf, JSON)."""
        if channel not in self._channels:
            return None
        schema, topic, encoding = self._channels[channel]
        if encoding != "cdr" or schema not in self._schemas:
            return None
        name = self._schemas[schema][0]
        if name.count("/") == 1:
            name = name.replace("/", "/msg/")
        count = -1 if self._counts is None else self._counts.get(channel, 0)
        return BagTopic(topic, name, count)

    # -- the file ------------------------------------------------------------------------------

    def _scan(self, file: BinaryIO) -> None:
        """Positions of chunks and single messages; channels and schemas outside of chunks."""
        size = file.seek(0, 2)
        file.seek(0)
        if file.read(len(MAGIC)) != MAGIC:
            raise BadFileError(f"{self._path}: looks like no MCAP file")
        while True:
            offset = file.tell() + _RECORD.size
            head = file.read(_RECORD.size)
            if len(head) < _RECORD.size:
                break
            code, length = _RECORD.unpack(head)
            if code == _FOOTER:
                return
            if code == 0 or (code > 0x7F and length > size - offset):
                break
            self._note_record(file, code, offset, min(length, size - offset))
            if length > size - offset:
                break
            file.seek(offset + length)
        self.problems.append("its end is missing; what came before is read")

    def _note_record(self, file: BinaryIO, code: int, offset: int, length: int) -> None:
        try:
            if code == _CHUNK:
                start, end, *_ = _CHUNK_HEAD.unpack(file.read(_CHUNK_HEAD.size))
                self._pieces.append(_Piece(start, end, offset, length, True))
            elif code == _MESSAGE:
                _, _, time_ns, _ = _MESSAGE_HEAD.unpack(file.read(_MESSAGE_HEAD.size))
                self._pieces.append(_Piece(time_ns, time_ns, offset, length, False))
            elif code in (_HEADER, _SCHEMA, _CHANNEL, _STATISTICS):
                self._define(code, memoryview(file.read(length)))
        except (struct.error, ValueError):
            self.problems.append("a record is broken and left out")

    def _define(self, code: int, record: memoryview) -> None:
        """Take in what a record says about the file, its schemas or its channels."""
        if code == _HEADER:
            self._profile = _text(record, 0)[0]
        elif code == _SCHEMA:
            (number,) = struct.unpack_from("<H", record)
            name, at = _text(record, 2)
            self._schemas[number] = (name, _text(record, at)[0])
        elif code == _CHANNEL:
            number, schema = struct.unpack_from("<HH", record)
            topic, at = _text(record, 4)
            self._channels[number] = (schema, topic, _text(record, at)[0])
        elif code == _STATISTICS:
            (length,) = struct.unpack_from("<I", record, 42)
            pairs = struct.iter_unpack("<HQ", record[46 : 46 + length])
            self._counts = dict(pairs)

    # -- messages ------------------------------------------------------------------------------

    def _messages(self) -> Iterator[tuple[int, int, memoryview]]:
        """(channel, time, data) of all messages in order of time, run after run."""
        with self._path.open("rb") as file:
            starts = [(0, 0), *self._run_starts(file), (sys.maxsize, 0)]
            for begin, end in itertools.pairwise(starts):
                yield from self._in_order_of_time(file, begin, end)

    def _in_order_of_time(
        self, file: BinaryIO, begin: _Place, end: _Place
    ) -> Iterator[tuple[int, int, memoryview]]:
        """Messages that were written between two places."""
        waiting: list[tuple[int, int, int, memoryview]] = []
        order = itertools.count()
        pieces = [piece for piece in self._pieces if begin[0] <= piece.offset <= end[0]]
        for piece in sorted(pieces, key=lambda piece: piece.start_ns):
            while waiting and waiting[0][0] < piece.start_ns:
                time_ns, _, channel, data = heapq.heappop(waiting)
                yield channel, time_ns, data
            for number, (channel, time_ns, data) in enumerate(self._read_piece(file, piece)):
                if begin <= (piece.offset, number) < end:
                    heapq.heappush(waiting, (time_ns, next(order), channel, data))
        while waiting:
            time_ns, _, channel, data = heapq.heappop(waiting)
            yield channel, time_ns, data

    def _run_starts(self, file: BinaryIO) -> list[_Place]:
        """Places where another run begins: most files need no look at their messages."""
        newest = itertools.accumulate((piece.end_ns for piece in self._pieces), max, initial=0)
        if all(p.start_ns >= end - BACK_NS for p, end in zip(self._pieces, newest, strict=False)):
            return []
        starts = RunStarts()
        for piece in self._pieces:
            for number, (channel, time_ns, _) in enumerate(self._read_piece(file, piece)):
                topic = self._topic(channel)
                if topic is not None and topic.msgtype == TF_TYPE:
                    starts.note(topic.topic, time_ns, (piece.offset, number))
        return starts.found()

    def _read_piece(self, file: BinaryIO, piece: _Piece) -> Iterator[tuple[int, int, memoryview]]:
        file.seek(piece.offset)
        record = memoryview(file.read(piece.length))
        if not piece.is_chunk:
            yield from self._read_records(_MESSAGE, record)
            return
        try:
            records = self._unpacked(record)
        except Exception as error:  # decompressors raise what they like
            self._complain(f"a chunk is damaged and left out ({error})")
            return
        at = 0
        while at + _RECORD.size <= len(records):
            code, length = _RECORD.unpack_from(records, at)
            at += _RECORD.size
            if length > len(records) - at:
                self._complain("a record is broken and left out")
                break
            yield from self._read_records(code, records[at : at + length])
            at += length

    def _read_records(self, code: int, record: memoryview) -> Iterator[tuple[int, int, memoryview]]:
        try:
            if code == _MESSAGE:
                channel, _, time_ns, _ = _MESSAGE_HEAD.unpack_from(record)
                yield channel, time_ns, record[_MESSAGE_HEAD.size :]
            elif code in (_SCHEMA, _CHANNEL):
                self._define(code, record)
        except (struct.error, ValueError):
            self._complain("a record is broken and left out")

    def _complain(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _unpacked(self, chunk: memoryview) -> memoryview:
        """The records of a chunk; of one that breaks off, those that are there."""
        _, _, size, checksum = _CHUNK_HEAD.unpack_from(chunk)
        compression, at = _text(chunk, _CHUNK_HEAD.size)
        (length,) = struct.unpack_from("<Q", chunk, at)
        packed = chunk[at + 8 : at + 8 + length]
        is_whole = len(packed) == length
        if size > min(_MAX_CHUNK_BYTES, most_unpacked(length)):
            raise ValueError(f"it says to unpack to {size} bytes")
        data = _decompress(compression, packed, size)
        if is_whole and len(data) != size:
            raise ValueError(f"it unpacks to {len(data)} of {size} bytes")
        if is_whole and checksum and crc32(data) != checksum:
            raise ValueError("its checksum is wrong")
        return memoryview(data)


def most_unpacked(packed_bytes: int) -> int:
    """Bytes to which compressed data of a recording may unpack; more is no recording."""
    return max(200 * packed_bytes, 1 << 26)


def _text(record: memoryview, at: int) -> tuple[str, int]:
    """A string of a record, and what comes behind it."""
    (length,) = struct.unpack_from("<I", record, at)
    end = at + 4 + length
    if end > len(record):
        raise ValueError("a text reaches beyond its record")
    return bytes(record[at + 4 : end]).decode("utf-8", "replace"), end


def _decompress(compression: str, packed: memoryview, size: int) -> Any:
    """At most `size` bytes, perhaps fewer where the data break off."""
    if not compression:
        return packed[:size]
    if compression == "zstd":
        return zstd.ZstdDecompressor().decompress(bytes(packed), max_length=size)
    if compression == "lz4":
        return lz4.frame.LZ4FrameDecompressor().decompress(bytes(packed), max_length=size)
    raise ValueError(f"compression {compression[:20]!r} is not known")
