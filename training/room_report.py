"""Write docs/rooms.md: what rooms and sentences are made of, and whether the sentences are right.

python -m training.room_report --rooms data/rooms --furniture data/furniture.npz --out docs/rooms.md
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.rooms import GENERATOR_VERSION, generate_room
from detailbase_core.synthetic.stock import Stock
from training.rooms.room_figures import RoomFigures
from training.rooms.sample import describe_seen, seen_things
from training.rooms.sample_files import is_everyday
from training.rooms.show_rooms import draw_sheet
from training.scenes.scene_files import read_scene
from training.sentences.check.bias import MOST_AUC
from training.sentences.check.sentence_statistics import SentenceStatistics
from training.sentences.generator import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.sentences.generator import Description

COMMAND = (
    "python -m training.make_rooms --out data/rooms --seeds 0:{rooms} "
    "--furniture data/furniture.npz\n"
    "python -m training.room_report --rooms data/rooms --furniture data/furniture.npz "
    "--out docs/rooms.md"
)
_DRAWN = 9
_SHEET_COLORS = 256
_SHOWN = 30
_PER_ROOM = 32  # sentences of a room that was not scanned


@dataclass
class Report:
    """Figures to report.

    Attributes:
        figures: of the rooms in the folder.
        statistics: of their sentences, then of those about further rooms.
        stored: how many of the sentences lie in the folder.
        said: these, and the rooms' seeds.
    """

    figures: RoomFigures = field(default_factory=RoomFigures)
    statistics: SentenceStatistics = field(default_factory=SentenceStatistics)
    stored: int = 0
    said: list[tuple[int, Description]] = field(default_factory=list)


def examine(folder: Path, stock: Stock, sentences: int) -> Report:
    """Look at all rooms of a folder and check at least so many sentences.

    The rooms are made anew from their seeds, and their sentences from what the maps show. Where
    they are too few, rooms of the next seeds are described as if all in them had been seen.

    Args:
        folder: made by training.make_rooms.
        stock: what its rooms were furnished with.
        sentences: how many to check at least.

    Raises:
        BadFileError: no rooms, or rooms that this version does not make with this furniture.
    """
    paths = sorted(folder.glob("room_*.npz"))
    if not paths:
        raise BadFileError(f"{folder}: no rooms (room_*.npz) there; make some first")
    report = Report()
    for path in tqdm(paths, desc="rooms of the folder", unit="room"):
        _add_stored(report, path, stock)
    report.stored = report.statistics.sentences
    seed = _seed(paths[-1]) + 1
    with tqdm(total=sentences, initial=report.stored, desc="sentences", unit="sentence") as bar:
        while report.statistics.sentences < sentences:
            room = generate_room(seed, stock)
            said = describe(room, np.random.default_rng([seed, 19]), count=_PER_ROOM)
            report.statistics.add(room, said)
            bar.update(len(said))
            seed += 1
    return report


def _add_stored(report: Report, path: Path, stock: Stock) -> None:
    """One room of the folder, its sentences checked word by word against the file."""
    scene, seed = read_scene(path), _seed(path)
    room = generate_room(seed, stock)
    said = describe_seen(room, scene.instance, sentences=len(scene.descriptions))
    if [d.text for d in said] != [d.text for d in scene.descriptions]:
        raise BadFileError(
            f"{path}: this version ({GENERATOR_VERSION}) says other things about room {seed} with "
            f"this furniture; give the bank that the room was made of, or make the rooms anew"
        )
    report.figures.add(path)
    report.statistics.add(room, said, seen_things(room, scene.instance)[1])
    report.said += [(seed, d) for d in said]


def _seed(path: Path) -> int:
    return int(path.stem.removeprefix("room_"))


def written(report: Report, sheet: str) -> str:
    """The report as Markdown.

    Args:
        report: all that is told.
        sheet: name of the picture of rooms.
    """
    statistics, rooms = report.statistics, len(report.figures.areas)
    wrong = len(statistics.complaints)
    further = statistics.sentences - report.stored
    checked = (
        f"{statistics.sentences:,} sentences were checked: the {report.stored:,} of these rooms, "
        f"and {further:,} about {statistics.rooms - rooms} further rooms, described as if all in "
        f"them had been seen. **Phrases found wrong: {wrong}.**"
    )
    if not further:
        checked = f"All {report.stored:,} were checked. **Phrases found wrong: {wrong}.**"
    faults = "".join(f"\n- {complaint}" for complaint in statistics.complaints[:20])
    return TEXT.format(
        command=COMMAND.format(rooms=rooms),
        sheet=sheet,
        figures=report.figures.markdown(),
        statistics=statistics.markdown(),
        checked=checked + faults,
        examples=_examples(report),
        generator=GENERATOR_VERSION,
        most_auc=MOST_AUC,
    )


def _examples(report: Report) -> str:
    """Random sentences as a table: what is said, and what it means."""
    order = np.random.default_rng(0).permutation(len(report.said))[:_SHOWN]
    lines = ["| room | sentence | what its phrases mean |", "| --- | --- | --- |"]
    for seed, description in (report.said[i] for i in sorted(order.tolist())):
        phrases = []
        for phrase in description.phrases:
            name = description.text[phrase.begin : phrase.end]
            ids = ", ".join(map(str, phrase.ids)) or ("-" if phrase.structure else "nothing")
            phrases.append(f"{name}: {ids}")
        lines.append(f"| {seed} | {description.text} | {'; '.join(phrases)} |")
    return "\n".join(lines)


TEXT = """# Rooms

A world to learn from: furnished rooms, seen by a simulated depth camera, described in sentences
whose every noun phrase is tied to its objects. All figures on this page are made by
```
{command}
```
with generator {generator}. A room depends on its seed and the furniture alone.

![Nine rooms, each from above and from inside]({sheet})

## How a room is made
1. **Shell** (`synthetic/rooms.py`, `shell.py`): a rectangle or an L with doors, windows, skirting,
   floor boards, tiles or carpet, with or without a ceiling.
2. **Furniture** (`synthetic/themes.py`, `groups/`, `layout.py`): groups as people set them up, such
   as chairs around a table or a bed between nightstands, of models from a bank
   ([furniture](furniture.md)) and of made ones; look-alikes on purpose. Nothing stands in anything
   else (`occupancy.py`).
3. **Survey** (`synthetic/survey.py`, `camera.py`): a robot's drive or somebody's walk with a depth
   camera: noise that grows with the square of the range, edges, dark and shiny surfaces without
   depth, drifting exposure and white balance, doubled surfaces where the pose slipped, tilt.
4. **Map**: the scans go through the same SceneMap and superpoints as a live robot's.
5. **Sentences** (`training/sentences/`): about what was seen of at least 50 voxels.

## The rooms
{figures}

## The sentences
A phrase is used only where it holds for the things it is marked with and clearly for nothing else
that was seen. People do not agree on where "next to" ends, so every relation has a strict and a
lenient bound; what lies between the two is unclear, and a phrase with anything unclear is not used.
What is said not to be there is nowhere in the room. A wider word ("table" for a coffee table,
"seat", "appliance") is used only where it is true of nothing else. `training/sentences/held_out.py`
lists the templates, synonyms and openings that training never sees.

{statistics}

### What they give away
A model that finds out from a sentence alone what is there need not look at the room. So what is not
there is said just as what is there: the opening comes from one table (`openings.yaml`) that knows
nothing of presence, and an absent thing begins as a present one, with its adjectives, relations and
anchors; then its kind, its look, a relation or an anchor is changed until nothing in the room is so
(`absent.py`). Kinds and looks come from what is said of present things in other rooms of the same
theme, as often as it is said there (`elsewhere_*.csv`, made by
`python -m training.sentences.count_phrases --furniture data/furniture.npz --rooms 400`).

`python -m training.sentence_bias --furniture data/furniture.npz` lets two models that see no room
guess for every phrase whether it is there: a bag of words and a GRU, trained on half of the rooms
and asked about the other half. Wording is every word that describes nothing, and the phrase's
article (`Description.describes` marks the others); what something else is related to is compared
with its like, as relations describe. An AUC of 0.5 means that wording tells nothing; CI fails above
{most_auc}.

## Are they right?
`training/sentences/check/sentence_checker.py` reads the sentences back with a dictionary, a grammar
and a geometry of its own, in which every relation has one crisp bound, and compares what each
phrase means with what it is marked with. A sentence with a word that it does not understand counts
as wrong. What was typed or spoken with slips is read as it was meant.

{checked}

## Thirty of them
Numbers are objects of the room; "nothing" asks for what is not there; "-" is the room itself.

{examples}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = written and no phrase found wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rooms", type=Path, required=True, help="folder of training.make_rooms")
    parser.add_argument("--furniture", type=Path, metavar="FILE", help="bank they were made with")
    parser.add_argument("--sentences", type=int, default=10_000, help="checked at least")
    parser.add_argument("--out", type=Path, default=Path("docs/rooms.md"))
    given = parser.parse_args(arguments)
    try:
        bank = FurnitureBank.load(given.furniture)
        stock = Stock.of_bank(bank, "train", everyday=is_everyday(given.rooms))
        report = examine(given.rooms, stock, given.sentences)
        sheet = given.out.with_suffix(".png")
        seeds = sorted({seed for seed, _ in report.said})[:_DRAWN]
        draw_sheet([generate_room(seed, stock) for seed in seeds], sheet, _SHEET_COLORS)
        with atomic_path(given.out) as temporary:
            temporary.write_text(written(report, sheet.name), encoding="utf-8")
    except (OSError, ValueError, BadFileError) as error:
        print(f"room_report: {error}", file=sys.stderr)
        return 1
    wrong = report.statistics.complaints
    print(f"{given.out}: {report.statistics.sentences} sentences checked, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
