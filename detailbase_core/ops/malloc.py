"""glibc malloc: memory that a process frees stays with it, and how much that is."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TOP = 256 << 20  # bytes that stay at the heap's end: several times what encoding a room frees
_MOST_KEPT = 2 * _TOP

# Of mallopt (malloc.h), with what they are set to.
_SETTINGS = {
    -8: 1,  # M_ARENA_MAX: further heaps keep what each ever had, and no block above 64 MB
    -3: 32 << 20,  # M_MMAP_THRESHOLD, bytes: larger blocks go back; older glibc takes no more
    -1: _TOP,  # M_TRIM_THRESHOLD, bytes
}


def tune_malloc() -> None:
    """Let the process keep what the network frees, for its next tensors, in one heap.

    For a program's first lines, before it imports NumPy or rclpy: glibc's settings are those of the
    whole process, and heaps that other threads have by then stay. Otherwise each encoding may give
    its memory back and fetch it anew, page by page, a tenth of its time. Other C libraries are left
    as they are.
    """
    with suppress(OSError, AttributeError):  # not glibc
        for option, value in _SETTINGS.items():
            ctypes.CDLL(None).mallopt(option, value)


class _Mallinfo2(ctypes.Structure):  # malloc.h
    _fields_ = [
        ("arena", ctypes.c_size_t),
        ("ordblks", ctypes.c_size_t),
        ("smblks", ctypes.c_size_t),
        ("hblks", ctypes.c_size_t),
        ("hblkhd", ctypes.c_size_t),
        ("usmblks", ctypes.c_size_t),
        ("fsmblks", ctypes.c_size_t),
        ("uordblks", ctypes.c_size_t),
        ("fordblks", ctypes.c_size_t),
        ("keepcost", ctypes.c_size_t),
    ]


@dataclass(frozen=True)
class ProcessMemory:
    """Memory of this process, bytes.

    Attributes:
        resident: in RAM, of libraries and files too.
        in_use: malloc's blocks that nobody has freed, those of their own mapping too.
        kept: freed blocks of malloc that have not gone back to the system.
    """

    resident: int
    in_use: int
    kept: int


def process_memory() -> ProcessMemory | None:
    """Present memory; None where it is not known: not Linux, or no glibc of 2.33 or newer.

    Python's small objects are in neither of malloc's figures: they have arenas of their own.
    """
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, AttributeError):
        return None
    mallinfo2.restype = _Mallinfo2
    info = mallinfo2()
    return ProcessMemory(
        pages * os.sysconf("SC_PAGE_SIZE"), info.uordblks + info.hblkhd, info.fordblks
    )


def trim_malloc() -> bool:
    """Give freed memory back where more than 512 MB of it are kept; whether that was so.

    Freed blocks between others stay for ever otherwise, so that a process would keep the sum of its
    peaks. 256 MB at the end of the heap stay for the next tensors.
    """
    memory = process_memory()
    if memory is None or memory.kept <= _MOST_KEPT:
        return False
    ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(_TOP))
    return True
