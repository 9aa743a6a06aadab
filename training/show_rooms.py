"""A look at generated rooms: a sheet of pictures and random sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from detailbase_core.atomic import atomic_path
from detailbase_core.errors import BadFileError
from training.scene_files import read_scene

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.scene_files import DescribedScene

_TILE = 420  # pixels


def show(folder: Path, sentences: int, rooms: int = 9) -> str:
    """Draw rooms into FOLDER/sheet.png; random sentences as text.

    Each room is seen from above and obliquely, as the robot's map holds it.

    Raises:
        BadFileError: no rooms there.
    """
    paths = sorted(folder.glob("room_*.npz"))
    if not paths:
        raise BadFileError(f"{folder}: no rooms (room_*.npz) there; make some first")
    rng = np.random.default_rng(0)
    chosen = [paths[i] for i in sorted(rng.permutation(len(paths))[:rooms])]
    scenes = [read_scene(path) for path in chosen]
    tiles = [np.hstack([draw(s, 0.0), draw(s, 0.9)]) for s in scenes]
    columns = 3
    while len(tiles) % columns:
        tiles.append(np.full_like(tiles[0], 255))
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    sheet = folder / "sheet.png"
    with atomic_path(sheet) as temporary:
        Image.fromarray(np.vstack(rows)).save(temporary, format="PNG")
    lines = [line for scene in scenes for line in described(scene)]
    picked = [lines[i] for i in rng.permutation(len(lines))[:sentences]]
    return "\n".join([*picked, f"rooms are drawn in {sheet}: {', '.join(p.stem for p in chosen)}"])


def described(scene: DescribedScene) -> list[str]:
    """One line per sentence: its words and what each phrase's head means."""
    lines = []
    for sentence in scene.descriptions:
        heads = [f"{sentence.words[p.row - 1]}={list(p.ids)}" for p in sentence.phrases]
        text = " ".join(sentence.words)
        lines.append(f"{scene.scene_id}: {text}   [{', '.join(heads)}] -> {sentence.sentence_ids}")
    return lines


def draw(scene: DescribedScene, tilt: float) -> NDArray[np.uint8]:
    """A (420, 420, 3) picture of a scene's points.

    Args:
        scene: points in the map frame.
        tilt: 0 = straight from above; larger leans towards the horizon, radians.
    """
    xyz = scene.xyz - (scene.xyz.min(axis=0) + scene.xyz.max(axis=0)) / 2
    c, s = np.cos(tilt), np.sin(tilt)
    up = xyz[:, 1] * c + xyz[:, 2] * s
    near = xyz[:, 2] * c - xyz[:, 1] * s
    scale = _TILE / 9.0
    column = (xyz[:, 0] * scale + _TILE / 2).astype(np.int64)
    row = (_TILE / 2 - up * scale).astype(np.int64)
    picture = np.full((_TILE, _TILE, 3), 255, np.uint8)
    order = np.argsort(near, kind="stable")
    for dr in (0, 1):
        for dc in (0, 1):
            r, q = (row + dr).clip(0, _TILE - 1)[order], (column + dc).clip(0, _TILE - 1)[order]
            picture[r, q] = scene.rgb[order]
    return picture
