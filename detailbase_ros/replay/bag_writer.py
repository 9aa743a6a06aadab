"""Writing recordings in MCAP that Foxglove and `ros2 bag play` open."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import TypesysError

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_ros.replay.bag_types import BagTypes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from rosbags.interfaces import Connection

    from detailbase_ros.messages.topics import Topic

_BAG_FILES = {".mcap", ".db3"}
_FOREVER = QosTime(0x7FFFFFFF, 0xFFFFFFFF)
# Version 9 writes QoS as words in lists, which ROS 2 Humble cannot read; all read version 8.
_VERSION: Literal[8] = 8


class BagWriter:
    """A new recording; it appears whole when closed, or not at all.

    Args:
        path: the rosbag2 folder to make, or a single file where it ends in .mcap; missing parents
            are made too.
        definitions: texts of message types that ROS's common packages lack, by full name.
        replace: take the place of an older recording of that name.

    Attributes:
        types: packs messages of the known types.

    Raises:
        BadFileError: `path` exists and is not to be replaced, or is no bag.
    """

    def __init__(
        self,
        path: str | Path,
        definitions: Mapping[str, str] | None = None,
        replace: bool = False,
    ) -> None:
        self.path = Path(path)
        self._single = self.path.suffix == ".mcap"
        if self.path.exists() and not (replace and self._is_recording()):
            raise BadFileError(f"{self.path}: exists already; choose another name or remove it")
        self.types = BagTypes(definitions)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", dir=self.path.parent))
        self._writer = Writer(
            self._folder / self.path.name, version=_VERSION, storage_plugin=StoragePlugin.MCAP
        )
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._writer.set_custom_data("written_by", "detailbase")
        self._writer.open()
        self._topics: dict[str, Connection] = {}

    def _is_recording(self) -> bool:
        """Whether what stands at the path is a recording and nothing besides."""
        if self._single:
            return self.path.is_file()
        inside = list(self.path.iterdir()) if self.path.is_dir() else []
        whole = any(entry.name == "metadata.yaml" for entry in inside)
        return whole and all(
            entry.is_file() and (entry.name == "metadata.yaml" or _BAG_FILES & set(entry.suffixes))
            for entry in inside
        )

    def add_topic(self, topic: Topic) -> None:
        """Announce a topic, by its full name, with the QoS under which it was offered.

        Raises:
            ValueError: the type, or one inside it, is neither known nor in `definitions`.
        """
        qos = Qos(
            QosHistory.KEEP_LAST,
            topic.depth,
            QosReliability.RELIABLE if topic.reliable else QosReliability.BEST_EFFORT,
            QosDurability.TRANSIENT_LOCAL if topic.latched else QosDurability.VOLATILE,
            _FOREVER,
            _FOREVER,
            QosLiveliness.AUTOMATIC,
            _FOREVER,
            False,
        )
        name = topic.full_name
        try:
            self._topics[name] = self._writer.add_connection(
                name, topic.type_name, typestore=self.types.store, offered_qos_profiles=[qos]
            )
        except (KeyError, TypesysError) as error:
            raise ValueError(f"{name}: {topic.type_name} needs more definitions: {error}") from None

    def write(self, topic: str, cdr: bytes | memoryview, stamp_ns: int) -> None:
        """Append one message.

        Args:
            topic: announced before.
            cdr: as rclpy.serialization.serialize_message gives it.
            stamp_ns: time of recording, nanoseconds.
        """
        self._writer.write(self._topics[topic], stamp_ns, cdr)

    def close(self) -> None:
        """Finish the bag and put it in its place."""
        self._writer.close()
        written = self._folder / self.path.name
        if self._single:
            (file,) = written.glob("*.mcap")
            with atomic_path(self.path) as temporary:
                file.replace(temporary)
            shutil.rmtree(self._folder)
            return
        if self.path.exists():
            if not self._is_recording():  # somebody has put a file there meanwhile
                raise BadFileError(f"{self.path}: holds other files by now; see {written}")
            shutil.rmtree(self.path)
        written.replace(self.path)
        self._folder.rmdir()

    def abort(self) -> None:
        """Throw away what was written; an older bag stays."""
        self._writer.abort()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error_type is None:
            self.close()
        else:
            self.abort()
