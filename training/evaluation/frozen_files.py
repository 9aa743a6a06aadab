"""Frozen test sets: files that must not change once figures of them were published."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMS_FILE = "SHA256SUMS"  # as sha256sum writes it
HASHES_FILE = Path(__file__).resolve().parents[2] / "config" / "exam_files.yaml"
ENDINGS = (".npz", ".json")  # of a test set's files


def check_exam_files(folder: Path, hashes_file: Path = HASHES_FILE) -> str:
    """Refuse a test set whose files are not those that it was frozen with.

    A test set is known by its SHA256SUMS, or by the names of its files, if config/exam_files.yaml
    lists them. Others are taken as they are.

    Args:
        folder: of the test set.
        hashes_file: test set -> file -> SHA-256.

    Returns:
        Hash of all its files, 16 characters, to be told with its figures.

    Raises:
        BadFileError: no folder, a file is missing or differs.
    """
    try:
        paths = {p.name: p for p in sorted(folder.iterdir()) if p.suffix in ENDINGS}
        found = {name: _sha256(path) for name, path in paths.items()}
        sums = folder / SUMS_FILE
        wanted = _read_sums(sums) if sums.exists() else _known(found, hashes_file)
    except OSError as error:
        raise BadFileError(f"{folder}: no test set can be read: {error}") from error
    differ = [name for name, digest in wanted.items() if found.get(name) != digest]
    if differ:
        raise BadFileError(
            f"{folder}: {', '.join(differ)} not as the test set was frozen; its figures would not "
            "be comparable: get the test set's files again"
        )
    lines = [f"{digest} {name}\n" for name, digest in sorted(found.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def _known(found: Mapping[str, str], hashes_file: Path) -> Mapping[str, str]:
    """The hashes of the test set that has files of these names; empty where none has."""
    exams = yaml.safe_load(hashes_file.read_text(encoding="utf-8"))
    return next((exam for exam in exams.values() if exam.keys() == found.keys()), {})


def _read_sums(path: Path) -> dict[str, str]:
    """File -> hash, of the test set's files."""
    lines = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
    named = {line[1].strip().lstrip("*"): line[0] for line in lines if len(line) == 2}
    return {name: digest for name, digest in named.items() if name.endswith(ENDINGS)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
