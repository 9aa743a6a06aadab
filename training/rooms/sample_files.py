"""Described rooms as files: SCENE.npz (points and objects) and SCENE.json (sentences)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.synthetic.rooms import GENERATOR_VERSION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room
    from training.rooms.sample import Sample
    from training.sentences.generator import Description

SENTENCE_KEY = "-1"
_GRAIN_M = 2.0**-11  # coordinates are kept to half a millimetre: zero bits compress


def write_sample(sample: Sample, folder: str | Path) -> Path:
    """Write SCENE.npz and SCENE.json; the NPZ comes last, so its presence means both are whole.

    NPZ: xyz, rgb, instance, superpoint as in Sample (points sorted by place); camera_path
    (F, 4, 4); per object object_id, object_category, object_color and object_material ("" =
    none), object_box (center, size, yaw in the map frame), object_model, object_author,
    object_license; room_outline, room_height, room_to_map; theme, seed, generator. JSON: a list
    of DetailRefer records with `text` and `phrases`.

    Raises:
        OSError: the folder cannot be written.
    """
    path = Path(folder) / f"{sample.scene_id}.npz"
    records = [record(sample.scene_id, i, d) for i, d in enumerate(sample.descriptions)]
    with atomic_path(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(records, separators=(",", ":")), encoding="utf-8")
    order = np.lexsort(np.floor(sample.xyz / 0.02).T)
    columns: dict[str, Any] = _objects(sample.room, sample.room_to_map)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            xyz=(np.round(sample.xyz[order] / _GRAIN_M) * _GRAIN_M).astype(np.float32),
            rgb=sample.rgb[order],
            instance=sample.instance[order],
            superpoint=sample.superpoint[order],
            camera_path=sample.camera_path,
            room_to_map=sample.room_to_map,
            room_outline=np.array(sample.room.outline),
            room_height=np.float64(sample.room.height),
            theme=np.array(sample.room.theme),
            seed=np.int64(sample.seed),
            generator=np.array(GENERATOR_VERSION),
            **columns,
        )
    return path


def _objects(room: Room, room_to_map: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """The furniture as columns."""
    things = room.furniture
    models = [t.model for t in things]
    boxes = [(*t.box.center, *t.box.size, t.box.yaw) for t in things]
    return {
        "object_id": np.array([t.id for t in things], np.int32),
        "object_category": np.array([t.category for t in things]),
        "object_color": np.array([t.color or "" for t in things]),
        "object_material": np.array([t.material or "" for t in things]),
        "object_box": _moved_boxes(np.array(boxes, np.float64), room_to_map),
        "object_model": np.array(["" if m is None else m.key for m in models]),
        "object_author": np.array(["" if m is None else m.author for m in models]),
        "object_license": np.array(["" if m is None else m.license for m in models]),
    }


def _moved_boxes(
    boxes: NDArray[np.float64], room_to_map: NDArray[np.float64]
) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = boxes.copy()
    moved[:, :3] = boxes[:, :3] @ room_to_map[:3, :3].T + room_to_map[:3, 3]
    moved[:, 6] += np.arctan2(room_to_map[1, 0], room_to_map[0, 0])
    return moved


def record(scene_id: str, number: int, description: Description) -> dict[str, Any]:
    """A description as a DetailRefer record with `text` and `phrases`."""
    t2o = {str(p.head): list(p.ids) for p in description.phrases}
    return {
        "scene_id": scene_id,
        "ann_id": str(number),
        "kind": description.kind,
        "style": description.style,
        "modifiers": list(description.modifiers),
        "relations": list(description.relations),
        "text": description.text,
        "token": list(description.words),
        "describes": [*map(int, description.describes)] or None,
        "t2o": {SENTENCE_KEY: list(description.target_ids), **t2o},
        "phrases": [{**p._asdict(), "ids": list(p.ids)} for p in description.phrases],
    }


def is_everyday(folder: Path) -> bool:
    """Whether a folder's rooms hold all kinds of furniture, as its GENERATOR file says."""
    note = folder / "GENERATOR"
    return note.exists() and "everyday" in note.read_text(encoding="utf-8").split()
