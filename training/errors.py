"""Errors that stop a training run."""

from __future__ import annotations

from detailbase_core.errors import DetailBaseError


class TrainingError(DetailBaseError):
    """Training cannot go on; the last good state is kept."""
