"""`detailbase ground`: find what sentences mention in a file or recording."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detailbase_core.commands import scene_arguments
from detailbase_core.conversation.prompt import at_terminal, typed_sentences
from detailbase_core.errors import BadFileError, BadQueryError, ConfigError, shown_lines
from detailbase_core.output.exit_status import FOUND, exit_status
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from detailbase_core.conversation.conversation import Conversation, Reply
    from detailbase_core.mapping.load_scene import LoadedScene
    from detailbase_core.types import Grounding

STDOUT = Path("-")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase ground`."""
    add = command.add_argument
    add(
        "scene",
        type=Path,
        metavar="SCENE",
        help="point cloud, mesh, rosbag2 folder or MCAP file (docs/files.md)",
    )
    asked = 'such as "the chair next to the round table"; none: at a prompt, or from stdin'
    add("sentences", nargs="*", default=[], metavar="SENTENCE", help=asked)
    lines = "write answers as JSON, one a line (docs/answers.md); - prints them instead of the text"
    add("--json", type=Path, metavar="FILE", help=lines)
    add("--points", type=Path, metavar="FOLDER", help="write each object's points as a PLY")
    add(
        "--why",
        action="store_true",
        help="explain each answer: which words decided, and the runners-up",
    )
    add("--ply", type=Path, metavar="FILE", help="write the scene, objects in phrase colours")
    picture = "write a PNG of scene and sentences; a .gif turns around"
    add("--picture", type=Path, metavar="FILE", help=picture)
    add("--above", action="store_true", help="--picture: from above, as a plan")
    add("--dark", action="store_true", help="--picture: on black")
    scene_arguments.add_scene_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0 where every sentence's target was found, 1 where one was not."""
    config = scene_arguments.read_config(options)
    _check_before_work(options, config.max_words)
    loaded = scene_arguments.read_scene(options, config)
    with progress("loading the model") as report:
        grounder = scene_arguments.make_grounder(config)
        report(f"looking at {len(loaded.cloud):,} points")
        encoded = grounder.encode_cloud(loaded.cloud)
    ground = partial(grounder.ground_encoded, encoded, why=options.why)
    # Sentences of a list stand by themselves; what a person types may refer to the last answer.
    typing = not options.sentences and at_terminal()
    asker = _Asker(options, loaded, ground, _conversation(ground) if typing else None)
    if options.sentences:
        for sentence in options.sentences:
            asker.ask(sentence)
    else:
        _ask_what_is_typed(asker)
    asker.write_outputs()
    groundings = [answer.grounding for answer in asker.answers]
    return FOUND if typing else exit_status(groundings)


def _conversation(ground: Callable[[str], Grounding]) -> Conversation:
    from detailbase_core.conversation.conversation import Conversation

    return Conversation(ground)


def _ask_what_is_typed(asker: _Asker) -> None:
    """Ask line by line until the end; a sentence that cannot be answered ends nothing."""
    for sentence in typed_sentences():
        try:
            asker.ask(sentence)
        except BadQueryError as error:
            print(f"detailbase: {shown_lines(error)}", file=sys.stderr)
    if not asker.answers and not at_terminal():
        raise BadQueryError("no sentence was given, neither behind the scene nor on stdin")


@dataclass(frozen=True)
class _Answer:
    grounding: Grounding
    json: dict[str, Any]


@dataclass
class _Asker:
    """Asks the scene, prints each answer, and keeps what is written at the end."""

    options: argparse.Namespace
    loaded: LoadedScene
    ground: Callable[[str], Grounding]
    conversation: Conversation | None
    answers: list[_Answer] = field(default_factory=list)

    def ask(self, sentence: str) -> None:
        """Answer one sentence.

        Raises:
            BadQueryError: it is empty or too long.
            OSError: its objects' points cannot be written.
        """
        from detailbase_core.conversation.reasons import explained
        from detailbase_core.output import answer_json, result_files

        reply = self._reply(sentence)
        if reply is None:
            return
        grounding = reply.grounding
        if self.options.why and (reply.asked or not reply.taken_as):
            grounding = explained(grounding, self.ground)
        files: dict[int, str] = {}
        if self.options.points:
            prefix = f"{len(self.answers) + 1}_"
            files = result_files.write_object_plys(self.options.points, grounding, prefix)
        more = answer_json.follow_up_members(reply.said, reply.taken_as)
        if self.options.json:
            more |= answer_json.approach_members(grounding)
        context = answer_json.scene_context(self.loaded, str(self.options.scene), files, more)
        context = replace(context, why=self.options.why)
        answer = _Answer(grounding, answer_json.answer_dict(grounding, context))
        self.answers.append(answer)
        if self.options.json == STDOUT:
            print(answer_json.json_line(answer.json), flush=True)
            return
        lines = [result_files.title_line(sentence, context.frame)]
        lines += [f"taken as: {reply.taken_as}"] if reply.taken_as else []
        lines += result_files.answer_lines(grounding)
        print(shown_lines("\n".join(lines)), flush=True)

    def _reply(self, sentence: str) -> Reply | None:
        """The answer; None where the sentence only ends what was said before."""
        from detailbase_core.conversation.conversation import Reply, forgets

        if self.conversation is None:
            return Reply(sentence, self.ground(sentence))
        if forgets(sentence):
            self.conversation.clear()
            return None
        return self.conversation.ask(sentence)

    def write_outputs(self) -> None:
        """Write the files that hold all answers.

        Raises:
            OSError: one cannot be written.
        """
        from detailbase_core.output import answer_json, render, result_files

        options, groundings = self.options, [answer.grounding for answer in self.answers]
        if options.json and options.json != STDOUT:
            answer_json.write_json_lines(options.json, [answer.json for answer in self.answers])
        if options.ply:
            result_files.write_answer_ply(options.ply, groundings[0])
        if options.picture:
            with progress(f"drawing {options.picture}"):
                render.render_answers(groundings, options.picture, options.dark, options.above)
        for path in (options.json, options.ply, options.picture, options.points):
            if path and path != STDOUT:
                print(f"wrote {path}", file=sys.stderr)


def _check_order(scene: Path, sentences: Sequence[str]) -> None:
    """Refuse a sentence that stands before the scene."""
    files = [word for word in sentences if os.path.exists(word)]  # noqa: PTH110 (long ones raise)
    if files and not scene.exists():
        raise BadFileError(
            f"{scene}: no such file; the scene comes first: detailbase ground "
            f"{shlex.join([files[0], str(scene)])}"
        )


def _check_before_work(options: argparse.Namespace, max_words: int) -> None:
    """Fail on what can be known to fail before minutes of work.

    Raises:
        BadQueryError: a sentence is empty or too long.
        BadFileError: an output's folder is not there.
        ConfigError: an output does not fit the number of sentences.
    """
    from detailbase_core.language.rule_parser import parse_sentence

    for sentence in options.sentences:
        parse_sentence(sentence, max_words)
    _check_order(options.scene, options.sentences)
    if options.ply and len(options.sentences) != 1:
        raise ConfigError(f"--ply {options.ply}: holds one answer; give one sentence")
    if options.picture and not options.sentences:
        raise ConfigError(f"--picture {options.picture}: give the sentences on the command line")
    turns = options.picture and options.picture.suffix.lower() == ".gif"
    if turns and (len(options.sentences) > 1 or options.above):
        raise ConfigError(f"{options.picture}: a GIF turns one answer, from the side")
    _check_folders([options.json, options.ply, options.picture, options.points])


def _check_folders(outputs: Sequence[Path | None]) -> None:
    for path in outputs:
        if path and not path.absolute().parent.is_dir():
            raise BadFileError(f"{path}: its folder does not exist; make it first")
