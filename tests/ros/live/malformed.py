"""Clouds as nobody should send them, each decided by a string of bytes.

Hypothesis is quick with bytes, and shrinks them towards zeros, which pick the first option.
"""

from array import array

import numpy as np
from hypothesis import strategies as st
from sensor_msgs.msg import PointCloud2, PointField

from detailbase_ros.messages.conversions import make_header

STAMP_NS = 1_700_000_000_000_000_000
UINT32 = (0, 1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 32, 2**31 - 1, 2**31, 2**32 - 1)
NUMBERS = np.float32([0.0, 1.0, -1.0, 1e-30, 1e7, 1e38, np.nan, np.inf, -np.inf])
NAMES = ("x", "y", "z", "rgb", "rgba", "r", "g", "b", "intensity", "", "x\n", "é")
FRAMES = ("camera", "", "/", "/camera", "nowhere", "é \n")
STAMPS_NS = (STAMP_NS, 0, 1, (2**31 - 1) * 10**9)
FLAGS = (False, True)
SIZE = 64  # bytes that decide about one cloud


class Choices:
    """Picks by the bytes, one after another; 0 picks the first option."""

    def __init__(self, decisions):
        self._decisions = iter(decisions)

    def pick(self, options):
        return options[next(self._decisions, 0) % len(options)]

    def field(self):
        return PointField(
            name=self.pick(NAMES),
            offset=self.pick(UINT32),
            datatype=self.pick(range(256)),
            count=self.pick(UINT32),
        )


CHANGES = {
    "fields": lambda choices: [choices.field() for _ in range(choices.pick(range(6)))],
    "height": lambda choices: choices.pick(UINT32),
    "width": lambda choices: choices.pick(UINT32),
    "point_step": lambda choices: choices.pick(UINT32),
    "row_step": lambda choices: choices.pick(UINT32),
    "is_bigendian": lambda choices: choices.pick(FLAGS),
    "is_dense": lambda choices: choices.pick(FLAGS),
    "data": lambda choices: array("B", bytes(choices.pick(range(80)))),
    "header": lambda choices: make_header(choices.pick(FRAMES), choices.pick(STAMPS_NS)),
}


def cloud_of(decisions):
    """A PointCloud2 of up to six points, of which up to three members are wrong."""
    choices = Choices(decisions)
    changed = {choices.pick(list(CHANGES)) for _ in range(choices.pick((1, 2, 3, 0)))}
    count = choices.pick((6, 5, 4, 3, 2, 1, 0))
    points = np.array([choices.pick(NUMBERS) for _ in range(4 * count)], np.float32)
    message = PointCloud2(
        header=make_header("camera", STAMP_NS),
        height=1,
        width=count,
        fields=[
            PointField(name=name, offset=4 * at, datatype=PointField.FLOAT32, count=1)
            for at, name in enumerate(("x", "y", "z", "rgb"))
        ],
        point_step=16,
        row_step=16 * count,
        data=array("B", points.tobytes()),
    )
    for name in changed:
        setattr(message, name, CHANGES[name](choices))
    return message


def ten_clouds():
    """Strategy: ten of them at once, since a draw takes longer than what is drawn."""
    return st.binary(min_size=10 * SIZE, max_size=10 * SIZE).map(
        lambda decisions: [cloud_of(decisions[at : at + SIZE]) for at in range(0, 10 * SIZE, SIZE)]
    )
