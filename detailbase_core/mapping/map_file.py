"""The file form of a scene map: an npz of plain arrays, checked when read."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detailbase_core.errors import BadFileError, shown
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.io.npz import NpzArchive
from detailbase_core.ops import native

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_FORMAT = 1
_MAX_HEADER = 4096  # bytes of an array's own description, and of a name
_MAX_FRAME = 256  # characters
_MAX_STAMP_NS = 2**31 * 10**9  # as far as ROS counts seconds
_SCALARS = {"format": "i", "voxel_size_m": "f", "frame": "U", "stamp_ns": "i"}  # and NumPy's kind


class MapArrays(NamedTuple):
    """The voxels of a map, in ascending order.

    Attributes:
        voxel: (V, 3) int32 index; voxel i spans [i, i + 1) * voxel_size_m.
        offset: (V, 3) float32 mean position relative to the voxel's centre, metres.
        color: (V, 3) float32 mean colour, 0..255.
        hits: (V,) int32, 1 .. 10.
        last_seen_ns: (V,) int64 stamp of the newest scan that hit it.
    """

    voxel: NDArray[np.int32]
    offset: NDArray[np.float32]
    color: NDArray[np.float32]
    hits: NDArray[np.int32]
    last_seen_ns: NDArray[np.int64]


def write_map_file(
    path: str | Path, arrays: MapArrays, voxel_size_m: float, frame: str, stamp_ns: int
) -> None:
    """Write a map to `path`, whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            format=np.int64(_FORMAT),
            voxel_size_m=np.float64(voxel_size_m),
            frame=np.array(frame),
            stamp_ns=np.int64(stamp_ns),
            **arrays._asdict(),
        )


def read_map_file(
    path: str | Path, voxel_size_m: float, max_voxels: int
) -> tuple[MapArrays, str, int]:
    """Read what `write_map_file` wrote: voxels, frame, stamp.

    Raises:
        BadFileError: cannot be read, not such a file, truncated, inconsistent, of another voxel
            size, or of more voxels than `max_voxels`.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # a pipe would be waited for, for ever
            raise OSError("it is no regular file")
        with Path(path).open("rb") as file, NpzArchive(file) as archive:
            wanted = [name for name in (*_SCALARS, *MapArrays._fields) if name in archive.names]
            _check_sizes(path, {name: archive.size(name) for name in wanted}, max_voxels)
            content = {name: archive.read(name) for name in wanted}
            frame = str(content.get("frame", ""))
    except OSError as error:
        raise BadFileError(f"{path}: cannot be read: {error}") from error
    except ValueError as error:
        raise BadFileError(
            f"{path}: is no saved scene map, or is truncated ({error}); save it again"
        ) from error
    arrays = _checked(path, content, voxel_size_m)
    stamp_ns = int(content["stamp_ns"])
    _check_frame_and_times(path, frame, stamp_ns, arrays.last_seen_ns)
    return arrays, frame, stamp_ns


def _check_sizes(path: str | Path, sizes: Mapping[str, int], max_voxels: int) -> None:
    """Refuse what is too large by what it declares, before memory is taken for it."""
    if any(sizes.get(name, 0) > _MAX_HEADER for name in _SCALARS):
        raise BadFileError(f"{path}: is no saved scene map (one of {', '.join(_SCALARS)} is large)")
    widths = {"voxel": 12, "offset": 12, "color": 12, "hits": 4, "last_seen_ns": 8}
    least = max((sizes.get(name, 0) - _MAX_HEADER) // width for name, width in widths.items())
    if least > max_voxels:
        raise BadFileError(
            f"{path}: holds {least} voxels or more, max_voxels is {max_voxels}; raise it"
        )


def _check_frame_and_times(
    path: str | Path, frame: str, stamp_ns: int, last_seen_ns: NDArray[np.int64]
) -> None:
    if len(frame) > _MAX_FRAME or not frame.isprintable():
        raise BadFileError(f"{path}: its frame {shown(frame, 64)!r} is no name; it is damaged")
    if not 0 <= stamp_ns < _MAX_STAMP_NS or last_seen_ns.max(initial=0) > stamp_ns:
        raise BadFileError(f"{path}: holds impossible times; it is damaged")


def _checked(
    path: str | Path, content: Mapping[str, NDArray[Any]], voxel_size_m: float
) -> MapArrays:
    for name, kind in _SCALARS.items():
        if name not in content or content[name].shape != () or content[name].dtype.kind != kind:
            raise BadFileError(f"{path}: is no saved scene map (no {name!r} in it)")
    if int(content["format"]) != _FORMAT:
        raise BadFileError(f"{path}: has format {content['format']}, this version reads {_FORMAT}")
    if float(content["voxel_size_m"]) != voxel_size_m:
        raise BadFileError(
            f"{path}: its voxels are {float(content['voxel_size_m']):g} m, this map's are "
            f"{voxel_size_m:g} m; set voxel_size_m to match"
        )
    missing = [name for name in MapArrays._fields if name not in content]
    if missing:
        raise BadFileError(f"{path}: is no saved scene map (no {missing[0]!r} in it)")
    arrays = MapArrays(*(content[name] for name in MapArrays._fields))
    _check_arrays(path, arrays, voxel_size_m)
    return arrays


def _check_arrays(path: str | Path, arrays: MapArrays, voxel_size_m: float) -> None:
    count = len(arrays.voxel) if arrays.voxel.ndim else -1
    layout = ("int32", 3), ("float32", 3), ("float32", 3), ("int32", None), ("int64", None)
    columns: tuple[NDArray[Any], ...] = arrays
    for name, array, (dtype, width) in zip(MapArrays._fields, columns, layout, strict=True):
        shape = (count,) if width is None else (count, width)
        if array.shape != shape or array.dtype != dtype:
            raise BadFileError(f"{path}: {name} is {array.dtype} {array.shape}; it is damaged")
    voxel, offset, color, hits, _ = arrays
    steps = np.diff(voxel.astype(np.int64), axis=0)
    first = np.where(steps[:, 0] != 0, steps[:, 0], np.where(steps[:, 1] != 0, *steps.T[1:]))
    sound = (
        (first > 0).all()
        and np.abs(voxel.astype(np.int64)).max(initial=0) < native.C.VOXEL_LIMIT - 2
        and (np.abs(offset) <= 0.5001 * voxel_size_m).all()
        and ((color >= 0) & (color <= 255)).all()
        and ((hits >= 1) & (hits <= native.C.MAX_HITS)).all()
    )
    if not sound:
        raise BadFileError(f"{path}: holds impossible voxels; it is damaged")
