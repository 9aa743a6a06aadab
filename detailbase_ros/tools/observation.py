"""What doctor observed on the graph. Without ROS."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Input:
    """One topic that a publisher of clouds makes them from.

    Attributes:
        node: that publisher.
        topic: full name.
        published: whether anybody publishes it.
        mismatches: why its publishers and the node's subscription do not match, by publisher.
    """

    node: str
    topic: str
    published: bool
    mismatches: dict[str, str]


@dataclass
class CloudTopic:
    """One topic with clouds, watched for a while.

    Attributes:
        name: full name.
        publishers: nodes that publish it.
        mismatches: why publishers and the node's subscription do not match, by publisher.
        inputs: what its publishers take in; looked at where nothing arrived.
        received: messages that arrived.
        size_bytes: of the largest.
        frame: of the newest.
        lag_s: median of arrival minus stamp, seconds.
        complaint: why the newest cannot be used.
        bad: messages that could not be used.
        bad_reason: why the last of them could not.
        grey: it has intensities only.
        color_note: what was taken for its colours.
        empty: messages without a finite point.
        median_m: median distance of its points from the sensor, as if they were metres.
        back_s: how far its stamps went back at most, seconds.
        poses: how many of the newest scans TF could place in the map frame.
        pose_problem: why TF could not, where it never could.
        far_m: distance of the sensor from the map frame's origin at most, metres.
    """

    name: str
    publishers: list[str] = field(default_factory=list)
    mismatches: dict[str, str] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    received: int = 0
    size_bytes: int = 0
    frame: str = ""
    lag_s: float = 0.0
    complaint: str = ""
    bad: int = 0
    bad_reason: str = ""
    grey: bool = False
    color_note: str = ""
    empty: int = 0
    median_m: float = 0.0
    back_s: float = 0.0
    poses: int = 0
    pose_problem: str = ""
    far_m: float = 0.0


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
        tf_faults: what is wrong with the tree of frames: "what it is; what to do" each.
        tf_mismatches: QoS of /tf and /tf_static that do not match: (topic, publisher, reason).
        tf_elsewhere: topics with transforms that the node does not hear ("/robot1/tf").
        troubles: the node's own diagnostics that are not OK: (name, message).
        stopped: topics with clouds that came before and come no more, as the node says.
        voxels: in the node's map.
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
    tf_faults: list[str] = field(default_factory=list)
    tf_mismatches: list[tuple[str, str, str]] = field(default_factory=list)
    tf_elsewhere: list[str] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    voxels: int = 0
    torch: str = ""
    torch_problem: str = ""
    model_problem: str = ""
