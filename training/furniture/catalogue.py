"""Sweet Home 3D's furniture libraries: zip files with a catalogue, OBJ models and textures."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_CATALOGUE = "PluginFurnitureCatalog.properties"
_LINE = re.compile(r"(\w+)#(\d+)=(.*)")
_LICENSE_PAGE = re.compile(r"license.*\.(txt|html?)$", re.I)
_ATTRIBUTION = re.compile(r"creative commons attribution|CC-BY", re.I)
_ZERO = re.compile(r"creative commons zero|CC-?0", re.I)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")

# Which terms a library's models are under, unless a page in a model's own folder says otherwise.
LICENSES = {
    "BlendSwap-CC-0": "CC0-1.0",
    "BlendSwap-CC-BY": "CC-BY-3.0",
    "KatorLegaz": "CC-BY-3.0-US",
    "Reallusion": "CC-BY-3.0-US",
    "Scopia": "CC-BY-3.0",
}


@dataclass(frozen=True)
class Entry:
    """A model as its catalogue describes it.

    Attributes:
        library: file name without its extension.
        id: unique in the library.
        name, author: as the catalogue gives them.
        license: SPDX identifier.
        model: path of the OBJ file inside the library.
        size: width, depth, height, metres.
        elevation: height of its lowest point above the floor, metres.
        rotation: (3, 3) float64 applied to the OBJ's coordinates (y up, front towards +z).
    """

    library: str
    id: str
    name: str
    author: str
    license: str
    model: str
    size: tuple[float, float, float]
    elevation: float
    rotation: NDArray[np.float64]

    @property
    def key(self) -> str:
        """Unique in all libraries."""
        return f"{self.library}/{self.id}"


def find_libraries(folder: Path) -> list[Path]:
    """The .sh3f files in a folder or anywhere below it (an unpacked package), sorted by name.

    Raises:
        BadFileError: there are none; says where they come from.
    """
    found = sorted(folder.rglob("*.sh3f")) if folder.is_dir() else []
    if not found:
        raise BadFileError(
            f"{folder}: no furniture libraries (*.sh3f) there. They are in Debian's and Ubuntu's "
            "package sweethome3d-furniture: run 'sudo apt-get install sweethome3d-furniture', or "
            "'apt-get download sweethome3d-furniture' and 'dpkg-deb -x' it into a folder, and "
            "give that folder with --libraries"
        )
    return found


def read_catalogue(path: Path) -> list[Entry]:
    """All models that a library lists, in its order.

    Raises:
        BadFileError: not a library, or one whose terms are unknown.
    """
    library = path.stem
    if library not in LICENSES:
        raise BadFileError(f"{path}: not one of the known libraries ({', '.join(LICENSES)})")
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(_CATALOGUE).decode("latin-1")
            attributed = _attributed(archive)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise BadFileError(f"{path}: not a furniture library ({error})") from error
    rows: dict[int, dict[str, str]] = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            field, number, value = match.groups()
            rows.setdefault(int(number), {})[field] = _unescaped(value)
    try:
        entries = [_entry(library, row) for _, row in sorted(rows.items())]
    except (KeyError, ValueError) as error:
        raise BadFileError(
            f"{path}: its catalogue has a row that makes no sense: {error}"
        ) from error
    return [
        replace(entry, license="CC-BY-3.0")
        if entry.license == "CC0-1.0" and entry.model.rpartition("/")[0] in attributed
        else entry
        for entry in entries
    ]


def _attributed(archive: zipfile.ZipFile) -> set[str]:
    """Folders whose own licence page asks for attribution: some stray into the CC0 library."""
    folders = set()
    for name in archive.namelist():
        folder, _, file = name.rpartition("/")
        if folder and _LICENSE_PAGE.search(file):
            text = archive.read(name).decode("latin-1")
            if _ATTRIBUTION.search(text) and not _ZERO.search(text):
                folders.add(folder)
    return folders


def _entry(library: str, row: dict[str, str]) -> Entry:
    width, depth, height = (float(row[axis]) / 100 for axis in ("width", "depth", "height"))
    numbers = [float(x) for x in row.get("modelRotation", "1 0 0 0 1 0 0 0 1").split()]
    return Entry(
        library=library,
        id=row["id"].partition("#")[2] or row["id"],
        name=row["name"],
        author=row.get("creator", "unknown"),
        license=LICENSES[library],
        model=row["model"].lstrip("/"),
        size=(width, depth, height),
        elevation=float(row.get("elevation") or 0) / 100,
        rotation=np.array(numbers, np.float64).reshape(3, 3),
    )


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value)
