"""Described scenes as files: SCENE.npz (points) and SCENE.json (sentences) side by side.

The JSON is DetailRefer's layout (`scene_id ann_id token t2o`, "-1" = the whole sentence), to
which our rooms add `phrases` with spans and whether they name structure (floor, walls).
"""

from __future__ import annotations

import json
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

SENTENCE_KEY = "-1"


@dataclass(frozen=True)
class DescribedPhrase:
    """A phrase's query row and what it refers to.

    Attributes:
        row: text row of its head word (word index + 1).
        ids: object ids; empty where the scene holds no such thing.
        structure: whether it names floor, wall or ceiling.
    """

    row: int
    ids: tuple[int, ...]
    structure: bool = False


@dataclass(frozen=True)
class Description:
    """One sentence about a scene.

    Attributes:
        words: its words, text rows 1, 2, ...
        phrases: in order.
        sentence_ids: objects that the whole sentence is about; None where that is not said.
    """

    words: tuple[str, ...]
    phrases: tuple[DescribedPhrase, ...]
    sentence_ids: tuple[int, ...] | None

    def targets(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """(text row, object ids) of the sentence, where said, and of every phrase.

        Structure without an object of its own ("the corner") is left out: it is there, and yet
        no points are its.
        """
        if self.sentence_ids is not None:
            yield 0, self.sentence_ids
        for phrase in self.phrases:
            if phrase.ids or not phrase.structure:
                yield phrase.row, phrase.ids


@dataclass(frozen=True)
class DescribedScene:
    """Points with object labels and superpoints, and what is said about them.

    Attributes:
        scene_id: name.
        xyz: (N, 3) float32, metres, z up.
        rgb: (N, 3) uint8.
        instance: (N,) int32 object id, -1 for none.
        point_to_superpoint: (N,) int64, dense.
        descriptions: may be empty.
        categories, colors: by object id, where the file tells; "" for none.
    """

    scene_id: str
    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    instance: NDArray[np.int32]
    point_to_superpoint: NDArray[np.int64]
    descriptions: tuple[Description, ...]
    categories: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[int, str] = field(default_factory=dict)


def read_folder(folder: str | Path) -> Iterator[DescribedScene]:
    """All scenes of a folder, by name.

    Raises:
        BadFileError: no scenes there, or one that cannot be read (it is named).
    """
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise BadFileError(f"{folder}: no scenes (*.npz) there; make some with training.make_rooms")
    with ThreadPoolExecutor() as pool:  # unpacking leaves Python's lock to others
        yield from pool.map(read_scene, paths)


def read_scene(path: str | Path) -> DescribedScene:
    """One scene and its descriptions.

    Args:
        path: of the NPZ; the JSON lies beside it.

    Raises:
        BadFileError: missing, truncated or not of this layout.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            xyz, rgb = archive["xyz"], archive["rgb"]
            instance, superpoint = archive["instance"], archive["superpoint"]
            categories, colors = (_by_object(archive, key) for key in ("category", "color"))
        records = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if not isinstance(records, list):
            raise ValueError("the JSON is no list of records")
        _check_points(xyz, rgb, instance, superpoint)
        descriptions = tuple(parse_record(record) for record in records)
    except (OSError, KeyError, ValueError, EOFError, NotImplementedError, RecursionError,
            zipfile.BadZipFile, zlib.error, BadFileError) as error:  # fmt: skip
        raise BadFileError(f"{path}: no described scene can be read: {error}") from error
    return DescribedScene(
        path.stem,
        xyz,
        rgb,
        instance.astype(np.int32),
        superpoint.astype(np.int64),
        descriptions,
        categories,
        colors,
    )


def _check_points(
    xyz: NDArray[Any], rgb: NDArray[Any], instance: NDArray[Any], superpoint: NDArray[Any]
) -> None:
    """ValueError unless the arrays are those of a DescribedScene."""
    if xyz.dtype != np.float32 or xyz.ndim != 2 or xyz.shape[1] != 3 or not len(xyz):
        raise ValueError(f"xyz: expected float32 (N, 3), got {xyz.dtype} {xyz.shape}")
    if rgb.dtype != np.uint8 or rgb.shape != xyz.shape:
        raise ValueError(f"rgb: expected uint8 {xyz.shape}, got {rgb.dtype} {rgb.shape}")
    for name, ids, least in (("instance", instance, -1), ("superpoint", superpoint, 0)):
        if ids.dtype.kind not in "iu" or ids.shape != xyz.shape[:1]:
            raise ValueError(
                f"{name}: expected integers ({len(xyz)},), got {ids.dtype} {ids.shape}"
            )
        if ids.min() < least:
            raise ValueError(f"{name}: {ids.min()} is below {least}")
    if not np.isfinite(xyz).all():
        raise ValueError("xyz: NaN or infinite coordinates; drop those points")
    if superpoint.max() >= len(xyz) or not np.bincount(superpoint.astype(np.int64)).all():
        raise ValueError("superpoint: ids are not dense, 0 .. count - 1")


def _by_object(archive: Mapping[str, NDArray[Any]], key: str) -> dict[int, str]:
    """What our rooms' files say of each object; empty for files that say nothing."""
    if "object_id" not in archive:
        return {}
    names = archive[f"object_{key}"].tolist()
    return dict(zip(archive["object_id"].tolist(), names, strict=True))


def parse_record(record: Mapping[str, Any]) -> Description:
    """One DetailRefer record (or ScanRefer's, which has `object_id` and no `t2o`).

    Raises:
        BadFileError: a field is missing or of another kind, or a key names no word.
    """
    try:
        return _parsed(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise BadFileError(f"not a DetailRefer record ({reason}): {str(record)[:200]}") from error


def _parsed(record: Mapping[str, Any]) -> Description:
    words = record["token"]
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("`token` is no list of words")
    t2o = record.get("t2o") or {SENTENCE_KEY: [record["object_id"]]}
    structure = {p["head"] for p in record.get("phrases", ()) if p["structure"]}
    phrases = tuple(
        DescribedPhrase(_word_index(key, len(words)) + 1, _object_ids(ids), int(key) in structure)
        for key, ids in t2o.items()
        if key != SENTENCE_KEY
    )
    whole = t2o.get(SENTENCE_KEY)
    return Description(tuple(words), phrases, None if whole is None else _object_ids(whole))


def _word_index(key: str, count: int) -> int:
    index = int(key)
    if not 0 <= index < count:
        raise ValueError(f"key {key!r} names none of the {count} words")
    return index


def _object_ids(ids: list[Any]) -> tuple[int, ...]:
    if not isinstance(ids, list):
        raise ValueError(f"{ids!r} is no list of object ids")
    numbers = tuple(map(int, ids))
    if any(number < 0 for number in numbers):
        raise ValueError(f"object ids {ids} below 0")
    return numbers
