"""The messages of a recording: opened and decoded by rosbags, without ROS.

Whatever goes wrong inside it is told as a BadFileError: a parser of broken bytes raises anything.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import detect_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rosbags.interfaces import Connection

BAG_FORMATS = ("rosbag2 folder", "MCAP", "SQLite", "zstd")
_SUFFIXES = {"MCAP": ".mcap", "SQLite": ".db3"}
_TYPES = get_typestore(Stores.ROS2_JAZZY)


@contextmanager
def _opened(path: str | Path) -> Iterator[Reader]:
    """The rosbags reader of a bag; whatever goes wrong inside it is a BadFileError."""
    bag = Reader(_bag_path(Path(path)))
    try:
        bag.open()
    except Exception as error:  # see above
        raise _broken(path, error) from error
    try:
        yield bag
    finally:
        bag.close()


def _bag_path(path: Path) -> Path:
    """What rosbags is to open: a folder, or a single file of the right suffix."""
    kind = detect_format(path)
    if kind not in BAG_FORMATS:
        raise BadFileError(f"{path}: looks like {kind}, not like a rosbag2 folder, MCAP or .db3")
    if kind == "zstd":
        if (path.parent / "metadata.yaml").exists():
            return path.parent
        raise BadFileError(f"{path}: is compressed; name its folder instead, or unzstd it")
    if kind in _SUFFIXES and path.suffix != _SUFFIXES[kind]:
        raise BadFileError(f"{path}: holds {kind}; name it {path.stem}{_SUFFIXES[kind]}")
    return path


def bag_topics(path: str | Path) -> list[Connection]:
    """Topics and types of a bag, as rosbags calls them; raises BadFileError."""
    with _opened(path) as bag:
        return list(bag.connections)


def bag_messages(path: str | Path, types: Sequence[str]) -> Iterator[tuple[Connection, int, bytes]]:
    """Undecoded messages of these types."""
    with _opened(path) as bag:
        connections = [c for c in bag.connections if c.msgtype in types]
        if not connections:
            return  # rosbags would read everything
        messages = bag.messages(connections)
        while True:
            try:
                message = next(messages, None)
            except Exception as error:  # see above
                raise _broken(path, error) from error
            if message is None:
                return
            yield message


def _broken(path: str | Path, error: Exception) -> BadFileError:
    what = f"{type(error).__name__}: {error}"
    return BadFileError(f"{path}: this bag is broken or cut off ({what}); record or copy it again")


def decoded(path: str | Path, connection: Connection, raw: bytes) -> Any:
    """A message of one of ROS's common types, from its CDR bytes; raises BadFileError."""
    try:
        return _TYPES.deserialize_cdr(raw, connection.msgtype)
    except Exception as error:  # see above
        raise _broken(path, error) from error
