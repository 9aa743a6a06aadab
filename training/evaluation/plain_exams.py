"""Test sets in plain text put to a checkpoint: real scans, rooms that others arranged."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.synthetic.furniture_bank import FurnitureBank, split
from training.evaluation.frozen_files import check_exam_files
from training.evaluation.plain_answers import PlainAnswer, PlainSet, models_by_kind
from training.evaluation.real_scans import ask_scan, read_real_scans, turned_errors, whole_scan
from training.evaluation.worlds import ask_world
from training.rooms.worlds import read_worlds

if TYPE_CHECKING:
    from collections.abc import Callable
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
) -> PlainSet:
    """Ask all questions of a folder of real scans, and turn its scans.

    Raises:
        BadFileError: the files cannot be read or are not those that were frozen.
    """
    fingerprint = check_exam_files(folder)
    answers: list[PlainAnswer] = []
    turned = {}
    for scan in tqdm(read_real_scans(folder), folder.name, unit="scan"):
        answers += ask_scan(grounder, scan, models_of, show)
        turned[scan.name] = turned_errors(scan.cloud)
    return PlainSet(fingerprint, answers, turned)


def ask_worlds(
    grounder: Grounder,
    folder: Path,
    models_of: Callable[[str], int],
    show: Callable[[Grounding], None] = lambda _: None,
) -> dict[str, PlainSet]:
    """Drive through all worlds of a folder and ask about them, a set by kind of sentences.

    Raises:
        BadFileError: the files cannot be read or are not those that were frozen.
    """
    fingerprint = check_exam_files(folder)
    answers: dict[str, list[PlainAnswer]] = defaultdict(list)
    for world in tqdm(read_worlds(folder), folder.name, unit="world"):
        for name, of_world in ask_world(grounder, world, models_of, show).items():
            answers[name] += of_world
    return {
        f"{folder.resolve().name}, {name}": PlainSet(fingerprint, of_all, {})
        for name, of_all in answers.items()
    }
