"""Ask the sentences that were written by hand.

    python -m training.report.handwritten_sentences --furniture data/furniture.npz

Makes the rooms of config/sentences_by_hand.yaml, asks its sentences as a user would (plain text, no
marks), and writes docs/by_hand.md with all answers as pictures in docs/by_hand/.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import DetailBaseError
from detailbase_core.grounder import Grounder
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.render import render_answers
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.stock import Stock
from detailbase_core.types import PointCloud
from training.evaluation.metrics import mask_iou
from training.report.handwritten_rooms import read_rooms
from training.report.sections import table
from training.rooms.exam import EXAMS_FILE, read_exam
from training.rooms.sample import make_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.types import GroundedPhrase, Grounding
    from training.sentences.check.marked_sentences import MarkedPhrase, MarkedSentence

RIGHT_IOU = 0.5
_PICTURE_WIDTH, _JPEG_QUALITY = 900, 60  # all of them together take about 1 MB


@dataclass(frozen=True)
class Verdict:
    """What came of one phrase: its words, IoU (1 or 0 for something absent), right or not."""

    phrase: str
    iou: float
    absent: bool

    @property
    def right(self) -> bool:
        """Whether more than half of the union is shared, or rightly nothing was found."""
        return self.iou > RIGHT_IOU


def judge(marked: MarkedPhrase, answer: Grounding, instance: NDArray[np.int32]) -> Verdict:
    """Hold one phrase's answer against its objects.

    Args:
        marked: the phrase.
        answer: to its sentence; of its phrases, the one whose characters fit best counts.
        instance: (N,) int32 object id of each point of the scene.
    """
    found = np.zeros(len(instance), bool)
    answered = _best_fit(marked, answer.phrases)
    for thing in () if answered is None else answered.instances:
        found[thing.point_indices] = True
    meant = np.isin(instance, marked.ids)
    iou = mask_iou(found, meant) if marked.ids else float(not found.any())
    return Verdict(answer.query[marked.begin : marked.end], iou, not marked.ids)


def _best_fit(marked: MarkedPhrase, phrases: Sequence[GroundedPhrase]) -> GroundedPhrase | None:
    def fit(phrase: GroundedPhrase) -> float:
        shared = min(marked.end, phrase.end) - max(marked.begin, phrase.begin)
        return shared / (max(marked.end, phrase.end) - min(marked.begin, phrase.begin))

    best = max(phrases, key=fit, default=None)
    return best if best is not None and fit(best) > 0 else None


def ask_room(
    grounder: Grounder, seed: int, part: str, bank: FurnitureBank, said: Sequence[MarkedSentence]
) -> tuple[list[Grounding], list[list[Verdict]]]:
    """Make a room, ask its sentences, judge the answers."""
    sample = make_sample(seed, Stock.of_bank(bank, "unseen" if part == "unseen" else "train"))
    cloud = PointCloud(sample.xyz, sample.rgb)
    answers = [grounder.ground_cloud(cloud, sentence.text) for sentence in said]
    answers = [replace(answer, scene=answers[0].scene) for answer in answers]  # seen from one side
    verdicts = [
        [judge(phrase, answer, sample.instance) for phrase in sentence.phrases]
        for sentence, answer in zip(said, answers, strict=True)
    ]
    return answers, verdicts


def draw(answers: Sequence[Grounding], path: Path) -> None:
    """Write one room's answers as a small JPEG."""
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "answers.png"
        render_answers(answers, large)
        with Image.open(large) as picture:
            size = (_PICTURE_WIDTH, round(picture.height * _PICTURE_WIDTH / picture.width))
            small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    with atomic_path(path) as temporary:
        small.save(temporary, format="JPEG", quality=_JPEG_QUALITY, optimize=True)


def page(verdicts: dict[int, list[list[Verdict]]], unseen_from: int) -> str:
    """The page as markdown."""
    rows = []
    for name, chosen in (
        ("seen", [v for seed, v in verdicts.items() if seed < unseen_from]),
        ("unseen", [v for seed, v in verdicts.items() if seed >= unseen_from]),
        ("both", list(verdicts.values())),
    ):
        sentences = [sentence for room in chosen for sentence in room]
        phrases = [verdict for sentence in sentences for verdict in sentence]
        absent = [verdict for verdict in phrases if verdict.absent]
        whole = sum(all(v.right for v in sentence) for sentence in sentences)
        rows.append((
            name,
            f"{sum(v.right for v in phrases)} of {len(phrases)}",
            f"{sum(v.right for v in absent)} of {len(absent)}",
            f"{whole} of {len(sentences)}",
        ))  # fmt: skip
    parts = [
        "# Forty sentences by hand",
        "Written while looking at pictures of ten rooms, before any model had answered one of them "
        "([sentences_by_hand.yaml](../config/sentences_by_hand.yaml)). Asked as plain text: the "
        "model finds the phrases itself. A phrase is right when the points found for it share more "
        f"than {RIGHT_IOU:g} of their union with its objects, or when rightly nothing is found. "
        "Made by\n\n"
        "    python -m training.report.handwritten_sentences --furniture data/furniture.npz",
        table(("furniture", "phrases right", "absent ones", "sentences all right"), rows),
    ]
    for seed, sentences in verdicts.items():
        lines = [
            "- " + "; ".join(f"{'✓' if v.right else '✗'} {v.phrase} {v.iou:.2f}" for v in sentence)
            for sentence in sentences
        ]
        parts += [f"## room_{seed}", "\n".join(lines)]
        parts.append(f"![answers in room_{seed}](by_hand/room_{seed}.jpg)")
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, required=True, help="the exams' bank")
    parser.add_argument("--checkpoint", default="", help="default: the shipped one")
    parser.add_argument("--out", type=Path, default=EXAMS_FILE.parents[1] / "docs" / "by_hand.md")
    given = parser.parse_args(arguments)
    try:
        bank = FurnitureBank.load(given.furniture)
        unseen, _ = read_exam("unseen", bank)
        grounder = Grounder(GrounderConfig(checkpoint=given.checkpoint))
        verdicts = {}
        pictures = given.out.with_suffix("")
        pictures.mkdir(parents=True, exist_ok=True)
        for seed, said in tqdm(read_rooms().items(), unit="room"):
            part = "unseen" if seed >= unseen.first_seed else "train"
            answers, verdicts[seed] = ask_room(grounder, seed, part, bank, said)
            draw(answers, pictures / f"room_{seed}.jpg")
        with atomic_path(given.out) as temporary:
            temporary.write_text(page(verdicts, unseen.first_seed), encoding="utf-8")
    except (OSError, ValueError, DetailBaseError) as error:
        print(f"by_hand: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
