"""One catalogue model to a bank's model, and many of them with a cache."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_model import FurnitureModel
from detailbase_core.synthetic.furniture_packing import pack, read_packed, write_packed
from training.furniture.meshes import load_mesh
from training.furniture.places import places_on, places_under
from training.furniture.surface import skin_of
from training.furniture.words import color_words, main_color, material_word, outline_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_packing import PackedModel
    from training.furniture.catalogue import Entry
    from training.furniture.places import Kind
    from training.furniture.surface import Skin
    from training.furniture.table import Row

VERSION = 1  # raise it when the same input gives other models: cached ones are made anew then

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
    color, main = main_color(skin.rgb)
    if row.color is not None:
        color, main = row.color or None, np.array(color_words(skin.rgb)) == (row.color or None)
    names = [paint.name for paint in mesh.paints]
    size = np.ptp(mesh.triangles.reshape(-1, 3), axis=0)
    points, normals = skin.dense.points, skin.dense.normals
    return FurnitureModel(
        key=entry.key,
        name=entry.name,
        category=row.category,
        library=entry.library,
        author=entry.author,
        license=entry.license,
        mount=row.mount,
        elevation=entry.elevation if row.mount == "wall" else 0.0,
        size=(round(float(size[0]), 4), round(float(size[1]), 4), round(float(size[2]), 4)),
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


def build_all(
    jobs: Sequence[Job], cache: Path, workers: int
) -> tuple[list[PackedModel], list[str]]:
    """Make all models, or take them from the cache, in the order of `jobs`.

    Returns:
        the models, and one line for each that failed.
    """
    cache.mkdir(parents=True, exist_ok=True)
    models: dict[str, PackedModel] = {}
    failures: dict[str, str] = {}
    with ProcessPoolExecutor(workers) as pool:
        futures = {pool.submit(_cached, job, cache): job for job in jobs}
        for future in tqdm(as_completed(futures), "furniture", len(futures), unit=" models"):
            key = futures[future].entry.key
            try:
                models[key] = future.result()
            except BadFileError as error:
                failures[key] = str(error)
    keys = [job.entry.key for job in jobs]
    return [models[k] for k in keys if k in models], [
        f"{k}: {failures[k]}" for k in keys if k in failures
    ]


def _cached(job: Job, cache: Path) -> PackedModel:
    """The model from its cache file, or made and written there."""
    path = cache / f"{job.entry.key.replace('/', '__')}.npz"
    note = f"{VERSION} {job.entry} {sorted(job.row.parts)} {sorted(job.row.lacks)} " + str(
        (job.row.category, job.row.mount, job.row.has_front, job.row.turn, job.row.shape,
         job.row.color, job.row.material)
    )  # fmt: skip
    if path.exists():
        try:
            (model,), made_from = read_packed(path)
            if made_from == note:
                return model
        except (BadFileError, ValueError):
            pass  # of an older version: made anew
    model = pack(build(job))
    write_packed(path, [model], note)
    return model


def _outline(skin: Skin) -> str | None:
    """The shape of the top."""
    height = skin.points[:, 2].max()
    top: NDArray[np.bool_] = skin.points[:, 2] > height - 0.05
    return outline_word(skin.points[top, :2])
