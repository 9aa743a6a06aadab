"""Figures of a checkpoint on described scenes.

    python -m training.evaluate [--checkpoint FILE] [--data FOLDER] [--json FILE]

Without --data it makes the frozen exam rooms first (config/rooms_exam.yaml). Floor, wall and
ceiling phrases are not counted, nor, in the mask figures, phrases that name something absent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from detailbase_core.atomic import atomic_path
from detailbase_core.checkpoint import Checkpoint
from detailbase_core.devices import choose_device
from detailbase_core.grounder import SHIPPED_CHECKPOINT
from detailbase_core.scene_batch import batch_scenes
from detailbase_core.types import PointCloud, Scene
from training.make_rooms import make_rooms, read_exam
from training.metrics import DescriptionResult, mask_iou, summarize_groups
from training.oracle import superpoint_oracle_mask
from training.scene_files import read_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.model import DetailBase
    from detailbase_core.text_encoder import SmallTextEncoder, TransformersTextEncoder
    from training.descriptions import Description
    from training.scene_files import DescribedScene

PRESENT = 0.5  # presence probability from which a phrase counts as found


@dataclass
class Tally:
    """What was seen so far."""

    model: list[DescriptionResult] = field(default_factory=list)
    oracle: list[DescriptionResult] = field(default_factory=list)
    blind: list[DescriptionResult] = field(default_factory=list)
    sentence_ious: list[float] = field(default_factory=list)
    presence: list[tuple[bool, bool]] = field(default_factory=list)  # (said, true)


@torch.inference_mode()
def evaluate_scene(
    model: DetailBase,
    text_encoder: SmallTextEncoder | TransformersTextEncoder,
    described: DescribedScene,
    tally: Tally,
) -> None:
    """Ground all descriptions of a scene and add the outcome to the tally."""
    descriptions = described.descriptions
    if not descriptions:
        return
    device = next(model.parameters()).device
    cloud = PointCloud(described.xyz, described.rgb)
    scene = Scene(cloud, described.point_to_superpoint)
    encoded = model.encode_scene(batch_scenes([scene], model.config.coordinates).to(device))
    text, mask = text_encoder.encode([d.words for d in descriptions])
    last = model.ground(encoded, text[None], mask[None])[-1]
    masks = (last.mask_logits[0].sigmoid() >= 0.5).cpu().numpy()
    presence = (
        np.ones(last.scores.shape[1:])
        if last.presence_logits is None
        else last.presence_logits[0].float().sigmoid().cpu().numpy()
    )
    judge = _Judge(described)
    others = _other_phrases(descriptions, described.scene_id)
    for b, description in enumerate(descriptions):
        ious: dict[str, list[float]] = {"model": [], "oracle": [], "blind": []}
        for phrase in description.phrases:
            if phrase.structure:
                continue
            tally.presence.append((bool(presence[b, phrase.row] >= PRESENT), bool(phrase.ids)))
            if not phrase.ids:
                continue
            ious["model"].append(judge.iou(masks[b, phrase.row], phrase.ids))
            ious["oracle"].append(judge.oracle_iou(phrase.ids))
            ious["blind"].append(judge.iou(masks[next(others)], phrase.ids))
        if ious["model"]:
            for name, values in ious.items():
                results = getattr(tally, name)
                results.append(DescriptionResult(tuple(values), len(description.words)))
        if description.sentence_ids:
            tally.sentence_ious.append(judge.iou(masks[b, 0], description.sentence_ids))


class _Judge:
    """IoU over points of masks over superpoints."""

    def __init__(self, described: DescribedScene) -> None:
        self.described = described

    def iou(self, superpoint_mask: NDArray[np.bool_], ids: Sequence[int]) -> float:
        truth = np.isin(self.described.instance, ids)
        return mask_iou(superpoint_mask[self.described.point_to_superpoint], truth)

    def oracle_iou(self, ids: Sequence[int]) -> float:
        """What superpoints allow."""
        truth = np.isin(self.described.instance, ids)
        return mask_iou(superpoint_oracle_mask(truth, self.described.point_to_superpoint), truth)


def _other_phrases(descriptions: Sequence[Description], seed: str):  # type: ignore[no-untyped-def]
    """Endless (sentence, row) of random phrases of the scene: answers that ignore the question."""
    places = [
        (b, p.row)
        for b, d in enumerate(descriptions)
        for p in d.phrases
        if p.ids and not p.structure
    ]
    chance = random.Random(seed)
    while True:
        yield chance.choice(places)


def report(tally: Tally) -> dict[str, object]:
    """All figures by name."""
    said, true = np.array(tally.presence, dtype=bool).reshape(-1, 2).T
    absent_hits = int((~said & ~true).sum())
    return {
        "model": summarize_groups(tally.model),
        "superpoint_oracle": summarize_groups(tally.oracle),
        "text_blind": summarize_groups(tally.blind),
        "sentence_mIoU": float(np.mean(tally.sentence_ious)) if tally.sentence_ious else 0.0,
        "absent_phrases": {
            "count": int((~true).sum()),
            "precision": absent_hits / max(1, int((~said).sum())),
            "recall": absent_hits / max(1, int((~true).sum())),
        },
        "phrases": len(tally.presence),
        "descriptions": len(tally.model),
    }


def as_table(figures: dict[str, object]) -> str:
    """The figures for people."""
    lines = [f"{'':26}{'mIoU':>8}{'Acc@0.25':>10}{'Acc@0.5':>10}{'smIoU':>8}"]
    rows = {"model": "model", "superpoint_oracle": "superpoint oracle", "text_blind": "text-blind"}
    for key, label in rows.items():
        groups = figures[key]
        assert isinstance(groups, dict)
        for group, f in groups.items():
            if group != "all" and key != "model":
                continue
            name = label if group == "all" else f"  {group} sentences"
            lines.append(
                f"{name:26}{f['mIoU']:8.3f}{f['acc25']:10.3f}{f['acc50']:10.3f}{f['smIoU']:8.3f}"
            )
    lines.append(f"sentence target mIoU: {figures['sentence_mIoU']:.3f}")
    lines.append(f"absent phrases: {figures['absent_phrases']}")
    lines.append(f"{figures['phrases']} phrases in {figures['descriptions']} sentences")
    return "\n".join(lines)


def make_exam(folder: str | Path = "data/rooms_exam") -> Path:
    """Generate the frozen exam rooms, those that are not there yet; their folder.

    Raises:
        BadFileError: the generator no longer makes the rooms that were frozen.
        ValueError: the folder holds rooms of another generator version.
    """
    exam = read_exam()
    make_rooms(Path(folder), exam.seeds, os.cpu_count() or 1, exam.sentences_per_room)
    return Path(folder)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description="Evaluate a checkpoint.")
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    parser.add_argument("--text-encoder", default="", help="for released weights")
    parser.add_argument("--data", help="folder of described scenes; default: the frozen exam")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    args = parser.parse_args()
    model, text_encoder = Checkpoint.read(args.checkpoint).load(args.text_encoder)
    device = choose_device(args.device)
    model, text_encoder = model.to(device), text_encoder.to(device)
    folder = args.data or make_exam()
    tally = Tally()
    for described in tqdm(list(read_folder(folder)), desc="evaluating", unit="scene"):
        evaluate_scene(model, text_encoder, described, tally)
    figures = report(tally)
    print(as_table(figures))
    if args.json:
        with atomic_path(args.json) as temporary:
            temporary.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
