"""The node in a process of its own, with the fake grounder.

python -m tests.ros.live.fake_node [SECONDS [LOADING]]

SECONDS: how long each query takes. LOADING: how long its model takes to load.
"""

import sys
import time
from itertools import takewhile

from detailbase_ros.segmentation_node import main
from tests.ros.live.fake_grounder import FakeGrounder


def seconds(number):
    values = list(takewhile(lambda argument: argument != "--ros-args", sys.argv[1:]))
    return float(values[number]) if number < len(values) else 0.0


class TellingGrounder(FakeGrounder):
    """Says when it is at work, where that takes a while."""

    def _work(self, cancel):
        if self.seconds:
            print("at work", file=sys.stderr)
        super()._work(cancel)


def make(config):
    print("loading", file=sys.stderr)
    time.sleep(seconds(1))
    return TellingGrounder(config, seconds(0))


main(make_grounder=make)
