"""A short run of the fuzzer; FUZZ_SECONDS makes it longer."""

from __future__ import annotations

import os

from tests.core.io.fuzz import run


def test_mutated_files_are_read_or_refused() -> None:
    seconds = float(os.environ.get("FUZZ_SECONDS", "6"))
    tallies = dict(run(count=400, seconds=seconds))
    assert [fault for tally in tallies.values() for fault in tally.faults] == []
    assert sum(tally.refused for tally in tallies.values()) > 0
