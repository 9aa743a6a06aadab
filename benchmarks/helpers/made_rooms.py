"""For benchmarks: described rooms of boxes and word vectors, as training reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WORDS = ("the", "red", "small", "next", "to", "behind", "on", "of", "please", "find", "and")
KINDS = ("chair", "table", "lamp", "sofa", "bed", "desk", "plant", "shelf")
OBJECTS = 30
SUPERPOINT_M = 0.25  # edge of the cells that stand for superpoints


def write_rooms(folder: Path, rooms: int, points: int, vector_dim: int) -> None:
    """Rooms as ROOM.npz and ROOM.json, and words.npz with random vectors.

    Args:
        folder: exists.
        rooms: how many; room i follows from the seed i.
        points: of each room.
        vector_dim: of the word vectors.
    """
    for seed in range(rooms):
        random = np.random.default_rng(seed)
        np.savez(folder / f"room_{seed}.npz", **_room(random, points))
        records = [_record(random) for _ in range(32)]
        (folder / f"room_{seed}.json").write_text(json.dumps(records), encoding="utf-8")
    vocabulary = ["[UNK]", *WORDS, *KINDS]
    vectors = np.random.default_rng(0).normal(size=(len(vocabulary), vector_dim))
    words = folder / "words"
    words.mkdir()
    np.savez(
        words / "words.npz", vocabulary="\n".join(vocabulary), vectors=vectors.astype(np.float16)
    )


def _room(random: np.random.Generator, points: int) -> dict[str, NDArray[np.generic]]:
    """Faces of boxes on a floor of 6 m by 5 m."""
    owner = np.sort(random.integers(-1, OBJECTS, points))
    owner[owner % 3 == 0] = -1  # a third is floor
    corners = random.uniform([0, 0, 0], [5.5, 4.5, 1.0], (OBJECTS, 3))
    sizes = random.uniform(0.2, 1.2, (OBJECTS, 3))
    xyz = random.random((points, 3))
    axis = random.integers(0, 3, points)
    xyz[np.arange(points), axis] = random.integers(0, 2, points)
    xyz = np.where(owner[:, None] < 0, xyz * [6, 5, 0], corners[owner] + xyz * sizes[owner])
    xyz += random.normal(scale=0.01, size=xyz.shape)
    cells = np.floor(xyz / SUPERPOINT_M).astype(np.int64)
    cells -= cells.min(axis=0)
    keys = ((cells[:, 0] * 64 + cells[:, 1]) * 64 + cells[:, 2]) * 64 + owner + 1
    return {
        "xyz": xyz.astype(np.float32),
        "rgb": random.integers(0, 256, (points, 3)).astype(np.uint8),
        "instance": owner.astype(np.int32),
        "superpoint": np.unique(keys, return_inverse=True)[1].astype(np.int32),
        "object_id": np.arange(OBJECTS, dtype=np.int32),
        "object_category": random.choice(KINDS, OBJECTS),
        "object_color": random.choice(["red", "green", "blue"], OBJECTS),
    }


def _record(random: np.random.Generator) -> dict[str, object]:
    """A sentence of one to five phrases, "the red chair next to the ..."."""
    words: list[str] = []
    t2o: dict[str, list[int]] = {}
    spans = []
    for number in range(random.integers(1, 6)):
        words += [str(word) for word in random.choice(WORDS, random.integers(1, 4))]
        first = len(words)
        words += ["the", str(random.choice(KINDS))]
        t2o[str(first + 1)] = [int(random.integers(OBJECTS))]
        if number == 0:
            t2o["-1"] = t2o[str(first + 1)]
        spans.append((first, first + 1))
    ends = np.cumsum([len(word) + 1 for word in words])
    begins = [int(end) - len(word) - 1 for end, word in zip(ends, words, strict=True)]
    phrases = [
        {"head": head, "begin": begins[first], "end": int(ends[head]) - 1, "structure": False}
        for first, head in spans
    ]
    return {"token": words, "text": " ".join(words), "t2o": t2o, "phrases": phrases}
