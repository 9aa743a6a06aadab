"""glibc malloc tuning: memory that a process frees stays with it."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# Of mallopt (malloc.h), with what they are set to.
_SETTINGS = {
    -8: 1,  # M_ARENA_MAX: further heaps keep what each ever had, and no block above 64 MB
    -3: 32 << 20,  # M_MMAP_THRESHOLD, bytes: larger blocks go back; older glibc takes no more
    -1: 256 << 20,  # M_TRIM_THRESHOLD, bytes: several times what encoding a room frees
}


def tune_malloc() -> None:
    """Let the process keep what the network frees, for its next tensors, in one heap.

    For a program's first lines: glibc's settings are those of the whole process, and heaps that
    other threads have by then stay. Otherwise each encoding may give its memory back and fetch it
    anew, page by page, a tenth of its time. Other C libraries are left as they are.
    """
    with suppress(OSError, AttributeError):  # not glibc
        for option, value in _SETTINGS.items():
            ctypes.CDLL(None).mallopt(option, value)
