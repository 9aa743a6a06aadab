"""The node under test in one context, a robot with publishers and ears in another."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from concurrent.futures import Future

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped
from rcl_interfaces.msg import Log
from rclpy._rclpy_pybind11 import RCLError
from rclpy.exceptions import InvalidHandle
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import MarkerArray

from detailbase_core.types import PointCloud
from detailbase_ros.messages.conversions import cloud_to_message, to_stamp
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.runtime.executor import PooledExecutor
from detailbase_ros.segmentation_node import SegmentationNode
from detailbase_ros.srv import GroundQuery
from tests.ros.live.domains import DOMAINS

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
ANSWERS = QoSProfile(depth=256, durability=DurabilityPolicy.TRANSIENT_LOCAL)
NODE = "/segmentation_node"
START_NS = 1_700_000_000_000_000_000
OVER = weakref.WeakSet()  # nodes of graphs that were closed


def wait_for(condition, timeout_s=120.0, what="the expected thing"):
    """Poll until `condition()` is true and return its value.

    The limit is for what never happens: no test is about how long something takes.
    """
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"{what} did not happen within {timeout_s} s")


class Seen:
    """A DiagnosticStatus, easier to look at."""

    def __init__(self, status):
        self.level, self.message = ord(status.level), status.message
        self.values = {value.key: value.value for value in status.values}


class Spinner:
    """A node spinning on a thread of its own."""

    def __init__(self, context, node, threads=2):
        self.context, self.executor = context, PooledExecutor(threads, context=context)
        self.executor.add_node(node)
        self.fault = None
        self.thread = threading.Thread(target=self._spin, daemon=True)
        self.thread.start()

    def _spin(self):
        try:
            self.executor.spin()
        except ExternalShutdownException:
            pass
        except (InvalidHandle, RCLError) as error:
            # A context that is shut down destroys its nodes while they may be looked at here, and
            # itself while they are about to be waited for.
            self.fault = error if self.context.ok() else None
        except Exception as error:  # shown by Graph.close: a callback killed the node
            self.fault = error


class Graph:
    """SegmentationNode(**parameters) and a robot beside it.

    rclpy never destroys a lifecycle node's state machine, which keeps the node's /rosout alive, and
    one process has one for all nodes of a name: where an earlier node is still held, the next one's
    log is lost.
    """

    def __init__(self, grounder, parameters=None):
        # What pytest held of the last test's faults is free only now, what still works later.
        wait_for(lambda: gc.collect() >= 0 and not OVER, what="the end of an earlier test's node")
        self.domain = domain = next(DOMAINS)
        self.contexts = [rclpy.Context(), rclpy.Context()]
        for context in self.contexts:
            context.init(domain_id=domain)
        overrides = [Parameter(name, value=value) for name, value in (parameters or {}).items()]
        self.node = SegmentationNode(
            lambda config: grounder, context=self.contexts[0], parameter_overrides=overrides
        )
        self.grounder = grounder
        self.robot = Robot(self.contexts[1])
        self.spinners = [
            Spinner(self.contexts[0], self.node, 4),
            Spinner(self.contexts[1], self.robot),
        ]
        # Its own log and the node's; each is told to those alone who have found it.
        wait_for(lambda: self.robot.rosout.get_publisher_count() >= 2, what="discovery")
        if (parameters or {}).get("autostart", True):
            wait_for(lambda: self.node.state == "active", what="autostart")
            wait_for(lambda: self.robot.connected(self.node), what="discovery")

    def close(self):
        """End everything; fails if a callback killed the node, or its worker goes on."""
        wait_for(self.node.stop, what="the end of the node's worker")
        for context, spinner in zip(self.contexts, self.spinners, strict=True):
            context.try_shutdown()
            spinner.thread.join(120)
            assert not spinner.thread.is_alive()
            spinner.executor.shutdown(timeout_sec=2)
        for node in (self.node, self.robot):
            node.destroy_node()
        faults = [repr(spinner.fault) for spinner in self.spinners if spinner.fault]
        # The executors hold faults of their tasks, and these the node.
        OVER.add(self.node)
        del self.node, node, spinner
        self.spinners.clear()
        gc.collect()
        assert not faults, faults

    @property
    def counts(self):
        pipeline = self.node.pipeline
        return pipeline.scan_events.counts() | pipeline.query_events.counts()

    def warnings(self):
        """Warnings of the node so far, in order."""
        return self._logged(30)

    def errors(self):
        """Errors of the node so far, in order."""
        return self._logged(40)

    def status(self, part):
        """The newest status of this part on /diagnostics: level, message and values, or None."""
        for array in reversed(self.robot.diagnostics):
            for status in array.status:
                if status.name == f"{NODE.lstrip('/')}: {part}":
                    return Seen(status)
        return None

    def publisher(self, kind, topic, qos=10, node=None):
        """A further publisher of the robot's, once it and the node's subscription have met.

        Each finds the other in its own time, and what is sent best effort before is lost.
        """
        made, name = self.robot.create_publisher(kind, topic, qos), self.robot.resolve_topic_name
        count = sum(each.topic_name == name(topic) for each in self.robot.publishers)
        (ear,) = (s for s in (node or self.node).subscriptions if s.topic_name == name(topic))
        wait_for(
            lambda: made.get_subscription_count() and ear.get_publisher_count() >= count,
            what=f"discovery of {topic}",
        )
        return made

    def hold_worker(self):
        """The query worker, busy with one query until it is cancelled: what comes now waits."""
        self.grounder.hold.clear()
        worker = self.node.pipeline.queries.worker
        received = self.counts.get("queries received", 0)
        self.robot.ask("the chair")
        wait_for(lambda: self.counts.get("queries received", 0) > received)
        wait_for(lambda: worker._working and not worker.pending)
        return worker

    def _logged(self, level):
        return [m.msg for m in self.robot.log if m.level == level and "segmentation" in m.name]

    def fill_map(self):
        """Put a known cloud into the map, as a robot does, and wait until it is in."""
        self.robot.send_tf(static=True)
        self.robot.send_tf(stamp_ns=self.robot.now_ns)
        self.robot.send_cloud()
        wait_for(lambda: self.counts.get("scans inserted"), what="a scan in the map")


class Robot(Node):
    """Publishes clouds, TF and sentences; keeps what comes back."""

    def __init__(self, context):
        super().__init__("robot", context=context)
        self.answers: list[GroundedQuery] = []
        self.markers: list[MarkerArray] = []
        self.diagnostics: list[DiagnosticArray] = []
        self.log: list[Log] = []
        self.ears = []
        self.now_ns = START_NS
        latched = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.points = self.create_publisher(PointCloud2, "points", 10)
        self.queries = self.create_publisher(String, "referring_query", 256)
        self.tf = self.create_publisher(TFMessage, "/tf", 100)
        self.tf_static = self.create_publisher(TFMessage, "/tf_static", latched)
        self.listen(GroundedQuery, f"{NODE}/grounding", self.answers, ANSWERS)
        self.listen(MarkerArray, f"{NODE}/markers", self.markers)
        self.listen(DiagnosticArray, "/diagnostics", self.diagnostics, QoSProfile(depth=10))
        rosout = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.listen(Log, "/rosout", self.log, rosout)
        self.rosout = self.ears[-1]
        self.ground = self.create_client(GroundQuery, f"{NODE}/ground")

    def listen(self, kind, topic, into, qos=LATCHED):
        self.ears.append(self.create_subscription(kind, topic, into.append, qos))

    def connected(self, node):
        """Whether robot and node have found each other, from both sides."""
        publishers = (self.points, self.queries, self.tf, self.tf_static)
        topics = {publisher.topic_name for publisher in publishers}
        ears = [*self.ears, *(s for s in node.subscriptions if s.topic_name in topics)]
        return (
            all(publisher.get_subscription_count() for publisher in publishers)
            and all(ear.get_publisher_count() for ear in ears)
            and self.ground.service_is_ready()
        )

    def call(self, client, request, timeout_s=120.0):
        """Call a service from the test's thread."""
        assert client.wait_for_service(timeout_s)
        done = Future()
        client.call_async(request).add_done_callback(lambda f: done.set_result(f.result()))
        return done.result(timeout_s)

    def ask(self, text):
        self.queries.publish(String(data=text))

    def ask_and_wait(self, text):
        count = len(self.answers)
        self.ask(text)
        wait_for(lambda: len(self.answers) > count, what=f"an answer to {text[:40]!r}")
        return self.answers[count]

    def send_cloud(self, xyz=None, frame="camera_optical", stamp_ns=None, change=None):
        """Publish a cloud: by default a grid of 300 points one metre ahead; `change` spoils it."""
        if xyz is None:
            x, y = np.meshgrid(np.linspace(-0.3, 0.3, 20), np.linspace(-0.2, 0.2, 15))
            xyz = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], axis=1)
        xyz = np.asarray(xyz, np.float32)
        rgb = np.full(xyz.shape, 100, np.uint8)
        stamp_ns = self.now_ns if stamp_ns is None else stamp_ns
        message = cloud_to_message(PointCloud(xyz, rgb, frame, stamp_ns))
        if change is not None:
            change(message)
        self.points.publish(message)

    def send_tf(self, stamp_ns=0, static=False, parent=None, child=None, x=0.0):
        """odom -> base_link, or base_link -> camera_optical where `static`."""
        transform = TransformStamped()
        transform.header.frame_id = parent or ("base_link" if static else "odom")
        transform.child_frame_id = child or ("camera_optical" if static else "base_link")
        transform.header.stamp = to_stamp(stamp_ns)
        transform.transform.translation.x = float(x)
        transform.transform.translation.z = 1.0 if static else 0.0
        q = (-0.5, 0.5, -0.5, 0.5) if static else (0.0, 0.0, 0.0, 1.0)
        rotation = transform.transform.rotation
        rotation.x, rotation.y, rotation.z, rotation.w = q
        (self.tf_static if static else self.tf).publish(TFMessage(transforms=[transform]))
