"""A visitor of the console: what was asked, what was found, from which presence on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.conversation.things import holds
from detailbase_core.errors import ConfigError
from detailbase_core.output.answer_json import answer_dict, follow_up_members, json_line
from detailbase_core.output.object_names import phrase_object_names, target_names
from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color
from detailbase_core.output.render import render_grounding
from detailbase_core.output.result_files import place_text, write_answer_ply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from detailbase_core.console.scene import Searchable
    from detailbase_core.conversation.conversation import Reply
    from detailbase_core.output.palette import Rgb
    from detailbase_core.types import Grounding, Instance, PointCloud

MAX_HISTORY = 50  # answers; the oldest goes first
MAX_KINDS = 3  # of a clicked point
_SAME_PLACE_M = 0.02  # of points of two versions of a map


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
        index: into the cloud.
        place: its coordinates, metres, to be copied.
        rgb: its colour.
        found: names of objects that it belongs to, each with the sentence that found it.
        kinds: what it may be part of, with the score of that; None = not known.
        looking: whether that is looked for.
    """

    index: int
    place: str
    rgb: Rgb
    found: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, float], ...] | None = None
    looking: bool = False


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
        self._visitor = scene.visitor(presence_threshold)

    def ask(self, sentence: str, viewpoint: NDArray[np.float64] | None = None) -> ConsoleAnswer:
        """Answer a sentence or a follow-up, show it, and keep it in the history.

        Args:
            sentence: as typed.
            viewpoint: (3,) from where left and right are told, metres; None = the map's middle.

        Raises:
            DetailBaseError: it is empty or too long, or nobody answers.
        """
        reply = self._visitor.ask(sentence, viewpoint)
        self._asked += 1
        self.current = ConsoleAnswer(self._asked, reply)
        self.history = [*self.history, self.current][-MAX_HISTORY:]
        return self.current

    def set_threshold(self, presence_threshold: float) -> ConsoleAnswer | None:
        """Take another threshold, in [0, 1]; the shown sentence is answered anew with it.

        Raises:
            ConfigError: it is no such number.
            DetailBaseError: nobody answers.
        """
        if not 0.0 <= presence_threshold <= 1.0:
            raise ConfigError(f"presence threshold {presence_threshold}: not between 0 and 1")
        self.presence_threshold = presence_threshold
        current = self.current
        shown = None if current is None else current.reply
        reply = self._visitor.set_threshold(presence_threshold, shown)
        if current is None or reply is None:
            return None
        renewed = replace(current, reply=reply)
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
        self._visitor.clear()

    def answer_json(self) -> bytes | None:
        """The shown answer as a JSON file (docs/answers.md); None before the first."""
        if self.current is None:
            return None
        reply = self.current.reply
        more = follow_up_members(reply.said, reply.taken_as)
        context = self.scene.context(reply.grounding, more)
        return f"{json_line(answer_dict(reply.grounding, context))}\n".encode()

    def answer_ply(self) -> bytes | None:
        """The scene as a PLY file, objects in their colours; None before the first answer."""
        if self.current is None:
            return None
        grounding = self.scene.whole(self.current.grounding)
        return _file_content("answer.ply", lambda path: write_answer_ply(path, grounding))

    def answer_picture(self) -> bytes | None:
        """The shown answer as a PNG; None before the first. Takes seconds."""
        if self.current is None:
            return None
        grounding = self.scene.whole(self.current.grounding)
        return _file_content("answer.png", lambda path: render_grounding(grounding, path))

    def spot(self, cloud: PointCloud, index: int) -> Spot:
        """What is known of a point, by its index into a cloud of the scene."""
        place = place_text(cloud.xyz[index].tolist())
        r, g, b = (int(channel) for channel in cloud.rgb[index])
        found = tuple(self._owners(cloud, index))
        return Spot(index, place, (r, g, b), found, looking=True)

    def named(self, spot: Spot) -> Spot:
        """The same spot with what it may be part of; may take seconds."""
        kinds = self._visitor.kinds_at(spot.index)
        kinds = None if kinds is None else kinds[:MAX_KINDS]
        return replace(spot, kinds=kinds, looking=False)

    def _owners(self, cloud: PointCloud, index: int) -> Iterator[tuple[str, str]]:
        """Objects of the history that hold a point, newest first, each name once."""
        named = set()
        for answer in reversed(self.history):
            for found in answer.objects:
                own = answer.grounding.scene.cloud
                if found.name not in named and _holds(found.instance, own, cloud, index):
                    named.add(found.name)
                    yield found.name, answer.reply.said


def _holds(instance: Instance, own: PointCloud, cloud: PointCloud, index: int) -> bool:
    """Whether an object of the cloud `own` holds a point of a cloud; by its place in another."""
    if own is cloud:
        return holds(instance, index)
    away = np.square(own.xyz[instance.point_indices] - cloud.xyz[index]).sum(axis=1)
    return bool((away <= _SAME_PLACE_M**2).any())


def _file_content(name: str, write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
