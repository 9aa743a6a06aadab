"""Tables of furniture models in GLB, glTF or OBJ files, one row a model.

Columns (only `category` must be there; what is empty or absent has the value in brackets):

    key          unique among the rows [the file's name without suffix]
    file         path below the folder of the models [KEY.glb]
    category     what people call it, in small letters, singular: "floor lamp"
    source       whose collection it is from [the folder's name]
    license      its terms, best as an SPDX identifier [unknown]
    author       whom to thank [unknown]
    name         as its author calls it [the category]
    mount        floor, wall, ceiling, or top (stands on other things) [floor]
    elevation    of its lowest point where it hangs on a wall, metres [see kinds.csv]
    has_front    yes or no: whether "in front of" means something [no]
    turn         degrees about the upright axis, anticlockwise from above, that turn its front to
                 the front [0]
    axes         of the file: y-up (front towards +z), z-up (front towards +y), or which of its
                 axes are right, front and up: "-x z y" [y-up, as glTF says]
    scale        metres per unit [1]
    width, depth, height   it is scaled to, after the turn, metres [as it is]
    vertex_colors   linear (as glTF says) or srgb [linear]
    color, material, shape   where the computed words are wrong; "none": no word fits [computed]
    parts, lacks    what people would say it is with and without: "arms wheels" [nothing]

Further columns are for people. A table with other column names is read with a mapping.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_card import MOUNTS
from training.furniture.build import Labels
from training.furniture.mesh_files import axes_matrix, load_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from training.furniture.kinds import FurnitureKind, FurnitureKinds
    from training.furniture.mesh_files import Size, VertexColors
    from training.furniture.meshes import Mesh
    from training.furniture.surface import Sampling

COLUMNS = (
    "key",
    "file",
    "category",
    "source",
    "license",
    "author",
    "name",
    "mount",
    "elevation",
    "has_front",
    "turn",
    "axes",
    "scale",
    "width",
    "depth",
    "height",
    "vertex_colors",
    "color",
    "material",
    "shape",
    "parts",
    "lacks",
)
_NO = frozenset({"", "no", "none", "false", "0", "-"})
_MOUNT_WORDS = {"on-top": "top", "on top": "top"}
_EYE_LEVEL_M = 1.5


@dataclass(frozen=True)
class FileJob:
    """A model to make from a file."""

    path: Path
    labels: Labels
    axes: str
    scale: float
    turn: float
    size: Size
    vertex_colors: VertexColors
    sampling: Sampling

    @property
    def key(self) -> str:
        """SOURCE/KEY."""
        return self.labels.key

    @property
    def note(self) -> str:
        """The row, and the content of the file."""
        try:
            content = hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError as error:
            raise BadFileError(f"{self.path}: cannot be read: {error}") from error
        fields = {**vars(self), "path": content}
        labels = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in vars(self.labels).items()
        }
        return str({**fields, "labels": labels})

    def load(self) -> tuple[Mesh, Labels]:
        """See Job."""
        mesh = load_file(
            self.path,
            axes=self.axes,
            scale=self.scale,
            turn=self.turn,
            size=self.size,
            vertex_colors=self.vertex_colors,
        )
        labels = self.labels
        if labels.mount == "wall" and np.isnan(labels.elevation):
            height = float(np.ptp(mesh.triangles[..., 2]))
            middle = {**vars(labels), "elevation": max(0.0, round(_EYE_LEVEL_M - height / 2, 3))}
            labels = Labels(**middle)
        return mesh, labels


@dataclass(frozen=True)
class ModelTable:
    """Models that a table asks for.

    Attributes:
        jobs: models to make.
        refused: a line for each row that makes no sense.
        left_out: how many rows are of kinds that are left out on purpose.
    """

    jobs: tuple[FileJob, ...]
    refused: tuple[str, ...]
    left_out: int


@dataclass(frozen=True)
class TableOptions:
    """Settings for reading a table.

    Attributes:
        columns: names of its columns by ours, where they differ.
        defaults: values by our column, for what a row does not say.
        shares: (column of the table, value) -> part of such rows that is taken, by their keys.
        sampling: of each model.
    """

    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    shares: Mapping[tuple[str, str], float]
    sampling: Sampling


def read_model_table(
    path: Path, models: Path, kinds: FurnitureKinds, options: TableOptions
) -> ModelTable:
    """All models of a table.

    Args:
        path: a CSV file, see the module's text.
        models: the folder that its files lie below.
        kinds: what is called how.
        options: how it is read.

    Raises:
        BadFileError: the table cannot be read, or has no column of categories.
    """
    for name in (*options.columns, *options.defaults):
        if name not in COLUMNS:
            raise BadFileError(f"{name!r} is no column of a model table: {', '.join(COLUMNS)}")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            head = reader.fieldnames or ()
            rows = [(f"{path}, line {reader.line_num}", row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFileError(f"{path}: cannot be read: {error}") from error
    named = {"category": "category", **options.columns}
    if absent := [theirs for theirs in named.values() if theirs not in head]:
        raise BadFileError(f"{path}: has no column {absent[0]!r}; it has {', '.join(head)}")
    jobs: dict[str, FileJob] = {}
    refused, left_out = [], 0
    for where, row in rows:
        try:
            fields = _fields(row, options)
            kind = kinds.of(fields["category"])
            if not fields["category"]:
                raise ValueError("has no category")
            job = _job(fields, models, kind, options.sampling)
            if not kind.category or not _is_taken(job.key, row, options):
                left_out += 1
                continue
            if job.key in jobs:
                raise ValueError(f"a second row for {job.key}")
        except ValueError as error:
            refused.append(f"{where}: {error}")
            continue
        jobs[job.key] = job
    return ModelTable(tuple(jobs.values()), tuple(refused), left_out)


def _fields(row: Mapping[str, str | None], options: TableOptions) -> dict[str, str]:
    fields = {}
    for name in COLUMNS:
        value = (row.get(options.columns.get(name, name)) or "").strip()
        fields[name] = value or options.defaults.get(name, "")
    return fields


def _job(fields: dict[str, str], models: Path, kind: FurnitureKind, sampling: Sampling) -> FileJob:
    """One row's model.

    Raises:
        ValueError: the row makes no sense.
    """
    file = fields["file"] or f"{fields['key']}.glb"
    if file == ".glb":
        raise ValueError("has neither key nor file")
    path = models / file
    source = fields["source"] or models.resolve().name
    mount = kind.mount or _MOUNT_WORDS.get(fields["mount"], fields["mount"]) or "floor"
    if mount not in MOUNTS:
        raise ValueError(f"mount is {mount!r}, not one of {', '.join(MOUNTS)}")
    elevation = _number(fields, "elevation", np.nan if kind.bottom is None else kind.bottom)
    axes = fields["axes"] or "y-up"
    axes_matrix(axes)
    vertex_colors = fields["vertex_colors"] or "linear"
    if vertex_colors not in ("linear", "srgb"):
        raise ValueError(f"vertex_colors is {vertex_colors!r}, not linear or srgb")
    scale = _number(fields, "scale", 1.0)
    sides = [_number(fields, name, np.nan) for name in ("width", "depth", "height")]
    if not scale > 0 or any(side <= 0 for side in sides):
        raise ValueError("scale, width, depth and height are above 0")
    width, depth, height = (None if np.isnan(side) else side for side in sides)
    labels = Labels(
        key=f"{source}/{fields['key'] or path.stem}",
        name=fields["name"] or kind.category or fields["category"],
        category=kind.category,
        library=source,
        author=fields["author"] or "unknown",
        license=fields["license"] or "unknown",
        mount=mount,
        elevation=elevation if mount == "wall" else 0.0,
        has_front=kind.has_front and fields["has_front"].lower() not in _NO,
        shape=fields["shape"] or None,
        color=_word(fields["color"]),
        material=_word(fields["material"]),
        parts=frozenset(fields["parts"].split()),
        lacks=frozenset(fields["lacks"].split()),
        carries=kind.carries,
    )
    return FileJob(
        path,
        labels,
        axes,
        scale,
        _number(fields, "turn", 0.0),
        (width, depth, height),
        cast("VertexColors", vertex_colors),
        sampling,
    )


def _number(fields: Mapping[str, str], name: str, default: float) -> float:
    if not fields[name]:
        return default
    try:
        value = float(fields[name])
    except ValueError as error:
        raise ValueError(f"{name} is {fields[name]!r}, not a number") from error
    if not np.isfinite(value):
        raise ValueError(f"{name} is {fields[name]!r}, not a number")
    return value


def _word(field: str) -> str | None:
    return "" if field == "none" else field or None


def _is_taken(key: str, row: Mapping[str, str | None], options: TableOptions) -> bool:
    """Whether a row is among the part of such rows that is taken."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    shares = [part for (column, value), part in options.shares.items() if row.get(column) == value]
    return all(digest < part for part in shares)
