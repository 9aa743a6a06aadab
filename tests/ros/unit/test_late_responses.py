"""Responses to callers whom the middleware meets late, or never."""

import threading
import time
import warnings

import pytest

pytest.importorskip("rclpy")

from rclpy._rclpy_pybind11 import RCLError
from rclpy.action import ActionServer
from rclpy.exceptions import InvalidHandle

from detailbase_ros.runtime import action_responses, late_responses
from detailbase_ros.runtime.action_responses import ActionResponses
from detailbase_ros.runtime.action_server import GuardedActionServer
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.runtime.guarded_callbacks import GuardedService


class Log:
    def __init__(self):
        self.lines = []

    def warning(self, text):
        self.lines.append(text)

    error = info = warning


def unsent():
    """What rclpy raises, by its version, where the caller's ear is not discovered."""
    warned = SystemError("returned a result with an exception set")
    warned.__cause__ = RuntimeWarning("failed to send response (timeout): client will ...")
    old = RCLError("failed to send response: client will not receive response, at rmw.cpp:1")
    return [warned, old]


class Server:
    """An rclpy service whose caller is met after so many attempts."""

    srv_name = "/node/ground"
    callback = None

    def __init__(self, met_after, fault):
        self.met_after, self.fault, self.attempts, self.heard = met_after, fault, 0, []

    def send_response(self, response, header):
        self.attempts += 1
        if self.attempts <= self.met_after:
            raise self.fault
        self.heard.append((response, header))


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def served(server):
    log = Log()
    service = GuardedService(server, events := EventCounters(log))
    service.answer(None, None).close()
    service._responses.expect()  # as answer() does once it is awaited
    return service, events, log.lines


@pytest.mark.parametrize("fault", unsent(), ids=["warning", "error"])
def test_a_caller_who_is_met_late_hears_its_answer_once(fault):
    server = Server(met_after=5, fault=fault)
    service, events, _ = served(server)
    server.send_response("the answer", 7)
    wait_until(lambda: server.heard)
    assert service.drain(20)
    assert server.heard == [("the answer", 7)] and server.attempts == 6
    counts = events.counts()
    assert counts["responses: ground"] == counts["responses sent late: ground"] == 1
    assert not any("dropped" in name for name in counts)


def test_a_caller_who_never_listens_is_named_and_holds_nothing():
    server = Server(met_after=1000, fault=unsent()[0])
    service, events, lines = served(server)
    server.send_response("the answer", 7)
    assert service.drain(20)  # it hurries
    assert server.heard == [] and events.counts()["dropped: caller_never_met"] == 1
    assert "/node/ground: a caller asked and cannot hear the answer" in lines[0]


def test_only_who_sends_it_again_hears_of_what_was_not_sent(recwarn):
    late_responses.raise_when_unsent()
    text = "failed to send response (timeout): client will not receive response"
    for sender in ("rclpy.service", action_responses.__name__):
        with pytest.raises(RuntimeWarning):
            warnings.warn_explicit(text, RuntimeWarning, "sender.py", 78, module=sender)
    # rclpy's own action server would leave its goal half begun.
    warnings.warn_explicit(text, RuntimeWarning, "server.py", 1, module="rclpy.action.server")
    assert [str(seen.message) for seen in recwarn] == [text]


def test_an_actions_result_that_cannot_be_sent_ends_nothing(monkeypatch):
    def raises(*_):
        raise unsent()[0]

    monkeypatch.setattr(ActionServer, "_send_result_response", raises)
    server = GuardedActionServer.__new__(GuardedActionServer)  # without a node
    server._events, server._short_name = EventCounters(log := Log()), "look"
    server._changed, server.awaited = threading.Condition(), 1
    server._responses = ActionResponses(Handle(), "/node/look", server._events, None)
    server._send_result_response(7, None)
    assert server.drain(0)
    assert len(log.lines) == 1 and "look: result not sent" in log.lines[0]


class Handle:
    """A C++ handle of an action's server, as far as its responses need it."""

    def __init__(self, ended=False):
        self.ended = ended

    def __enter__(self):
        if self.ended:
            raise InvalidHandle("cannot use Destroyable")

    def __exit__(self, *_):
        pass


class Action:
    """An action's responses, and a caller who is met after so many attempts."""

    def __init__(self, met_after, fault, handle=None):
        self.events, self.unheard = EventCounters(log := Log()), []
        self.lines, self.attempts, self.heard = log.lines, 0, []
        self.handle, self.met_after, self.fault = handle or Handle(), met_after, fault
        self.responses = ActionResponses(
            self.handle, "/node/look", self.events, self.unheard.append
        )
        self.responses.goal_id = b"goal 1"

    def send(self, handle, header, response):
        """What rclpy does in C++."""
        assert handle is self.handle
        self.attempts += 1
        if self.attempts <= self.met_after:
            raise self.fault
        self.heard.append((header, response))

    def answer(self, kind):
        """What rclpy's Python calls."""
        action_responses._replacement(kind, self.send)(self.handle, 7, "accepted")


@pytest.mark.parametrize("fault", unsent(), ids=["warning", "error"])
@pytest.mark.parametrize("kind", ["goal", "cancel", "result"])
def test_an_actions_caller_who_is_met_late_hears_its_response_once(kind, fault):
    action = Action(met_after=5, fault=fault)
    action.answer(kind)  # as if it were sent: rclpy begins the goal
    wait_until(lambda: action.heard)
    assert action.responses.drain(20) and not action.unheard
    assert action.heard == [(7, "accepted")] and action.attempts == 6
    assert action.events.counts() == {"responses sent late: look": 1}


def test_the_goal_of_a_caller_who_never_hears_of_it_is_named():
    for kind, unheard in (("goal", [b"goal 1"]), ("cancel", []), ("result", [])):
        action = Action(met_after=1000, fault=unsent()[0])
        action.answer(kind)
        action.responses.goal_id = b"goal 2"
        assert action.responses.drain(20)  # it hurries
        assert action.unheard == unheard and not action.heard
        assert "/node/look: a caller asked and cannot hear the answer" in action.lines[0]


def test_an_action_that_has_ended_or_fails_otherwise_is_asked_once():
    action = Action(met_after=1000, fault=unsent()[0], handle=Handle(ended=True))
    action.answer("result")
    assert action.responses.drain(0) and not action.attempts
    assert action.events.counts() == {"/node/look: ended before its response": 1}

    action = Action(met_after=1000, fault=ValueError("no such number"))
    action.answer("goal")
    assert action.responses.drain(0) and action.attempts == 1
    assert "/node/look: response not sent: ValueError" in action.lines[0]


def test_other_actions_of_the_process_are_left_to_rclpy():
    action = Action(met_after=1, fault=unsent()[0])
    action.responses.close()
    with pytest.raises(SystemError):
        action.answer("goal")
    assert action.responses.drain(0) and not action.events.counts()


def test_any_other_fault_is_answered_with_a_failure_at_once():
    class Response:
        message = ""

    server = Server(met_after=1, fault=ValueError("no such number"))
    service, events, _ = served(server)
    server.send_response(Response(), 7)
    assert [header for _, header in server.heard] == [7] and server.heard[0][0].message
    assert events.counts()["responses: ground"] == 1 and service.drain(0)


def test_a_service_that_has_ended_meanwhile_is_no_error():
    server = Server(met_after=1000, fault=InvalidHandle("cannot use Destroyable"))
    service, events, lines = served(server)
    server.send_response("the answer", 7)
    assert service.drain(0) and server.attempts == 1 and lines == []
    assert events.counts() == {"/node/ground: ended before its response": 1}


def test_callers_who_never_listen_fill_no_memory(monkeypatch):
    monkeypatch.setattr(late_responses, "_CAPACITY", 3)
    free = threading.Event()
    late = late_responses.LateResponses(limit_s=20)
    ended = []
    assert late.add(lambda: free.wait(20), ended.append)  # holds the thread
    wait_until(lambda: not late._waiting)
    assert [late.add(lambda: True, ended.append) for _ in range(5)] == [True] * 3 + [False] * 2
    free.set()
    wait_until(lambda: len(ended) == 4)
    assert ended == [True] * 4
