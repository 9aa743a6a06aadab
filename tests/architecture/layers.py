"""The floor plan as a table: which folders may import which, and what works without ROS.

LAYERS lists each package from the bottom up; a row is a layer, a name in it a folder or a module
at the top of the package. A file imports its own folder and lower layers, nothing else of its
package: neighbours in a row do not know each other.
"""

from __future__ import annotations

LAYERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "detailbase_core": (
        ("errors",),
        ("types", "config", "transform_history"),
        ("transforms",),
        ("ops",),
        ("sparse", "io", "language"),
        ("mapping",),
        ("network",),
        ("postprocess",),
        ("output", "encoded_scene"),
        ("grounder",),
        ("conversation",),
        ("synthetic", "console"),
        ("commands", "demo"),
        ("cli",),
    ),
    "detailbase_ros": (
        ("programs",),
        ("node_config", "messages"),
        ("runtime",),
        ("scans", "queries", "outputs"),
        ("node_status", "replay"),
        ("pipeline",),
        ("segmentation_node",),
        ("tools", "demo"),
    ),
    "training": (
        ("config", "errors"),
        ("furniture",),
        ("sentences", "scenes"),
        ("rooms",),
        ("trainer", "checkpoints"),
        ("evaluation",),
        ("report",),
        ("comparison",),
        (
            "evaluate",
            "calibrate",
            "train",
            "make_rooms",
            "room_report",
            "model_card",
            "kinds",
            "openings",
            "sentence_bias",
        ),
        (
            "make_furniture",
            "prepare_furniture",
            "merge_furniture",
            "prepare_scannet",
            "prepare_scans",
            "make_exams",
            "compare",
        ),
    ),
}

# Modules of detailbase_ros that promise to import no ROS package, so that they work without it.
WITHOUT_ROS = (
    "messages.conversions",
    "messages.from_messages",
    "messages.grounding_messages",
    "messages.markers",
    "messages.message_types",
    "messages.query",
    "messages.stand_ins",
    "messages.topics",
    "node_config",
    "outputs.approach_pose",
    "programs",
    "queries.conversations",
    "queries.looks",
    "queries.query_worker",
    "replay.__main__",
    "replay.answer_bag",
    "replay.bag_types",
    "replay.bag_writer",
    "replay.parameter_file",
    "replay.replay",
    "replay.settings_arguments",
    "runtime.event_counters",
    "runtime.latencies",
    "scans.scan_intake",
    "scans.transform_intake",
    "tools.doctor_checks",
    "tools.observation",
)
