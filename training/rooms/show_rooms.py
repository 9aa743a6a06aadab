"""A look at generated rooms: a sheet of them, and random sentences with a picture of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tqdm import tqdm

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.render import render_grounding
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.types import PointCloud, Scene
from training.rooms.views import from_above, from_inside
from training.scenes.scene_files import read_scene
from training.scenes.truth import true_grounding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room
    from detailbase_core.synthetic.stock import Stock
    from training.scenes.descriptions import Description

_ROOMS = 9
_COLUMNS = 3


def show(folder: Path, sentences: int, stock: Stock) -> str:
    """Draw FOLDER/look/rooms.png and FOLDER/look/NN.png, one per random sentence.

    Args:
        folder: of rooms.
        sentences: how many.
        stock: what the rooms were furnished with.

    Returns:
        The sentences and what each phrase means, as text.

    Raises:
        BadFileError: no rooms there.
    """
    paths = sorted(folder.glob("room_*.npz"))
    if not paths:
        raise BadFileError(f"{folder}: no rooms (room_*.npz) there; make some first")
    rng = np.random.default_rng(0)
    look = folder / "look"
    look.mkdir(exist_ok=True)
    seeds = [int(paths[i].stem.split("_")[1]) for i in sorted(rng.permutation(len(paths))[:_ROOMS])]
    draw_sheet([generate_room(seed, stock) for seed in seeds], look / "rooms.png")
    lines = []
    for number in tqdm(range(1, sentences + 1), desc="drawing", unit="sentence"):
        scene = read_scene(paths[int(rng.integers(len(paths)))])
        if not scene.descriptions:
            continue
        description = scene.descriptions[int(rng.integers(len(scene.descriptions)))]
        points = Scene(PointCloud(scene.xyz, scene.rgb), scene.point_to_superpoint)
        grounding = true_grounding(scene, description, points)
        render_grounding(grounding, look / f"{number:02d}.png")
        lines.append(f"{number:02d} {scene.scene_id}: {described(description)}")
    return "\n".join([*lines, f"Pictures are in {look}; rooms.png shows rooms {seeds}."])


def described(description: Description) -> str:
    """A sentence, and what its phrases mean."""
    text = description.text or " ".join(description.words)
    phrases = [f"{text[p.begin : p.end]} = {list(p.ids) or '-'}" for p in description.phrases]
    return f"{text}\n     [{description.kind}] {'; '.join(phrases)} -> {description.sentence_ids}"


def draw_sheet(rooms: Sequence[Room], path: Path, colors: int | None = None) -> None:
    """Write a picture of rooms, each from above and from inside.

    Args:
        rooms: three in a row.
        path: of the PNG.
        colors: at most so many, which makes a smaller file; None = all.

    Raises:
        OSError: the file cannot be written.
    """
    tiles = [np.hstack([from_above(room), from_inside(room)]) for room in rooms]
    while len(tiles) % _COLUMNS:
        tiles.append(np.full_like(tiles[0], 255))
    rows: list[NDArray[np.uint8]] = [
        np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)
    ]
    picture = Image.fromarray(np.vstack(rows))
    if colors is not None:
        picture = picture.quantize(colors)
    with atomic_path(path) as temporary:
        picture.save(temporary, format="PNG", optimize=True)
