"""The lifecycle node's transitions on a live graph."""

import time

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from std_msgs.msg import String

from detailbase_core.errors import CheckpointError
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.segmentation_node import SegmentationNode
from detailbase_ros.srv import GroundQuery, SceneFile
from tests.ros.live.graph import NODE, wait_for

KINDS = ("publishers", "subscriptions", "services", "timers", "guards", "clients", "waitables")


def entities(node):
    return {kind: len(list(getattr(node, kind))) for kind in KINDS}


class Manager:
    """Does what nav2_lifecycle_manager does: asks the services, one transition after another."""

    def __init__(self, graph):
        self.graph, robot = graph, graph.robot
        self.change_state = robot.create_client(ChangeState, f"{NODE}/change_state")
        self.get_state = robot.create_client(GetState, f"{NODE}/get_state")

    def change(self, number):
        request = ChangeState.Request(transition=Transition(id=number))
        return self.graph.robot.call(self.change_state, request).success

    @property
    def state(self):
        return self.graph.robot.call(self.get_state, GetState.Request()).current_state.id


@pytest.fixture
def unstarted(make_graph):
    return make_graph(autostart=False)


def test_a_manager_brings_it_up_and_down(unstarted):
    manager = Manager(unstarted)
    assert manager.state == State.PRIMARY_STATE_UNCONFIGURED
    assert manager.change(Transition.TRANSITION_CONFIGURE)
    assert manager.state == State.PRIMARY_STATE_INACTIVE
    assert manager.change(Transition.TRANSITION_ACTIVATE)
    assert manager.state == State.PRIMARY_STATE_ACTIVE
    wait_for(lambda: unstarted.robot.connected(unstarted.node))
    unstarted.fill_map()
    assert unstarted.robot.ask_and_wait("the chair").status == GroundedQuery.OK
    assert manager.change(Transition.TRANSITION_ACTIVE_SHUTDOWN)
    assert manager.state == State.PRIMARY_STATE_FINALIZED


def test_a_call_under_way_is_answered_before_a_clean_up(graph, monkeypatch):
    save, begun = graph.grounder.save, []

    def save_slowly(path):
        begun.append(path)
        time.sleep(2.0)
        save(path)

    monkeypatch.setattr(graph.grounder, "save", save_slowly)
    client = graph.robot.create_client(SceneFile, f"{NODE}/save_scene")
    wait_for(client.service_is_ready)
    call = client.call_async(SceneFile.Request(name="room"))
    wait_for(lambda: begun)
    manager = Manager(graph)
    assert manager.change(Transition.TRANSITION_DEACTIVATE)
    assert manager.change(Transition.TRANSITION_CLEANUP)
    wait_for(call.done, what="the response")
    assert call.result().success


def test_autostart_makes_it_active(graph):
    assert Manager(graph).state == State.PRIMARY_STATE_ACTIVE


def test_three_cycles_leave_nothing_behind(graph):
    manager, robot = Manager(graph), graph.robot
    robot.call(manager.get_state, GetState.Request())
    active = entities(graph.node)
    counts = []
    for _ in range(3):
        assert manager.change(Transition.TRANSITION_DEACTIVATE)
        assert manager.change(Transition.TRANSITION_CLEANUP)
        counts.append(entities(graph.node))
        assert manager.change(Transition.TRANSITION_CONFIGURE)
        assert manager.change(Transition.TRANSITION_ACTIVATE)
        assert entities(graph.node) == active
    assert counts[0] == counts[1] == counts[2]
    assert all(counts[0][kind] < active[kind] for kind in ("publishers", "subscriptions"))
    wait_for(lambda: robot.count_subscribers("points") == 1)
    wait_for(lambda: robot.count_publishers(f"{NODE}/grounding") == 1)
    wait_for(lambda: robot.connected(graph.node))
    assert robot.ask_and_wait("the chair").status in (GroundedQuery.OK, GroundedQuery.EMPTY_MAP)


def test_inactive_it_answers_so_and_keeps_the_map(graph):
    graph.fill_map()
    size, manager = len(graph.grounder.map), Manager(graph)
    assert manager.change(Transition.TRANSITION_DEACTIVATE)
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.status == GroundedQuery.INACTIVE
    assert "activate" in answer.message
    served = graph.robot.call(graph.robot.ground, GroundQuery.Request(query="x", client_tag="t"))
    assert (served.answer.status, served.answer.client_tag) == (GroundedQuery.INACTIVE, "t")
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("scans ignored (inactive)") == 1)
    assert len(graph.grounder.map) == size
    assert manager.change(Transition.TRANSITION_ACTIVATE)
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def test_deactivating_answers_all_that_waits(graph):
    graph.fill_map()
    worker = graph.hold_worker()
    for number in range(4):
        graph.robot.ask(f"chair {number}")
    wait_for(lambda: worker.pending == 4)
    assert Manager(graph).change(Transition.TRANSITION_DEACTIVATE)
    wait_for(lambda: len(graph.robot.answers) == 5)
    assert [a.query_id for a in graph.robot.answers] == [1, 2, 3, 4, 5]
    assert {a.status for a in graph.robot.answers} == {GroundedQuery.INACTIVE}


def test_shutting_down_answers_all_that_waits(graph):
    graph.fill_map()
    worker = graph.hold_worker()
    graph.robot.ask("the table")
    wait_for(lambda: worker.pending == 1)
    assert Manager(graph).change(Transition.TRANSITION_ACTIVE_SHUTDOWN)
    wait_for(lambda: len(graph.robot.answers) == 2)
    assert {a.status for a in graph.robot.answers} == {GroundedQuery.INACTIVE}


def test_transforms_are_followed_while_inactive(graph):
    manager = Manager(graph)
    assert manager.change(Transition.TRANSITION_DEACTIVATE)
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=graph.robot.now_ns)
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("scans ignored (inactive)") == 1)
    assert manager.change(Transition.TRANSITION_ACTIVATE)
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("scans inserted") == 1)


def test_a_bad_model_is_a_failure_with_the_reason_and_can_be_tried_again(unstarted, monkeypatch):
    def broken(config):
        raise CheckpointError("model.safetensors: holds no weights; download it again")

    manager, before = Manager(unstarted), entities(unstarted.node)
    with monkeypatch.context() as patch:
        patch.setattr(unstarted.node, "_make_grounder", broken)
        assert not manager.change(Transition.TRANSITION_CONFIGURE)
    assert manager.state == State.PRIMARY_STATE_UNCONFIGURED
    assert entities(unstarted.node) == before
    wait_for(lambda: any("holds no weights" in text for text in unstarted.errors()))
    assert manager.change(Transition.TRANSITION_CONFIGURE)


@pytest.mark.parametrize("topic", ["not a topic", "", "7up"])
def test_a_topic_that_cannot_be_is_a_failure_and_leaves_nothing_behind(make_graph, topic):
    graph = make_graph(autostart=False, cloud_topics=["points", topic])
    manager, before = Manager(graph), entities(graph.node)
    assert not manager.change(Transition.TRANSITION_CONFIGURE)
    assert entities(graph.node) == before
    wait_for(lambda: any(topic in text for text in graph.errors()))


def test_two_nodes_in_two_namespaces_do_not_disturb_each_other(graph, make_node):
    other = make_node(graph, namespace="/second")
    graph.fill_map()
    asker = graph.publisher(String, "/second/referring_query", node=other)
    answers = []
    graph.robot.listen(GroundedQuery, f"/second{NODE}/grounding", answers)
    wait_for(graph.robot.ears[-1].get_publisher_count)
    asker.publish(String(data="the chair"))
    wait_for(lambda: answers)
    assert answers[0].status == GroundedQuery.EMPTY_MAP
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK
    assert len(answers) == len(graph.robot.answers) == 1
    assert isinstance(other, SegmentationNode)
