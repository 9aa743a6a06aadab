"""The node in a process of its own, with the fake grounder: python -m tests.ros.fake_node [SECONDS]

SECONDS: how long each query takes.
"""

import sys

from detailbase_ros.segmentation_node import main
from tests.ros.fake_grounder import FakeGrounder

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
main(make_grounder=lambda config: FakeGrounder(config, seconds))
