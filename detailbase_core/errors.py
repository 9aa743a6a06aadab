"""Errors that a user can do something about.

Each message says what, with which input, and what to do.
"""

from __future__ import annotations

import shlex
import sys
from typing import Protocol

SHOWN, _LINE = 400, 1000  # characters


def shown(text: object, limit: int = SHOWN) -> str:
    """Text from outside as it may go to terminals, logs, messages and markers.

    Control characters, such as those that move a terminal's cursor, direction marks and lone
    surrogates are escaped; what is longer than `limit` characters is cut and says so.
    """
    whole = str(text)
    cut = whole[:limit]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
    return cut if len(whole) <= limit else f"{cut}... ({len(whole)} characters)"


def shown_lines(text: object) -> str:
    """A text of one or more lines, each as shown() gives it, of up to 1,000 characters."""
    return "\n".join(shown(line, _LINE) for line in str(text).split("\n"))


def pip_install(*packages: str) -> str:
    """Command that installs packages into the Python that runs, for messages."""
    return shlex.join([sys.executable, "-m", "pip", "install", *packages])


class DetailBaseError(Exception):
    """Base of all errors that this library raises on bad input."""


class BadCloudError(DetailBaseError):
    """A point cloud that cannot be used (no points left, missing field, broken layout)."""


class BadQueryError(DetailBaseError):
    """A sentence that cannot be answered (empty, too long)."""


class BadFileError(DetailBaseError):
    """A file that is not what its name says, is truncated, or cannot be read."""


class BadMessageError(BadFileError):
    """One message of a recording that cannot be decoded; the others can."""


class CheckpointError(DetailBaseError):
    """Weights that do not fit the network, or a file that holds none."""


class ConfigError(DetailBaseError):
    """A setting that is unknown, of the wrong type, or out of range."""


class NativeModuleError(DetailBaseError):
    """The compiled part of this library is needed and not there."""


class EmptySceneError(DetailBaseError):
    """A question was asked before the map held any point."""


class Cancelled(DetailBaseError):  # noqa: N818 - it is an outcome, not a fault
    """The caller's cancel token was set while a query ran."""


class CancelToken(Protocol):
    """Anything with threading.Event's is_set(), to stop a running query from another thread."""

    def is_set(self) -> bool:
        """True once the caller no longer wants the answer."""
        ...


def check_cancelled(token: CancelToken | None) -> None:
    """Raise Cancelled where the token is set."""
    if token is not None and token.is_set():
        raise Cancelled("the query was cancelled")


class LookupFailed(DetailBaseError):  # noqa: N818 - tf2's own name for it
    """No transform can be given; the subclasses say why."""


class UnknownFrameError(LookupFailed):
    """A frame that no transform has mentioned yet."""


class FramesNotConnectedError(LookupFailed):
    """Two known frames in separate trees."""


class ExtrapolationError(LookupFailed):
    """The stamp lies outside the recorded transforms of some edge between the frames."""


class BadTransformError(DetailBaseError):
    """A transform that cannot be stored (NaN, not a rotation, a frame that is its own parent)."""
