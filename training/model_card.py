"""Model card: one page about a checkpoint, and a page of details with pictures of its answers.

    python -m training.model_card CHECKPOINT --results JSON [JSON ...] --openings JSON
        --plain JSON --notes NOTES.md

NOTES.md is what a person has to say: how it was trained, and what it cannot do. A set of scenes
named like another with an ending (exam_seen, exam_seen_grey) is that one, corrupted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import BadFileError, DetailBaseError
from detailbase_core.grounder import Grounder
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from training.evaluation.openings import OpeningsResults
from training.evaluation.plain_answers import PlainResults
from training.evaluation.results import Results
from training.report.error_pictures import draw_mistakes
from training.report.openings import openings_details, openings_section
from training.report.pictures import draw_examples
from training.report.plain import plain_details, plain_section
from training.report.sections import (
    breakdown_section,
    comparison_section,
    corruption_section,
    figure_section,
    gap_section,
    key_figure_section,
    mistake_section,
    picture_section,
    summary_section,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_card(
    checkpoint: Path,
    results: Sequence[Results],
    notes: str,
    out: Path,
    openings: OpeningsResults | None = None,
    plain: PlainResults | None = None,
) -> None:
    """Write the card, its page of details, and pictures into a folder of its name, side by side.

    Args:
        checkpoint: whose card it is.
        results: of training.evaluate; their sets must have different names.
        notes: markdown.
        out: the card's file; the details are CARD_details.md.
        openings: of training.openings.
        plain: of training.evaluate --real and --worlds.

    Raises:
        BadFileError: the results are of another checkpoint, or have sets of one name.
        CheckpointError: the checkpoint cannot be used.
    """
    checkpoints = [result.checkpoint for result in results]
    checkpoints += [other.checkpoint for other in (openings, plain) if other]
    for other in checkpoints:
        if Path(other).name != checkpoint.name:
            raise BadFileError(f"these are results of {other}, not of {checkpoint}")
    sets = {name: found for result in results for name, found in result.sets.items()}
    if len(sets) < sum(len(result.sets) for result in results):
        raise BadFileError(f"two results have sets of one name; there are {', '.join(sets)}")
    grounder = Grounder(GrounderConfig(checkpoint=str(checkpoint)))
    pictures = draw_examples(grounder, sets, out.with_suffix(""))
    mistakes = draw_mistakes(checkpoint, sets, out.with_suffix(""))
    details = out.with_name(f"{out.stem}_details.md")
    card = [
        f"# Model card: {checkpoint.stem}",
        notes.strip(),
        plain_section(plain, details.name) if plain else "",
        key_figure_section(sets, details.name),
        openings_section(openings, details.name) if openings else "",
        summary_section(checkpoint, Checkpoint.read(checkpoint), results[0].parameters),
        comparison_section(out.parent),
    ]
    rest = [
        f"# Details of {checkpoint.stem}\n\nBeside its [model card]({out.name}).",
        figure_section(sets, [result.command for result in results]),
        plain_details(plain) if plain else "",
        openings_details(openings) if openings else "",
        gap_section(results),
        corruption_section(sets),
        breakdown_section(sets),
        mistake_section(sets, {kind: out.stem + "/" + file for kind, file in mistakes.items()}),
        picture_section(sets, {name: out.stem + "/" + file for name, file in pictures.items()}),
    ]
    for path, sections in ((details, rest), (out, card)):
        with atomic_path(path) as temporary:
            temporary.write_text("\n\n".join(s for s in sections if s) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line entry point; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="?", default=SHIPPED_CHECKPOINT)
    parser.add_argument("--results", type=Path, nargs="+", required=True)
    parser.add_argument("--openings", type=Path, help="results of training.openings")
    parser.add_argument("--plain", type=Path, help="results of evaluate --real and --worlds")
    parser.add_argument("--notes", type=Path, help="markdown to put into the card")
    parser.add_argument("--out", type=Path, default=Path("docs/model_card.md"))
    given = parser.parse_args(arguments)
    try:
        results = [Results.read(path) for path in given.results]
        notes = given.notes.read_text(encoding="utf-8") if given.notes else ""
        openings = OpeningsResults.read(given.openings) if given.openings else None
        plain = PlainResults.read(given.plain) if given.plain else None
        write_card(given.checkpoint, results, notes, given.out, openings, plain)
    except (DetailBaseError, OSError) as error:
        print(f"model_card: {error}", file=sys.stderr)
        return 1
    print(given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
