"""Checks of what `doctor` observed on the graph: a diagnosis and a fix each. Without ROS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKEW_S = 0.5  # more than a slow camera driver is late
_OVERFLOWS_BYTES = 500_000  # of Fast DDS' shared memory


@dataclass(frozen=True)
class Diagnosis:
    """Result of one check.

    Attributes:
        part: of the system, a word.
        what: how it is.
        fix: what to do; empty where it is well.
    """

    part: str
    what: str
    fix: str = ""


@dataclass
class CloudTopic:
    """One topic with clouds, watched for a while.

    Attributes:
        name: full name.
        publishers: nodes that publish it.
        mismatches: why publishers and the node's subscription do not match, by publisher.
        received: messages that arrived.
        size_bytes: of the largest.
        frame: of the newest.
        lag_s: median of arrival minus stamp, seconds.
        complaint: why the newest cannot be used.
        grey: it has intensities only.
        poses: how many of the newest scans TF could place in the map frame.
        pose_problem: why TF could not, where it never could.
    """

    name: str
    publishers: list[str] = field(default_factory=list)
    mismatches: dict[str, str] = field(default_factory=dict)
    received: int = 0
    size_bytes: int = 0
    frame: str = ""
    lag_s: float = 0.0
    complaint: str = ""
    grey: bool = False
    poses: int = 0
    pose_problem: str = ""


@dataclass
class Observation:
    """Everything that doctor observed on the graph.

    Attributes:
        seconds: how long clouds were watched.
        nodes: full names of all nodes that answer sentences; the first was looked at closely.
        domain_id: of the graph.
        state: lifecycle state of that node; "" if it did not say.
        map_frame: the parameter.
        use_sim_time: the parameter.
        clock_publishers: nodes that publish /clock.
        topics: those that the node listens to; without a node, all with clouds.
        other_topics: with clouds that the node does not listen to.
        tf_publishers: number of publishers of /tf and /tf_static.
        troubles: the node's own diagnostics that are not OK: (name, message).
        torch: version and device in use here.
        torch_problem: why torch is not as it should be.
        model_problem: why the model cannot be loaded here.
    """

    seconds: float = 10.0
    nodes: list[str] = field(default_factory=list)
    domain_id: int = 0
    state: str = ""
    map_frame: str = "odom"
    use_sim_time: bool = False
    clock_publishers: list[str] = field(default_factory=list)
    topics: list[CloudTopic] = field(default_factory=list)
    other_topics: list[str] = field(default_factory=list)
    tf_publishers: int = 0
    troubles: list[tuple[str, str]] = field(default_factory=list)
    torch: str = ""
    torch_problem: str = ""
    model_problem: str = ""


def diagnose(seen: Observation) -> list[Diagnosis]:
    """Diagnoses of all checks, in the order in which data flows."""
    return [
        *_node(seen),
        *_clock(seen),
        *_topics(seen),
        *(diagnosis for topic in seen.topics for diagnosis in _cloud(topic, seen)),
        *_transforms(seen),
        *(Diagnosis("node", f"{name}: {text}", _SEE_LOG) for name, text in seen.troubles),
        *_machine(seen),
    ]


_SEE_LOG = "its log names the cause and what to do; docs/troubleshooting.md has more"


def _node(seen: Observation) -> Iterator[Diagnosis]:
    if not seen.nodes:
        yield Diagnosis(
            "node",
            f"no node answers sentences in ROS_DOMAIN_ID {seen.domain_id}",
            "start it: ros2 run detailbase_ros segmentation_node; if it runs elsewhere, compare "
            "ROS_DOMAIN_ID and ROS_AUTOMATIC_DISCOVERY_RANGE (or ROS_LOCALHOST_ONLY)",
        )
        return
    node, *others = seen.nodes
    if seen.state not in ("", "active"):
        step = "configure" if seen.state == "unconfigured" else "activate"
        yield Diagnosis(
            "node", f"{node} is {seen.state}", f"activate it: ros2 lifecycle set {node} {step}"
        )
    else:
        yield Diagnosis("node", f"{node} is {seen.state or 'there'}")
    if others:
        yield Diagnosis("node", f"others answer sentences, too: {', '.join(others)}")
    if "optical" in seen.map_frame:
        yield Diagnosis(
            "node",
            f"map_frame {seen.map_frame!r} is an optical frame, whose z does not point up",
            "set map_frame to odom or map",
        )


def _clock(seen: Observation) -> Iterator[Diagnosis]:
    if seen.use_sim_time and not seen.clock_publishers:
        yield Diagnosis(
            "time",
            "the node has use_sim_time, but nobody publishes /clock: its time stands still",
            "play the bag with --clock, or start the node with -p use_sim_time:=false",
        )
    if seen.nodes and seen.clock_publishers and not seen.use_sim_time:
        yield Diagnosis(
            "time",
            f"{', '.join(seen.clock_publishers)} publishes /clock, but the node goes by the wall "
            "clock",
            "start the node with -p use_sim_time:=true",
        )


def _topics(seen: Observation) -> Iterator[Diagnosis]:
    if not seen.topics:
        yield Diagnosis(
            "clouds",
            "no sensor_msgs/PointCloud2 on this graph",
            "start the camera's driver with its coloured cloud on; for colour and depth images: "
            "ros2 launch detailbase_ros detailbase.launch.py rgbd:=true",
        )


def _cloud(topic: CloudTopic, seen: Observation) -> Iterator[Diagnosis]:
    """At most one problem of arriving, and those of what arrives."""
    if not topic.publishers and not topic.received:
        there = ", ".join(seen.other_topics)
        yield Diagnosis(
            topic.name,
            "nobody publishes it",
            f"clouds are on {there}: start the node with -r points:={seen.other_topics[0]}"
            if there
            else "start the camera's driver; look for its topic with 'ros2 topic list -t'",
        )
    elif topic.mismatches:
        for publisher, reason in topic.mismatches.items():
            yield Diagnosis(
                topic.name,
                f"QoS of {publisher} and the node do not match: {reason.strip(' ;')}",
                "start the node with -p "
                f"qos_overrides.{topic.name}.subscription.reliability:=best_effort (and "
                "durability:=volatile)",
            )
    elif not topic.received:
        yield Diagnosis(
            topic.name,
            f"nothing came from {', '.join(topic.publishers)} in {seen.seconds:.0f} s",
            "is the driver idle? Large clouds over UDP need 'sudo sysctl -w "
            "net.core.rmem_max=2147483647', Fast DDS on one machine needs config/fastdds.xml",
        )
    else:
        yield from _arrived(topic, seen)


def _arrived(topic: CloudTopic, seen: Observation) -> Iterator[Diagnosis]:
    rate = topic.received / seen.seconds
    what = f"{rate:.1f} Hz, {topic.size_bytes / 1e6:.1f} MB each, in {topic.frame or 'no frame'}"
    if rate < 1.0 and topic.size_bytes > _OVERFLOWS_BYTES:
        yield Diagnosis(
            topic.name,
            f"{what}: slow for a camera",
            "Fast DDS loses large messages unless FASTDDS_DEFAULT_PROFILES_FILE (Humble, Jazzy: "
            "FASTRTPS_...) names config/fastdds.xml, for the camera's driver, too",
        )
    else:
        yield Diagnosis(topic.name, what)
    if topic.complaint:
        yield Diagnosis(
            topic.name,
            topic.complaint,
            "publish x y z with rgb; many drivers have the coloured cloud on another topic or as "
            "a parameter (docs/cameras.md)",
        )
    elif topic.grey:
        yield Diagnosis(
            topic.name,
            "has intensities, no colours: treated as grey, so colour words do not work",
            "use a coloured cloud if there is one",
        )
    if abs(topic.lag_s) > _SKEW_S and not topic.complaint:
        early = "in the future" if topic.lag_s < 0 else "old"
        yield Diagnosis(
            topic.name,
            f"its stamps are {abs(topic.lag_s):.1f} s {early} on arrival",
            "a recording needs use_sim_time and --clock; two machines need synchronised clocks "
            "(chrony); some drivers have a parameter for system time",
        )


def _transforms(seen: Observation) -> Iterator[Diagnosis]:
    placed = [topic for topic in seen.topics if topic.received and not topic.complaint]
    for topic in placed:
        chain = f"{topic.frame} -> {seen.map_frame}"
        if topic.poses:
            yield Diagnosis("tf", f"{chain} is known")
        elif not seen.tf_publishers:
            yield Diagnosis(
                "tf",
                f"{chain}: nobody publishes /tf or /tf_static",
                "start robot_state_publisher and the odometry; for a camera that stands still: "
                f"-p map_frame:=FRAME with a static transform from it to {topic.frame}",
            )
        else:
            yield Diagnosis(
                "tf",
                f"{chain}: {topic.pose_problem}",
                "publish the missing transform, or set map_frame to a frame that there is "
                "(ros2 run tf2_tools view_frames draws them)",
            )


def _machine(seen: Observation) -> Iterator[Diagnosis]:
    if seen.torch_problem:
        yield Diagnosis("torch", seen.torch or "is not usable", seen.torch_problem)
    else:
        yield Diagnosis("torch", seen.torch)
    if seen.model_problem:
        yield Diagnosis(
            "model", seen.model_problem, "set checkpoint to a file on the node's machine, or to ''"
        )
    elif not seen.torch_problem:
        yield Diagnosis("model", "can be loaded")
