"""A query, and its result: status, message, grounding."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadQueryError, Cancelled, EmptySceneError

if TYPE_CHECKING:
    from detailbase_core.grounder import Grounder
    from detailbase_core.ops.cancellation import CancelToken
    from detailbase_core.types import Grounding

logger = logging.getLogger(__name__)

TOO_LATE = "no answer in time; ask again with a longer timeout"


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
class QueryResult:
    """Result of a query.

    Attributes:
        grounding: where the status is OK or NOTHING_FOUND.
        message: for people, where it is another, or where words name nothing.
    """

    query: Query
    status: Status
    message: str = ""
    grounding: Grounding | None = None


def answer(grounder: Grounder, query: Query, cancel: CancelToken | None = None) -> QueryResult:
    """Ask the grounder; whatever goes wrong becomes the result's status and message."""
    try:
        grounding = grounder.ground(query.text, cancel)
    except BadQueryError as error:
        return QueryResult(query, Status.BAD_QUERY, str(error))
    except EmptySceneError as error:
        return QueryResult(query, Status.EMPTY_MAP, str(error))
    except Cancelled:
        return QueryResult(query, Status.TIMEOUT, TOO_LATE)
    except Exception as error:  # one query that fails costs no other
        logger.exception("query %d (%.80r) failed", query.id, query.text)
        return QueryResult(query, Status.INTERNAL_ERROR, f"{type(error).__name__}: {error}")
    status = Status.OK if grounding.found else Status.NOTHING_FOUND
    return QueryResult(query, status, grounding.plea, grounding)
