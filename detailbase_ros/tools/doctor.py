"""Check the live graph for ten seconds; print each problem with its fix.

ros2 run detailbase_ros doctor          exit status: 0 all well, 1 something is not
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rclpy.node import Node
from rclpy.utilities import remove_ros_args

from detailbase_core.errors import shown_lines
from detailbase_ros.programs import missing_text, node_packages_missing
from detailbase_ros.runtime.start import run_tool, start_tool
from detailbase_ros.tools.doctor_checks import Diagnosis, diagnose
from detailbase_ros.tools.graph_probe import GraphInspector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_ros.tools.observation import Observation


def look_at_machine(seen: Observation, checkpoint: str) -> None:
    """Fill in how torch and the model are in this Python."""
    if missing := node_packages_missing():
        seen.torch_problem = missing_text(missing)
        return
    from detailbase_core.output import environment as info

    seen.torch, seen.torch_problem = info.torch_state()
    seen.model_problem = info.model_problem(checkpoint)


def report_lines(diagnoses: Sequence[Diagnosis]) -> list[str]:
    """Printed report: a line per diagnosis, and one more for what to do."""
    lines = []
    for diagnosis in diagnoses:
        mark = "PROBLEM" if diagnosis.fix else "ok"
        lines.append(f"{mark:<8} {diagnosis.part}: {diagnosis.what}")
        if diagnosis.fix:
            lines.append(f"{'':<8} -> {diagnosis.fix}")
    count = sum(bool(diagnosis.fix) for diagnosis in diagnoses)
    ending = f"{count} problem{'' if count == 1 else 's'} found" if count else "all well"
    return [*lines, "", ending]


def _look(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="doctor", description="Find out why the node does not answer."
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to watch (10)")
    options = parser.parse_args(words)
    print(f"checking the system for {options.seconds:g} s ...", file=sys.stderr)
    graph = GraphInspector(Node("doctor"), options.seconds)
    seen = graph.look()
    look_at_machine(seen, graph.checkpoint)
    diagnoses = diagnose(seen)
    print(shown_lines("\n".join(report_lines(diagnoses))))
    return 1 if any(diagnosis.fix for diagnosis in diagnoses) else 0


def main(args: Sequence[str] | None = None) -> int:
    """Look, print, return the exit status."""
    args = sys.argv if args is None else args
    start_tool("doctor", args, failure=2)
    return run_tool(lambda: _look(remove_ros_args(args)[1:]))


if __name__ == "__main__":
    sys.exit(main())
