"""The scene that all visitors of the console ask."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from detailbase_core.conversation.conversation import Conversation
from detailbase_core.conversation.things import things_at
from detailbase_core.output.answer_json import scene_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.conversation.conversation import Reply
    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.grounder import Grounder
    from detailbase_core.mapping.load_scene import LoadedScene
    from detailbase_core.output.answer_json import AnswerContext
    from detailbase_core.types import Grounding, PointCloud


class Visitor(Protocol):
    """One person's conversation about a scene."""

    def ask(self, sentence: str, viewpoint: NDArray[np.float64] | None) -> Reply:
        """The answer to a sentence or a follow-up.

        Raises:
            DetailBaseError: the sentence is empty or too long, or nobody answers.
        """
        ...

    def set_threshold(self, presence_threshold: float, reply: Reply | None) -> Reply | None:
        """Take another presence threshold; the same answer with it, None where that stays."""
        ...

    def kinds_at(self, point: int) -> tuple[tuple[str, float], ...] | None:
        """What a point may be part of, with scores, the surest first; None = not known here."""
        ...

    def clear(self) -> None:
        """Forget what was said."""
        ...


class Searchable(Protocol):
    """A scene that answers sentences."""

    @property
    def cloud(self) -> PointCloud:
        """Its points as of now; another object after each change."""
        ...

    @property
    def least_presence(self) -> float:
        """Smallest presence threshold that visitors can choose."""
        ...

    def visitor(self, presence_threshold: float) -> Visitor:
        """A new conversation about it; phrases of less presence have no objects."""
        ...

    def context(self, grounding: Grounding, members: Mapping[str, Any]) -> AnswerContext:
        """Context of an answer as JSON, with further members."""
        ...

    def whole(self, grounding: Grounding) -> Grounding:
        """An answer in all of the scene's points, where its own are those of its objects alone."""
        ...


@dataclass(frozen=True)
class LiveState:
    """What there is to show of a robot beside its map.

    Attributes:
        lines: about map, scans and answers, for people.
        frames: (4, 4) pose of each transform frame in the map's, metres.
        robot: that of them which stands for the robot; "" = none is known.
    """

    lines: tuple[str, ...] = ()
    frames: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    robot: str = ""


@dataclass(frozen=True)
class EncodedFile:
    """A file or recording, encoded once.

    Attributes:
        loaded: its cloud.
        source: its path.
        grounder: whose encoding it is.
        encoded: of the cloud.
    """

    loaded: LoadedScene
    source: str
    grounder: Grounder
    encoded: EncodedScene
    _lock: threading.Lock = field(default_factory=threading.Lock)

    least_presence = 0.0

    @property
    def cloud(self) -> PointCloud:
        """Its points."""
        return self.loaded.cloud

    def visitor(self, presence_threshold: float) -> FileVisitor:
        """A new conversation about it."""
        return FileVisitor(self.ground, presence_threshold)

    def context(self, grounding: Grounding, members: Mapping[str, Any]) -> AnswerContext:
        """Context of an answer as JSON, with further members."""
        return replace(scene_context(self.loaded, self.source, {}, members), why=True)

    def whole(self, grounding: Grounding) -> Grounding:
        """The answer itself: it holds all points."""
        return grounding

    def ground(self, sentence: str, presence_threshold: float) -> Grounding:
        """The answer, one visitor after the other.

        Raises:
            BadQueryError: the sentence is empty or too long.
        """
        thresholds: InstanceConfig = replace(
            self.grounder.config.instances, presence_threshold=presence_threshold
        )
        with self._lock:  # a Grounder answers one question at a time
            return self.grounder.ground_encoded(self.encoded, sentence, None, thresholds, why=True)


class FileVisitor:
    """One person's conversation about a scene that does not change.

    Args:
        ground: answers a sentence with a presence threshold.
        presence_threshold: below this presence a phrase has no objects.
    """

    def __init__(
        self, ground: Callable[[str, float], Grounding], presence_threshold: float
    ) -> None:
        self._ground, self._threshold = ground, presence_threshold
        self._conversation = Conversation(self._with_threshold)

    def ask(self, sentence: str, viewpoint: NDArray[np.float64] | None) -> Reply:
        """See Visitor."""
        return self._conversation.ask(sentence, viewpoint)

    def set_threshold(self, presence_threshold: float, reply: Reply | None) -> Reply | None:
        """See Visitor. Objects that were chosen from earlier answers stay."""
        self._threshold = presence_threshold
        self._conversation.forget_things()
        if reply is None or reply.asked is None:
            return None
        return replace(reply, grounding=self._with_threshold(reply.asked))

    def kinds_at(self, point: int) -> tuple[tuple[str, float], ...] | None:
        """See Visitor; takes seconds the first time."""
        things = things_at(self._conversation.things, point)
        return tuple((thing.kind, thing.instance.score) for thing in things)

    def clear(self) -> None:
        """Forget what was said."""
        self._conversation.clear()

    def _with_threshold(self, sentence: str) -> Grounding:
        return self._ground(sentence, self._threshold)
