"""The terminal's questioner against a node on a live graph."""

import io
import json
import threading
import time
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from detailbase_core.output.exit_status import FOUND, NO_ANSWER, NOT_FOUND
from detailbase_ros.runtime.discovery import answering_nodes
from detailbase_ros.tools import ask
from tests.helpers.json_schema import answer_faults
from tests.ros.live.graph import START_NS, Graph, wait_for

needs_look = pytest.mark.skipif(
    not find_spec("detailbase_ros.action"), reason="the action is not built: make ros"
)


@pytest.fixture
def on_graph(monkeypatch, capfd):
    """Run `ask` on the graph's domain; status, printed lines, complaints."""

    monkeypatch.setattr(ask, "_DISCOVERY_S", 60.0)  # for what must be found: machines are busy

    def run(graph, *arguments):
        domain = graph.contexts[0].get_domain_id()
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        capfd.readouterr()
        status = ask.main(["ask", *arguments])
        printed = capfd.readouterr()
        return status, printed.out.splitlines(), printed.err

    return run


def wait_until(monkeypatch, enough):
    """Have `ask` look around until `enough(asker)`, whatever it looks for, and no longer."""
    wait = ask.Asker._wait

    def waits(asker, done, limit_s):
        assert wait(asker, lambda: enough(asker), 60.0)
        return bool(done())

    monkeypatch.setattr(ask.Asker, "_wait", waits)


def test_a_line_per_object(graph, on_graph):
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the red chair")
    assert status == FOUND
    assert lines[:2] == ['"the red chair" (odom)', "the red chair:"]
    _, name, place, score = lines[2].split("  ")
    assert (name, score) == ("red chair #1", "score 0.90")
    x, _, z = (float(part.split("=")[1]) for part in place.split(" "))
    assert x == pytest.approx(1.0, abs=0.03) and 0.5 < z < 1.5
    assert place.startswith("x=1.00 y=")


def test_several_phrases_end_with_the_sentences_target(graph, on_graph):
    graph.fill_map()
    # without quotes, too
    status, lines, _ = on_graph(graph, "the", "chair", "next", "to", "the", "unicorn")
    assert status == NOT_FOUND
    assert lines[2].startswith("  chair #1  x=")
    assert lines[3].startswith("the unicorn: nothing found (presence ")
    assert lines[4].startswith("the whole sentence: nothing found")


def test_places_in_another_frame(graph, on_graph):
    graph.fill_map()
    graph.robot.create_timer(0.1, lambda: graph.robot.send_tf(stamp_ns=START_NS))
    _, there, _ = on_graph(graph, "the chair")
    status, here, _ = on_graph(graph, "the chair", "--frame", "camera_optical")
    assert status == FOUND
    assert there[0] == '"the chair" (odom)' and here[0] == '"the chair" (camera_optical)'
    assert "z=1.00" in here[2]  # a metre ahead of the camera


def test_json_holds_both_frames(graph, on_graph):
    graph.fill_map()
    graph.robot.create_timer(0.1, lambda: graph.robot.send_tf(stamp_ns=START_NS))
    status, (line,), _ = on_graph(graph, "the chair", "--json", "--frame", "camera_optical")
    answer = json.loads(line)
    assert status == FOUND and answer_faults(answer) == []
    assert (answer["frame"], answer["output_frame"]) == ("odom", "camera_optical")
    (chair,) = answer["phrases"][0]["instances"]
    assert chair["box"]["center"][0] == pytest.approx(1.0, abs=0.03)
    assert chair["output"]["center"][2] == pytest.approx(1.0, abs=0.03)


def test_nothing_found(graph, on_graph):
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the unicorn")
    assert status == NOT_FOUND
    assert lines[1] == "the unicorn: nothing found (presence 1.00)"


@needs_look
def test_it_waits_until_the_map_holds_what_it_asks_for(graph, on_graph):
    seen = threading.Timer(1.5, graph.fill_map)
    seen.start()
    begin = time.monotonic()
    status, lines, _ = on_graph(graph, "the chair", "--wait", "120")
    assert status == FOUND and time.monotonic() - begin < 120
    assert lines[2].startswith("  chair #1  x=")
    seen.join()
    asked = graph.node.pipeline.query_events.counts()
    assert asked["answers: OK"] == asked["queries received"] == 1


@needs_look
def test_it_waits_no_longer_than_it_may(graph, on_graph):
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the unicorn", "--wait", "1.5")
    assert status == NOT_FOUND
    assert lines[1] == "the unicorn: nothing found (presence 1.00)"

    # What no map can change is said at once.
    status, _, errors = on_graph(graph, " ", "--wait", "3600")
    assert status == NO_ANSWER and "BAD_QUERY" in errors
    status, _, errors = on_graph(graph, "the chair", "--wait", "nan")
    assert status == NO_ANSWER and "BAD_QUERY: time_limit_s is nan" in errors


@needs_look
def test_waiting_ends_when_the_node_is_gone(graph, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_GONE_S", 0.5)
    looks = graph.node.pipeline._looks

    def go():
        wait_for(lambda: len(looks._looks), what="a look")
        looks._server.destroy()  # as when its process is killed

    gone = threading.Thread(target=go)
    gone.start()
    status, _, errors = on_graph(graph, "the chair", "--wait", "3600")
    gone.join()
    assert status == NO_ANSWER
    assert "/segmentation_node is gone, and its answer with it" in errors


@needs_look
@pytest.mark.parametrize("lost", ["goal", "result"])
def test_waiting_ends_where_the_node_sends_nothing(graph, on_graph, monkeypatch, lost):
    monkeypatch.setattr(ask, "_LOOK_GRACE_S", 1.0)
    server = graph.node.pipeline._looks._server
    send = server._responses.send
    monkeypatch.setattr(
        server._responses, "send", lambda kind, once: None if kind == lost else send(kind, once)
    )
    status, _, errors = on_graph(graph, " ", "--wait", "0.5")
    assert status == NO_ANSWER
    limit = {"goal": "1", "result": "1.5"}[lost]
    assert f"/segmentation_node is there, but sent nothing within {limit} s: it hangs" in errors


@needs_look
def test_a_node_without_the_action_is_named(graph, on_graph, monkeypatch):
    graph.node.pipeline._looks._server.destroy()
    wait_until(monkeypatch, answering_nodes)
    status, _, errors = on_graph(graph, "the chair", "--wait", "3600")
    assert status == NO_ANSWER and "/segmentation_node has no ~/look" in errors


def test_better_candidates_are_told_while_it_waits(capsys):
    progress = ask._Progress()
    for score in (0.25, 0.25, 0.5):
        place = SimpleNamespace(position=SimpleNamespace(x=1.0, y=-0.5, z=0.25))
        best = SimpleNamespace(pose=place, score=score)
        progress.show(SimpleNamespace(feedback=SimpleNamespace(missing="the mug", best=[best])))
    progress.show(SimpleNamespace(feedback=SimpleNamespace(missing="", best=[])))
    assert capsys.readouterr().err.splitlines() == [
        f"ask: no 'the mug' yet; likeliest  x=1.00 y=-0.50 z=0.25  presence {score}"
        for score in ("0.25", "0.50")
    ]


def test_no_answer_says_why(graph, on_graph):
    status, lines, errors = on_graph(graph, "the chair")
    assert (status, lines) == (NO_ANSWER, [])
    assert "ask: EMPTY_MAP: the map is still empty" in errors
    assert "doctor' tells why no clouds come in" in errors


def test_an_unknown_frame_is_named_with_those_that_exist(graph, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_TF_S", 1.0)
    graph.fill_map()
    graph.robot.send_tf(stamp_ns=START_NS)
    status, _, errors = on_graph(graph, "the chair", "--frame", "moon")
    assert status == NO_ANSWER
    assert "no transform from 'odom' to 'moon'" in errors and "Frames: " in errors


def test_a_node_that_does_not_answer(make_graph, grounder, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_GRACE_S", -59.0)  # gives up before the node says TIMEOUT
    grounder.hold.clear()
    graph = make_graph()
    graph.fill_map()
    status, _, errors = on_graph(graph, "the chair", "--timeout", "60")
    assert status == NO_ANSWER
    assert "/segmentation_node/ground did not answer within 60 s" in errors
    grounder.hold.set()


def test_a_slow_node_says_timeout(make_graph, grounder, on_graph, monkeypatch):
    monkeypatch.setattr(ask, "_GRACE_S", 60.0)
    grounder.hold.clear()
    graph = make_graph()
    graph.fill_map()
    status, _, errors = on_graph(graph, "the chair", "--timeout", "0.2")
    assert status == NO_ANSWER and "TIMEOUT" in errors
    grounder.hold.set()


def test_no_node_or_another_one(make_graph, on_graph, monkeypatch):
    graph = make_graph(autostart=False)
    monkeypatch.setattr(ask, "_DISCOVERY_S", 1.0)
    status, _, errors = on_graph(graph, "the chair")
    assert status == NO_ANSWER
    assert "no segmentation_node on this graph" in errors and "doctor" in errors
    assert isinstance(graph, Graph)


def test_of_several_robots_the_one_of_its_own_namespace_is_asked(
    graph, make_node, on_graph, monkeypatch
):
    make_node(graph, namespace="/second")
    graph.fill_map()
    wait_until(monkeypatch, lambda asker: len(answering_nodes(asker)) == 2)
    status, _, errors = on_graph(graph, "the chair")
    assert status == FOUND, errors  # in no namespace: the node that is in none
    _, _, errors = on_graph(graph, "the chair", "--ros-args", "-r", "__ns:=/second")
    assert "EMPTY_MAP" in errors  # the second robot has seen nothing
    _, _, errors = on_graph(graph, "the chair", "--ros-args", "-r", "__ns:=/third")
    assert "several nodes answer: /second/segmentation_node, /segmentation_node" in errors


def test_a_wrong_name_is_answered_with_the_right_one(graph, on_graph, monkeypatch):
    wait_until(monkeypatch, answering_nodes)
    status, _, errors = on_graph(graph, "the chair", "--node", "other")
    assert status == NO_ANSWER
    assert "no node called /other answers" in errors and "/segmentation_node" in errors
    graph.fill_map()
    status, lines, _ = on_graph(graph, "the chair", "--node", "/segmentation_node")
    assert status == FOUND and lines


def test_follow_ups_refer_to_the_last_answer(graph, on_graph, monkeypatch):
    graph.fill_map()
    monkeypatch.setattr("sys.stdin", io.StringIO("no, the green one\n\n  \nfind it\n"))
    status, lines, complaints = on_graph(graph, "--follow", "the red chair")
    assert status == FOUND and not complaints
    assert lines[0] == '"the red chair" (odom)' and "taken as" not in lines[1]
    said = lines.index('"no, the green one" (odom)')
    assert lines[said + 1 : said + 3] == ['taken as: "the green chair"', "the green chair:"]
    assert 'taken as: "find the green chair"' in lines
    answers = graph.robot.answers  # of the topic, on which they come in their own time
    wait_for(lambda: answers and answers[-1].query == "find the green chair")
    assert answers[-1].client_tag.startswith("ask-")
    monkeypatch.setattr("sys.stdin", io.StringIO("the red chair\nthe other one\n"))
    _, lines, _ = on_graph(graph, "--follow", "--json")
    answers = [json.loads(line) for line in lines]
    assert [answer_faults(answer) for answer in answers] == [[], []]
    assert answers[1]["said"] == "the other one" and "other than" in answers[1]["taken_as"]
    assert "said" not in answers[0]


def test_without_a_sentence_it_says_what_to_give(capsys):
    with pytest.raises(SystemExit) as ended:
        ask.main(["ask"])
    assert ended.value.code == NO_ANSWER and "--follow" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        ask.main(["ask", "--follow", "--wait", "60"])
    assert ended.value.code == NO_ANSWER and "leave out --follow" in capsys.readouterr().err
