"""From a catalogue's model to a bank's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_model import FurnitureModel
from training.furniture.meshes import load_mesh
from training.furniture.places import places_on, places_under
from training.furniture.surface import front_of, skin_of
from training.furniture.words import color_words, main_color, material_word, outline_word

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.furniture.catalogue import Entry
    from training.furniture.furniture_table import Row
    from training.furniture.places import Kind
    from training.furniture.surface import Skin

PLACES: dict[str, Kind] = {
    **dict.fromkeys(("sofa", "bed", "armchair", "bench", "chair", "stool"), "seat"),
    **dict.fromkeys(("bookshelf", "cabinet", "tv stand", "wall shelf", "workbench"), "shelves"),
    **dict.fromkeys((
        "table", "coffee table", "desk", "nightstand", "dresser", "kitchen cabinet", "wardrobe",
        "filing cabinet", "dressing table", "changing table", "washing machine", "dryer", "fridge",
        "freezer", "fireplace", "locker", "safe", "pool table", "ping pong table", "box",
        "speaker", "microwave",
    ), "top"),
}  # fmt: skip
HAS_ROOM_BELOW = frozenset({"table", "coffee table", "desk", "workbench", "ping pong table",
                            "pool table", "dressing table"})  # fmt: skip
HAS_OUTLINE = frozenset({"table", "coffee table", "rug", "tray", "mirror"})
IN_WALL = frozenset({"door", "window"})
IN_WALL_DEPTH_M = 0.12  # what lies deeper is the frame inside the wall


@dataclass(frozen=True)
class Job:
    """A model to make: where it is, what the catalogue and the table say of it."""

    library: Path
    entry: Entry
    row: Row


def build(job: Job) -> FurnitureModel:
    """Make a model; the same every time.

    Raises:
        BadFileError: it cannot be read, or nothing of it can be seen.
    """
    entry, row = job.entry, job.row
    seed = hashlib.sha256(entry.key.encode()).digest()[:8]
    mesh = load_mesh(job.library, entry, row.turn)
    try:
        skin = skin_of(mesh, row.mount, np.random.default_rng(int.from_bytes(seed, "big")))
    except ValueError as error:
        raise BadFileError(f"{job.library}: {entry.model}: {error}") from error
    width, depth, height = np.ptp(mesh.triangles.reshape(-1, 3), axis=0).round(4).tolist()
    if row.category in IN_WALL and depth > IN_WALL_DEPTH_M:
        skin, depth = front_of(skin, IN_WALL_DEPTH_M), IN_WALL_DEPTH_M
    color, main = main_color(skin.rgb)
    if row.color is not None:
        color, main = row.color or None, np.array(color_words(skin.rgb)) == (row.color or None)
    names = [paint.name for paint in mesh.paints]
    points, normals = skin.dense.points, skin.dense.normals
    return FurnitureModel(
        key=entry.key,
        name=entry.name,
        category=row.category,
        library=entry.library,
        author=entry.author,
        license=entry.license,
        mount=row.mount,
        elevation=(entry.elevation if row.elevation is None else row.elevation)
        if row.mount == "wall"
        else 0.0,
        size=(width, depth, height),
        points=skin.points,
        normals=skin.normals,
        rgb=skin.rgb,
        radius=round(skin.radius, 4),
        main=main,
        color=color,
        material=material_word(names, skin.paint) if row.material is None else row.material or None,
        shape=row.shape or (_outline(skin) if row.category in HAS_OUTLINE else None),
        has_front=row.has_front,
        parts=row.parts,
        lacks=row.lacks,
        on=places_on(points, normals, PLACES[row.category]) if row.category in PLACES else (),
        under=places_under(points) if row.category in HAS_ROOM_BELOW else (),
    )


def _outline(skin: Skin) -> str | None:
    """The shape of the top."""
    height = skin.points[:, 2].max()
    top: NDArray[np.bool_] = skin.points[:, 2] > height - 0.05
    return outline_word(skin.points[top, :2])
