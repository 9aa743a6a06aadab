"""A real DDS graph per test: the node under test, and a robot that talks to it."""

from __future__ import annotations

import os

# Before anything of ROS is imported: nothing leaves this machine.
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"

import pytest

from tests.ros.fake_grounder import FakeGrounder
from tests.ros.graph import Graph


@pytest.fixture
def grounder():
    return FakeGrounder()


@pytest.fixture
def make_graph(grounder, tmp_path):
    """Graph(parameter=value ...), torn down after the test."""
    graphs = []

    def make(fake=grounder, **parameters):
        graphs.append(Graph(fake, {"scene_directory": str(tmp_path), **parameters}))
        return graphs[-1]

    yield make
    for graph in graphs:
        graph.close()


@pytest.fixture
def graph(make_graph):
    return make_graph()
