"""The worker thread."""

import logging
import os
import sys
import threading
import time
from dataclasses import replace

import pytest

from detailbase_core.conversation.conversation import Reply
from detailbase_core.errors import BadQueryError, Cancelled, EmptySceneError, check_cancelled
from detailbase_ros.messages.query import Query, Status, answer
from detailbase_ros.queries.query_worker import QueryWorker


class Answer:
    """Stands for a Grounding."""

    phrases = ()

    def __init__(self, found=True, plea=""):
        self.found, self.plea = found, plea


class Slow:
    """Answers when `go` is set, or is cancelled; what `replies` hold, in order.

    Encodes until `encoded` is set, or it is cancelled; `useful` is whether queries need that.
    """

    def __init__(self, *replies):
        self.go, self.started = threading.Event(), threading.Event()
        self.replies, self.encodings = list(replies), 0
        self.encoding, self.encoded, self.useful = threading.Event(), threading.Event(), True
        self.encoded.set()
        self.threads, self.passes = set(), []

    def ground_many(self, texts, cancel):
        self.passes.append(len(texts))
        self._wait(cancel)
        failed = [r for r in self.replies[: len(texts)] if isinstance(r, Exception)]
        if failed:
            raise failed[0]
        return [self.replies.pop(0) if self.replies else Answer() for _ in texts]

    def ground(self, text, cancel, why=False):
        self._wait(cancel)
        reply = self.replies.pop(0) if self.replies else Answer()
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _wait(self, cancel):
        self.threads.add(threading.current_thread())
        self.started.set()
        while not self.go.wait(0.001):
            if cancel.is_set():
                raise Cancelled("cancelled")

    def encode_scene(self, cancel):
        self.threads.add(threading.current_thread())
        self.encodings += 1
        self.encoding.set()
        while not self.encoded.wait(0.001):
            check_cancelled(cancel)

    def encodes_what_queries_need(self):
        return self.useful


class Results:
    """Collects results as the node does: woken by the worker, taking all there are."""

    def __init__(self, grounder, capacity=8, **options):
        self.new = threading.Semaphore(0)
        self.taken, self.faults = [], []
        self.worker = QueryWorker(
            grounder,
            capacity,
            self.new.release,
            lambda *fault: self.faults.append(fault),
            **options,
        )
        self.worker.resume()

    def on_fault(self, *fault):
        self.faults.append(fault)

    def get(self, count):
        while len(self.taken) < count:
            assert self.new.acquire(timeout=5), self.taken
            self.taken += self.worker.take_results()
        return self.taken


@pytest.fixture
def start():
    started = []

    def make(grounder, **options):
        started.append(Results(grounder, **options))
        return started[-1]

    yield make
    for results in started:
        assert results.worker.stop(5)


def query(number, patience_s=60.0):
    return Query(number, f"chair {number}", 0, time.monotonic() + patience_s)


def test_answers_in_order_on_one_thread(start):
    grounder = Slow()
    results = start(grounder)
    for number in range(5):
        results.worker.submit(query(number))
    grounder.go.set()
    assert [o.query.id for o in results.get(5)] == list(range(5))
    assert {o.status for o in results.taken} == {Status.OK}
    assert len(grounder.threads) == 1
    assert threading.current_thread() not in grounder.threads


def test_what_waits_is_asked_in_one_pass(start):
    grounder = Slow(Answer(), Answer(found=False), Answer())
    results = start(grounder)
    results.worker.submit(query(0))
    assert grounder.started.wait(5)
    for number in (1, 2):
        results.worker.submit(query(number))
    grounder.go.set()
    answers = results.get(3)
    assert grounder.passes == [2]
    found = [Status.OK, Status.NOTHING_FOUND, Status.OK]
    assert [(o.query.id, o.status) for o in answers] == list(enumerate(found))


def test_who_wants_to_know_what_came_next_is_asked_alone(start):
    grounder = Slow()
    results = start(grounder)
    results.worker.submit(query(0))
    assert grounder.started.wait(5)
    for number in (1, 2):
        results.worker.submit(replace(query(number), why=number == 2))
    grounder.go.set()
    results.get(3)
    assert grounder.passes == []  # a pass of several does not tell


def test_who_fails_in_one_pass_fails_alone(start):
    grounder = Slow(Answer(), Answer(), BadQueryError("no words"), Answer(found=False))
    results = start(grounder)
    results.worker.submit(query(0))
    assert grounder.started.wait(5)
    for number in (1, 2, 3):
        results.worker.submit(query(number))
    grounder.go.set()
    statuses = [Status.OK, Status.OK, Status.BAD_QUERY, Status.NOTHING_FOUND]
    assert [(o.query.id, o.status) for o in results.get(4)] == list(enumerate(statuses))
    assert grounder.passes == [3]


def test_a_late_one_does_not_take_the_others_with_it(start):
    grounder = Slow()
    results = start(grounder)
    results.worker.submit(query(0))
    assert grounder.started.wait(5)
    results.worker.submit(query(1, patience_s=0.05))
    results.worker.submit(query(2))
    time.sleep(0.1)
    grounder.go.set()
    statuses = [Status.OK, Status.TIMEOUT, Status.OK]
    assert [(o.query.id, o.status) for o in results.get(3)] == list(enumerate(statuses))


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own")
def test_the_network_steps_back_behind_the_scans(start):
    grounder = Slow()
    grounder.go.set()
    results = start(grounder)
    results.worker.submit(query(1))
    results.get(1)
    (thread,) = grounder.threads
    priority = os.getpriority(os.PRIO_PROCESS, thread.native_id)
    assert priority > os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) or priority == 19


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Answer(found=False), Status.NOTHING_FOUND),
        (BadQueryError("too long"), Status.BAD_QUERY),
        (EmptySceneError("empty"), Status.EMPTY_MAP),
        (ValueError("a fault"), Status.INTERNAL_ERROR),
    ],
)
def test_every_end_has_a_status_and_the_next_query_is_answered(start, caplog, reply, status):
    caplog.set_level(logging.CRITICAL)
    grounder = Slow(reply)
    grounder.go.set()
    results = start(grounder)
    results.worker.submit(query(1))
    results.worker.submit(query(2))
    assert [o.status for o in results.get(2)] == [status, Status.OK]
    assert bool(results.taken[0].message) == isinstance(reply, Exception)


def test_what_does_not_fit_is_overloaded_at_once(start):
    grounder = Slow()
    results = start(grounder, capacity=2)
    results.worker.submit(query(0))
    assert grounder.started.wait(5)
    for number in (1, 2, 3):
        results.worker.submit(query(number))
    assert [(o.query.id, o.status) for o in results.get(1)] == [(3, Status.OVERLOADED)]
    grounder.go.set()
    assert [o.query.id for o in results.get(4)] == [3, 0, 1, 2]


def test_late_queries_time_out_running_or_waiting(start):
    results = start(Slow())
    results.worker.submit(query(1, patience_s=0.05))
    results.worker.submit(query(2, patience_s=0.05))
    assert [o.status for o in results.get(2)] == [Status.TIMEOUT] * 2


def test_stopping_cancels_what_runs(start):
    grounder = Slow()
    results = start(grounder)
    results.worker.submit(query(1))
    assert grounder.started.wait(5)
    assert results.worker.stop(5)


@pytest.mark.parametrize("ahead", [True, False])
def test_the_changed_map_is_encoded_while_nobody_asks(start, ahead):
    grounder = Slow()
    grounder.go.set()
    results = start(grounder, encode_ahead=ahead)
    results.worker.map_changed()
    if ahead:
        end = time.monotonic() + 5
        while not grounder.encodings and time.monotonic() < end:
            time.sleep(0.001)
    results.worker.submit(query(1))
    results.get(1)
    assert grounder.encodings == int(ahead)


def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_query_does_not_wait_for_an_encoding_that_it_cannot_use(start):
    grounder = Slow()
    grounder.go.set()
    grounder.encoded.clear()
    grounder.useful = False
    results = start(grounder)
    results.worker.map_changed()
    assert grounder.encoding.wait(5)
    results.worker.submit(query(1))
    assert results.get(1)[0].status is Status.OK
    wait_until(lambda: grounder.encodings == 2)  # taken up again once nobody asks
    grounder.encoded.set()


def test_a_query_waits_for_the_encoding_that_it_would_make_itself(start):
    grounder = Slow()
    grounder.go.set()
    grounder.encoded.clear()
    results = start(grounder)
    results.worker.map_changed()
    assert grounder.encoding.wait(5)
    results.worker.submit(query(1))
    assert not results.new.acquire(timeout=0.05)
    grounder.encoded.set()
    assert results.get(1)[0].status is Status.OK
    assert grounder.encodings == 1


def test_an_encoding_that_fails_is_reported_and_the_next_query_is_answered(start):
    grounder, fault = Slow(), MemoryError("no room")
    grounder.go.set()
    results = start(grounder)

    def fail(cancel):
        raise fault

    grounder.encode_scene = fail
    results.worker.map_changed()
    wait_until(lambda: results.faults)
    assert results.faults == [("encoding_failed", "encoding the map failed", fault)]
    results.worker.submit(query(1))
    assert results.get(1)[0].status is Status.OK


def test_paused_all_is_inactive_in_order_and_nothing_runs(start):
    grounder = Slow()
    results = start(grounder)
    for number in range(3):
        results.worker.submit(query(number))
    assert grounder.started.wait(5)
    results.worker.pause(5)
    results.worker.submit(query(3))
    assert [(o.query.id, o.status) for o in results.get(4)] == [
        (number, Status.INACTIVE) for number in range(4)
    ]
    results.worker.map_changed()
    grounder.go.set()
    results.worker.resume()
    results.worker.submit(query(4))
    assert results.get(5)[-1].status is Status.OK


def test_what_names_nothing_comes_with_a_plea():
    class Pleads:
        def ground(self, sentence, cancel=None, why=False):
            return Answer(found=False, plea=f'"{sentence}" names nothing')

    result = answer(Pleads(), Query(1, "it", 0, 0.0))
    assert (result.status, result.message) == (Status.NOTHING_FOUND, '"it" names nothing')


class Talks:
    """Stands for ClientConversations: sentences with "other" refer to earlier ones."""

    def __init__(self):
        self.asked, self.remembered = [], []

    def stand_alone(self, queries):
        return not any("other" in query.text for query in queries)

    def heard(self, query, grounding):
        self.remembered.append(query.text)

    def ask(self, query, cancel):
        self.asked.append(query.text)
        return Reply(query.text, Answer(), "an earlier one")


def tagged(number, text):
    return Query(number, text, 0, time.monotonic() + 60, client_tag="robot")


@pytest.mark.parametrize("text", ["the lamp", "the other one"])
def test_sentences_that_refer_to_earlier_ones_are_asked_one_by_one(start, text):
    slow, talks = Slow(), Talks()
    results = start(slow, conversations=talks)
    results.worker.submit(query(0))
    assert slow.started.wait(5)
    results.worker.submit(tagged(1, "the chair"))
    results.worker.submit(tagged(2, text))
    slow.go.set()
    taken = results.get(3)
    if text == "the lamp":
        assert (slow.passes, talks.asked) == ([2], [])
        assert talks.remembered == ["the chair", "the lamp"]
    else:
        assert (slow.passes, talks.asked) == ([], ["the chair", "the other one"])
        assert [result.message for result in taken[1:]] == ["taken as: an earlier one"] * 2
