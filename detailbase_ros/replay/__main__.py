"""`detailbase replay`: ask a recording what the live node would have been asked."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import shown_lines
from detailbase_core.output.exit_status import exit_status
from detailbase_core.output.progress import progress
from detailbase_ros.replay import settings_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from detailbase_ros.replay.replay import ReplayAnswer, ReplayConfig

_STDOUT = Path("-")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase replay`."""
    add = command.add_argument
    add("bag", type=Path, help="rosbag2 folder, MCAP or .db3 file")
    recorded = "asked at the end; none: those recorded on referring_query, each at its time"
    add("sentences", nargs="*", metavar="SENTENCE", help=recorded)
    add(
        "--out", type=Path, metavar="FILE.mcap", help="write the answers as the node publishes them"
    )
    lines = "write answers as JSON, one a line (docs/answers.md); - prints them instead of the text"
    add("--json", type=Path, metavar="FILE", help=lines)
    settings_arguments.add_settings(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0 where every sentence's target was found, 1 where one was not, 2 without answer."""
    with progress("starting") as report:
        config = settings_arguments.read_settings(options)
        answers, counts = _replay(options, config, report)
    frame = config.intake.map_frame
    if options.json:
        _write_json(options.json, answers, frame)
    if options.json != _STDOUT:
        for answer in answers:
            print(shown_lines("\n".join(_lines(answer, frame))))
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"{options.bag}: {shown_lines(told)}", file=sys.stderr)
    for path in (options.out, options.json):
        if path and path != _STDOUT:
            print(f"wrote {path}", file=sys.stderr)
    return exit_status(answer.result.grounding for answer in answers)


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


def _lines(answer: ReplayAnswer, frame: str) -> list[str]:
    from detailbase_core.output.result_files import answer_lines, title_line

    result = answer.result
    if result.grounding is None:
        return [title_line(result.query.text, frame), f"{result.status.name}: {result.message}"]
    where = f"{frame}, scene_version {result.grounding.scene.version}"
    return [title_line(result.query.text, where), *answer_lines(result.grounding)]


def _write_json(path: Path, answers: Sequence[ReplayAnswer], frame: str) -> None:
    from detailbase_core.output.answer_json import json_line, write_json_lines

    made = [_answer_dict(answer, frame) for answer in answers]
    if path != _STDOUT:
        write_json_lines(path, made)
        return
    for one in made:
        print(json_line(one))


def _answer_dict(answer: ReplayAnswer, frame: str) -> dict[str, Any]:
    from detailbase_core.output.answer_json import AnswerContext, answer_dict, no_answer_dict

    result = answer.result
    if result.grounding is None:
        return no_answer_dict(result.query.text, result.status.name, result.message, frame)
    version = result.grounding.scene.version
    return answer_dict(result.grounding, AnswerContext(frame, members={"scene_version": version}))
