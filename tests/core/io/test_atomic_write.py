"""Files that are whole or not there, and what killed writers leave."""

from __future__ import annotations

import os
import time

import pytest

from detailbase_core.io.atomic_write import atomic_path


def left_behind(path, hours):
    path.write_bytes(b"half")
    then = time.time() - 3600 * hours
    os.utime(path, (then, then))
    return path


def write(path, text):
    with atomic_path(path) as temporary:
        temporary.write_text(text)


def test_a_block_that_fails_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "room.npz"
    write(path, "old")
    with pytest.raises(OSError, match="disk full"), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise OSError("disk full")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_the_next_save_removes_what_a_kill_left_of_the_same_file(tmp_path):
    path = tmp_path / "room[1].npz"
    stale = left_behind(tmp_path / ".room[1].npz.unfinished-ab_def12", hours=2)
    others = [
        left_behind(
            tmp_path / ".room[1].npz.unfinished-zzzzzzzz", hours=0.5
        ),  # may still be written
        left_behind(tmp_path / ".room1.npz.unfinished-abcdef12", hours=2),
        left_behind(tmp_path / ".room[1].npz.original", hours=2),
        left_behind(tmp_path / "room[1].npz.abcdef12", hours=2),
    ]
    write(path, "new")
    assert path.read_text() == "new" and not stale.exists()
    assert all(other.exists() for other in others)


def test_new_files_obey_the_umask_which_nobody_touches(tmp_path, monkeypatch):
    umask = os.umask(0o027)
    try:
        monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("of the whole process"))
        write(tmp_path / "room.npz", "new")
    finally:
        monkeypatch.undo()
        os.umask(umask)
    assert (tmp_path / "room.npz").stat().st_mode & 0o777 == 0o640
