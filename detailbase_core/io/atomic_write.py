"""Files that are whole or not there."""

from __future__ import annotations

import glob
import os
import secrets
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STALE_S = 3600.0  # whoever writes that long without adding a byte is dead
_MARK, _RANDOM = ".unfinished-", "[a-z0-9_]" * 8  # before this version they were mkstemp's


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`, moved onto it when the block ends well.

    A crash, a full disk or a kill leaves the old file as it was. What a kill left beside it, an
    hour old or more, is removed.

    Raises:
        OSError: the folder cannot be written.
    """
    path = Path(path)
    _remove_stale(path)
    temporary = path.with_name(f".{path.name}{_MARK}{secrets.token_hex(4)}")
    # Not mkstemp's 0600, which would keep other users out: the system applies the umask.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_stale(path: Path) -> None:
    """Remove temporary files for `path` whose writers were killed."""
    for left in path.parent.glob(glob.escape(f".{path.name}{_MARK}") + _RANDOM):
        with suppress(OSError):  # gone already, or another user's
            if time.time() - left.stat().st_mtime > _STALE_S:
                left.unlink()
