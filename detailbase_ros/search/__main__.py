"""`detailbase search`: find what sentences mention in many recordings."""

from __future__ import annotations

import math
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError, ConfigError, shown, shown_lines
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.exit_status import FOUND, NO_ANSWER, NOT_FOUND
from detailbase_core.output.progress import progress
from detailbase_ros.replay import settings_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from detailbase_core.parallel.process_pool import Pool
    from detailbase_ros.search.hits import RecordingAnswer
    from detailbase_ros.search.search import Found
    from detailbase_ros.search.searcher import SearchConfig

STDOUT = Path("-")
_MOST_WORKERS = 8  # each has a model and a scene in memory


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase search`."""
    add = command.add_argument
    what = "rosbag2 folders, MCAP or .db3 files, scenes (PLY, PCD, NPZ): all words that are paths"
    add("words", nargs="+", metavar="RECORDING", help=what)
    asked = 'such as "a fire extinguisher next to a door"; none: recordings are mapped for later'
    add("sentences", nargs="*", metavar="SENTENCE", help=asked)
    lines = "write all hits as JSON, one a line (docs/search.md); - prints them instead of the text"
    add("--json", type=Path, metavar="FILE", help=lines)
    add("--output", type=Path, metavar="FILE.parquet", help="write all hits as a Parquet table")
    add("--pages", type=Path, metavar="FOLDER", help="write index.html with a picture of each hit")
    top = "hits of each sentence that are printed and drawn (default: %(default)s)"
    add("--top", type=int, default=20, metavar="N", help=top)
    cache = "keep the encoded scenes there, not beside the recordings"
    add("--cache", type=Path, metavar="FOLDER", help=cache)
    workers = "processes (default: half of the cores, 8 at most)"
    add("--workers", type=int, default=0, metavar="N", help=workers)
    ray = "work on a Ray cluster (host:port, auto), not in processes here; it must see the files"
    add("--ray", default="", metavar="ADDRESS", help=ray)
    settings_arguments.add_settings(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0 where every sentence was found in some recording, 1 where one was in none.

    Raises:
        DetailBaseError, OSError: nothing can be searched, or a file cannot be written.
    """
    with progress("starting") as report:
        from detailbase_ros.search.search import search

        recordings, sentences = _checked_words(options.words + options.sentences)
        _check_before_work(options)
        if options.ray:  # other machines work in other folders
            recordings = [path.absolute() for path in recordings]
        workers = _worker_count(options.workers, len(recordings))
        config = _config(options, threads=1 if options.ray else _cores() // workers)
        _check_sentences(sentences, config)
        with _interruptible(), _pool(options, workers) as pool:
            found = search(recordings, sentences, config, pool, report, _note)
            if options.pages:
                _write_page(options, found, config, pool, report)
    _write_tables(options, found)
    for path in (options.json, options.output, options.pages):
        if path and path != STDOUT:
            print(f"wrote {path}", file=sys.stderr)
    if options.json != STDOUT:
        print(shown_lines("\n".join(_lines(found, options.top))))
    return _status(found)


# -- what is asked for ---------------------------------------------------------------------------


def _checked_words(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    from detailbase_ros.search.recordings import split_words

    recordings, sentences = split_words(words)
    if not recordings:
        raise BadFileError(f"{shown(words[0])}: there is no such recording, nor another to search")
    return recordings, sentences


def _check_before_work(options: argparse.Namespace) -> None:
    """Fail on what can be known to fail before minutes of work; make the folders of results.

    Raises:
        BadFileError, ConfigError, OSError: an option cannot be done.
    """
    from detailbase_ros.search.hit_files import load_pyarrow

    if options.ray and options.workers:
        raise ConfigError("--workers is for processes here; with --ray the cluster decides")
    if options.top < 1 or options.workers < 0:
        raise ConfigError("--top: 1 or more; --workers: 0 (as many as suit this machine) or more")
    if options.output:
        if options.output.suffix != ".parquet":
            raise ConfigError(f"--output {options.output}: name a .parquet file, or use --json")
        load_pyarrow()
    for path in (options.json, options.output):
        if path and not path.absolute().parent.is_dir():
            raise BadFileError(f"{path}: its folder does not exist; make it first")
    for folder in (options.pages, options.cache):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)


def _check_sentences(sentences: Sequence[str], config: SearchConfig) -> None:
    from detailbase_core.language.rule_parser import parse_sentence

    for sentence in sentences:
        parse_sentence(sentence, config.replay.grounder.max_words)


def _cores() -> int:
    return os.cpu_count() or 2


def _worker_count(wanted: int, recordings: int) -> int:
    suiting = min(_MOST_WORKERS, max(1, _cores() // 2))
    return min(wanted or suiting, recordings)


def _config(options: argparse.Namespace, threads: int) -> SearchConfig:
    """Settings; `threads` is how many cores a worker has for itself."""
    from detailbase_ros.search.searcher import SearchConfig

    replay = settings_arguments.read_settings(options)
    threads = replay.grounder.threads or max(1, threads)
    replay = replace(replay, grounder=replace(replay.grounder, threads=threads))
    cache = options.cache.absolute() if options.cache else None
    return SearchConfig(replay, cache)


def _pool(options: argparse.Namespace, workers: int) -> AbstractContextManager[Pool]:
    if options.ray:
        from detailbase_core.parallel.ray_pool import RayPool

        return RayPool(options.ray, gpus=1 if options.device.startswith("cuda") else 0)
    from detailbase_core.parallel.process_pool import ProcessPool

    return ProcessPool(workers)


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print("interrupted; what was mapped is kept, and the next search goes on", file=sys.stderr)
        raise


# -- what comes out ------------------------------------------------------------------------------


def _note(line: str) -> None:
    from tqdm import tqdm

    tqdm.write(shown_lines(f"detailbase: {line}"), file=sys.stderr)  # above the line of progress


def _write_page(
    options: argparse.Namespace,
    found: Found,
    config: SearchConfig,
    pool: Pool,
    report: Callable[[str], None],
) -> None:
    from detailbase_ros.search.hit_files import picture_name, write_page
    from detailbase_ros.search.search import pictures

    groups = [found.hits(k)[: options.top] for k in range(len(found.sentences))]
    hits = [hit for group in groups for hit in group]
    names = [""] * len(hits)
    for number, picture in pictures(hits, config, pool, report):
        if isinstance(picture, bytes):
            names[number] = picture_name(number)
            with atomic_path(options.pages / names[number]) as temporary:
                temporary.write_bytes(picture)
        else:
            _note(f"{hits[number].recording}: no picture: {picture.reason}")
    drawn = iter(zip(hits, names, strict=True))
    shown_hits = [list(islice(drawn, len(group))) for group in groups]
    sections = zip(found.sentences, shown_hits, strict=True)
    write_page(options.pages / "index.html", sections, found.left_out)


def _write_tables(options: argparse.Namespace, found: Found) -> None:
    from detailbase_core.output.answer_json import json_line, write_json_lines
    from detailbase_ros.search.hit_files import json_records, write_parquet

    groups = [found.hits(number) for number in range(len(found.sentences))]
    if options.output:
        write_parquet(options.output, groups)
    if not options.json:
        return
    records = [record for hits in groups for record in json_records(hits)]
    if options.json != STDOUT:
        write_json_lines(options.json, records)
        return
    for record in records:
        print(json_line(record))


def _lines(found: Found, top: int) -> list[str]:
    """What is printed: of each sentence its best hits, or how near it came."""
    from detailbase_ros.search.hits import hit_lines

    count, lines = len(found.answered), []
    if not found.sentences:
        kept = sum(answered.was_kept for answered in found.answered.values())
        return [f"{count - kept} recordings mapped, {kept} were already; ask them now"]
    for number, sentence in enumerate(found.sentences):
        hits, answers = found.hits(number), found.answers(number)
        holding = sum(bool(answer.hits) for answer in answers)
        near = "" if holding or not answers else _nearest(answers)
        lines.append(f'"{sentence}": found in {holding} of {count} recordings{near}')
        lines += hit_lines(hits[:top])
        if len(hits) > top:
            lines.append(f"     and {len(hits) - top} more (--top)")
        lines += dict.fromkeys(answer.plea for answer in answers if answer.plea)
    return lines


def _nearest(answers: Sequence[RecordingAnswer]) -> str:
    """How near it came to be found; never rounded up to the threshold."""
    presence = max(answer.presence for answer in answers)
    return f" (presence {math.floor(100 * presence) / 100:.2f} at most)"


def _status(found: Found) -> int:
    if not found.answered:
        return NO_ANSWER
    missed = any(not found.hits(number) for number in range(len(found.sentences)))
    return NOT_FOUND if missed else FOUND
