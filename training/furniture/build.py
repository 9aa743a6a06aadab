"""From a mesh and what is known of it to a bank's model."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_model import FurnitureModel
from training.furniture.kinds import CATEGORIES, PLACES
from training.furniture.meshes import load_mesh
from training.furniture.places import places_on, places_under
from training.furniture.surface import THOROUGH, Sampling, front_of, skin_of
from training.furniture.words import color_words, main_color, material_word, outline_word

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.furniture.catalogue import Entry
    from training.furniture.furniture_table import Row
    from training.furniture.meshes import Mesh
    from training.furniture.places import Kind
    from training.furniture.surface import Skin

HAS_ROOM_BELOW, HAS_OUTLINE, IN_WALL = (
    frozenset(CATEGORIES[name]) for name in ("room_below", "outline", "in_wall")
)
IN_WALL_DEPTH_M = 0.12  # what lies deeper is the frame inside the wall


@dataclass(frozen=True)
class Labels:
    """Metadata of a model, besides its mesh, as in FurnitureModel where not said otherwise.

    Attributes:
        color, material: None = compute; "" = no single word fits.
        shape: None = compute.
        carries: how smaller things can be put on it; None = not at all.
    """

    key: str
    name: str
    category: str
    library: str
    author: str
    license: str
    mount: str
    elevation: float
    has_front: bool
    shape: str | None = None
    color: str | None = None
    material: str | None = None
    parts: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    carries: Kind | None = None


class Job(Protocol):
    """A model to make."""

    @property
    def key(self) -> str:
        """The model's, unique among all jobs."""

    @property
    def note(self) -> str:
        """All that the model depends on, in words: equal notes give equal models."""

    @property
    def sampling(self) -> Sampling:
        """Limits of the work on it."""

    def load(self) -> tuple[Mesh, Labels]:
        """Its mesh, and what is known of it.

        Raises:
            BadFileError: it cannot be read.
        """


@dataclass(frozen=True)
class CatalogueJob:
    """A model of a Sweet Home 3D library: what the catalogue and the table say of it."""

    library: Path
    entry: Entry
    row: Row
    sampling: Sampling = THOROUGH

    @property
    def key(self) -> str:
        """LIBRARY/ID."""
        return self.entry.key

    @property
    def note(self) -> str:
        """Entry and row."""
        return f"{self.entry} {asdict(self.row, dict_factory=sorted)}"

    def load(self) -> tuple[Mesh, Labels]:
        """See Job."""
        entry, row = self.entry, self.row
        elevation = entry.elevation if row.elevation is None else row.elevation
        labels = Labels(
            entry.key,
            entry.name,
            row.category,
            entry.library,
            entry.author,
            entry.license,
            row.mount,
            elevation if row.mount == "wall" else 0.0,
            row.has_front,
            row.shape,
            row.color,
            row.material,
            row.parts,
            row.lacks,
            PLACES.get(row.category),
        )
        return load_mesh(self.library, entry, row.turn), labels


def build(job: Job) -> FurnitureModel:
    """Make a model; the same every time.

    Raises:
        BadFileError: it cannot be read, or nothing of it can be seen.
    """
    mesh, labels = job.load()
    seed = int.from_bytes(hashlib.sha256(job.key.encode()).digest()[:8], "big")
    try:
        skin = skin_of(mesh, labels.mount, np.random.default_rng(seed), job.sampling)
    except ValueError as error:
        raise BadFileError(f"{job.key}: {error}") from error
    width, depth, height = np.ptp(mesh.triangles.reshape(-1, 3), axis=0).round(4).tolist()
    if labels.category in IN_WALL and depth > IN_WALL_DEPTH_M:
        skin, depth = front_of(skin, IN_WALL_DEPTH_M), IN_WALL_DEPTH_M
    color, main = main_color(skin.rgb)
    if labels.color is not None:
        color, main = (
            labels.color or None,
            np.array(color_words(skin.rgb)) == (labels.color or None),
        )
    names = [paint.name for paint in mesh.paints]
    material = material_word(names, skin.paint) if labels.material is None else labels.material
    points, normals = skin.dense.points, skin.dense.normals
    return FurnitureModel(
        key=labels.key,
        name=labels.name,
        category=labels.category,
        library=labels.library,
        author=labels.author,
        license=labels.license,
        mount=labels.mount,
        elevation=labels.elevation,
        size=(width, depth, height),
        points=skin.points,
        normals=skin.normals,
        rgb=skin.rgb,
        radius=round(skin.radius, 4),
        main=main,
        color=color,
        material=material or None,
        shape=labels.shape or (_outline(skin) if labels.category in HAS_OUTLINE else None),
        has_front=labels.has_front,
        parts=labels.parts,
        lacks=labels.lacks,
        on=places_on(points, normals, labels.carries) if labels.carries else (),
        under=places_under(points) if labels.category in HAS_ROOM_BELOW else (),
    )


def _outline(skin: Skin) -> str | None:
    """The shape of the top."""
    height = skin.points[:, 2].max()
    top: NDArray[np.bool_] = skin.points[:, 2] > height - 0.05
    return outline_word(skin.points[top, :2])
