"""The messages of a recording, without ROS: files found and opened here, decoded by rosbags.

metadata.yaml tells the order of a folder's files and nothing else that is needed: people edit it,
lose it, and rename the files beside it.
"""

from __future__ import annotations

import logging
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml
from rosbags.typesys import Stores, get_typestore

from detailbase_core.errors import BadFileError, BadMessageError
from detailbase_core.io.cloud_files import detect_format
from detailbase_core.io.mcap_file import McapFile, most_unpacked
from detailbase_core.io.sqlite_bag import SqliteBag

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detailbase_core.io.bag_topic import BagTopic

logger = logging.getLogger(__name__)

BAG_FORMATS = ("rosbag2 folder", "MCAP", "SQLite", "zstd")
_TYPES = get_typestore(Stores.ROS2_JAZZY)
_MAX_METADATA_BYTES = 1 << 23


def bag_files(path: str | Path) -> list[Path]:
    """The files of a bag that hold its messages, in their order; raises BadFileError."""
    return _files(Path(path))[0]


def bag_topics(path: str | Path) -> list[BagTopic]:
    """Topics and types of a bag; raises BadFileError."""
    topics: dict[tuple[str, str], BagTopic] = {}
    for file in _files(Path(path))[0]:
        with _opened(file) as bag:
            for topic in bag.topics():
                topics.setdefault((topic.topic, topic.msgtype), topic)
    return list(topics.values())


def bag_messages(
    path: str | Path, types: Sequence[str], problems: list[str] | None = None
) -> Iterator[tuple[BagTopic, int, bytes]]:
    """Undecoded messages of these types, in the order of their recording.

    Args:
        path: a rosbag2 folder, or one of its .mcap or .db3 files.
        types: message types.
        problems: gets what is wrong with the recording; None = it is logged.

    Yields:
        (topic, time of recording in nanoseconds, CDR bytes).

    Raises:
        BadFileError: not a bag, or one of which nothing can be read.
    """
    path = Path(path)
    files, found = _files(path)
    for file in files:
        with _opened(file) as bag:
            yield from bag.messages(types)
            found += [f"{file.name}: {problem}" for problem in bag.problems]
    if problems is not None:
        problems += found
    else:
        for problem in found:
            logger.warning("%s: %s", path, problem)


def decoded(path: str | Path, connection: BagTopic, raw: bytes) -> Any:
    """A message of one of ROS's common types, from its CDR bytes; raises BadMessageError."""
    try:
        return _TYPES.deserialize_cdr(raw, connection.msgtype)
    except Exception as error:  # a parser of broken bytes raises anything
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise BadMessageError(
            f"{path}: a message of {len(raw)} bytes on {connection.topic} cannot be decoded "
            f"({what})"
        ) from error


# -- files ---------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[McapFile | SqliteBag]:
    """One file of a bag, unpacked where it is compressed as a whole."""
    if detect_format(path) == "zstd":
        with TemporaryDirectory() as folder:
            yield _bag(_unzstd(path, Path(folder)))
    else:
        yield _bag(path)


def _bag(path: Path) -> McapFile | SqliteBag:
    kind = detect_format(path)
    if kind == "MCAP":
        return McapFile(path)
    if kind == "SQLite":
        return SqliteBag(path)
    raise _no_bag(path, kind)


def _files(path: Path) -> tuple[list[Path], list[str]]:
    """The files of a bag in their order, and what is wrong with their list."""
    kind = detect_format(path)
    if kind not in BAG_FORMATS:
        raise _no_bag(path, kind)
    if kind == "rosbag2 folder":
        return _folder_files(path)
    if kind == "zstd" and (path.parent / "metadata.yaml").exists():
        return _folder_files(path.parent)
    return [path], []


def _no_bag(path: Path, kind: str) -> BadFileError:
    return BadFileError(
        f"{path}: looks like {kind}; recordings are rosbag2 folders, MCAP or .db3 files"
    )


def _folder_files(folder: Path) -> tuple[list[Path], list[str]]:
    listed = _listed_files(folder / "metadata.yaml")
    there = [folder / name for name in listed if (folder / name).is_file()]
    if there:
        missing = [name for name in listed if not (folder / name).is_file()]
        lost = f"{len(missing)} of its {len(listed)} files are missing ({', '.join(missing[:3])})"
        return there, [lost] if missing else []
    pattern = re.compile(r".*\.(mcap|db3)(\.zstd)?$")
    there = sorted((p for p in folder.iterdir() if pattern.match(p.name)), key=_natural)
    if not there:
        raise BadFileError(
            f"{folder}: this bag is broken: metadata.yaml names no file that is there, and there "
            "is no .mcap or .db3 in the folder"
        )
    listing = "metadata.yaml names no file that is there" if listed else "no usable metadata.yaml"
    return there, [f"{listing}; took {', '.join(p.name for p in there[:3])}"]


def _natural(path: Path) -> list[tuple[int, str]]:
    """A key that puts bag_2 before bag_10."""
    return [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)
    ]


def _listed_files(metadata: Path) -> list[str]:
    """File names in metadata.yaml, without folders; empty where it cannot be read."""
    try:
        if metadata.stat().st_size > _MAX_METADATA_BYTES:
            return []
        content = yaml.load(metadata.read_bytes(), yaml.CSafeLoader)
        names = content["rosbag2_bagfile_information"]["relative_file_paths"]
        return [Path(str(name)).name for name in names]
    except Exception:  # people edit it: whatever it holds, the files are there
        return []


def _unzstd(path: Path, folder: Path) -> Path:
    """A zstd file unpacked into `folder`.

    Raises:
        BadFileError: broken, or it unpacks to suspiciously much.
    """
    target = folder / path.stem
    limit = most_unpacked(path.stat().st_size)
    decompressor, written = zstd.ZstdDecompressor(), 0
    try:
        with path.open("rb") as packed, target.open("wb") as out:
            while not decompressor.eof:
                data = packed.read(1 << 20) if decompressor.needs_input else b""
                if decompressor.needs_input and not data:
                    raise BadFileError(f"{path}: this bag is broken or cut off; copy it again")
                piece = decompressor.decompress(data, max_length=1 << 22)
                written += len(piece)
                if written > limit:
                    raise BadFileError(f"{path}: unpacks to more than {limit} bytes: no recording")
                out.write(piece)
    except zstd.ZstdError as error:
        raise BadFileError(
            f"{path}: this bag is broken or cut off ({error}); copy it again"
        ) from None
    return target
