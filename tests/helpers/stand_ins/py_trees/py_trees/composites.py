"""A sequence that remembers which child is running."""

from .behaviour import Behaviour
from .common import Status


class Sequence(Behaviour):
    """Children one after the other; it ends with the first that does not succeed."""

    def __init__(self, name, memory, children):
        super().__init__(name)
        assert memory, "this stand-in knows no other"
        self.children = children

    def initialise(self):
        """Begin with the first child."""
        self._current = 0

    def update(self):
        """Tick the current child, and those after it while they succeed."""
        while self._current < len(self.children):
            child = self.children[self._current]
            child.tick_once()
            if child.status != Status.SUCCESS:
                return child.status
            self._current += 1
        return Status.SUCCESS
