"""The node as a process: starting, stopping, and the shell that it is started from."""

import platform
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import rclpy
from rclpy.node import Node
from std_msgs.msg import String

from detailbase_ros.runtime.executor import PooledExecutor
from tests.ros.live.domains import DOMAINS
from tests.ros.live.graph import Spinner, wait_for
from tests.ros.live.processes import ROOT, fake_node


@contextmanager
def asker(domain):
    """A publisher of queries in a context of its own."""
    context = rclpy.Context()
    context.init(domain_id=domain)
    node = Node("asker", context=context)
    yield node.create_publisher(String, "referring_query", 10)
    node.destroy_node()
    context.try_shutdown()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_idle_node_quietly(start, number):
    node = start(fake_node())
    node.wait_until_ready()
    status, _, errors = node.stop(number)
    assert (status, errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_busy_node_quietly(start, number):
    domain = next(DOMAINS)
    node = start(fake_node("3600"), ROS_DOMAIN_ID=str(domain))
    node.wait_until_ready()
    with asker(domain) as publisher:
        wait_for(publisher.get_subscription_count)
        publisher.publish(String(data="the chair"))
        node.wait_for_line("at work")
        status, _, errors = node.stop(number)
    assert (status, errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_loads_its_model(start, number):
    node = start(fake_node("0", "3600"))
    node.wait_for_line("loading")
    status, _, errors = node.stop(number)
    assert (status, errors) == (0, "")


@pytest.mark.parametrize("numbers", [(2,), (15,), (2, 15), (15, 2)])
def test_signals_that_come_while_it_ends_do_not_disturb_it(start, numbers):
    node = start(fake_node())
    node.wait_until_ready()
    assert node.stop_impatiently(*numbers) == (0, "")


def test_they_do_not_disturb_the_simulated_robot(start):
    robot = start([sys.executable, "-m", "detailbase_ros.demo.demo_robot_node"])
    robot.wait_for_line("waiting for a subscriber")
    assert robot.stop_impatiently(signal.SIGINT) == (0, "")


def test_they_do_not_disturb_doctor(start):
    doctor = start([sys.executable, "-m", "detailbase_ros.tools.doctor", "--seconds", "60"])
    doctor.wait_for_line("checking the system")
    assert doctor.stop_impatiently(signal.SIGINT) == (130, "")


def test_they_do_not_disturb_ask(start, graph):
    graph.grounder.hold.clear()  # no answer comes
    command = [sys.executable, "-m", "detailbase_ros.tools.ask", "the chair"]
    ask = start(command, ROS_DOMAIN_ID=str(graph.domain))
    wait_for(lambda: graph.node.pipeline.queries.worker._working)
    assert ask.stop_impatiently(signal.SIGINT) == (130, "")
    graph.grounder.hold.set()


def test_others_hear_at_once_that_it_is_gone(start):
    """A participant that only vanishes is believed in for 20 s (Fast DDS's lease)."""
    domain = next(DOMAINS)
    node = start(fake_node(), ROS_DOMAIN_ID=str(domain))
    node.wait_until_ready()
    with asker(domain) as publisher:
        wait_for(publisher.get_subscription_count)
        node.stop(signal.SIGINT)
        wait_for(lambda: not publisher.get_subscription_count(), timeout_s=15.0)


def run_to_its_end(*command):
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=200
    )


@pytest.mark.parametrize(
    ("parameter", "complaint"),
    [
        ("map.voxel_size_m:=0.0", "map.voxel_size_m"),
        ("map_frame:=3", "map_frame"),
        ("on_map_jump:=dance", "'dance' is not one of clear, keep"),
    ],
)
def test_a_wrong_parameter_ends_it_with_one_line(parameter, complaint):
    ended = run_to_its_end("-m", "detailbase_ros.segmentation_node", "--ros-args", "-p", parameter)
    assert ended.returncode == 1
    assert complaint in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("segmentation_node", 1),
        ("demo_robot_node", 1),
        ("ask", 2),
        ("console", 2),
        ("doctor", 2),
    ],
)
def test_a_file_of_no_parameters_ends_it_with_one_line(program, status):
    file = "config/detailbase_rooms.yaml"  # training's
    words = ["the chair"] if program == "ask" else []
    arguments = (program, *words, "--ros-args", "--params-file", file)
    ended = run_to_its_end("-m", "detailbase_ros.programs", *arguments)
    assert ended.returncode == status
    assert f"{program} cannot start: " in ended.stderr and file in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_model_ends_it_with_one_line():
    ended = run_to_its_end(
        "-m",
        "detailbase_ros.segmentation_node",
        "--ros-args",
        "-p",
        "checkpoint:=/nowhere/model.safetensors",
    )
    assert ended.returncode == 1
    assert "/nowhere/model.safetensors" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_torch_ends_it_with_the_recipe():
    ended = run_to_its_end(
        "-c",
        "import sys; sys.modules['torch'] = None; "
        "from detailbase_ros.segmentation_node import main; main()",
    )
    assert ended.returncode == 1
    assert "has no 'torch'" in ended.stderr
    assert "make install" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_shutdown_that_wakes_nobody_is_seen():
    """As rclpy's own at a signal, where the executor looked before the context was shut down."""
    context = rclpy.Context()
    context.init(domain_id=next(DOMAINS))
    node = Node("idle", context=context)
    spinner = Spinner(context, node)
    time.sleep(0.3)  # until it waits
    with context.handle:
        context.handle.shutdown()
    spinner.thread.join(60)
    assert not spinner.thread.is_alive()
    spinner.executor.shutdown(1)
    node.destroy_node()


def test_a_fault_in_a_callback_reaches_the_one_who_spins():
    context = rclpy.Context()
    context.init(domain_id=next(DOMAINS))
    node = Node("faulty", context=context)
    timer = node.create_timer(0.01, lambda: timer.cancel() or 1 / 0)  # and then nothing more
    spinner = Spinner(context, node)
    wait_for(lambda: spinner.fault)
    assert isinstance(spinner.fault, ZeroDivisionError)
    context.try_shutdown()
    spinner.thread.join(5)
    spinner.executor.shutdown(1)
    node.destroy_node()
    assert isinstance(spinner.executor, PooledExecutor)


ONE_HEAP = """
import detailbase_ros.segmentation_node, ctypes, os, threading
threads = [threading.Thread(target=bytearray, args=(100_000,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
c = ctypes.CDLL(None)
c.fdopen.restype = ctypes.c_void_p
c.malloc_info(0, ctypes.c_void_p(c.fdopen(1, b"w")))
c.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")
def test_all_threads_of_the_node_share_one_heap():
    command = [sys.executable, "-c", ONE_HEAP]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    assert run.stdout.count("<heap nr=") == 1
