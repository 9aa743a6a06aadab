"""Readers of others in a process of their own: some end it on broken files, or fill the memory."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_PROGRAM = (
    "import sys; sys.path[:] = {path!r}; from detailbase_core.io.isolated_reader import main; "
    "main(*sys.argv[1:])"
)
_MEMORY_BYTES, _MEMORY_PER_BYTE = 2 << 30, 64  # of a file that is compressed
_LIMIT_S, _BYTES_PER_S = 50.0, 2e6


def read_isolated(reader: Callable[[Path], dict[str, NDArray[Any]]], path: Path) -> Any:
    """Result of `reader(path)`: arrays by name, read by a Python of its own.

    Args:
        reader: a function of a module.
        path: the file.

    Raises:
        BadFileError: the reader failed, crashed, or took too much time or memory.
    """
    program = _PROGRAM.format(path=sys.path)
    limit_s = _LIMIT_S + path.stat().st_size / _BYTES_PER_S
    with TemporaryDirectory() as folder:
        out = Path(folder) / "points.npz"
        command = [sys.executable, "-c", program, reader.__module__, reader.__name__]
        try:
            run = subprocess.run(
                [*command, str(path), str(out)],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=limit_s,
            )
        except subprocess.TimeoutExpired:
            raise BadFileError(f"its reader did not end in {limit_s:.0f} s") from None
        if run.returncode:
            said = [line for line in run.stderr.splitlines() if line.strip()]
            crashed = "its reader crashed" if run.returncode < 0 else ""
            raise BadFileError(crashed or (said[-1].strip() if said else "its reader failed"))
        with np.load(out, allow_pickle=False) as arrays:
            return dict(arrays)


def main(module: str, function: str, path: str, out: str) -> None:
    """The process of its own: call a function of a module with a path, and write its arrays."""
    limit = _MEMORY_BYTES + _MEMORY_PER_BYTE * Path(path).stat().st_size
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has limits
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        arrays = getattr(importlib.import_module(module), function)(Path(path))
    except Exception as error:
        said = str(error).strip().splitlines()  # some go on about their own sources
        print(said[0] if said else type(error).__name__, file=sys.stderr)
        sys.exit(1)
    np.savez(out, **arrays)
