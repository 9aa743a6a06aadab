"""Test sets in plain text put to a checkpoint: real scans, rooms that others arranged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.synthetic.furniture_bank import FurnitureBank, split
from training.evaluation.frozen_files import check_exam_files
from training.evaluation.plain_answers import PlainAnswer, PlainSet, models_by_kind, tally
from training.evaluation.real_scans import ask_scan, read_real_scans, turned_errors, whole_scan
from training.evaluation.worlds import AskedWorld
from training.rooms.worlds import read_worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from detailbase_core.types import Grounding


def counted_models(bank: Path | None) -> Callable[[str], int]:
    """Number of models of a kind that a bank gives to training.

    Args:
        bank: file of training.prepare_furniture; None = not told, -1 of every kind.

    Raises:
        BadFileError: it cannot be read.
    """
    if bank is None:
        return lambda _: -1
    cards = split(FurnitureBank.load(bank), "train").cards
    return models_by_kind(Counter(card.category for card in cards))


def plain_grounder(
    checkpoint: str, text_encoder: str = "", device: str = "auto", views: int = 0
) -> Grounder:
    """A Grounder that takes whole scans.

    Raises:
        CheckpointError, ConfigError: it cannot be used, or not here.
    """
    config = GrounderConfig(
        checkpoint=checkpoint, text_encoder=text_encoder, device=device, views=views
    )
    return Grounder(whole_scan(config))


def ask_real_scans(
    grounder: Grounder,
    folder: Path,
    models_of: Callable[[str], int],
    show: Callable[[Grounding], None] = lambda _: None,
    headings: int = 1,
) -> PlainSet:
    """Ask all questions of a folder of real scans, and turn its scans.

    Args:
        grounder: of plain_grounder.
        folder: see real_scans.
        models_of: number of furniture models of a kind.
        show: given each answer about the scans as they stand.
        headings: in how many they are asked, see PlainSet.

    Raises:
        BadFileError: the files cannot be read or are not those that were frozen.
    """
    fingerprint = check_exam_files(folder)
    answers: list[list[PlainAnswer]] = [[] for _ in range(headings)]
    turned = {}
    for scan in tqdm(read_real_scans(folder), folder.name, unit="scan"):
        answers[0] += ask_scan(grounder, scan, models_of, show)
        for of_heading, degrees in zip(answers[1:], turns(headings), strict=True):
            of_heading += ask_scan(grounder, scan, models_of, turn_deg=degrees)
        turned[scan.name] = turned_errors(scan.cloud)
    return _plain_set(fingerprint, answers, turned)


def ask_worlds(
    grounder: Grounder,
    folder: Path,
    models_of: Callable[[str], int],
    headings: int = 1,
) -> dict[str, PlainSet]:
    """Drive through all worlds of a folder and ask about them, a set by kind of sentences.

    Args:
        grounder, models_of, headings: as for ask_real_scans.
        folder: see training.rooms.worlds.

    Raises:
        BadFileError: the files cannot be read or are not those that were frozen.
    """
    fingerprint = check_exam_files(folder)
    answers: dict[str, list[list[PlainAnswer]]] = {}
    for world in tqdm(read_worlds(folder), folder.name, unit="world"):
        asked = AskedWorld.drive(world)
        for number, degrees in enumerate((0.0, *turns(headings))):
            for name, of_world in asked.answers(grounder, models_of, degrees).items():
                of_set = answers.setdefault(name, [[] for _ in range(headings)])
                of_set[number] += of_world
    return {
        f"{folder.resolve().name}, {name}": _plain_set(fingerprint, of_set, {})
        for name, of_set in answers.items()
    }


def turns(headings: int) -> list[float]:
    """Degrees by which scenes are turned after they were asked as they stand.

    Even parts of half a turn: two views of a scene lie half a turn apart.
    """
    return [180.0 * step / headings for step in range(1, headings)]


def _plain_set(
    fingerprint: str,
    answers: Sequence[Sequence[PlainAnswer]],
    turned: Mapping[str, Sequence[float]],
) -> PlainSet:
    """A set of the answers in each heading."""
    tallies = [tally(of_heading) for of_heading in answers]
    return PlainSet(fingerprint, answers[0], turned, tallies if len(tallies) > 1 else ())
