"""Errors that a user can do something about. Each message says what, with which input, and what to do."""

from __future__ import annotations


class DetailBaseError(Exception):
    """Base of all errors that this library raises on bad input."""


class BadCloudError(DetailBaseError):
    """A point cloud that cannot be used (no points left, missing field, broken layout)."""


class BadQueryError(DetailBaseError):
    """A sentence that cannot be answered (empty, too long)."""


class BadFileError(DetailBaseError):
    """A file that is not what its name says, is truncated, or cannot be read."""


class CheckpointError(DetailBaseError):
    """Weights that do not fit the network, or a file that holds none."""


class ConfigError(DetailBaseError):
    """A setting that is unknown, of the wrong type, or out of range."""


class EmptySceneError(DetailBaseError):
    """A question was asked before the map held any point."""


class Cancelled(DetailBaseError):  # noqa: N818 - it is an outcome, not a fault
    """The caller's cancel token was set while a query ran."""
