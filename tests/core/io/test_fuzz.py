"""Mutated tables, texts and meshes, as many as half of FUZZ_SECONDS allow; `make fuzz` tries more.

The other half is test_fuzz_recordings.py, so that both run at once on two cores.
"""

from __future__ import annotations

import os

import pytest

from tests.core.io.fuzz import run
from tests.core.io.fuzz_bases import RECORDINGS, bases

SECONDS = float(os.environ.get("FUZZ_SECONDS", "120")) / 2
SLOW_KINDS = ("las", "laz", "e57", *RECORDINGS)
KINDS = tuple(kind for kind in bases() if kind not in SLOW_KINDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_are_read_or_refused(kind: str) -> None:
    assert_no_faults(kind, SECONDS / len(KINDS))


def assert_no_faults(kind: str, seconds: float) -> None:
    """Fuzz one kind for so long; always the same files in the same order."""
    ((_, tally),) = run(20_000, seconds, (kind,))
    assert tally.faults == []
    assert tally.read + tally.refused > 0
