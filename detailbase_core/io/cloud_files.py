"""Point cloud files in and out: PLY, PCD and NPZ, told apart by what they hold, not their names."""

from __future__ import annotations

import logging
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detailbase_core.errors import BadCloudError, BadFileError
from detailbase_core.io.bag_topic import ROS1_ADVICE
from detailbase_core.io.header_lines import BYTE_ORDER_MARK, without_utf16
from detailbase_core.io.mesh_files import MESH_KINDS, TEXTURED_PLY, read_mesh
from detailbase_core.io.mesh_sampling import points_on_faces
from detailbase_core.io.npz_points import read_npz_points
from detailbase_core.io.off import OFF, is_off, read_off
from detailbase_core.io.other_readers import read_refused_ply
from detailbase_core.io.pcd import read_pcd
from detailbase_core.io.ply import read_ply_mesh, write_ply
from detailbase_core.io.scan_files import E57, LAS, read_scan
from detailbase_core.io.text_points import TEXT, looks_like_points, read_text_points
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.io.colors import Colors

__all__ = [
    "CLOUD_FORMATS",
    "CloudFile",
    "detect_format",
    "read_cloud",
    "read_cloud_file",
    "write_ply",
]

logger = logging.getLogger(__name__)

CLOUD_FORMATS = ("PLY", "PCD", "NPZ")
OTHER_FORMATS = (TEXT, OFF, LAS, E57, *MESH_KINDS)  # most by packages of the extra "files"
FAR_M = 30_000.0  # float32 metres resolve 2 mm up to here
_COARSE = 0.005  # distance between neighbouring numbers that spoils a cloud, in its unit
GIT_LFS = "a Git LFS pointer, not the file itself: run 'git lfs pull' in its repository"
GIT_ANNEX = "a git-annex pointer, not the file itself: run 'git annex get' in its repository"

_SIGNATURES = (
    (b"# .PCD", "PCD"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x89MCAP0\r\n", "MCAP"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"glTF", "a glTF mesh"),
    (b"LASF", "a LAS/LAZ cloud"),
    (b"ASTM-E57", "an E57 cloud"),
    (b"\x93NUMPY", "a single NumPy array (.npy)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"\x7fELF", "a program"),
    (b"\x89HDF", "an HDF5 file"),
    (b"#ROSBAG", ROS1_ADVICE),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"version https://git-lfs.github.com/spec/", GIT_LFS),
    (b"/annex/objects/", GIT_ANNEX),
)


@dataclass(frozen=True)
class CloudFile:
    """A cloud as its file has it.

    Attributes:
        cloud: in the file's own axes and unit; organised files keep their shape and NaN rows.
        shift: (3,) float64, what was added to the file's coordinates (whole numbers; zeros unless
            they lie far from their origin).
        color_note: what was taken for the colours, for people.
        faces: of a mesh, on which the points were spread; 0 = the points are as stored.
    """

    cloud: PointCloud
    shift: NDArray[np.float64]
    color_note: str
    faces: int = 0


class _Points(NamedTuple):
    """Points and colours, as a reader returns them."""

    xyz: NDArray[Any]
    colors: Colors
    image_shape: tuple[int, int] | None = None
    faces: int = 0


def read_cloud(path: str | Path) -> PointCloud:
    """Read a PLY, PCD or NPZ file, in the file's own axes and unit.

    NPZ files hold `xyz` or `points` (N, 3) or (height, width, 3), and perhaps `rgb` or `colors`
    of the same shape. Of a PLY with faces the points are its vertices and others a centimetre
    apart on the faces. Files without colour come out grey, clouds farther than 30 km from their
    origin (survey coordinates) are moved there by whole numbers; both are logged.

    Returns:
        The cloud; organised files keep their shape and NaN rows. `frame` is "".

    Raises:
        BadFileError: not there, not one of the formats, or broken; says what it looks like.
        BadCloudError: a sound file without a single finite point.
    """
    return read_cloud_file(path).cloud


def read_cloud_file(path: str | Path) -> CloudFile:
    """As read_cloud, with what was assumed about the file."""
    path = Path(path)
    kind = detect_format(path)
    if kind in MESH_KINDS:
        return _as_cloud(path, _as_points(*read_mesh(path, kind)))
    if kind in (LAS, E57):
        return _as_cloud(path, _Points(*read_scan(path, kind)))
    if kind not in _READERS:
        raise BadFileError(f"{path}: looks like {kind}; point clouds are read from PLY, PCD or NPZ")
    try:
        points = _READERS[kind](_read_bytes(path), str(path))
    except BadFileError:
        raise
    except MemoryError:
        raise BadFileError(f"{path}: its points do not fit into memory") from None
    except Exception as error:  # broken bytes raise anything, and a file must not end a program
        what = f"{type(error).__name__}: {error}"
        raise BadFileError(f"{path}: cannot be read as {kind} ({what})") from error
    return _as_cloud(path, points)


def detect_format(path: str | Path) -> str:
    """Format of a path's content.

    "PLY", "PCD", "NPZ", "MCAP", "SQLite", "zstd", "rosbag2 folder", or a description for people
    ("a PNG picture").

    Raises:
        BadFileError: there is no such path, or it cannot be opened.
    """
    path = Path(path)
    if path.is_dir():
        suffixes = {each.suffix for each in path.iterdir()}
        if (path / "metadata.yaml").exists() or {".mcap", ".db3"} & suffixes:
            return "rosbag2 folder"
        return ROS1_ADVICE if ".bag" in suffixes else "a folder without a bag's metadata.yaml"
    head = _read_bytes(path, 4096).removeprefix(BYTE_ORDER_MARK)
    kind = next((kind for magic, kind in _SIGNATURES if head.startswith(magic)), "")
    if kind == "ZIP":
        return "NPZ" if _holds_arrays(path) else "a ZIP archive without arrays in it"
    return kind or _describe_text(head) or _describe_stl(path, head)


def _describe_text(head: bytes) -> str:
    if not head:
        return "an empty file"
    lines = [line.split() for line in head.splitlines() if not line.startswith(b"#")]
    keys = {line[0].upper() for line in lines if line}
    if lines and lines[0] and lines[0][0].lower() == b"ply":
        return "PLY"
    if {b"FIELDS", b"COLUMNS"} & keys and b"SIZE" in keys:
        return "PCD"  # without its usual comment line
    if is_off(next(filter(None, lines), [])):
        return OFF
    if {b"V", b"VN", b"VT", b"MTLLIB"} & keys:
        return "an OBJ mesh"
    if head.startswith(b"solid") and b"facet" in head:
        return "an STL mesh"
    if head.lstrip()[:1] == b"{" and b'"asset"' in head:
        return "a glTF mesh (JSON)"
    if head.lstrip()[:1] == b"<":
        return "a web page or XML text"
    is_text = all(byte >= 32 or byte in b"\t\r\n" for byte in head)
    if is_text and looks_like_points(head):
        return TEXT
    return "plain text" if is_text else ""


def _describe_stl(path: Path, head: bytes) -> str:
    """Binary STL is known by its length alone."""
    faces = int.from_bytes(head[80:84], "little")
    is_stl = len(head) >= 134 and path.stat().st_size == 84 + 50 * faces
    return "an STL mesh" if is_stl else "no format known here"


def _read_bytes(path: Path, size: int = -1) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadFileError(f"{path}: is no regular file")  # a pipe would be waited for
        with path.open("rb") as file:
            return without_utf16(file.read(size))
    except OSError as error:
        raise BadFileError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # a zero byte in the name
        raise BadFileError(f"{str(path)!r}: cannot be read: {error}") from None


def _holds_arrays(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except Exception:
        return True  # a broken NPZ; its reader says so


def _as_points(xyz: NDArray[Any], colors: Colors, faces: int) -> _Points:
    return _Points(xyz, colors, faces=faces)


# -- one reader a format -------------------------------------------------------------------------


def _read_ply(data: bytes, name: str) -> _Points:
    try:
        xyz, colors, faces, face_colors = read_ply_mesh(data, name)
    except BadFileError as refused:
        return _Points(*read_refused_ply(Path(name), data, refused))
    if len(faces) and colors.is_grey and face_colors is None and b"TextureFile" in data[:4096]:
        try:
            return _as_points(*read_mesh(Path(name), TEXTURED_PLY))
        except BadFileError as error:
            logger.warning("%s; its texture is left out", error)
    if len(faces):
        xyz, colors = points_on_faces(xyz, colors, faces, face_colors)
    return _Points(xyz, colors, faces=len(faces))


def _read_off(data: bytes, name: str) -> _Points:
    xyz, colors, faces, face_colors = read_off(data, name)
    if len(faces):
        return _as_points(*points_on_faces(xyz, colors, faces, face_colors), len(faces))
    return _Points(xyz, colors)


def _read_pcd(data: bytes, name: str) -> _Points:
    return _Points(*read_pcd(data, name))


def _read_npz(data: bytes, name: str) -> _Points:
    return _Points(*read_npz_points(data, name))


def _read_text(data: bytes, name: str) -> _Points:
    return _Points(*read_text_points(data, name))


_READERS = {
    "PLY": _read_ply,
    "PCD": _read_pcd,
    "NPZ": _read_npz,
    TEXT: _read_text,
    OFF: _read_off,
}


# -- points to clouds ----------------------------------------------------------------------------


def _as_cloud(path: Path, points: _Points) -> CloudFile:
    xyz = points.xyz
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.asarray(np.isfinite(np.asarray(xyz, np.float32)).all(axis=1))
    if not finite.any():
        what = "holds no points" if not len(xyz) else f"has {len(xyz)} points, all of them NaN"
        raise BadCloudError(f"{path}: {what}; there is nothing to look at")
    colors = points.colors
    if colors.is_grey:
        logger.warning("%s has %s; words like 'red' mean nothing", path, colors.note)
    moved, shift = _near_origin(path, xyz, finite)
    return CloudFile(
        PointCloud(moved, colors.rgb, image_shape=points.image_shape),
        shift,
        colors.note,
        points.faces,
    )


def _near_origin(
    path: Path, xyz: NDArray[Any], finite: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """xyz as float32, moved to its origin where float32 would be too coarse, and by how much."""
    sample = xyz[finite][:: max(1, len(xyz) // 100_000)].astype(np.float64)
    offset = np.round(np.median(sample, axis=0), -1)
    if np.abs(offset).max() < FAR_M:
        with np.errstate(over="ignore"):  # doubles beyond float32 become inf, that is, not finite
            narrow: NDArray[np.float32] = np.ascontiguousarray(xyz, np.float32)
        return narrow, np.zeros(3)
    shift = 0.0 - offset
    logger.warning(
        "%s lies far from its origin: moved by (%s)", path, ", ".join(f"{v:.0f}" for v in shift)
    )
    step = float(np.spacing(np.float32(np.abs(offset).max())))
    if xyz.dtype.itemsize <= 4 and xyz.dtype.kind == "f" and step > _COARSE:
        logger.warning(
            "%s stores float32, which so far out are %.3g apart: its points lie on a coarse grid; "
            "export it in double precision, or near an origin of its own",
            path,
            step,
        )
    with np.errstate(over="ignore", invalid="ignore"):
        moved: NDArray[np.float32] = (xyz.astype(np.float64) + shift).astype(np.float32)
    return moved, shift
