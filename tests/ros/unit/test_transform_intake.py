"""Transforms from messages: what is wrong is told, and time that goes back is noticed."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from detailbase_core.errors import LookupFailed
from detailbase_core.io.bag_reader import decoded
from detailbase_core.io.bag_topic import BagTopic
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.scans.transform_intake import TransformIntake
from tests.core.io.test_bags import SECOND, tf_cdr

TF = "tf2_msgs/msg/TFMessage"


class Heard:
    """An intake, how often it began anew, and where the lidar is."""

    def __init__(self) -> None:
        self.resets = 0
        self.events = EventCounters(logging.getLogger("tf"), period_s=0.0)
        self.intake = TransformIntake(self.events, self._count)

    def _count(self, now_ns: int) -> None:
        self.resets += 1

    def tell(self, seconds: float, x: float, child: str = "lidar", topic: str = "/tf") -> None:
        raw = tf_cdr("odom", child, int(seconds * SECOND), x)
        self.intake.store(decoded("", BagTopic(topic, TF), raw), topic)

    def place(self, seconds: float, frame: str = "lidar") -> float:
        matrix = self.intake.buffer.lookup("odom", frame, int(seconds * SECOND))
        return float(matrix[0, 3])


@pytest.fixture
def heard() -> Heard:
    heard = Heard()
    heard.tell(0, 5.0, "mast", "/tf_static")
    for second in range(100, 110):
        heard.tell(second, float(second))
    return heard


def test_stamps_that_go_back_begin_another_run(heard: Heard) -> None:
    heard.tell(20, -20.0)
    assert heard.resets == 0  # it may be late, alone
    heard.tell(20.5, -20.5)
    assert heard.resets == 1
    heard.tell(109, 109.0)  # late: of before
    heard.tell(21, -21.0)
    assert heard.resets == 1 and heard.events.counts()["dropped: bad_transform"] == 1
    assert heard.place(20.25) == -20.25 and heard.place(20.5, "mast") == 5.0
    with pytest.raises(LookupFailed):
        heard.place(105)


@pytest.mark.parametrize("seconds", [106.5, 50, 4000])
def test_a_message_of_another_time_begins_nothing(heard: Heard, seconds: float) -> None:
    heard.tell(seconds, seconds)
    heard.tell(110, 110.0)
    assert heard.resets == 0 and heard.place(106.25) == 106.25 and heard.place(109.5) == 109.5
    assert heard.events.counts().get("dropped: bad_transform", 0) == (seconds == 50)


@pytest.mark.parametrize("late_first", [False, True])
def test_a_clock_that_was_set_back_is_known_already(heard: Heard, late_first: bool) -> None:
    """Nothing is begun twice, and what comes late of before is dropped from the first on."""
    heard.intake.begin_at(20 * SECOND)
    with pytest.raises(LookupFailed):
        heard.place(105)
    if late_first:
        heard.tell(109, 109.0)
    for second in range(20, 24):
        heard.tell(second, -float(second))
    assert heard.resets == 0
    assert heard.place(21.5) == -21.5
    with pytest.raises(LookupFailed):
        heard.place(105)


def test_another_clock_has_any_stamps(heard: Heard) -> None:
    heard.intake.forget()
    for second in (50, 51):
        heard.tell(second, float(second))
    assert heard.resets == 0 and heard.place(50.5) == 50.5 and heard.place(50, "mast") == 5.0


def test_a_clock_may_be_set_before_anything_was_heard() -> None:
    heard = Heard()
    heard.intake.begin_at(50 * SECOND)
    for second in (300, 301):
        heard.tell(second, float(second))
    assert heard.resets == 0 and np.isclose(heard.place(300.5), 300.5)
