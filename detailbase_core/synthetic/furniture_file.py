"""Files of packed furniture models: NPZ without pickles, written whole, checked when read."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.synthetic.furniture_card import parse_card
from detailbase_core.synthetic.furniture_packing import PackedModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
T = TypeVar("T", bound=np.generic)


def write_packed(path: Path, models: Sequence[PackedModel], note: str = "") -> None:
    """Write a file of models, whole or not at all.

    Args:
        path: where; replaced if it exists.
        models: what, at least one.
        note: kept with them, for whoever writes the file.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    header = {
        "format": FORMAT,
        "note": note,
        "models": [{**dataclasses.asdict(m.card), "low": m.low.tolist()} for m in models],
        "counts": [len(m.colors) for m in models],
    }
    text = json.dumps(header, sort_keys=True, default=sorted).encode()
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            header=np.frombuffer(text, np.uint8),
            steps=np.concatenate([m.steps for m in models]),
            normals=np.concatenate([m.normals for m in models]),
            colors=np.concatenate([m.colors for m in models]),
            main=np.packbits(np.concatenate([m.main for m in models])),
            palettes=np.stack([m.palette for m in models]),
        )


def read_packed(path: Path) -> tuple[list[PackedModel], str]:
    """The models of a file and its note.

    Raises:
        BadFileError: there is no such file, or it is not a whole file of models.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise BadFileError(
            f"{path}: no such file; python -m training.prepare_furniture makes it"
        ) from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise BadFileError(f"{path}: not a furniture bank, or a damaged one ({error})") from error
    try:
        return _parsed(arrays)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BadFileError(f"{path}: not a furniture bank: {error!r}") from error


def _parsed(arrays: Mapping[str, NDArray[np.generic]]) -> tuple[list[PackedModel], str]:
    header = json.loads(arrays["header"].tobytes())
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, this version reads {FORMAT}")
    counts, rows = [int(count) for count in header["counts"]], header["models"]
    if len(rows) != len(counts) or min(counts, default=0) <= 0:
        raise ValueError(f"{len(rows)} models with samples for {len(counts)}")
    total = sum(counts)
    steps = _checked(arrays, "steps", np.uint16, (total, 3))
    normals = _checked(arrays, "normals", np.uint8, (total, 2))
    colors = _checked(arrays, "colors", np.uint8, (total,))
    bits = _checked(arrays, "main", np.uint8, (-(-total // 8),))
    main = np.unpackbits(bits, count=total).astype(np.bool_)
    palettes = _checked(arrays, "palettes", np.uint8, (len(rows), 256, 3))
    models = []
    end = 0
    for row, palette, count in zip(rows, palettes, counts, strict=True):
        begin, end = end, end + count
        low = np.array(row.pop("low"), np.int64).reshape(3)
        models.append(
            PackedModel(
                parse_card(row),
                low,
                steps[begin:end],
                normals[begin:end],
                colors[begin:end],
                main[begin:end],
                palette,
            )
        )
    return models, str(header["note"])


def _checked(
    arrays: Mapping[str, NDArray[np.generic]], name: str, dtype: type[T], shape: tuple[int, ...]
) -> NDArray[T]:
    array = arrays[name]
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(f"{name} is {array.dtype} {array.shape}, not {np.dtype(dtype)} {shape}")
    return cast("NDArray[T]", array)


def fingerprint(models: Sequence[PackedModel]) -> str:
    """SHA-256 of everything in the models, hexadecimal; the same for any file that holds them."""
    digest = hashlib.sha256(f"furniture {FORMAT}".encode())
    for model in models:
        card = dataclasses.asdict(model.card)
        digest.update(json.dumps(card, sort_keys=True, default=sorted).encode())
        digest.update(model.low.astype("<i8").tobytes())
        digest.update(model.palette.tobytes())
        digest.update(model.steps.astype("<u2").tobytes())
        for part in (model.normals, model.colors, model.main):
            digest.update(part.tobytes())
    return digest.hexdigest()
