"""Conversations of the service's clients, each known by its tag. Knows nothing of ROS."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.conversation.conversation import Conversation, Reply, forgets
from detailbase_core.conversation.things import find_things
from detailbase_core.types import GroundedPhrase, Grounding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.conversation.things import Thing
    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.errors import CancelToken
    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Scene
    from detailbase_ros.messages.query import Query

MAX_CLIENTS = 64  # the one that was silent longest is forgotten first
VIEWER = "the camera"


class ClientConversations:
    """What was said by clients of the service, about a map that grows.

    Asked by one thread only. A conversation keeps the points of the objects found last, no map.

    Args:
        grounder: answers.
        viewpoint: (x, y) of the newest scan's sensor in the map frame, None before the first.
        most: clients that are remembered.
    """

    def __init__(
        self,
        grounder: Grounder,
        viewpoint: Callable[[], tuple[float, float] | None],
        most: int = MAX_CLIENTS,
    ) -> None:
        self._grounder, self._viewpoint, self._most = grounder, viewpoint, most
        self._clients: OrderedDict[str, Conversation] = OrderedDict()
        self._encoded: EncodedScene | None = None  # which is asked now
        self._cancel: CancelToken | None = None
        self._searched: EncodedScene | None = None  # whose things are known
        self._things: list[Thing] = []

    def __len__(self) -> int:
        return len(self._clients)

    def ask(self, query: Query, cancel: CancelToken | None) -> Reply:
        """The answer to a sentence or a follow-up of a client, in the map as it is now.

        Raises:
            BadQueryError: the sentence is empty or too long.
            EmptySceneError: the map holds nothing yet.
            Cancelled: `cancel` was set meanwhile.
        """
        encoded = self._grounder.encode_scene(cancel)
        self._encoded, self._cancel = encoded, cancel
        talk = self._conversation(query.client_tag, encoded)
        if forgets(query.text):
            talk.clear()
            return _forgotten(query.text, encoded.scene)
        place = self._viewpoint()
        eye = None if place is None else np.array([*place, 0.0])
        reply = talk.ask(query.text, eye, encoded.scene)
        talk.keep_objects_alone()
        return reply

    def stand_alone(self, queries: Sequence[Query]) -> bool:
        """Whether no sentence refers to an earlier one, of those before it among them, too.

        Raises:
            BadQueryError: one is empty or too long.
        """
        tags = [query.client_tag for query in queries if query.client_tag]
        return len(set(tags)) == len(tags) and all(map(self._stands_alone, queries))

    def heard(self, query: Query, grounding: Grounding) -> None:
        """Take the answer to a sentence that stands alone, and was answered elsewhere."""
        if query.client_tag:
            talk = self._client(query.client_tag)
            talk.heard(grounding)
            talk.keep_objects_alone()

    def _stands_alone(self, query: Query) -> bool:
        talk = self._clients.get(query.client_tag)
        if forgets(query.text) and query.client_tag:
            return False
        return talk is None or talk.stands_alone(query.text)

    def _client(self, tag: str) -> Conversation:
        """The client's conversation, now the newest."""
        talk = self._clients.pop(tag, None)
        if talk is None:
            talk = Conversation(self._answer, viewer=VIEWER, find=self._find)
        self._clients[tag] = talk
        while len(self._clients) > self._most:
            self._clients.popitem(last=False)
        return talk

    def _conversation(self, tag: str, encoded: EncodedScene) -> Conversation:
        """The client's conversation, without what was said of another map."""
        talk = self._client(tag)
        last = talk.last_scene
        if last is not None and (
            last.cloud.frame != encoded.scene.cloud.frame
            or self._grounder.map.changed_since(last.version) >= 1.0  # cleared or loaded
        ):
            talk.clear()
        return talk

    def _answer(self, sentence: str) -> Grounding:
        assert self._encoded is not None, "conversations answer inside ask() alone"
        return self._grounder.ground_encoded(self._encoded, sentence, self._cancel)

    def _find(self) -> list[Thing]:
        """Things of everyday kinds, looked for once in each encoding of the map."""
        if self._searched is not self._encoded:
            self._things = find_things(self._answer)
            self._searched = self._encoded
        return self._things


def _forgotten(said: str, scene: Scene) -> Reply:
    nothing = GroundedPhrase(said, 0, len(said), 0.0, 0.0, ())
    return Reply(said, Grounding(said, scene, nothing, ()), "what was said before is forgotten")
