"""The scene that all visitors of the console ask."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from detailbase_core.config import InstanceConfig
    from detailbase_core.grounder import EncodedScene, Grounder
    from detailbase_core.mapping.load_scene import LoadedScene
    from detailbase_core.types import Grounding


class Searchable(Protocol):
    """A scene that answers sentences."""

    @property
    def loaded(self) -> LoadedScene:
        """Its cloud, and where that comes from."""
        ...

    @property
    def source(self) -> str:
        """Path of the file or recording."""
        ...

    def ground(self, sentence: str, presence_threshold: float) -> Grounding:
        """The answer; phrases of less presence have no objects."""
        ...


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
