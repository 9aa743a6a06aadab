"""Pictures of answers to test sets in plain text: some right, some wrong."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from detailbase_core.io.atomic_write import atomic_path
from training.report.handwritten_sentences import draw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.types import Grounding
    from training.evaluation.plain_answers import PlainAnswer

EACH = 6  # of right answers, and of wrong ones


def write_pictures(
    answers: Sequence[PlainAnswer], groundings: Sequence[Grounding], folder: Path, command: str
) -> None:
    """The pictures of draw_plain and a page that shows them, FOLDER/README.md.

    Args:
        answers, groundings, folder: see draw_plain.
        command: that asked.

    Raises:
        OSError: a file cannot be written.
    """
    lines = draw_plain(answers, groundings, folder)
    counts = f"{sum(a.right for a in answers)} of {len(answers)} answers are right"
    page = [
        "# Answers about real scans",
        f"Right and wrong ones, up to {EACH} of each, spread evenly over what was asked; {counts}. "
        f"Objects are drawn as they were found. Made by\n\n    {command}",
        *lines,
    ]
    with atomic_path(folder / "README.md") as temporary:
        temporary.write_text("\n\n".join(page) + "\n", encoding="utf-8")


def draw_plain(
    answers: Sequence[PlainAnswer], groundings: Sequence[Grounding], folder: Path
) -> list[str]:
    """Draw up to EACH sentences all of whose phrases are right, and as many others.

    They are spread evenly over what was asked.

    Args:
        answers: of phrases, sentence by sentence.
        groundings: of the same sentences, in order.
        folder: made if need be; small JPEGs.

    Returns:
        A line of markdown for each picture.

    Raises:
        OSError: a picture cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_sentence = [list(of) for _, of in groupby(answers, key=lambda a: (a.scene, a.sentence))]
    lines = []
    for name, wanted in (("right", True), ("wrong", False)):
        rows = [i for i, of in enumerate(by_sentence) if all(a.right for a in of) == wanted]
        chosen = [rows[i * len(rows) // EACH] for i in range(EACH)] if len(rows) > EACH else rows
        for number, row in enumerate(chosen, 1):
            file = f"{name}_{number}_{by_sentence[row][0].scene}.jpg"
            draw([groundings[row]], folder / file)
            told = "; ".join(
                f"{a.phrase} " + (f"IoU {a.iou:.2f}" if not a.absent else "(not there)")
                for a in by_sentence[row]
            )
            lines.append(f"![{name}: “{by_sentence[row][0].sentence}”, {told}]({file})")
    return lines
