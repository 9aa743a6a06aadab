"""The terminal's questioner against a node on a live graph."""

import pytest

from detailbase_ros.tools import ask
from tests.ros.live.graph import START_NS, Graph


@pytest.fixture
def on_graph(monkeypatch, capfd):
    """Run `ask` on the graph's domain; status, printed lines, complaints."""

    def run(graph, *arguments):
        domain = graph.contexts[0].get_domain_id()
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        capfd.readouterr()
        status = ask.main(["ask", *arguments])
        printed = capfd.readouterr()
        return status, printed.out.splitlines(), printed.err

    return run


def test_a_line_per_object(graph, on_graph):
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the red chair")
    assert status == ask.FOUND
    (line,) = lines
    name, place, frame, score = line.split("  ")
    assert (name, frame, score) == ("chair #1", "odom", "0.90")
    x, _, z = (float(part.split("=")[1]) for part in place.split(" "))
    assert x == pytest.approx(1.0, abs=0.03) and 0.5 < z < 1.5
    assert place.startswith("x=1.00 y=")


def test_several_phrases_end_with_the_sentences_target(graph, on_graph):
    graph.fill_map()
    # without quotes, too
    status, lines, _ = on_graph(graph, "the", "chair", "next", "to", "the", "unicorn")
    assert status == ask.FOUND
    assert lines[0].startswith("chair #1  x=")
    assert lines[1].startswith("the unicorn: nothing found (presence ")
    assert lines[2].startswith("the chair next to the unicorn: nothing found")


def test_places_in_another_frame(graph, on_graph):
    graph.fill_map()
    graph.robot.create_timer(0.1, lambda: graph.robot.send_tf(stamp_ns=START_NS))
    _, (there,), _ = on_graph(graph, "the chair")
    status, (here,), _ = on_graph(graph, "the chair", "--frame", "camera_optical")
    assert status == ask.FOUND
    assert "  camera_optical  " in here and "  odom  " in there
    assert "z=1.00" in here  # a metre ahead of the camera


def test_nothing_found(graph, on_graph):
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the unicorn")
    assert status == ask.NOTHING_FOUND
    assert lines == ["the unicorn: nothing found (presence 1.00)"]


def test_no_answer_says_why(graph, on_graph):
    status, lines, errors = on_graph(graph, "the chair")
    assert (status, lines) == (ask.NO_ANSWER, [])
    assert "ask: EMPTY_MAP: the map is still empty" in errors


def test_an_unknown_frame_is_named_with_those_that_exist(graph, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_TF_S", 1.0)
    graph.fill_map()
    graph.robot.send_tf(stamp_ns=START_NS)
    status, _, errors = on_graph(graph, "the chair", "--frame", "moon")
    assert status == ask.NO_ANSWER
    assert "no transform from 'odom' to 'moon'" in errors and "Frames: " in errors


def test_a_node_that_does_not_answer(make_graph, grounder, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_GRACE_S", -0.5)  # gives up before the node says TIMEOUT
    grounder.hold.clear()
    graph = make_graph()
    graph.fill_map()
    status, _, errors = on_graph(graph, "the chair", "--timeout", "1")
    assert status == ask.NO_ANSWER
    assert "/segmentation_node/ground did not answer within 1 s" in errors
    grounder.hold.set()


def test_a_slow_node_says_timeout(make_graph, grounder, on_graph):
    grounder.hold.clear()
    graph = make_graph()
    graph.fill_map()
    status, _, errors = on_graph(graph, "the chair", "--timeout", "0.2")
    assert status == ask.NO_ANSWER and "TIMEOUT" in errors
    grounder.hold.set()


def test_no_node_or_another_one(make_graph, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_DISCOVERY_S", 1.0)
    graph = make_graph(autostart=False)
    status, _, errors = on_graph(graph, "the chair")
    assert status == ask.NO_ANSWER
    assert "no segmentation_node on this graph" in errors and "doctor" in errors
    assert isinstance(graph, Graph)


def test_a_wrong_name_is_answered_with_the_right_one(graph, on_graph, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(ask, "_DISCOVERY_S", 2.0)
        status, _, errors = on_graph(graph, "the chair", "--node", "other")
    assert status == ask.NO_ANSWER
    assert "no node called /other answers" in errors and "/segmentation_node" in errors
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the chair", "--node", "/segmentation_node")
    assert status == ask.FOUND and lines
