"""Mutated files of every format, as many as FUZZ_SECONDS allow; `make fuzz` tries more."""

from __future__ import annotations

import os

import pytest

from tests.core.io.fuzz import run
from tests.core.io.fuzz_bases import bases

SECONDS = float(os.environ.get("FUZZ_SECONDS", "40"))
KINDS = tuple(bases())


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_are_read_or_refused(kind: str) -> None:
    ((_, tally),) = run(20_000, SECONDS / len(KINDS), (kind,))
    assert tally.faults == []
    assert tally.read + tally.refused > 0
