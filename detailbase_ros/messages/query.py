"""A query, and its result: status, message, grounding."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from detailbase_core.errors import BadQueryError, Cancelled, EmptySceneError, shown
from detailbase_core.output.result_files import reason_lines
from detailbase_core.types import MAX_SENTENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.conversation.conversation import Reply
    from detailbase_core.errors import CancelToken
    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding

logger = logging.getLogger(__name__)

MAX_TAG = 256  # characters of a client_tag
ECHO = 200  # characters of what is too long that its answer repeats
TAKEN_AS = "taken as: "  # begins the message of an answer to a follow-up
_AND = " | "  # what the message says besides
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
        on_result: takes the result in place of topic and service.
        why: whether phrases tell which objects came next.
    """

    id: int
    text: str
    received_ns: int
    deadline: float
    client_tag: str = ""
    with_points: bool = False
    reply: Any = None
    on_result: Callable[[QueryResult], None] | None = None
    why: bool = False


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


def refused(query: Query) -> QueryResult | None:
    """BAD_QUERY for a query whose texts are too long, with their beginnings; None for others.

    Asked before anything keeps the query: the answer is latched, and repeats its texts.
    """
    texts = (("sentence", query.text, MAX_SENTENCE), ("client_tag", query.client_tag, MAX_TAG))
    for name, text, most in texts:
        if len(text) > most:
            cut = replace(
                query,
                text=_echo(query.text, MAX_SENTENCE),
                client_tag=_echo(query.client_tag, MAX_TAG),
            )
            reason = f"the {name} has {len(text)} characters, at most {most} are accepted"
            return QueryResult(cut, Status.BAD_QUERY, reason)
    return None


def _echo(text: str, most: int) -> str:
    return text if len(text) <= most else shown(text, ECHO)


class Answering(Protocol):
    """Whoever answers the sentences of clients with a tag."""

    def stand_alone(self, queries: Sequence[Query]) -> bool:
        """Whether no sentence refers to an earlier one.

        Raises:
            BadQueryError: one is empty or too long.
        """
        ...

    def heard(self, query: Query, grounding: Grounding) -> None:
        """Take the answer to a sentence that stands alone, and was answered elsewhere."""
        ...

    def ask(self, query: Query, cancel: CancelToken | None) -> Reply:
        """The answer to a sentence or a follow-up of the client `query.client_tag`."""
        ...


def answer(
    grounder: Grounder,
    query: Query,
    cancel: CancelToken | None = None,
    conversations: Answering | None = None,
) -> QueryResult:
    """Ask the grounder; whatever goes wrong becomes the result's status and message.

    Args:
        grounder: answers sentences of nobody in particular.
        query: the sentence.
        cancel: ends the work.
        conversations: answer those of clients with a tag.
    """
    taken_as = ""
    try:
        if conversations is not None and query.client_tag:
            reply = conversations.ask(query, cancel)
            grounding, taken_as = reply.grounding, reply.taken_as
        else:
            grounding = grounder.ground(query.text, cancel, query.why)
    except BadQueryError as error:
        return QueryResult(query, Status.BAD_QUERY, str(error))
    except EmptySceneError as error:
        return QueryResult(query, Status.EMPTY_MAP, str(error))
    except Cancelled:
        return QueryResult(query, Status.TIMEOUT, TOO_LATE)
    except Exception as error:  # one query that fails costs no other
        logger.exception("query %d (%.80r) failed", query.id, query.text)
        reason = shown(f"{type(error).__name__}: {error}")
        return QueryResult(query, Status.INTERNAL_ERROR, reason)
    return _result(query, grounding, taken_as)


def answer_together(
    grounder: Grounder, queries: Sequence[Query], cancel: CancelToken | None = None
) -> list[QueryResult]:
    """Ask the grounder several things in one pass of the network.

    Raises:
        Exception: whatever goes wrong; answer() tells which query it was.
    """
    groundings = grounder.ground_many([query.text for query in queries], cancel)
    return [_result(query, found) for query, found in zip(queries, groundings, strict=True)]


def _result(query: Query, grounding: Grounding, taken_as: str = "") -> QueryResult:
    status = Status.OK if grounding.found else Status.NOTHING_FOUND
    meant = f"{TAKEN_AS}{taken_as}" if taken_as else ""
    why = [
        f"{phrase.text}: {line}" for phrase in grounding.phrases for line in reason_lines(phrase)
    ]
    message = _AND.join(filter(None, (meant, *why, grounding.plea)))
    return QueryResult(query, status, message, grounding)


def taken_as_of(message: str) -> str:
    """What a follow-up was taken to mean, from the message of its answer; "" where it is none."""
    if not message.startswith(TAKEN_AS):
        return ""
    return message[len(TAKEN_AS) :].partition(_AND)[0]


def reasons_of(message: str, plea: str) -> list[str]:
    """What decided, line by line, from the message of an answer whose `plea` is this."""
    if not message.startswith(TAKEN_AS):
        return []
    return [part for part in message.split(_AND)[1:] if part != plea]
