"""Point cloud files in and out: PLY, PCD and NPZ, told apart by what they hold, not their names."""

from __future__ import annotations

import io
import logging
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadCloudError, BadFileError
from detailbase_core.io.colors import to_uint8
from detailbase_core.io.other_readers import is_open3d_text, read_open3d_text, read_refused_ply
from detailbase_core.io.pcd import read_pcd
from detailbase_core.io.ply import read_ply, write_ply
from detailbase_core.types import GREY, PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLOUD_FORMATS", "detect_format", "read_cloud", "write_ply"]

logger = logging.getLogger(__name__)

CLOUD_FORMATS = ("PLY", "PCD", "NPZ")
FAR_M = 30_000.0  # float32 metres resolve 2 mm up to here

_SIGNATURES = (
    (b"ply\n", "PLY"),
    (b"ply\r", "PLY"),
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
    (b"#ROSBAG", "a ROS 1 bag"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)


def read_cloud(path: str | Path) -> PointCloud:
    """Read a PLY, PCD or NPZ file, in the file's own axes and unit.

    NPZ files hold `xyz` or `points` (N, 3) or (height, width, 3), and perhaps `rgb` or `colors`
    of the same shape. Files without colour come out grey, clouds farther than 30 km from their
    origin (survey coordinates) are moved there by whole numbers; both are logged. A PLY file that
    our reader refuses is tried with plyfile and Open3D where they are installed; Open3D also reads
    XYZ, XYZN, XYZRGB and PTS.

    Returns:
        The cloud; organised files keep their shape and NaN rows. `frame` is "".

    Raises:
        BadFileError: not there, not one of the formats, or broken; says what it looks like.
        BadCloudError: a sound file without a single finite point.
    """
    path = Path(path)
    kind = detect_format(path)
    if is_open3d_text(path, kind):
        return _as_cloud(path, *read_open3d_text(path), None)
    if kind not in CLOUD_FORMATS:
        raise BadFileError(f"{path}: looks like {kind}; point clouds are read from PLY, PCD or NPZ")
    data = _read_bytes(path)
    image_shape = None
    if kind == "PLY":
        xyz, rgb = _read_any_ply(path, data)
    elif kind == "PCD":
        xyz, rgb, image_shape = read_pcd(data, str(path))
    else:
        xyz, rgb, image_shape = _read_npz(data, str(path))
    return _as_cloud(path, xyz, rgb, image_shape)


def _read_any_ply(path: Path, data: bytes) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    try:
        return read_ply(data, str(path))
    except BadFileError as refused:
        return read_refused_ply(path, data, refused)


def detect_format(path: str | Path) -> str:
    """What a path holds: "PLY", "PCD", "NPZ", "MCAP", "SQLite", "zstd", "rosbag2 folder", or a
    description for people ("a PNG picture").

    Raises:
        BadFileError: there is no such path, or it cannot be opened.
    """
    path = Path(path)
    if path.is_dir():
        is_bag = (path / "metadata.yaml").exists()
        return "rosbag2 folder" if is_bag else "a folder without a bag's metadata.yaml"
    head = _read_bytes(path, 4096)
    kind = next((kind for magic, kind in _SIGNATURES if head.startswith(magic)), "")
    if kind == "ZIP":
        return "NPZ" if _holds_arrays(path) else "a ZIP archive without arrays in it"
    return kind or _describe_text(head)


def _describe_text(head: bytes) -> str:
    if not head:
        return "an empty file"
    lines = [line.split() for line in head.splitlines() if not line.startswith(b"#")]
    keys = {line[0] for line in lines if line}
    if {b"FIELDS", b"COLUMNS"} & keys and b"SIZE" in keys:
        return "PCD"  # without its usual comment line
    if {b"v", b"vn", b"vt", b"mtllib"} & keys:
        return "an OBJ mesh"
    if head.lstrip()[:1] == b"<":
        return "a web page or XML text"
    is_text = all(byte >= 32 or byte in b"\t\r\n" for byte in head)
    return "plain text" if is_text else "no format known here"


def _read_bytes(path: Path, size: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise BadFileError(f"{path}: cannot be read: {error.strerror}") from None


def _holds_arrays(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return True  # a broken NPZ; its reader says so


def _read_npz(
    data: bytes, name: str
) -> tuple[NDArray[Any], NDArray[np.uint8] | None, tuple[int, int] | None]:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            keys = archive.files
            xyz = next((archive[key] for key in ("xyz", "points") if key in keys), None)
            rgb = next((archive[key] for key in ("rgb", "colors") if key in keys), None)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFileError(f"{name}: cannot be read as NPZ ({error}); save it again") from None
    if xyz is None:
        raise BadFileError(f"{name}: an NPZ needs an array xyz or points; has {', '.join(keys)}")
    fits = xyz.ndim in (2, 3) and xyz.shape[-1] == 3 and xyz.dtype.kind in "fiu"
    if not fits or (rgb is not None and (rgb.shape != xyz.shape or rgb.dtype.kind not in "fiu")):
        shapes = f"{xyz.shape} and {'no colours' if rgb is None else rgb.shape}"
        raise BadFileError(f"{name}: positions and colours must be (N, 3) numbers, got {shapes}")
    image_shape = (xyz.shape[0], xyz.shape[1]) if xyz.ndim == 3 else None
    colors = None if rgb is None else to_uint8(rgb.reshape(-1, 3))
    return xyz.reshape(-1, 3), colors, image_shape


def _as_cloud(
    path: Path,
    xyz: NDArray[Any],
    rgb: NDArray[np.uint8] | None,
    image_shape: tuple[int, int] | None,
) -> PointCloud:
    finite = np.isfinite(xyz).all(axis=1)
    if not finite.any():
        what = "holds no points" if not len(xyz) else f"has {len(xyz)} points, all of them NaN"
        raise BadCloudError(f"{path}: {what}; there is nothing to look at")
    if rgb is None:
        logger.warning("%s has no colours: taken as grey; words like 'red' mean nothing", path)
        rgb = np.full((len(xyz), 3), GREY, np.uint8)
    return PointCloud(_near_origin(path, xyz, finite), rgb, image_shape=image_shape)


def _near_origin(path: Path, xyz: NDArray[Any], finite: NDArray[np.bool_]) -> NDArray[np.float32]:
    """xyz as float32, moved to its origin where float32 would be too coarse."""
    with np.errstate(over="ignore"):  # doubles beyond float32 become inf, that is, not finite
        narrow: NDArray[np.float32] = np.ascontiguousarray(xyz, np.float32)
    sample = xyz[finite][:: max(1, len(xyz) // 100_000)].astype(np.float64)
    offset = np.round(np.median(sample, axis=0), -1)
    if np.abs(offset).max() < FAR_M:
        return narrow
    moves = ", ".join(f"{0.0 - value:.0f}" for value in offset)
    logger.warning("%s lies far from its origin: moved by (%s)", path, moves)
    moved: NDArray[np.float32] = (xyz.astype(np.float64) - offset).astype(np.float32)
    return moved
