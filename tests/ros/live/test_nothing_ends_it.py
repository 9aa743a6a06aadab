"""Nothing that others send ends the node, and whoever calls a service gets an answer."""

from copy import copy
from functools import wraps

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.msg import ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle.node import LifecycleNodeMixin
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import BadFileError
from detailbase_ros import segmentation_node
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.node_config import NodeConfig, parameters_of
from detailbase_ros.runtime import endpoints
from detailbase_ros.runtime.guarded_callbacks import GuardedService, guarded
from detailbase_ros.srv import GroundQuery
from tests.ros.live.graph import NODE, wait_for

FAULTS = (
    ValueError("\x1b[2J wiped"),
    TypeError(),
    KeyError("missing"),
    IndexError(3),
    OverflowError("too large"),
    MemoryError(),
    RecursionError("deep"),
    OSError(28, "No space left on device"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    StopIteration("over"),
    AssertionError(),
    BadFileError("x" * 10_000),
    rclpy_implementation.RCLError("from rcl"),
)


class Trigger:
    """Makes wrapped callbacks raise while `fault` is set."""

    fault = None

    def on(self, callback):
        @wraps(callback)
        def may_raise(*arguments):
            if self.fault is not None:
                raise copy(self.fault)  # FAULTS would hold the traceback, and with it the node
            return callback(*arguments)

        return may_raise


@pytest.fixture
def trigger(monkeypatch):
    trigger = Trigger()

    class Failing(GuardedService):
        def __init__(self, server, events):
            server.callback = trigger.on(server.callback)
            super().__init__(server, events)

    def failing(callback, what, events):
        return guarded(trigger.on(callback), what, events)

    for module in (endpoints, segmentation_node):
        monkeypatch.setattr(module, "GuardedService", Failing)
    monkeypatch.setattr(endpoints, "guarded", failing)
    return trigger


def finished(coroutine):
    """Result of a coroutine that has nothing to wait for."""
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    return end.value.value


def says_failure(response):
    if hasattr(response, "answer"):
        return response.answer.status == GroundedQuery.INTERNAL_ERROR and response.answer.message
    if hasattr(response, "success"):
        return not response.success
    if hasattr(response, "result") and hasattr(response.result, "successful"):
        return not response.result.successful
    return response == type(response)()  # of rclpy's own types that have no place for it


def test_no_callback_raises_whatever_happens_in_it(trigger, make_graph):
    graph = make_graph(publish_object_frames=True)
    for fault in FAULTS:
        before = graph.node.events.counts().get("dropped: callback_failed", 0)
        call_everything(trigger, graph, fault)
        assert graph.node.events.counts()["dropped: callback_failed"] > before + 20, fault


def call_everything(trigger, graph, fault):
    node, trigger.fault = graph.node, fault
    subscriptions, timers, services = map(list, (node.subscriptions, node.timers, node.services))
    assert len(subscriptions) >= 4 and len(timers) >= 5 and len(services) >= 15
    for subscription in subscriptions:
        subscription.callback(subscription.msg_type())
    for timer in timers:
        timer.callback()
    for guard in node.guards:
        if guard.callback:
            guard.callback()
    for service in services:
        kind = service.srv_type
        assert says_failure(finished(service.callback(kind.Request(), kind.Response()))), service
    robot = graph.robot
    request = GroundQuery.Request(query="the chair", client_tag="who")
    served = robot.call(robot.ground, request).answer
    assert (served.status, served.client_tag) == (GroundedQuery.INTERNAL_ERROR, "who")
    assert len(served.message) < 500
    assert served.message.isprintable()
    trigger.fault = None
    assert robot.call(robot.ground, request).answer.status == GroundedQuery.EMPTY_MAP


@pytest.fixture
def as_on_jazzy(monkeypatch):
    """An rclpy whose lifecycle node raises at a transition that does not fit its state."""
    name = "_LifecycleNodeMixin__change_state"
    change_state = getattr(LifecycleNodeMixin, name)

    def raises(self, transition_id):
        if transition_id not in {known[0] for known in self._state_machine.available_transitions}:
            raise rclpy_implementation.RCLError("Transition is not registered.")
        return change_state(self, transition_id)

    monkeypatch.setattr(LifecycleNodeMixin, name, raises)


WAY = {  # state -> the transition to the next one, round and round
    State.PRIMARY_STATE_UNCONFIGURED: Transition.TRANSITION_CONFIGURE,
    State.PRIMARY_STATE_INACTIVE: Transition.TRANSITION_ACTIVATE,
    State.PRIMARY_STATE_ACTIVE: Transition.TRANSITION_DEACTIVATE,
}
NAMES = ("configure", "cleanup", "activate", "deactivate", "shutdown", "destroy", "", "\x1b[2J")
NUMBERS = (*range(12), 97, 98, 99, 255)  # sent over the graph; all 256 go to the service itself


class Manager:
    def __init__(self, graph):
        self.robot, self.node = graph.robot, graph.node
        self.change_state = graph.robot.create_client(ChangeState, f"{NODE}/change_state")
        self.get_state = graph.robot.create_client(GetState, f"{NODE}/get_state")

    def change(self, number, label=""):
        request = ChangeState.Request(transition=Transition(id=number, label=label))
        return self.robot.call(self.change_state, request).success

    @property
    def state(self):
        return self.robot.call(self.get_state, GetState.Request()).current_state.id

    def possible(self):
        """(number, label) of the transitions of the present state."""
        return {known[:2] for known in self.node._state_machine.available_transitions}


@pytest.mark.parametrize("rclpy_of", ["as_on_jazzy", "as_it_is"])
def test_a_transition_that_does_not_fit_is_refused_in_every_state(make_graph, request, rclpy_of):
    if rclpy_of == "as_on_jazzy":
        request.getfixturevalue("as_on_jazzy")
    graph = make_graph(autostart=False)
    manager = Manager(graph)
    states = [*WAY, State.PRIMARY_STATE_INACTIVE]
    for state in states:
        assert manager.state == state
        refuse_all(manager)
        assert manager.state == state
        assert manager.change(WAY[state])
    assert manager.change(Transition.TRANSITION_ACTIVE_SHUTDOWN)
    assert manager.state == State.PRIMARY_STATE_FINALIZED
    refuse_all(manager)
    assert manager.state == State.PRIMARY_STATE_FINALIZED


def refuse_all(manager):
    possible = manager.possible()
    (service,) = [s for s in manager.node.services if s.srv_name == f"{NODE}/change_state"]
    for number in set(range(256)) - {number for number, _ in possible}:
        request = ChangeState.Request(transition=Transition(id=number))
        assert not finished(service.callback(request, ChangeState.Response())).success, number
    for number in set(NUMBERS) - {number for number, _ in possible}:
        assert not manager.change(number), number
    for label in set(NAMES) - {"", *(label for _, label in possible)}:
        assert not manager.change(0, label), label


def test_a_manager_that_is_quicker_than_autostart_takes_over(make_graph, as_on_jazzy, grounder):
    graph = make_graph(autostart=False)
    assert Manager(graph).change(Transition.TRANSITION_CONFIGURE)
    graph.node._starter = graph.node.create_timer(100.0, lambda: None)
    graph.node._start()
    assert graph.node.state == "active"
    graph.node._starter = graph.node.create_timer(100.0, lambda: None)
    graph.node._start()
    assert graph.node.state == "active"


def test_200_calls_at_once_are_all_answered(graph):
    graph.fill_map()
    robot, service = graph.robot, f"{NODE}/ground"
    qos = QoSProfile(depth=200)
    clients = [robot.create_client(GroundQuery, service, qos_profile=qos) for _ in range(10)]
    wait_for(lambda: all(client.service_is_ready() for client in clients))
    wait_for(lambda: graph.node.count_clients(service) == 11)
    graph.hold_worker()
    asked = [
        client.call_async(GroundQuery.Request(query="the chair", client_tag=f"{c}.{k}"))
        for k in range(20)
        for c, client in enumerate(clients)
    ]
    wait_for(lambda: graph.counts.get("answers: OVERLOADED", 0) == 200 - 32)
    graph.grounder.hold.set()
    wait_for(lambda: all(future.done() for future in asked), what="200 answers")
    answers = [future.result().answer for future in asked]
    assert len({answer.client_tag for answer in answers}) == 200
    statuses = [answer.status for answer in answers]
    assert statuses.count(GroundedQuery.OK) == 32
    assert statuses.count(GroundedQuery.OVERLOADED) == 168


LIVE = {
    name: (value, metadata)
    for config in (NodeConfig(), GrounderConfig())
    for name, value, metadata in parameters_of(config)
    if metadata["live"]
}
ODD = (
    None,
    True,
    0,
    -1,
    2**63 - 1,
    -(2**63),
    0.0,
    -1e300,
    1e10,
    1e300,
    float("inf"),
    float("nan"),
    "",
    "x" * 100_000,
    [],
    [1.0],
    [1.0, 2.0, 3.0],
    [1, 2, 3],
    [float("nan")] * 3,
    ["a"],
    [True, False, True],
)


def messages(name, values):
    return [Parameter(name, value=value).to_parameter_msg() for value in values]


def test_parameters_at_their_limits_and_beyond_are_set_or_refused_with_a_reason(graph):
    robot = graph.robot
    one = robot.create_client(SetParameters, f"{NODE}/set_parameters")
    for name, (value, metadata) in LIVE.items():
        low, high = metadata["low"], metadata["high"]
        ends = []
        if low is not None:
            assert high is not None, f"{name} has no upper limit"
            kind = float if isinstance(value, (float, tuple)) else int
            ends = [kind(low), kind(high), kind(high * 2), kind(low - 1)]
        values = [*([[e] * 3 for e in ends] if isinstance(value, tuple) else ends), *ODD]
        wanted = messages(name, values)
        wanted.append(ParameterMessage(name=name, value=ParameterValue(type=200)))
        for message in wanted:
            request = SetParameters.Request(parameters=[message])
            (result,) = robot.call(one, request).results
            assert result.successful or result.reason, (name, message)
            assert len(result.reason) < 1000
        back = list(value) if isinstance(value, tuple) else value
        request = SetParameters.Request(parameters=messages(name, [back]))
        assert robot.call(one, request).results[0].successful, name
    assert robot.ask_and_wait("the chair").status == GroundedQuery.EMPTY_MAP
    odd_types = len(LIVE)  # type 200 is none: rclpy's own code raises
    assert graph.node.events.counts()["dropped: callback_failed"] == odd_types


def test_together_they_are_set_all_or_none(graph):
    robot = graph.robot
    client = robot.create_client(SetParametersAtomically, f"{NODE}/set_parameters_atomically")

    def set_all(**values):
        parameters = [Parameter(name, value=value) for name, value in values.items()]
        request = SetParametersAtomically.Request(
            parameters=[parameter.to_parameter_msg() for parameter in parameters]
        )
        return robot.call(client, request).result

    refused = set_all(**{"map.max_range_m": 3.0, "use_sim_time": "perhaps"})
    assert not refused.successful
    assert refused.reason
    assert graph.grounder.map.config.max_range_m == 8.0  # rclpy itself refused the other one
    crop = {"map.crop_low_m": [-1.0, -1.0, -1.0], "map.crop_high_m": [1.0, 1.0, 1.0]}
    assert set_all(**crop).successful
    assert graph.grounder.map.config.crop_high_m == (1.0, 1.0, 1.0)
    assert not set_all(**{"map.crop_low_m": [5.0] * 3, "query_queue_size": 3}).successful
    assert graph.node.pipeline.queries.worker.capacity == 32


def test_a_parameter_that_is_deleted_stays(graph):
    client = graph.robot.create_client(SetParameters, f"{NODE}/set_parameters")
    nothing = ParameterValue(type=ParameterType.PARAMETER_NOT_SET)
    message = ParameterMessage(name="map.max_range_m", value=nothing)
    response = graph.robot.call(client, SetParameters.Request(parameters=[message]))
    assert not response.results[0].successful
    assert "cannot be deleted" in response.results[0].reason
    assert graph.node.has_parameter("map.max_range_m")


def test_texts_that_are_too_long_are_refused_and_not_repeated(graph):
    robot = graph.robot
    answer = robot.ask_and_wait("." * 8_000_000)
    assert answer.status == GroundedQuery.BAD_QUERY
    assert "8000000 characters, at most 4096" in answer.message
    assert len(answer.query) < 300
    tagged = robot.call(robot.ground, GroundQuery.Request(query="x", client_tag="t" * 1_000_000))
    assert tagged.answer.status == GroundedQuery.BAD_QUERY
    assert "client_tag" in tagged.answer.message
    assert len(tagged.answer.client_tag) < 300
    assert robot.ask_and_wait("." * 4096).status == GroundedQuery.BAD_QUERY  # 4096 words


def test_another_node_of_its_name_is_named(graph, make_node):
    make_node(graph)
    texts = wait_for(lambda: [t for t in graph.warnings() if "another node is called" in t])
    assert NODE in texts[0]
