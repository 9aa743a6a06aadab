"""The action ~/look: goals over DDS, answered when the map holds what they ask for."""

import threading

import pytest
import rclpy
from action_msgs.msg import GoalStatus
from rclpy._rclpy_pybind11 import RCLError, WaitSet
from rclpy.action import ActionClient, ActionServer
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile

from detailbase_ros.messages.query import Status
from detailbase_ros.queries import look_server
from detailbase_ros.runtime import late_responses
from detailbase_ros.runtime.action_responses import ActionResponses
from detailbase_ros.runtime.action_server import GuardedActionServer
from tests.ros.live.graph import NODE, Spinner, wait_for

GroundQuery = pytest.importorskip("detailbase_ros.action").GroundQuery
A_MINUTE = 60.0


def idle(graph):
    """Whether nothing is looked for, and nobody looks at the clock for it."""
    server = graph.node.pipeline._looks
    return not len(server._looks) and not server._handles and server._timer.is_canceled()


class SharedClient(ActionClient):
    """Can be made while another thread spins its node, to which rclpy tells it before its lock."""

    _lock = threading.Lock()


class Client:
    """Sends goals from the robot's node; keeps feedback and results."""

    def __init__(self, graph, node=None):
        self.feedback = []
        self.client = SharedClient(node or graph.robot, GroundQuery, f"{NODE}/look")
        wait_for(self.client.server_is_ready, what="the action's server")
        wait_for(lambda: graph.node.count_subscribers(f"{NODE}/look/_action/feedback"))

    def send(self, query="the chair", time_limit_s=A_MINUTE, **members):
        goal = GroundQuery.Goal(query=query, time_limit_s=time_limit_s, **members)
        sent = self.client.send_goal_async(
            goal, feedback_callback=lambda message: self.feedback.append(message.feedback)
        )
        wait_for(sent.done, what="an answer to the goal")
        assert sent.result().accepted
        return Sent(sent.result())


class Sent:
    def __init__(self, handle):
        self.handle, self._result = handle, handle.get_result_async()

    def end(self):
        """The goal's status, and the answer."""
        wait_for(self._result.done, what="a result")
        ended = self._result.result()
        return ended.status, ended.result.answer

    @property
    def open(self):
        return not self._result.done()


@pytest.fixture
def client(graph):
    return Client(graph)


def test_the_answer_comes_when_the_map_holds_it(graph, client):
    look = client.send(client_tag="tag", with_points=True)
    wait_for(lambda: client.feedback, what="feedback")
    assert look.open and client.feedback[0].map_voxels == 0
    graph.fill_map()
    status, answer = look.end()
    assert status == GoalStatus.STATUS_SUCCEEDED
    assert (answer.status, answer.query, answer.client_tag) == (Status.OK, "the chair", "tag")
    assert answer.sentence.instances[0].points.width > 0
    # one query, one answer on the topic, whatever was asked in between
    wait_for(lambda: graph.robot.answers, what="the answer on the topic")
    (published,) = graph.robot.answers
    assert published.query_id == answer.query_id == 1
    assert not published.sentence.instances[0].points.width
    assert graph.counts["queries received"] == 1


def test_a_look_in_vain_costs_nothing_while_the_map_rests_and_can_be_cancelled(
    graph, client, monkeypatch
):
    graph.fill_map()
    asked = []
    ground = graph.grounder.ground
    monkeypatch.setattr(
        graph.grounder, "ground", lambda *given: asked.append(given) or ground(*given)
    )
    look = client.send("the unicorn", 3.0)
    status, answer = look.end()
    assert status == GoalStatus.STATUS_ABORTED and answer.status == Status.NOTHING_FOUND
    assert answer.message == "not found within 3 s; versions of the map looked at: 1"
    assert len(asked) == 1  # of a map that did not change
    (feedback,) = client.feedback
    assert (feedback.looks, feedback.missing) == (1, "the unicorn")
    assert feedback.map_voxels == len(graph.grounder.map)

    look = client.send("the unicorn")
    wait_for(lambda: len(client.feedback) > 1, what="feedback")
    look.handle.cancel_goal_async()
    status, answer = look.end()
    assert status == GoalStatus.STATUS_CANCELED
    assert answer.message == "cancelled; versions of the map looked at: 1"


def test_goals_that_cannot_be_looked_for_are_told_why(graph, client, monkeypatch):
    for query, limit_s, text in (
        (" ", A_MINUTE, "empty"),
        ("x" * 5000, A_MINUTE, "the sentence has 5000 characters"),
        ("the chair", 0.0, "time_limit_s is 0: above 0, at most 86400 s (a day)"),
        ("the chair", -1.0, "time_limit_s is -1:"),
        ("the chair", float("nan"), "time_limit_s is nan:"),
        ("the chair", float("inf"), "time_limit_s is inf:"),
        ("the chair", 1e9, "time_limit_s is 1e+09:"),
    ):
        status, answer = client.send(query, limit_s).end()
        assert (status, answer.status) == (GoalStatus.STATUS_ABORTED, Status.BAD_QUERY), query
        assert text in answer.message
    wait_for(lambda: idle(graph), what="an end of it all")

    # A goal that cannot be decoded costs no other.
    taken = ActionServer.take_data

    def take(server):
        monkeypatch.setattr(ActionServer, "take_data", taken)
        taken(server)
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    monkeypatch.setattr(ActionServer, "take_data", take)
    client.client.send_goal_async(GroundQuery.Goal(query="lost"))
    wait_for(lambda: ActionServer.take_data is taken, what="a goal")
    status, _ = client.send("the chair", -1.0).end()
    assert status == GoalStatus.STATUS_ABORTED
    wait_for(lambda: any("look: request not taken" in text for text in graph.errors()))

    # What is our own fault is told, too.
    queries = graph.node.pipeline.queries
    monkeypatch.setattr(queries, "new_query", lambda *given: 1 / 0)
    status, answer = client.send().end()
    assert (status, answer.status) == (GoalStatus.STATUS_ABORTED, Status.INTERNAL_ERROR)
    assert "ZeroDivisionError" in answer.message and answer.query == "the chair"


def test_looks_do_not_displace_each_other_nor_end_with_the_map(graph, client):
    first, second = client.send("the unicorn"), client.send("the chair")
    graph.fill_map()
    status, answer = second.end()
    assert (status, answer.query) == (GoalStatus.STATUS_SUCCEEDED, "the chair")
    looked = len(client.feedback)
    graph.grounder.clear()
    wait_for(lambda: len(client.feedback) > looked, what="a look at the cleared map")
    assert first.open and client.feedback[-1].map_voxels == 0
    first.handle.cancel_goal_async()
    status, answer = first.end()
    assert (status, answer.status) == (GoalStatus.STATUS_CANCELED, Status.EMPTY_MAP)
    wait_for(lambda: idle(graph), what="an end of it all")

    graph.node.set_parameters([Parameter("query_queue_size", value=1)])
    client.send("the unicorn")
    status, answer = client.send("the chair").end()
    assert (status, answer.status) == (GoalStatus.STATUS_ABORTED, Status.OVERLOADED)
    assert answer.message.startswith("more sentences cannot be looked for at once than 1 (query_q")


def test_a_node_that_is_deactivated_or_shut_down_says_so(graph, client):
    look = client.send()
    wait_for(lambda: client.feedback, what="feedback")
    graph.node.trigger_deactivate()
    status, answer = look.end()
    assert (status, answer.status) == (GoalStatus.STATUS_ABORTED, Status.INACTIVE)
    assert answer.message.startswith("the node was deactivated while it looked; activate it")
    status, answer = client.send().end()  # a goal that comes now
    assert (status, answer.status) == (GoalStatus.STATUS_ABORTED, Status.INACTIVE)
    wait_for(lambda: idle(graph), what="an end of it all")

    graph.node.trigger_activate()
    server = graph.node.pipeline._looks._server
    client.feedback.clear()
    look = client.send()
    wait_for(lambda: client.feedback and server.awaited, what="feedback")
    graph.node.trigger_shutdown()
    _, answer = look.end()
    assert answer.status == Status.INACTIVE
    wait_for(lambda: not client.client.server_is_ready(), what="an end of the action")

    # rclpy's executor may have been about to wait for it.
    wait_set = WaitSet(0, 0, 0, 0, 0, 0, graph.contexts[0].handle)
    server.add_to_wait_set(wait_set)
    assert not server.is_ready(wait_set)


def test_a_client_that_is_met_late_hears_of_its_goal_and_its_result(graph, monkeypatch):
    attempts = []
    settle = ActionResponses._settle

    def unsent():
        raise RCLError("failed to send response: client will not receive response, at rmw.cpp:1")

    def late(responses, send_once):
        attempts.append(send_once)
        return settle(responses, send_once if attempts.count(send_once) > 2 else unsent)

    monkeypatch.setattr(ActionResponses, "_settle", late)
    graph.fill_map()
    status, answer = Client(graph).send().end()
    assert (status, answer.status) == (GoalStatus.STATUS_SUCCEEDED, Status.OK)
    assert len(attempts) == 6 and graph.node.events.counts()["responses sent late: look"] == 2


def test_what_its_caller_can_never_hear_of_is_not_looked_for(graph, client, monkeypatch):
    monkeypatch.setattr(late_responses, "_LIMIT_S", 0.5)
    # Its ears want what the action does not offer, so that it is never met.
    deaf = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    name = f"{NODE}/look"
    caller = SharedClient(graph.robot, GroundQuery, name, goal_service_qos_profile=deaf)

    def asked():  # never ready, by its own account
        caller.send_goal_async(GroundQuery.Goal(query="the unicorn", time_limit_s=A_MINUTE))
        return graph.node.events.counts().get("requests: look")

    wait_for(asked)
    look = client.send()
    wait_for(lambda: any("look: a caller asked and cannot hear" in t for t in graph.warnings()))
    handles = graph.node.pipeline._looks._handles
    wait_for(lambda: len(handles) == 1, what="an end of what nobody can hear of")
    assert {answer.query for answer in graph.robot.answers} == {"the unicorn"}
    assert all("whoever asked cannot hear of it" in a.message for a in graph.robot.answers)
    graph.fill_map()
    assert look.end()[0] == GoalStatus.STATUS_SUCCEEDED  # of the other client


def test_nothing_is_looked_for_when_everybody_is_gone(graph, monkeypatch):
    monkeypatch.setattr(look_server, "_GONE_S", 0.5)
    context = rclpy.Context()
    context.init(domain_id=graph.domain)
    other = rclpy.create_node("other", context=context)
    spinner = Spinner(context, other)
    client = Client(graph, other)
    look = client.send()
    wait_for(lambda: client.feedback, what="feedback")
    assert look.open
    context.try_shutdown()
    spinner.thread.join(30)
    spinner.executor.shutdown(timeout_sec=2)
    client.client.destroy()
    other.destroy_node()
    wait_for(lambda: graph.robot.answers, what="an answer on the topic")
    (answer,) = graph.robot.answers
    assert answer.message.startswith("the map is still empty; whoever asked is gone; versions")
    wait_for(lambda: idle(graph), what="an end of it all")


def test_a_goal_that_comes_while_the_server_is_being_made_is_answered(graph, client, monkeypatch):
    """Another thread may spin the node, to which rclpy tells the server before we are done."""
    make, wait = ActionServer.__init__, GuardedActionServer.add_to_wait_set
    sent, waits = [], []

    def slowly(server, *arguments, **options):
        make(server, *arguments, **options)
        wait_for(client.client.server_is_ready)
        goal = GroundQuery.Goal(query="the chair", time_limit_s=A_MINUTE)
        sent.append(client.client.send_goal_async(goal))
        waits.clear()
        wait_for(lambda: len(waits) > 3, what="an executor that looks for goals")

    monkeypatch.setattr(ActionServer, "__init__", slowly)
    monkeypatch.setattr(
        GuardedActionServer,
        "add_to_wait_set",
        lambda server, wait_set: waits.append(server) or wait(server, wait_set),
    )
    graph.node.trigger_deactivate()
    graph.node.trigger_cleanup()
    wait_for(lambda: not client.client.server_is_ready(), what="the end of the server")
    graph.node.trigger_configure()
    wait_for(sent[0].done, what="an answer to the goal")
    assert sent[0].result().accepted
