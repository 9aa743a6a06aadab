"""A real DDS graph per test: the node under test, and a robot that talks to it."""

from __future__ import annotations

import os

from tests.ros.live.domains import Domains  # before rclpy: nothing leaves this machine

# Of programs that are given no other: not the shell's, in which a robot may be, and no graph's.
os.environ["ROS_DOMAIN_ID"] = str(next(Domains(count=1)))

import signal

import pytest

from detailbase_ros.segmentation_node import SegmentationNode
from tests.ros.live.fake_grounder import FakeGrounder
from tests.ros.live.graph import Graph, Spinner, wait_for
from tests.ros.live.processes import Process


@pytest.fixture(autouse=True)
def signal_handlers():
    """Programs that tests run in this process change them for good."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def grounder():
    return FakeGrounder()


# What a busy machine may not run into: only tests of them shall.
PATIENT = {"tf_timeout_s": 60.0, "query_timeout_s": 60.0}


@pytest.fixture
def make_graph(grounder, tmp_path):
    """Graph(parameter=value ...), torn down after the test."""
    graphs = []

    def make(fake=grounder, **parameters):
        graphs.append(Graph(fake, {"scene_directory": str(tmp_path), **PATIENT, **parameters}))
        return graphs[-1]

    yield make
    for graph in graphs:
        graph.close()


@pytest.fixture
def make_node():
    """SegmentationNode(**arguments) on a graph that exists, active; destroyed after the test."""
    made = []

    def make(graph, **arguments):
        context = graph.contexts[0]
        node = SegmentationNode(lambda config: FakeGrounder(config), context=context, **arguments)
        made.append((node, Spinner(context, node, 4)))
        wait_for(lambda: node.state == "active", what="autostart")
        return node

    yield make
    for node, spinner in made:
        wait_for(node.stop, what="the end of the node's worker")
        spinner.executor.shutdown(timeout_sec=2)
        node.destroy_node()


@pytest.fixture
def start():
    """Process(command ...), killed after the test."""
    started = []

    def make(*arguments, **options):
        started.append(Process(*arguments, **options))
        return started[-1]

    yield make
    for each in started:
        each.kill()


@pytest.fixture
def graph(make_graph):
    return make_graph()
