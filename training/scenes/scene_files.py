"""Described scenes as files: SCENE.npz (points), and what is said about them.

The sentences lie beside the points as SCENE.json, as our rooms have them, or in one DetailRefer
or ScanRefer file for all scenes.
"""

from __future__ import annotations

import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from detailbase_core.errors import BadFileError
from training.scenes.descriptions import parse_record, read_descriptions, read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from training.scenes.descriptions import Description

T = TypeVar("T")


@dataclass(frozen=True)
class DescribedScene:
    """Points with object labels and superpoints, and what is said about them.

    Attributes:
        scene_id: name.
        xyz: (N, 3) float32, metres, z up.
        rgb: (N, 3) uint8.
        instance: (N,) int32 object id, -1 for none.
        point_to_superpoint: (N,) int64, dense.
        descriptions: may be empty.
        categories, colors: by object id, where the file tells; "" for none.
    """

    scene_id: str
    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    instance: NDArray[np.int32]
    point_to_superpoint: NDArray[np.int64]
    descriptions: tuple[Description, ...]
    categories: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[int, str] = field(default_factory=dict)


def read_folder(folder: str | Path, descriptions: str | Path = "") -> Iterator[DescribedScene]:
    """All described scenes of a folder, by name.

    Args:
        folder: of SCENE.npz files.
        descriptions: a DetailRefer or ScanRefer file; "" = SCENE.json beside each SCENE.npz.

    Raises:
        BadFileError: no scenes there, one that cannot be read, or scenes that the descriptions
            name and the folder lacks (they are named).
    """
    return read_scenes(*find_scenes(folder, descriptions))


def find_scenes(
    folder: str | Path, descriptions: str | Path = "", skip_bad: bool = False
) -> tuple[list[Path], dict[str, tuple[Description, ...]] | None]:
    """Files to read, as the arguments of read_scenes.

    Args:
        folder, descriptions: as for read_folder.
        skip_bad: as for read_descriptions.

    Raises:
        BadFileError: as for read_folder.
    """
    paths = sorted(Path(folder).glob("*.npz"))
    if not paths:
        raise BadFileError(
            f"{folder}: no scenes (*.npz) there; make some with training.make_rooms or "
            "training.prepare_scannet"
        )
    if not descriptions:
        return paths, None
    told = read_descriptions(descriptions, skip_bad)
    missing = sorted(told.keys() - {path.stem for path in paths})
    if missing:
        listed = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
        raise BadFileError(
            f"{folder}: {len(missing)} of the {len(told)} scenes that {descriptions} describes are "
            f"not there ({listed}); make them with training.prepare_scannet"
        )
    return [path for path in paths if path.stem in told], told


def read_scenes(
    paths: Sequence[Path], told: Mapping[str, tuple[Description, ...]] | None = None
) -> Iterator[DescribedScene]:
    """The scenes of some files, in their order.

    Args:
        paths: of NPZ files.
        told: descriptions by scene; None = a JSON beside each NPZ.

    Raises:
        BadFileError: one cannot be read (it is named).
    """
    return made_of_scenes(lambda scene: scene, paths, told)


def made_of_scenes(
    make: Callable[[DescribedScene], T],
    paths: Sequence[Path],
    told: Mapping[str, tuple[Description, ...]] | None,
) -> Iterator[T]:
    """Result of `make` of each scene, in several threads; otherwise as read_scenes."""

    def one(path: Path) -> T:
        return make(read_scene(path, None if told is None else told[path.stem]))

    with ThreadPoolExecutor() as pool:  # unpacking and NumPy leave Python's lock to others
        yield from pool.map(one, paths)


def read_scene(
    path: str | Path, descriptions: tuple[Description, ...] | None = None
) -> DescribedScene:
    """One scene and its descriptions.

    Args:
        path: of the NPZ.
        descriptions: None = those of the JSON beside it.

    Raises:
        BadFileError: missing, truncated or not of this layout.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            xyz, rgb = archive["xyz"], archive["rgb"]
            instance, superpoint = archive["instance"], archive["superpoint"]
            categories, colors = (_by_object(archive, key) for key in ("category", "color"))
        _check_points(xyz, rgb, instance, superpoint)
        if descriptions is None:
            descriptions = tuple(map(parse_record, read_records(path.with_suffix(".json"))))
    except (
        OSError,
        KeyError,
        ValueError,
        EOFError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
        BadFileError,
    ) as error:
        raise BadFileError(f"{path}: no described scene can be read: {error}") from error
    return DescribedScene(
        path.stem,
        xyz,
        rgb,
        instance.astype(np.int32),
        superpoint.astype(np.int64),
        descriptions,
        categories,
        colors,
    )


def _check_points(
    xyz: NDArray[Any], rgb: NDArray[Any], instance: NDArray[Any], superpoint: NDArray[Any]
) -> None:
    """ValueError unless the arrays are those of a DescribedScene."""
    if xyz.dtype != np.float32 or xyz.ndim != 2 or xyz.shape[1] != 3 or not len(xyz):
        raise ValueError(f"xyz: expected float32 (N, 3), got {xyz.dtype} {xyz.shape}")
    if rgb.dtype != np.uint8 or rgb.shape != xyz.shape:
        raise ValueError(f"rgb: expected uint8 {xyz.shape}, got {rgb.dtype} {rgb.shape}")
    for name, ids, least in (("instance", instance, -1), ("superpoint", superpoint, 0)):
        if ids.dtype.kind not in "iu" or ids.shape != xyz.shape[:1]:
            raise ValueError(
                f"{name}: expected integers ({len(xyz)},), got {ids.dtype} {ids.shape}"
            )
        if ids.min() < least:
            raise ValueError(f"{name}: {ids.min()} is below {least}")
    if not np.isfinite(xyz).all():
        raise ValueError("xyz: NaN or infinite coordinates; drop those points")
    if superpoint.max() >= len(xyz) or not np.bincount(superpoint.astype(np.int64)).all():
        raise ValueError("superpoint: ids are not dense, 0 .. count - 1")


def _by_object(archive: Mapping[str, NDArray[Any]], key: str) -> dict[int, str]:
    """Values of `key` by object id in a file of our rooms; empty for other files."""
    if "object_id" not in archive:
        return {}
    names = archive[f"object_{key}"].tolist()
    return dict(zip(archive["object_id"].tolist(), names, strict=True))
