"""Scans that wait for their transforms: bounded in number and time. Knows nothing of ROS."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Item = TypeVar("Item")
Pose = TypeVar("Pose")


@dataclass(eq=False)  # removed by identity: comparing clouds takes milliseconds
class _Waiting(Generic[Item]):
    item: Item
    since: float


class PendingScans(Generic[Item, Pose]):
    """A queue whose items leave when `look_up` knows their pose, or when they have grown old.

    Args:
        capacity: items kept; a further one pushes the oldest out.
        timeout_s: how long an item may wait, seconds.
        look_up: the item's pose, or None while it is not known. Must not wait.

    Attributes:
        capacity, timeout_s: as above; may be replaced at any time.
    """

    def __init__(
        self, capacity: int, timeout_s: float, look_up: Callable[[Item], Pose | None]
    ) -> None:
        self.capacity, self.timeout_s, self._look_up = capacity, timeout_s, look_up
        self._queue: deque[_Waiting[Item]] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, item: Item, now: float) -> list[Item]:
        """Queue an item at time `now` (seconds); what it pushed out."""
        with self._lock:
            self._queue.append(_Waiting(item, now))
            return [self._queue.popleft().item for _ in range(len(self._queue) - self.capacity)]

    def take(self, now: float) -> tuple[list[tuple[Item, Pose]], list[Item]]:
        """Items whose pose is known now, in order of arrival, and those that waited too long."""
        ready: list[tuple[Item, Pose]] = []
        expired: list[Item] = []
        with self._lock:
            for waiting in tuple(self._queue):
                pose = self._look_up(waiting.item)
                if pose is not None:
                    ready.append((waiting.item, pose))
                elif now - waiting.since >= self.timeout_s:
                    expired.append(waiting.item)
                else:
                    continue
                self._queue.remove(waiting)
        return ready, expired

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._queue.clear()
