"""Recordings of a search: told from sentences, and known again by their content."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError
from detailbase_core.io.bag_reader import BAG_FORMATS, bag_files
from detailbase_core.io.cloud_files import CLOUD_FORMATS, OTHER_FORMATS, detect_format
from detailbase_core.io.mesh_files import MESH_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

CACHE_SUFFIX = ".detailbase.npz"  # of the files that a search keeps
_SUFFIXES = (".mcap", ".db3", ".zstd", ".ply", ".pcd", ".npz", ".las", ".laz", ".e57", ".bag")
_CHUNK = 1 << 22


def split_words(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Recordings and sentences of a command line, each once and in their order.

    A recording is what exists, or looks like a path: no blank in it, but a slash or the ending of a
    recording. Files that a search keeps are passed over, so that a folder's `*` can be given.
    """
    recordings = {word: Path(word) for word in words if _is_recording(word)}
    sentences = dict.fromkeys(word for word in words if word not in recordings)
    kept = [path for path in recordings.values() if not path.name.endswith(CACHE_SUFFIX)]
    return kept, list(sentences)


def _is_recording(word: str) -> bool:
    if os.path.exists(word):  # noqa: PTH110 - Path's raises where a sentence is too long for a name
        return True
    is_one_word = not any(mark.isspace() for mark in word)
    return is_one_word and ("/" in word or word.lower().endswith(_SUFFIXES))


def is_bag(path: Path) -> bool:
    """Whether a path is a recording with times, rather than a scene.

    Raises:
        BadFileError: it is neither, not there, or a mesh.
    """
    kind = detect_format(path)
    if kind in BAG_FORMATS:
        return True
    if kind in MESH_KINDS:
        raise BadFileError(
            f"{path}: looks like {kind}, and textures beside a mesh are not searched"
        )
    if kind not in (*CLOUD_FORMATS, *OTHER_FORMATS):
        raise BadFileError(
            f"{path}: looks like {kind}; recordings are rosbag2 folders, MCAP or .db3 files, "
            "scenes PLY, PCD or NPZ files"
        )
    return False


def file_stats(path: Path) -> str:
    """State of a recording's files by which a change shows without reading them, as JSON.

    Raises:
        BadFileError: it is not there, or no recording.
        OSError: a file of it cannot be looked at.
    """
    stats = [(file.name, file.stat()) for file in _files(path)]
    return json.dumps([(n, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for n, s in stats])


def content_hash(path: Path) -> str:
    """SHA-256, hexadecimal, of the contents of a recording's files in their order.

    Raises:
        BadFileError, OSError: as of file_stats().
    """
    digest = hashlib.sha256()
    for file in _files(path):
        digest.update(f"{file.stat().st_size}\n".encode())
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    return bag_files(path) if is_bag(path) else [path]
