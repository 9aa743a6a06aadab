"""`detailbase replay`: ask a recording what the live node would have been asked."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import shown_lines
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from detailbase_ros.replay.replay import ReplayAnswer, ReplayConfig


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase replay`."""
    add = command.add_argument
    add("bag", type=Path, help="rosbag2 folder, MCAP or .db3 file")
    recorded = "asked at the end; none: those recorded on referring_query, each at its time"
    add("sentences", nargs="*", metavar="SENTENCE", help=recorded)
    add(
        "--out", type=Path, metavar="FILE.mcap", help="write the answers as the node publishes them"
    )
    add("--params", type=Path, metavar="FILE", help="the node's parameter file")
    add("--map-frame", default="", metavar="FRAME", help="fixed frame of the map (odom)")
    add("--tf-prefix", default="", metavar="NAME", help="namespace of the transforms (none)")
    add("--clouds", nargs="+", default=(), metavar="TOPIC", help="topics of the scans")
    add("--device", default="", metavar="NAME", help="auto, cpu, cuda, cuda:1 ...")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0 where anything was found, 1 where nothing was, 2 where a question had no answer."""
    with progress("starting") as report:
        config = _config(options)
        answers, counts = _replay(options, config, report)
    for answer in answers:
        print(shown_lines("\n".join(_lines(answer))))
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{options.bag}: {shown_lines(told)}", file=sys.stderr)
    if options.out:
        print(f"wrote {options.out}", file=sys.stderr)
    groundings = [answer.result.grounding for answer in answers]
    if None in groundings:
        return 2
    return 0 if any(grounding and grounding.found for grounding in groundings) else 1


def _replay(
    options: argparse.Namespace, config: ReplayConfig, report: Callable[[str], None]
) -> tuple[list[ReplayAnswer], dict[str, int]]:
    """The answers, and how often what happened."""
    from detailbase_core.grounder import Grounder
    from detailbase_ros.replay.answer_bag import AnswerBag
    from detailbase_ros.replay.replay import replay
    from detailbase_ros.runtime.event_counters import EventCounters

    events, answers = EventCounters(logging.getLogger(__name__)), []
    out, frame = options.out, config.intake.map_frame
    with AnswerBag.create(out, frame) if out else nullcontext() as bag:
        report("loading the model")
        grounder = Grounder(config.attentive_grounder)
        for answer in replay(options.bag, options.sentences, config, grounder, events, report):
            answers.append(answer)
            if bag is not None:
                bag.write(answer.result, answer.at_ns)
    return answers, events.counts()


def _config(options: argparse.Namespace) -> ReplayConfig:
    from detailbase_ros.node_config import REMOVED_PARAMETERS, removed_text
    from detailbase_ros.replay.parameter_file import read_node_parameters
    from detailbase_ros.replay.replay import ReplayConfig

    config = ReplayConfig()
    if options.params:
        config, names = read_node_parameters(options.params)
        removed = [name for name in names if name in REMOVED_PARAMETERS]
        unused = [name for name in names if name not in REMOVED_PARAMETERS]
        if removed:
            print(f"{options.params}: {removed_text(removed)}", file=sys.stderr)
        if unused:
            print(f"{options.params}: not used here: {', '.join(unused)}", file=sys.stderr)
    if options.map_frame:
        config = replace(config, intake=replace(config.intake, map_frame=options.map_frame))
    if options.device:
        config = replace(config, grounder=replace(config.grounder, device=options.device))
    clouds = tuple(options.clouds) or config.cloud_topics
    return replace(config, cloud_topics=clouds, tf_prefix=options.tf_prefix)


def _lines(answer: ReplayAnswer) -> list[str]:
    from detailbase_core.output.result_files import answer_lines

    result = answer.result
    if result.grounding is None:
        return [f'"{result.query.text}": {result.status.name}: {result.message}']
    title = f'"{result.query.text}" (scene_version {result.grounding.scene.version})'
    return [title, *answer_lines(result.grounding)]
