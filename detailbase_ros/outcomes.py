"""What became of a query; plain Python, so that the worker needs no ROS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detailbase_core.types import Grounding


class Status(IntEnum):
    """The constants of GroundedQuery.msg."""

    OK = 0
    NOTHING_FOUND = 1
    EMPTY_MAP = 2
    BAD_QUERY = 3
    OVERLOADED = 4
    TIMEOUT = 5
    INACTIVE = 6
    INTERNAL_ERROR = 7


@dataclass(frozen=True)
class Query:
    """One sentence on its way.

    Attributes:
        id: from 1, in order of arrival.
        text: the sentence.
        received_ns: the node's clock at arrival, nanoseconds.
        deadline: time.monotonic() after which the answer is TIMEOUT.
        client_tag: comes back in the answer.
        with_points: whether the asker wants each object's points.
        reply: whom to tell beside the topic (the service's future), or None.
    """

    id: int
    text: str
    received_ns: int
    deadline: float
    client_tag: str = ""
    with_points: bool = False
    reply: Any = None


@dataclass(frozen=True)
class Outcome:
    """A query's end.

    Attributes:
        grounding: where the status is OK or NOTHING_FOUND.
        message: for people, where it is another.
    """

    query: Query
    status: Status
    message: str = ""
    grounding: Grounding | None = None
