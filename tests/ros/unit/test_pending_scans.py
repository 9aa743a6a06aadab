"""Scans that wait for TF: they leave with their pose, too old, or pushed out."""

import numpy as np

from detailbase_core.transforms import TransformBuffer
from detailbase_ros.scans.scan_intake import ArrivedScan, PendingScans

IDENTITY = (0.0, 0.0, 0.0, 1.0)


class Cloud:
    """A large message: to compare it takes long."""

    def __eq__(self, other):
        raise AssertionError("clouds were compared")

    __hash__ = object.__hash__


def scan(frame):
    return ArrivedScan("/points", frame, 1_000, Cloud())


def queue(**options):
    buffer = TransformBuffer()
    return PendingScans(buffer, "odom", **{"capacity": 3, "timeout_s": 1.0, **options}), buffer


def test_scans_leave_when_their_pose_is_known_when_old_or_when_pushed_out():
    pending, buffer = queue()
    a, b, c, d = (scan(frame) for frame in "abcd")
    assert [pending.add(s, now=0.1 * at) for at, s in enumerate((a, b, c, d))] == [[], [], [], [a]]
    buffer.set("odom", "b", 0, (2.0, 0.0, 0.0), IDENTITY, static=True)
    ready, lost = pending.take(now=0.5)
    assert [posed.scan for posed in ready] == [b] and not lost
    assert ready[0].sensor_to_map[0, 3] == 2.0
    buffer.set("odom", "d", 0, (4.0, 0.0, 0.0), IDENTITY, static=True)
    ready, lost = pending.take(now=1.25)
    assert [posed.scan for posed in ready] == [d]
    assert [each.scan for each in lost] == [c]
    assert "'c' does not exist" in lost[0].reason
    assert len(pending) == 0


def test_a_scan_in_the_map_frame_needs_no_transform():
    pending, _ = queue()
    pending.add(scan("odom"), 0.0)
    ((_, pose),), _ = pending.take(0.0)
    np.testing.assert_array_equal(pose, np.eye(4))


def test_scans_that_leave_are_not_compared_with_those_that_stay():
    pending, buffer = queue()
    first, second = scan("nowhere"), scan("camera")
    pending.add(first, 0.0)
    pending.add(second, 0.0)
    buffer.set("odom", "camera", 0, (1.0, 0.0, 0.0), IDENTITY, static=True)
    ((left, _),), _ = pending.take(0.5)
    assert left is second
    assert len(pending) == 1


def test_a_timeout_set_while_a_scan_waits_holds():
    pending, _ = queue(timeout_s=60.0)
    pending.add(scan("nowhere"), 0.0)
    assert pending.take(2.0) == ([], [])
    pending.timeout_s = 1.0
    assert len(pending.take(2.0)[1]) == 1
    pending.add(scan("nowhere"), 3.0)
    pending.clear()
    assert len(pending) == 0
