"""Ask the sentences that were written by hand.

    python -m training.report.handwritten_sentences --furniture data/furniture.npz

Makes the rooms of config/sentences_by_hand*.yaml, asks their sentences as a user would (plain text,
no marks), and writes docs/by_hand.md with all answers as pictures in docs/by_hand/.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

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
from training.evaluation.phrase_answer import RIGHT_IOU, PhraseAnswer, judge
from training.report.handwritten_rooms import SENTENCES_FILE, read_rooms
from training.report.sections import table
from training.rooms.exam import EXAMS_FILE, read_exam
from training.rooms.sample import make_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detailbase_core.types import Grounding
    from training.sentences.check.marked_sentences import MarkedSentence

SETS = {  # of forty sentences each
    "first forty": SENTENCES_FILE,
    "second forty": SENTENCES_FILE.with_name("sentences_by_hand_2.yaml"),
}
_PICTURE_WIDTH, _JPEG_QUALITY = 900, 60  # those of one set take about 1 MB


def ask_room(
    grounder: Grounder, seed: int, part: str, bank: FurnitureBank, said: Sequence[MarkedSentence]
) -> tuple[list[Grounding], list[list[PhraseAnswer]]]:
    """Make a room, ask its sentences, judge the answers."""
    sample = make_sample(seed, Stock.of_bank(bank, "unseen" if part == "unseen" else "train"))
    cloud = PointCloud(sample.xyz, sample.rgb)
    encoded = grounder.encode_cloud(cloud)
    answers = [grounder.ground_encoded(encoded, sentence.text) for sentence in said]
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


def page(sets: Mapping[str, Mapping[int, list[list[PhraseAnswer]]]], unseen_from: int) -> str:
    """The page as markdown.

    Args:
        sets: answers by set, room's seed, sentence and phrase.
        unseen_from: rooms of this seed and higher are of unseen furniture.
    """
    rows = [row for name, rooms in sets.items() for row in _rows(name, rooms, unseen_from)]
    parts = [
        "# Sentences by hand",
        "Twice forty sentences, each time written while looking at pictures of ten rooms, before "
        "any model had answered one of them ([first](../config/sentences_by_hand.yaml), "
        "[second](../config/sentences_by_hand_2.yaml)). Asked as plain text: the model finds the "
        "phrases itself. A phrase is right when the points found for it share more than "
        f"{RIGHT_IOU:g} of their union with its objects, or when rightly nothing is found. Made "
        "by\n\n    python -m training.report.handwritten_sentences --furniture "
        "data/furniture.npz",
        table(("sentences", "furniture", "phrases right", "absent ones", "all right"), rows),
    ]
    for seed, sentences in (room for rooms in sets.values() for room in rooms.items()):
        lines = [
            "- " + "; ".join(f"{'✓' if v.right else '✗'} {v.phrase} {v.iou:.2f}" for v in sentence)
            for sentence in sentences
        ]
        parts += [f"## room_{seed}", "\n".join(lines)]
        parts.append(f"![answers in room_{seed}](by_hand/room_{seed}.jpg)")
    return "\n\n".join(parts) + "\n"


def _rows(
    name: str, rooms: Mapping[int, list[list[PhraseAnswer]]], unseen_from: int
) -> Iterator[tuple[str, ...]]:
    for furniture, chosen in (
        ("seen", [v for seed, v in rooms.items() if seed < unseen_from]),
        ("unseen", [v for seed, v in rooms.items() if seed >= unseen_from]),
        ("both", list(rooms.values())),
    ):
        sentences = [sentence for room in chosen for sentence in room]
        phrases = [answer for sentence in sentences for answer in sentence]
        absent = [answer for answer in phrases if answer.absent]
        whole = sum(all(v.right for v in sentence) for sentence in sentences)
        yield (
            name,
            furniture,
            f"{sum(v.right for v in phrases)} of {len(phrases)}",
            f"{sum(v.right for v in absent)} of {len(absent)}",
            f"{whole} of {len(sentences)}",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = done."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--furniture", type=Path, required=True, help="the test sets' bank")
    parser.add_argument("--checkpoint", default="", help="default: the shipped one")
    parser.add_argument("--out", type=Path, default=EXAMS_FILE.parents[1] / "docs" / "by_hand.md")
    given = parser.parse_args(arguments)
    try:
        bank = FurnitureBank.load(given.furniture)
        unseen, _ = read_exam("unseen", bank)
        grounder = Grounder(GrounderConfig(checkpoint=given.checkpoint))
        answered: dict[str, dict[int, list[list[PhraseAnswer]]]] = {}
        pictures = given.out.with_suffix("")
        pictures.mkdir(parents=True, exist_ok=True)
        for name, path in SETS.items():
            rooms = answered[name] = {}
            for seed, said in tqdm(read_rooms(path).items(), name, unit="room"):
                part = "unseen" if seed >= unseen.first_seed else "train"
                answers, rooms[seed] = ask_room(grounder, seed, part, bank, said)
                draw(answers, pictures / f"room_{seed}.jpg")
        with atomic_path(given.out) as temporary:
            temporary.write_text(page(answered, unseen.first_seed), encoding="utf-8")
    except (OSError, ValueError, DetailBaseError) as error:
        print(f"by_hand: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
