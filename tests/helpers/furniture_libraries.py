"""Tiny furniture libraries in Sweet Home 3D's format, written by the tests."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from training.furniture.furniture_table import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Box = tuple[tuple[float, float, float], tuple[float, float, float], str]  # low, high, material

_CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
_FACES = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4)]


@dataclass(frozen=True)
class ToyModel:
    """A model of boxes (OBJ coordinates: y up, front towards +z) and its catalogue row."""

    id: str
    boxes: Sequence[Box] = ()
    size_cm: tuple[float, float, float] = (50, 50, 100)  # width, depth, height
    rotation: str = ""
    obj: str | None = None  # instead of boxes
    license_page: str = ""


MATERIALS = {"red": "0.8 0.1 0.1", "green": "0.1 0.7 0.1", "grey": "0.5 0.5 0.5"}

CHAIR = ToyModel(
    "chair",
    [((0, 0, 0), (5, 5, 5), "red"), ((0, 5, 0), (5, 10, 1), "red")],  # the back is at the rear
)
TABLE = ToyModel(
    "table",
    [((0, 7, 0), (16, 7.4, 8), "wood")]
    + [((x, 0, z), (x + 0.6, 7, z + 0.6), "grey") for x in (0, 15.4) for z in (0, 7.4)],
    size_cm=(160, 80, 74),
)
CABINET = ToyModel(
    "cabinet",
    [((0, 0, 0), (8, 12, 4), "red"), ((2, 2, 1), (6, 8, 3), "green")],  # green lies inside
    size_cm=(80, 40, 120),
)
BROKEN = ToyModel("broken", obj="v 0 0 0\nv 1 0 0\nf 1 2 9\n")
EMPTY = ToyModel("empty", obj="# nothing\n")


def write_library(folder: Path, models: Sequence[ToyModel], name: str = "BlendSwap-CC-0") -> Path:
    """FOLDER/NAME.sh3f with these models; the material "wood" has a blue texture."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.sh3f"
    texture = io.BytesIO()
    Image.new("RGB", (8, 8), (20, 60, 200)).save(texture, "PNG")
    materials = "".join(f"newmtl {m}\nKd {rgb}\n" for m, rgb in MATERIALS.items())
    with zipfile.ZipFile(path, "w") as archive:
        rows = [_catalogue_row(number, model) for number, model in enumerate(models, 1)]
        archive.writestr("PluginFurnitureCatalog.properties", "\n".join(rows))
        for model in models:
            obj = _obj(model.boxes) if model.obj is None else model.obj
            archive.writestr(f"toys/{model.id}/{model.id}.obj", obj)
            archive.writestr(
                f"toys/{model.id}/toy.mtl", f"{materials}newmtl wood\nKd 1 1 1\nmap_Kd Wood.PNG\n"
            )
            archive.writestr(f"toys/{model.id}/wood.png", texture.getvalue())
            if model.license_page:
                archive.writestr(f"toys/{model.id}/7 - LICENSE.html", model.license_page)
    return path


def write_table(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """A hand-checked table; what a row leaves out is empty, the library BlendSwap-CC-0."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            empty = dict.fromkeys(COLUMNS, "") | {"library": "BlendSwap-CC-0", "mount": "floor"}
            writer.writerow({**empty, **row})
    return path


def _catalogue_row(number: int, model: ToyModel) -> str:
    width, depth, height = model.size_cm
    fields = {
        "id": f"Toys#{model.id}",
        "name": model.id.title(),
        "creator": "A. Tester",
        "model": f"/toys/{model.id}/{model.id}.obj",
        "width": width,
        "depth": depth,
        "height": height,
    }
    if model.rotation:
        fields["modelRotation"] = model.rotation
    return "\n".join(f"{field}#{number}={value}" for field, value in fields.items())


def _obj(boxes: Sequence[Box]) -> str:
    lines = ["mtllib toy.mtl", "vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    for i, (low, high, material) in enumerate(boxes):
        for corner in _CORNERS:
            at = [lo + c * (hi - lo) for lo, hi, c in zip(low, high, corner, strict=True)]
            lines.append("v " + " ".join(map(str, at)))
        lines.append(f"usemtl {material}")
        for face in _FACES:
            at_uv = (f"{8 * i + v}/{t}" for t, v in enumerate(face, 1))
            lines.append("f " + " ".join(at_uv))
    return "\n".join(lines) + "\n"
