"""Encoded scenes kept beside their recordings: npz files that know what they were made of."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.io.npz import NpzArchive
from detailbase_ros.search.recordings import CACHE_SUFFIX, content_hash, file_stats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FORMAT = 1
_LARGEST_HEADER = 1 << 24  # bytes; a recording of many files has some hundred each
_KEY, _STATS, _FRAME, _SPAN, _SEEN = "search_key", "search_stats", "frame", "span_ns", "seen_ns"
_OWN = (_KEY, _STATS, _FRAME, _SPAN, _SEEN)
_CHANGED = {
    "format": "it is of another version of this program",
    "version": "it is of another version of this program",
    "recording": "the recording has changed",
    "model": "the model is another",
    "settings": "the settings are others",
}


@dataclass(frozen=True)
class StoredScene:
    """A recording's scene as it is kept.

    Attributes:
        arrays: of EncodedScene.arrays().
        frame: name of the cloud's frame.
        seen_ns: (N,) int64, when each point was seen last, time in the recording; (0,) of a scene
            file, which knows no times.
        span_ns: first and last message of the recording; (0, 0) of a scene file.
    """

    arrays: Mapping[str, NDArray[Any]]
    frame: str
    seen_ns: NDArray[np.int64]
    span_ns: tuple[int, int]


@dataclass(frozen=True)
class Key:
    """Everything on which an encoding depends; equal keys, equal scenes.

    Attributes:
        version: of this program.
        model: hash of the weights.
        settings: those that change what is encoded, as JSON.
    """

    version: str
    model: str
    settings: str

    def members(self, recording: str) -> dict[str, str]:
        """With a recording's content hash, as it stands in a file."""
        made_by = {"format": str(FORMAT), "version": self.version}
        return {**made_by, "recording": recording, "model": self.model, "settings": self.settings}


class StaleError(Exception):
    """A kept scene that is of no use; says why."""


class SceneCache:
    """The kept scene of one recording.

    Args:
        recording: its path.
        key: what the scene must have been made with.
        folder: where scenes are kept; None = beside their recordings.

    Attributes:
        path: of its file.
    """

    def __init__(self, recording: Path, key: Key, folder: Path | None = None) -> None:
        self._recording, self._key = recording, key
        self.path = cache_path(recording, folder)
        self._hash = self._stats = ""

    def read(self) -> StoredScene | None:
        """The kept scene; None where none was kept yet.

        The recording itself is read only where its files' times or sizes are other than they were.

        Raises:
            StaleError: there is one, but it is of something else, or damaged.
            BadFileError, OSError: the recording cannot be read.
        """
        if not self.path.exists():
            return None
        try:
            return self._read()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StaleError(f"it is damaged ({error or type(error).__name__})") from error

    def write(self, scene: StoredScene) -> None:
        """Keep a scene, whole or not at all.

        Raises:
            OSError: the file cannot be written, or the recording not be read.
        """
        stats = self._stats or file_stats(self._recording)
        key = json.dumps(self._key.members(self._recording_hash()))
        own = (np.array(key), np.array(stats), np.array(scene.frame), np.array(scene.span_ns))
        content: dict[str, Any] = {**scene.arrays}
        content |= zip(_OWN, (*own, scene.seen_ns), strict=True)
        with atomic_path(self.path) as temporary, temporary.open("wb") as file:
            np.savez(file, **content)

    def note_recording(self) -> None:
        """Look at the recording as it is before it is mapped, for write().

        Raises:
            BadFileError, OSError: it cannot be read.
        """
        self._stats = file_stats(self._recording)
        self._recording_hash()

    def _recording_hash(self) -> str:
        self._hash = self._hash or content_hash(self._recording)
        return self._hash

    def _read(self) -> StoredScene:
        with self.path.open("rb") as file, NpzArchive(file) as archive:
            if any(archive.size(name) > _LARGEST_HEADER for name in _OWN[:-1]):
                raise ValueError("one of its names is large")
            kept = json.loads(str(archive.read(_KEY)))
            stats, now = str(archive.read(_STATS)), file_stats(self._recording)
            wanted = self._key.members(kept["recording"])
            if stats != now:
                wanted["recording"] = self._recording_hash()
            for name, text in _CHANGED.items():
                if kept[name] != wanted[name]:
                    raise StaleError(text)
            arrays = {name: archive.read(name) for name in archive.names}
        scene = _scene(arrays)
        if stats != now:
            self._touch(scene, now)
        return scene

    def _touch(self, scene: StoredScene, stats: str) -> None:
        """Note that files were copied or touched, and hold what they held."""
        self._stats = stats
        try:
            self.write(scene)
        except OSError:
            return  # then it is found out again the next time


def _scene(arrays: dict[str, NDArray[Any]]) -> StoredScene:
    begin, end = (int(value) for value in arrays[_SPAN])
    seen: NDArray[np.int64] = arrays[_SEEN]
    if seen.dtype != np.int64 or seen.shape not in ((0,), arrays["xyz"].shape[:1]):
        raise ValueError(f"its times are {seen.dtype} {seen.shape}")
    own = {name: array for name, array in arrays.items() if name not in _OWN}
    return StoredScene(own, str(arrays[_FRAME]), seen, (begin, end))


def cache_path(recording: Path, folder: Path | None) -> Path:
    """The file of a recording's scene: beside it, or in `folder` by its name and whole path."""
    whole = Path(os.path.abspath(recording))  # noqa: PTH100 - a link's scene stands beside the link
    if folder is None:
        return whole.with_name(whole.name + CACHE_SUFFIX)
    place = hashlib.sha256(os.fsencode(whole)).hexdigest()[:12]
    return folder / f"{whole.name}-{place}{CACHE_SUFFIX}"
