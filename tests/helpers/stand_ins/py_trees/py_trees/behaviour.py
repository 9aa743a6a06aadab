"""A behaviour: initialise when a tick begins it, update at each tick, terminate when it ends."""

from .common import Status


class Behaviour:
    """A node of a tree."""

    def __init__(self, name):
        self.name, self.children = name, []
        self.status, self.feedback_message = Status.INVALID, ""

    def setup(self, **_):
        """Nothing to prepare."""

    def initialise(self):
        """Nothing to begin with."""

    def terminate(self, new_status):
        """Nothing to end."""

    def setup_with_descendants(self):
        """Set up the children, then itself."""
        for child in self.children:
            child.setup_with_descendants()
        self.setup()

    def tick_once(self):
        """One tick."""
        if self.status != Status.RUNNING:
            self.initialise()
        self.status = self.update()
        if self.status != Status.RUNNING:
            self.terminate(self.status)

    def stop(self, new_status):
        """End it and its children from outside."""
        for child in self.children:
            if child.status == Status.RUNNING:
                child.stop(new_status)
        self.terminate(new_status)
        self.status = new_status
