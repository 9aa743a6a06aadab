"""Described scenes as files: SCENE.npz (points) and SCENE.json (sentences) side by side.

The JSON is DetailRefer's layout (`scene_id ann_id token t2o`, "-1" = the whole sentence), to
which our rooms add `phrases` with spans and whether they name structure (floor, walls).
"""

from __future__ import annotations

import json
import zipfile
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
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadFileError(f"{path}: no described scene can be read: {error}") from error
    descriptions = tuple(parse_record(record) for record in records)
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


def _by_object(archive: Mapping[str, NDArray[Any]], key: str) -> dict[int, str]:
    """What our rooms' files say of each object; empty for files that say nothing."""
    if "object_id" not in archive:
        return {}
    names = archive[f"object_{key}"].tolist()
    return dict(zip(archive["object_id"].tolist(), names, strict=True))


def parse_record(record: dict[str, Any]) -> Description:
    """One DetailRefer record (or ScanRefer's, which has `object_id` and no `t2o`)."""
    t2o = record.get("t2o") or {SENTENCE_KEY: [record["object_id"]]}
    structure = {p["head"] for p in record.get("phrases", ()) if p["structure"]}
    phrases = tuple(
        DescribedPhrase(int(key) + 1, tuple(map(int, ids)), int(key) in structure)
        for key, ids in t2o.items()
        if key != SENTENCE_KEY
    )
    whole = t2o.get(SENTENCE_KEY)
    return Description(
        tuple(map(str, record["token"])), phrases, None if whole is None else tuple(map(int, whole))
    )
