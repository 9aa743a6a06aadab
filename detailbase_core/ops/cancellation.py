"""Stopping a running query from another thread."""

from __future__ import annotations

from typing import Protocol

from detailbase_core.errors import Cancelled


class CancelToken(Protocol):
    """Anything with threading.Event's is_set()."""

    def is_set(self) -> bool:
        """True once the caller no longer wants the answer."""
        ...


def check_cancelled(token: CancelToken | None) -> None:
    """Raise Cancelled where the token is set."""
    if token is not None and token.is_set():
        raise Cancelled("the query was cancelled")
