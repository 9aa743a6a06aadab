"""A conversation about one scene: sentences, some of which refer to the last answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.conversation.carry import carried, objects_alone
from detailbase_core.conversation.choice import choose, without
from detailbase_core.conversation.follow_up import (
    Choose,
    Mentioned,
    Neighbours,
    Others,
    Rewritten,
    Why,
    mentioned_in,
    read_follow_up,
)
from detailbase_core.conversation.nouns import plural_of
from detailbase_core.conversation.reasons import explained
from detailbase_core.conversation.things import find_things, things_near
from detailbase_core.types import GroundedPhrase, Grounding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from detailbase_core.conversation.follow_up import FollowUp
    from detailbase_core.conversation.things import Thing
    from detailbase_core.types import Instance, Scene

MIDDLE = "the middle of the map"
LIFETIME_S = 600.0  # what was said longer ago is no longer meant by "it"
FORGET = ("forget it", "forget that", "never mind", "start over")


@dataclass(frozen=True)
class Reply:
    """The answer to one sentence of a conversation.

    Attributes:
        said: the sentence as typed.
        grounding: the answer; of a follow-up that was made whole, to the whole sentence.
        taken_as: for people: what a follow-up was taken to mean; "" where the sentence stands by
            itself.
        asked: the sentence that the network answered; None where the answer was chosen from
            earlier ones.
    """

    said: str
    grounding: Grounding
    taken_as: str = ""
    asked: str | None = None


@dataclass(frozen=True)
class _Memory:
    """What the last answer was about.

    Attributes:
        mentioned: its words.
        scene: in which it was given.
        group: all objects that "them" may mean.
        chosen: those of them that "it" means.
        presence: of what it was about.
        at_s: when it was said.
        asked: the last sentence that the network answered.
    """

    mentioned: Mentioned
    scene: Scene
    group: tuple[Instance, ...]
    chosen: tuple[Instance, ...]
    presence: float
    at_s: float
    asked: str

    def in_scene(self, scene: Scene) -> _Memory:
        """The same in another version of the map; without the objects that are gone."""
        if scene is self.scene:
            return self
        group, chosen = (
            tuple(one for old in objects if (one := carried(old, self.scene, scene)) is not None)
            for objects in (self.group, self.chosen)
        )
        return replace(self, scene=scene, group=group, chosen=chosen)


class Conversation:
    """One person's sentences about a scene.

    Args:
        ground: answers a sentence that stands by itself.
        lifetime_s: how long a follow-up can refer to an answer, seconds.
        clock: the time, seconds.
        viewer: whose viewpoint left and right are told from, for people.
        find: finds the things of everyday kinds; None = by asking `ground` once for each.
    """

    def __init__(
        self,
        ground: Callable[[str], Grounding],
        lifetime_s: float = LIFETIME_S,
        clock: Callable[[], float] = time.monotonic,
        viewer: str = "where you look from",
        find: Callable[[], list[Thing]] | None = None,
    ) -> None:
        self._ground, self._lifetime_s, self._clock = ground, lifetime_s, clock
        self._viewer, self._find = viewer, find
        self._last: _Memory | None = None

    @property
    def things(self) -> list[Thing]:
        """What there is of everyday kinds; looking for it takes seconds."""
        return self._find() if self._find is not None else self._own_things

    @cached_property
    def _own_things(self) -> list[Thing]:
        return find_things(self._ground)

    def clear(self) -> None:
        """Forget what was said."""
        self._last = None

    def forget_things(self) -> None:
        """Look for `things` anew when they are next needed: `ground` answers differently now."""
        self.__dict__.pop("_own_things", None)

    def keep_objects_alone(self) -> None:
        """Keep no points but those of the objects that were found last."""
        last = self._last
        if last is not None:
            scene, (group, chosen) = objects_alone(last.scene, last.group, last.chosen)
            self._last = replace(last, scene=scene, group=group, chosen=chosen)

    @property
    def last_scene(self) -> Scene | None:
        """In which the last answer was given; None where a follow-up has nothing to refer to."""
        memory = self._memory()
        return None if memory is None else memory.scene

    def ask(
        self,
        sentence: str,
        viewpoint: NDArray[np.float64] | None = None,
        scene: Scene | None = None,
    ) -> Reply:
        """Answer a sentence, or a follow-up to the last one.

        Args:
            sentence: as typed.
            viewpoint: (3,) from where left and right are told, metres, in the scene's frame;
                None = the middle of the scene.
            scene: as it is now, where it may have changed; objects of the last answer are found
                again in it by their places.

        Raises:
            BadQueryError: it is empty or too long.
        """
        memory = self._memory()
        follow_up = self._follow_up(sentence)
        if memory is None or follow_up is None:
            grounding = self._ground(sentence)
            self._remember(grounding)
            return Reply(sentence, grounding, asked=sentence)
        if scene is not None:
            memory = memory.in_scene(scene)
        if isinstance(follow_up, Rewritten):
            grounding = self._ground(follow_up.sentence)
            self._remember(grounding)
            said_whole = f'"{follow_up.sentence}"'
            return Reply(sentence, grounding, said_whole, follow_up.sentence)
        if isinstance(follow_up, Why):
            grounding = explained(self._ground(memory.asked), self._ground)
            return Reply(sentence, grounding, f'what decided "{memory.asked}"', memory.asked)
        if isinstance(follow_up, Neighbours):
            return self._neighbours(sentence, memory)
        if isinstance(follow_up, Others):
            return self._others(sentence, memory)
        return self._chosen(sentence, memory, follow_up, viewpoint)

    def stands_alone(self, sentence: str) -> bool:
        """Whether a sentence does not refer to the last answer.

        Raises:
            BadQueryError: it is empty or too long.
        """
        return self._follow_up(sentence) is None

    def heard(self, grounding: Grounding) -> None:
        """Take the answer to a sentence that stands alone, and was answered elsewhere."""
        self._remember(grounding)

    # -- follow-ups ----------------------------------------------------------------------------

    def _others(self, sentence: str, memory: _Memory) -> Reply:
        group, rest = memory.group, without(memory.group, memory.chosen)
        if not rest:
            memory, group = self._all_of_the_kind(memory)
            rest = without(group, memory.chosen)
        kinds = plural_of(memory.mentioned.noun)
        taken_as = f"the {kinds} other than what was found last"
        if not rest:
            taken_as += ", of which there are none"
        noun = kinds if len(rest) > 1 else memory.mentioned.noun
        reply = self._reply(sentence, f"the other {noun}", rest, memory, taken_as)
        if rest:
            known = tuple(without(memory.chosen, group)) + tuple(group)
            self._last = replace(memory, group=known, chosen=tuple(rest), at_s=self._clock())
        return reply

    def _chosen(
        self,
        sentence: str,
        memory: _Memory,
        follow_up: Choose,
        viewpoint: NDArray[np.float64] | None,
    ) -> Reply:
        group = memory.group
        if len(group) < 2:
            memory, group = self._all_of_the_kind(memory)
        kinds = plural_of(memory.mentioned.noun)
        text = f"the {follow_up.which} {memory.mentioned.noun}"
        if not group:
            taken_as = f"one of the {kinds}, of which there are none"
            return self._reply(sentence, text, (), memory, taken_as)
        seen_from = self._viewer
        if viewpoint is None:
            seen_from = MIDDLE
            viewpoint = np.median(memory.scene.cloud.xyz, axis=0).astype(np.float64)
        picked = choose(follow_up.which, group, viewpoint)
        taken_as = f"the {follow_up.which} one of {len(group)} {kinds}"
        if follow_up.which in ("left", "right", "middle", "nearest", "farthest"):
            taken_as += f", seen from {seen_from}"
        self._last = replace(memory, group=tuple(group), chosen=(picked,), at_s=self._clock())
        return self._reply(sentence, text, (picked,), memory, taken_as)

    def _neighbours(self, sentence: str, memory: _Memory) -> Reply:
        phrase = memory.mentioned.phrase
        if not memory.chosen:
            taken_as = f"what is near {phrase}, which was not found"
            return self._reply(sentence, phrase, (), memory, taken_as)
        found = things_near(self.things, memory.chosen[0], memory.scene.cloud.xyz)
        begin = f"near {phrase}: "
        names = [f"the {thing.kind}" for thing in found]
        text = begin + (", ".join(names) or "nothing that has a name here")
        instances = [thing.instance for thing in found]
        phrases, at = [], len(begin)
        for index, (name, thing) in enumerate(zip(names, found, strict=True)):
            first_id = len(found) + index
            one = _phrase(name, at, [thing.instance], first_id, thing.presence)
            phrases.append(one)
            at += len(name) + len(", ")
        presence = max((thing.presence for thing in found), default=0.0)
        whole = _phrase(text, 0, instances, 0, presence)
        grounding = Grounding(text, memory.scene, whole, tuple(phrases))
        return Reply(sentence, grounding, f"things within half a metre of {phrase}")

    def _all_of_the_kind(self, memory: _Memory) -> tuple[_Memory, tuple[Instance, ...]]:
        """All objects of the noun, and the memory in the scene that they were found in."""
        found = self._ground(f"the {plural_of(memory.mentioned.noun)}")
        return memory.in_scene(found.scene), found.sentence.instances

    def _reply(
        self, said: str, text: str, instances: Sequence[Instance], memory: _Memory, taken_as: str
    ) -> Reply:
        """The answer to a sentence that means objects of earlier answers.

        Args:
            said: the sentence.
            text: a phrase that says the same by itself, to name the objects by.
            instances: the objects.
            memory: of what was said before.
            taken_as: in more words.
        """
        presence = memory.presence if instances else 0.0
        whole = _phrase(text, 0, instances, 0, presence)
        phrase = _phrase(text, 0, instances, len(instances), presence)
        return Reply(said, Grounding(text, memory.scene, whole, (phrase,)), taken_as)

    def _follow_up(self, sentence: str) -> FollowUp | None:
        memory = self._memory()
        return read_follow_up(sentence, memory.mentioned) if memory else None

    # -- what is remembered --------------------------------------------------------------------

    def _memory(self) -> _Memory | None:
        last = self._last
        if last is not None and self._clock() - last.at_s > self._lifetime_s:
            self._last = last = None
        return last

    def _remember(self, grounding: Grounding) -> None:
        """Keep what an answer was about; one about nothing ends what was said before."""
        phrase = _target_phrase(grounding)
        self._last = None
        if phrase is not None:
            instances = phrase.instances
            self._last = _Memory(
                mentioned_in(phrase.text),
                grounding.scene,
                instances,
                instances,
                phrase.presence,
                self._clock(),
                grounding.query,
            )


def forgets(sentence: str) -> bool:
    """Whether somebody says that what was said before shall be forgotten."""
    return sentence.strip(" .!").lower() in FORGET


def _target_phrase(grounding: Grounding) -> GroundedPhrase | None:
    """The phrase that a sentence is about: whose objects its target is; else the first named."""
    named = [phrase for phrase in grounding.phrases if phrase.named]
    targets = grounding.sentence.instances
    for phrase in named if targets else ():
        if len(phrase.instances) == len(targets) and all(
            np.array_equal(one.point_indices, other.point_indices)
            for one, other in zip(phrase.instances, targets, strict=True)
        ):
            return phrase
    if not grounding.phrases and grounding.sentence.named:
        return grounding.sentence
    return named[0] if named else None


def _phrase(
    text: str, begin: int, instances: Sequence[Instance], first_id: int, presence: float
) -> GroundedPhrase:
    own = tuple(replace(one, id=first_id + index) for index, one in enumerate(instances))
    score = max((one.score for one in own), default=0.0)
    return GroundedPhrase(text, begin, begin + len(text), score, presence, own)
