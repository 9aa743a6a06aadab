"""A visitor of the console: what was asked, what was found, from which presence on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.conversation.conversation import Conversation
from detailbase_core.conversation.things import holds, things_at
from detailbase_core.errors import ConfigError
from detailbase_core.output.answer_json import (
    answer_dict,
    follow_up_members,
    json_line,
    scene_context,
)
from detailbase_core.output.object_names import phrase_object_names, target_names
from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color
from detailbase_core.output.result_files import place_text, write_answer_ply

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from detailbase_core.console.scene import Searchable
    from detailbase_core.conversation.conversation import Reply
    from detailbase_core.output.palette import Rgb
    from detailbase_core.types import Grounding, Instance

MAX_HISTORY = 50  # answers; the oldest goes first
MAX_KINDS = 3  # of a clicked point


@dataclass(frozen=True)
class FoundObject:
    """One object of an answer, as it is shown.

    Attributes:
        name: such as "red table #1".
        phrase: index of its phrase; None = the sentence's own target, of no phrase.
        color: of its phrase.
        instance: its points, box and score.
    """

    name: str
    phrase: int | None
    color: Rgb
    instance: Instance

    @property
    def place(self) -> str:
        """Centre of its box, metres, to be copied: "0.08, -0.50, 0.20"."""
        return place_text(self.instance.box.center)

    @property
    def label(self) -> str:
        """Name and score: "red table #1 (0.64)"."""
        return f"{self.name} ({self.instance.score:.2f})"


@dataclass(frozen=True)
class ConsoleAnswer:
    """An answer, as it is shown.

    Attributes:
        number: from 1, in order of asking.
        reply: the answer, and what a follow-up was taken to mean.
    """

    number: int
    reply: Reply

    @property
    def grounding(self) -> Grounding:
        """The answer."""
        return self.reply.grounding

    @property
    def title(self) -> str:
        """As in the list of what was asked: "2. the red table"."""
        return f"{self.number}. {self.reply.said}"

    @property
    def objects(self) -> list[FoundObject]:
        """All objects, phrase by phrase; of a sentence without phrases its own targets."""
        phrases = self.grounding.phrases
        if not phrases:
            targets = self.grounding.sentence.instances
            named = zip(target_names(len(targets)), targets, strict=True)
            return [FoundObject(str(n), None, SENTENCE_COLOR, one) for n, one in named]
        names = phrase_object_names(phrases)
        return [
            FoundObject(str(name), index, phrase_color(index), instance)
            for index, phrase in enumerate(phrases)
            for name, instance in zip(names[index], phrase.instances, strict=True)
        ]

    @property
    def remarks(self) -> list[str]:
        """For people: what a follow-up meant, what was not found, and what names nothing."""
        grounding = self.grounding
        lines = [f"Taken as: {self.reply.taken_as}."] if self.reply.taken_as else []
        lines += [
            f"Nothing here matches '{phrase.text}' (presence {phrase.presence:.2f})."
            for phrase in grounding.phrases or (grounding.sentence,)
            if phrase.named and not phrase.instances
        ]
        return [*lines, grounding.plea] if grounding.plea else lines


@dataclass(frozen=True)
class Spot:
    """What is known of a point that was clicked.

    Attributes:
        index: into the scene's cloud.
        place: its coordinates, metres, to be copied.
        rgb: its colour.
        found: names of objects that it belongs to, each with the sentence that found it.
        kinds: what it may be part of, with the score of that; None = not looked for yet.
    """

    index: int
    place: str
    rgb: Rgb
    found: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, float], ...] | None = None


class ConsoleSession:
    """One visitor's questions about a scene that others ask, too.

    Args:
        scene: that is asked.
        presence_threshold: below this presence a phrase has no objects.

    Attributes:
        history: answers, oldest first, up to MAX_HISTORY.
        current: the answer that is shown; None before the first question.
        presence_threshold: as above.
    """

    def __init__(self, scene: Searchable, presence_threshold: float = 0.5) -> None:
        self.scene = scene
        self.presence_threshold = presence_threshold
        self.history: list[ConsoleAnswer] = []
        self.current: ConsoleAnswer | None = None
        self._asked = 0
        self._conversation = Conversation(self._ground)

    def ask(self, sentence: str, viewpoint: NDArray[np.float64] | None = None) -> ConsoleAnswer:
        """Answer a sentence or a follow-up, show it, and keep it in the history.

        Args:
            sentence: as typed.
            viewpoint: (3,) from where left and right are told, metres; None = the map's middle.

        Raises:
            BadQueryError: it is empty or too long.
        """
        reply = self._conversation.ask(sentence, viewpoint)
        self._asked += 1
        self.current = ConsoleAnswer(self._asked, reply)
        self.history = [*self.history, self.current][-MAX_HISTORY:]
        return self.current

    def set_threshold(self, presence_threshold: float) -> ConsoleAnswer | None:
        """Take another threshold, in [0, 1]; the shown sentence is answered anew with it.

        Objects that were chosen from earlier answers stay.

        Raises:
            ConfigError: it is no such number.
        """
        if not 0.0 <= presence_threshold <= 1.0:
            raise ConfigError(f"presence threshold {presence_threshold}: not between 0 and 1")
        self.presence_threshold = presence_threshold
        self._conversation.forget_things()
        if self.current is None or self.current.reply.asked is None:
            return None
        grounding = self._ground(self.current.reply.asked)
        reply = replace(self.current.reply, grounding=grounding)
        renewed = ConsoleAnswer(self.current.number, reply)
        self.history = [renewed if a.number == renewed.number else a for a in self.history]
        self.current = renewed
        return renewed

    def show(self, title: str) -> ConsoleAnswer | None:
        """Show an answer of the history again, by its title; None if it is not there."""
        for answer in self.history:
            if answer.title == title:
                self.current = answer
                return answer
        return None

    def clear(self) -> None:
        """Forget all that was asked."""
        self.history, self.current = [], None
        self._conversation.clear()

    def answer_json(self) -> bytes | None:
        """The shown answer as a JSON file (docs/answers.md); None before the first."""
        if self.current is None:
            return None
        reply = self.current.reply
        more = follow_up_members(reply.said, reply.taken_as)
        context = scene_context(self.scene.loaded, self.scene.source, {}, more)
        context = replace(context, why=True)
        answer = answer_dict(self.current.grounding, context)
        return f"{json_line(answer)}\n".encode()

    def answer_ply(self) -> bytes | None:
        """The scene as a PLY file, objects in their colours; None before the first answer."""
        if self.current is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answer.ply"
            write_answer_ply(path, self.current.grounding)
            return path.read_bytes()

    def spot(self, index: int) -> Spot:
        """What is known of a point, by its index into the scene's cloud."""
        cloud = self.scene.loaded.cloud
        place = place_text(cloud.xyz[index].tolist())
        r, g, b = (int(channel) for channel in cloud.rgb[index])
        return Spot(index, place, (r, g, b), tuple(self._owners(index)))

    def named(self, spot: Spot) -> Spot:
        """The same spot with what it may be part of; takes seconds the first time."""
        things = things_at(self._conversation.things, spot.index)[:MAX_KINDS]
        return replace(spot, kinds=tuple((one.kind, one.instance.score) for one in things))

    def _ground(self, sentence: str) -> Grounding:
        return self.scene.ground(sentence, self.presence_threshold)

    def _owners(self, index: int) -> Iterator[tuple[str, str]]:
        """Objects of the history that hold a point, newest first, each name once."""
        named = set()
        for answer in reversed(self.history):
            for found in answer.objects:
                if found.name not in named and holds(found.instance, index):
                    named.add(found.name)
                    yield found.name, answer.reply.said
