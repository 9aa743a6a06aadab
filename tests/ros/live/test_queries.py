"""Questions and answers on a live graph."""

import threading

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import String
from visualization_msgs.msg import Marker, MarkerArray

from detailbase_ros.messages.query import Status
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.srv import GroundQuery
from tests.ros.live.graph import ANSWERS, NODE, START_NS, wait_for


def test_one_answer_per_query_in_order(graph):
    graph.fill_map()
    sentences = [f"the chair number {n}" for n in range(20)]
    for sentence in sentences:
        graph.robot.ask(sentence)
    wait_for(lambda: len(graph.robot.answers) >= 20)
    assert [a.query for a in graph.robot.answers] == sentences
    assert [a.query_id for a in graph.robot.answers] == list(range(1, 21))
    assert {a.status for a in graph.robot.answers} == {GroundedQuery.OK}


def test_an_answer_says_where_and_when(graph):
    graph.fill_map()
    answer = graph.robot.ask_and_wait("the chair next to the table")
    assert answer.header.frame_id == "odom"
    stamp = answer.header.stamp
    assert stamp.sec * 10**9 + stamp.nanosec == START_NS
    assert answer.scene_version == graph.grounder.map.version
    assert [p.text for p in answer.phrases] == ["the chair", "the table"]
    for phrase in answer.phrases:
        assert answer.query[phrase.begin : phrase.end] == phrase.text
    box = answer.phrases[0].instances[0]
    assert box.pose.position.x == pytest.approx(1.0, abs=0.03)  # a metre ahead of the camera
    assert box.size.x >= box.size.y >= 0 < box.size.z  # a wall, seen as a plane
    assert len(box.points.data) == 0
    ids = [i.id for p in (answer.sentence, *answer.phrases) for i in p.instances]
    assert len(ids) == len(set(ids)) == 3
    received, answered = answer.received_at, answer.answered_at
    assert (answered.sec, answered.nanosec) >= (received.sec, received.nanosec)


def test_the_service_answers_with_its_tag_and_points(graph):
    graph.fill_map()
    request = GroundQuery.Request(query="the lamp", client_tag="nav-7", with_points=True)
    answer = graph.robot.call(graph.robot.ground, request).answer
    assert (answer.status, answer.client_tag) == (GroundedQuery.OK, "nav-7")
    points = answer.phrases[0].instances[0].points
    assert points.header.frame_id == "odom"
    assert points.width > 30
    assert len(points.data) == points.row_step == points.width * points.point_step


def test_many_callers_get_their_own_answers(make_graph, grounder):
    grounder.seconds = 0.01
    graph = make_graph()
    graph.fill_map()
    got = {}

    def call(tag):
        request = GroundQuery.Request(query=f"chair {tag}", client_tag=tag)
        got[tag] = graph.robot.call(graph.robot.ground, request).answer

    threads = [threading.Thread(target=call, args=(str(n),)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {tag: (a.client_tag, a.query) for tag, a in got.items()} == {
        str(n): (str(n), f"chair {n}") for n in range(10)
    }


def test_callers_who_cannot_hear_their_answers_keep_nobody_waiting(graph):
    graph.fill_map()
    # Their ears want what the service does not offer, so that it never meets them.
    deaf = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    name, request = graph.robot.ground.srv_name, GroundQuery.Request(query="the chair")
    callers = [graph.robot.create_client(GroundQuery, name, qos_profile=deaf) for _ in range(8)]
    node = graph.node.events

    def asked():
        for caller in callers:  # never ready, by their own account
            caller.call_async(request)
        return node.counts().get("requests: ground", 0) >= len(callers)

    wait_for(asked)

    def another_is_served():  # at once: OVERLOADED, where they asked often before they were heard
        return graph.robot.call(graph.robot.ground, request).answer.status == GroundedQuery.OK

    wait_for(another_is_served)
    wait_for(lambda: node.counts().get("dropped: caller_never_met"))
    wait_for(lambda: any("cannot hear the answer" in text for text in graph.warnings()))


def test_2000_at_once_are_all_answered_most_overloaded(make_graph, grounder):
    depth = {"qos_overrides./referring_query.subscription.depth": 2000}
    graph = make_graph(query_queue_size=32, **depth)
    graph.fill_map()
    talker = graph.robot.create_publisher(String, "referring_query", 2000)
    (ear,) = (s for s in graph.node.subscriptions if s.topic_name == talker.topic_name)
    wait_for(lambda: talker.get_subscription_count() == 1 and ear.get_publisher_count() == 2)
    graph.hold_worker()
    for n in range(2000):
        talker.publish(String(data=f"chair {n}"))
    wait_for(lambda: len(graph.robot.answers) == 2000 - 32)
    assert {a.status for a in graph.robot.answers} == {GroundedQuery.OVERLOADED}
    grounder.hold.set()
    wait_for(lambda: len(graph.robot.answers) == 2001)
    assert sorted(a.query_id for a in graph.robot.answers) == list(range(1, 2002))
    answered = [a.query for a in graph.robot.answers if a.status == GroundedQuery.OK]
    assert answered == ["the chair", *(f"chair {n}" for n in range(32))]
    assert "ask again" in graph.robot.answers[0].message
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def test_a_late_ear_gets_the_last_good_pictures_and_all_answers(graph):
    graph.fill_map()
    graph.robot.ask_and_wait("the chair")
    graph.robot.ask_and_wait("")
    markers, instances, scene, answers = [], [], [], []
    graph.robot.listen(MarkerArray, f"{NODE}/markers", markers)
    graph.robot.listen(PointCloud2, f"{NODE}/instances", instances)
    graph.robot.listen(PointCloud2, f"{NODE}/scene", scene)
    graph.robot.listen(GroundedQuery, f"{NODE}/grounding", answers, ANSWERS)
    wait_for(lambda: markers and instances and scene and len(answers) == 2)
    assert [f.name for f in instances[0].fields] == [
        "x",
        "y",
        "z",
        "rgb",
        "query_id",
        "phrase_id",
        "instance_id",
    ]
    assert instances[0].width > 30
    assert scene[0].width == len(graph.grounder.map)
    assert scene[0].header.frame_id == "odom"


def test_markers_replace_those_of_the_answer_before(graph):
    graph.fill_map()
    graph.robot.ask_and_wait("the chair next to the table")
    wait_for(lambda: len(graph.robot.markers) == 1)
    first = graph.robot.markers[0].markers
    assert first[0].action == Marker.DELETEALL
    assert {m.ns for m in first[1:]} == {"box", "text", "arrow"}
    assert len({(m.ns, m.id) for m in first[1:]}) == len(first) - 1 == 9
    colors = {(m.color.r, m.color.g, m.color.b) for m in first[1:]}
    assert len(colors) == 3  # the sentence and two phrases
    for marker in first:
        assert (marker.header.stamp.sec, marker.header.stamp.nanosec) == (0, 0)
        assert marker.header.frame_id == "odom"
    assert all(m.frame_locked for m in first[1:])

    assert graph.robot.ask_and_wait("the unicorn").status == GroundedQuery.NOTHING_FOUND
    wait_for(lambda: len(graph.robot.markers) == 2)
    assert [m.action for m in graph.robot.markers[1].markers] == [Marker.DELETEALL]


def test_before_the_first_scan_the_map_is_empty(graph):
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.status == GroundedQuery.EMPTY_MAP
    assert (answer.header.stamp.sec, answer.scene_version) == (0, 0)
    assert answer.header.frame_id == "odom"


ODD = {
    "": GroundedQuery.BAD_QUERY,
    " \n\t ": GroundedQuery.BAD_QUERY,
    "x " * 2000: GroundedQuery.BAD_QUERY,
    "🪑🪑 🙂": GroundedQuery.OK,
    "quickly and slowly": GroundedQuery.OK,
    "der rote Stuhl neben dem Tisch": GroundedQuery.OK,
    "椅子はどこですか": GroundedQuery.OK,
    "the \x07 chair 'quoted\" \\ %s {}": GroundedQuery.OK,
}


def test_odd_sentences_get_an_answer(graph):
    graph.fill_map()
    for sentence, status in ODD.items():
        answer = graph.robot.ask_and_wait(sentence)
        assert answer.query == sentence
        assert answer.status == status, sentence
        assert bool(answer.message) == (status != GroundedQuery.OK), sentence
        assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK, sentence


def test_a_slow_query_times_out_and_so_do_those_behind_it(make_graph, grounder):
    grounder.hold.clear()
    graph = make_graph(query_timeout_s=0.3)
    graph.fill_map()
    graph.robot.ask("the chair")
    graph.robot.ask("the table")
    wait_for(lambda: len(graph.robot.answers) == 2)
    assert {a.status for a in graph.robot.answers} == {GroundedQuery.TIMEOUT}
    grounder.hold.set()
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def test_a_caller_may_be_more_patient_than_the_default(make_graph, grounder):
    grounder.seconds = 0.3
    graph = make_graph(query_timeout_s=0.1)
    graph.fill_map()
    request = GroundQuery.Request(query="the lamp", timeout_s=5.0)
    assert graph.robot.call(graph.robot.ground, request).answer.status == GroundedQuery.OK


def test_a_fault_is_answered_and_survived(graph):
    graph.fill_map()
    graph.grounder.fault = ZeroDivisionError("made up")
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.status == GroundedQuery.INTERNAL_ERROR
    assert "made up" in answer.message
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def test_status_numbers_are_those_of_the_message():
    assert {s.name: int(s) for s in Status} == {
        s.name: getattr(GroundedQuery, s.name) for s in Status
    }


def test_the_map_is_encoded_ahead_while_nobody_asks(graph):
    graph.fill_map()
    wait_for(lambda: graph.grounder.encodings > 0)


def test_an_answer_that_cannot_be_published_is_still_answered(graph, monkeypatch):
    graph.fill_map()
    with monkeypatch.context() as patch:
        patch.setattr(graph.node.pipeline.queries, "_publish_visuals", lambda *_: 1 / 0)
        answer = graph.robot.ask_and_wait("the chair")
        assert answer.status == GroundedQuery.INTERNAL_ERROR
        assert "division" in answer.message
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def test_a_query_does_not_wait_while_an_outdated_map_is_encoded(graph):
    graph.grounder.encoding.clear()
    graph.fill_map()
    wait_for(lambda: graph.grounder.encodings)
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK
    graph.grounder.encoding.set()
