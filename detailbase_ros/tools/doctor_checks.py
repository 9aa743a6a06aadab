"""Checks of what `doctor` observed on the graph: a diagnosis and a fix each. Without ROS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_ros.programs import start_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_ros.tools.observation import CloudTopic, Observation

_NO_HEADER = "header has no"
_BACK_S = 3.0  # as time_resets.BACK_NS
_FARTHEST_MEDIAN_M = 200.0  # no lidar has half of its points beyond
_FARTHEST_SENSOR_M = 20_000.0  # from the map's origin; voxels of 2 cm are numbered so far
_NO_SCALE, _NO_STAMPS = "on no usual scale", "they have no stamp"
_TWO_CLOCKS = (
    "clouds and transforms are stamped by different clocks, or one of them has stopped: look at "
    "'ros2 topic delay' of both, and give their machines one time (chrony)"
)
_PLAY_STATIC = (
    "a recording without QoS plays /tf_static to those alone who listen already: start the node "
    "first, with -p qos_overrides./tf_static.subscription.durability:=volatile, or play with "
    "--qos-profile-overrides-path (docs/troubleshooting.md)"
)
_HEAR_BEST_EFFORT = (
    "start the node with -p qos_overrides./tf.subscription.reliability:=best_effort, or have it "
    "published reliably"
)
_OTHERS = "Cyclone and Zenoh have settings of their own: docs/ros.md, Other middlewares"
_SKEW_S = 0.5  # more than a slow camera driver is late
_SLOW_HZ = 0.5  # some robots send one cloud a second, and mean it
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


def diagnose(seen: Observation) -> list[Diagnosis]:
    """Diagnoses of all checks, in the order in which data flows."""
    found = [
        *_node(seen),
        *_clock(seen),
        *_topics(seen),
        *(diagnosis for topic in seen.topics for diagnosis in _cloud(topic, seen)),
        *_transforms(seen),
    ]
    # What the node counts as dropped follows from a problem that has been named.
    is_explained = any(diagnosis.fix for diagnosis in found) or _is_over(seen)
    troubles = [
        Diagnosis("node", f"{name}: {text}", _SEE_LOG)
        for name, text in seen.troubles
        if not (is_explained and name.endswith(_CONSEQUENCES))
    ]
    return [*dict.fromkeys(found), *troubles, *_machine(seen)]


_CONSEQUENCES = (": clouds", ": map")
_SEE_LOG = "its log names the cause and what to do; docs/troubleshooting.md has more"


def _is_over(seen: Observation) -> bool:
    """Whether all streams have ended and left a map: nothing is wrong then."""
    return bool(seen.voxels) and {topic.name for topic in seen.topics} == set(seen.stopped)


def _node(seen: Observation) -> Iterator[Diagnosis]:
    if not seen.nodes:
        yield Diagnosis(
            "node",
            f"no node answers sentences in ROS_DOMAIN_ID {seen.domain_id}",
            f"start it: {start_command('segmentation_node')}; if it runs elsewhere, compare "
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
    if len(set(seen.clock_publishers)) > 1:
        yield Diagnosis(
            "time",
            f"{' and '.join(sorted(set(seen.clock_publishers)))} publish /clock: time jumps to and "
            "fro between them",
            "stop one of them (a simulator and a recording that is played with --clock, say)",
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
    if not topic.received and topic.name in seen.stopped and seen.voxels:
        yield Diagnosis(
            topic.name, f"its stream has stopped; the map has {seen.voxels} voxels of before"
        )
    elif not topic.publishers and not topic.received:
        there = ", ".join(seen.other_topics)
        yield Diagnosis(
            topic.name,
            "nobody publishes it",
            f"there are clouds on {there}: start the node with -r points:={seen.other_topics[0]}"
            if there
            else "start the camera's driver with its coloured cloud on",
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
    elif not topic.received and (faults := list(_input_faults(topic))):
        yield from faults
    elif not topic.received:
        yield Diagnosis(
            topic.name,
            f"nothing came from {', '.join(topic.publishers)} in {seen.seconds:.0f} s",
            "is the driver idle? Large clouds over UDP need 'sudo sysctl -w "
            "net.core.rmem_max=2147483647', Fast DDS on one machine needs config/fastdds.xml; "
            f"{_OTHERS}",
        )
    else:
        yield from _arrived(topic, seen)


def _input_faults(topic: CloudTopic) -> Iterator[Diagnosis]:
    """What those who make the clouds from images wait for."""
    for node in topic.publishers:
        silent = [i.topic for i in topic.inputs if i.node == node and not i.published]
        if silent:
            yield Diagnosis(
                topic.name,
                f"{node} makes it from {', '.join(silent)}, which nobody publishes",
                "start the camera's driver, or name its topics: color:=... depth:=... of "
                "detailbase.launch.py",
            )
    for given in topic.inputs:
        for publisher, reason in given.mismatches.items():
            yield Diagnosis(
                topic.name,
                f"{given.node} makes it from {given.topic}; QoS of {publisher} and {given.node} do "
                f"not match: {reason.strip(' ;')}",
                "start detailbase.launch.py with best_effort:=true (colour and depth; its "
                "camera_info must be reliable), or have the driver publish reliably",
            )


def _arrived(topic: CloudTopic, seen: Observation) -> Iterator[Diagnosis]:
    rate = topic.received / seen.seconds
    what = f"{rate:.1f} Hz, {topic.size_bytes / 1e6:.1f} MB each, in {topic.frame or 'no frame'}"
    what += f"; {topic.color_note}" if topic.color_note and not topic.grey else ""
    if rate < _SLOW_HZ and topic.size_bytes > _OVERFLOWS_BYTES:
        yield Diagnosis(
            topic.name,
            f"{what}: slow for a camera",
            "Fast DDS loses large messages unless FASTDDS_DEFAULT_PROFILES_FILE (Humble, Jazzy: "
            "FASTRTPS_...) names config/fastdds.xml, for the camera's driver, too; "
            f"{_OTHERS}",
        )
    else:
        yield Diagnosis(topic.name, what)
    if topic.complaint:
        what, _, fix = (
            topic.complaint.partition("; ")
            if _NO_HEADER in topic.complaint
            else (
                topic.complaint,
                "",
                "publish x y z with rgb; many drivers have the coloured cloud on "
                "another topic or as a parameter (docs/cameras.md)",
            )
        )
        yield Diagnosis(topic.name, what, fix)
        return
    if topic.bad:
        yield Diagnosis(
            topic.name,
            f"{topic.bad} of {topic.received} of its clouds cannot be used: {topic.bad_reason}",
            "they are left out, the others are taken; look for what differs in its driver's log",
        )
    if topic.empty == topic.received:
        yield Diagnosis(
            topic.name,
            "all of its clouds are empty: not one finite point",
            "is the lens covered, or all out of range? Look at the depth image, and at the range "
            "limits and filters of the driver",
        )
        return
    if topic.median_m > _FARTHEST_MEDIAN_M:
        yield Diagnosis(
            topic.name,
            f"half of its points are more than {topic.median_m:.0f} m away: millimetres, perhaps",
            "PointCloud2 is in metres (REP 103): scale it in its driver; depth images of 16 bits "
            "are millimetres, of 32 bits metres",
        )
    if topic.grey:
        yield Diagnosis(
            topic.name,
            "has intensities, no colours: treated as grey, so colour words do not work",
            "use a coloured cloud if there is one",
        )
    elif _NO_SCALE in topic.color_note:
        yield Diagnosis(
            topic.name,
            topic.color_note,
            "publish 8-bit colours, or 0 to 1: which number is white cannot be told for certain "
            "(docs/files.md, Colours)",
        )
    if topic.back_s > _BACK_S:
        yield Diagnosis(
            topic.name,
            f"its stamps went back by {topic.back_s:.0f} s: a simulation was reset, or a recording "
            "is played in a loop",
            "the map begins anew each time; where the robot's frames go on as they were, keep it "
            "with -p on_map_jump:=keep; play a recording once, with --clock, and start the node "
            "with -p use_sim_time:=true",
        )
    elif abs(topic.lag_s) > _SKEW_S and not any(d.fix for d in _clock(seen)):
        early = "in the future" if topic.lag_s < 0 else "old"
        yield Diagnosis(
            topic.name,
            f"its stamps are {abs(topic.lag_s):.1f} s {early} on arrival",
            "a recording needs use_sim_time and --clock; two machines need synchronised clocks "
            "(chrony); some drivers have a parameter for system time",
        )


def _transforms(seen: Observation) -> Iterator[Diagnosis]:
    for fault in seen.tf_faults:
        what, _, fix = fault.rpartition("; ")
        yield Diagnosis("tf", what, fix)
    for topic_name, publisher, reason in seen.tf_mismatches:
        yield Diagnosis(
            "tf",
            f"QoS of {publisher} and the node do not match on {topic_name}: {reason.strip(' ;')}",
            _PLAY_STATIC if topic_name.endswith("_static") else _HEAR_BEST_EFFORT,
        )
    placed = [topic for topic in seen.topics if topic.received and not topic.complaint]
    for topic in placed:
        chain = f"{topic.frame} -> {seen.map_frame}"
        if topic.far_m > _FARTHEST_SENSOR_M:
            yield Diagnosis(
                "tf",
                f"{topic.frame} is {topic.far_m:.0f} m from the origin of {seen.map_frame}, as in "
                "georeferenced coordinates: too far for voxels to be numbered",
                "set map_frame to a local frame, odom instead of utm",
            )
        elif topic.poses:
            yield Diagnosis("tf", f"{chain} is known")
        elif seen.tf_mismatches or any(fault in topic.pose_problem for fault in seen.tf_faults):
            continue
        elif not seen.tf_publishers and seen.tf_elsewhere:
            there = seen.tf_elsewhere[0]
            yield Diagnosis(
                "tf",
                f"{chain}: nobody publishes /tf or /tf_static, but {', '.join(seen.tf_elsewhere)}",
                f"start the node with -r /tf:={there.removesuffix('_static')} -r "
                f"/tf_static:={there.removesuffix('_static')}_static",
            )
        elif _NO_STAMPS in topic.pose_problem:
            what, _, fix = topic.pose_problem.rpartition(": ")
            yield Diagnosis("tf", f"{chain}: {what}", fix)
        elif "extrapolation" in topic.pose_problem:
            if abs(topic.lag_s) <= _SKEW_S and not topic.back_s:
                yield Diagnosis("tf", f"{chain}: {topic.pose_problem}", _TWO_CLOCKS)
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
                f"{chain}: {topic.pose_problem}{_elsewhere(seen)}",
                "publish the missing transform, or set map_frame to a frame that there is "
                "(ros2 run tf2_tools view_frames draws them)",
            )


def _elsewhere(seen: Observation) -> str:
    """Other topics of transforms, on which the missing ones may be; "" where there are none."""
    if not seen.tf_elsewhere:
        return ""
    return f"; the node does not hear the transforms on {', '.join(seen.tf_elsewhere)}"


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
