"""Mutated recordings and surveyors' files: the second half of test_fuzz.py's time."""

from __future__ import annotations

import importlib.util

import pytest

from tests.core.io.fuzz_bases import bases
from tests.core.io.test_fuzz import SECONDS, SLOW_KINDS, assert_no_faults

PACKAGES = {"las": "laspy", "laz": "laspy", "e57": "pye57"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SLOW_KINDS)
def test_mutated_recordings_are_read_or_refused(kind: str) -> None:
    package = PACKAGES.get(kind, "mcap")
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"no {package}")
    assert kind in bases()
    assert_no_faults(kind, SECONDS / len(SLOW_KINDS))
