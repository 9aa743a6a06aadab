"""The model card's sections, as markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError
from training.evaluation.bootstrap import bootstrap_change
from training.evaluation.error_types import KINDS
from training.evaluation.results import base_of
from training.evaluation.results_table import COUNTS, ROWS, gap_text, share_of
from training.report.error_pictures import shown_mistakes
from training.report.pictures import PICTURED, plain_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from detailbase_core.network.checkpoint import Checkpoint
    from training.evaluation.results import Results, SetResult

# What was aimed at before anyone trained, by what a set's name ends with.
AIMS: dict[str, dict[str, float]] = {
    "unseen": {
        "phrase_mIoU": 0.55,
        "acc50": 0.60,
        "sentence_mIoU": 0.50,
        "instance_f1": 0.50,
        "count_exact": 0.60,
        "presence_f1": 0.80,
        "span_f1": 0.95,
        "oracle_mIoU": 0.90,
    },
    "seen": {
        "phrase_mIoU": 0.70,
        "acc50": 0.75,
        "sentence_mIoU": 0.65,
        "instance_f1": 0.65,
        "count_exact": 0.70,
        "presence_f1": 0.85,
        "span_f1": 0.95,
        "oracle_mIoU": 0.90,
    },
    "text": {"span_f1": 0.95, "oracle_mIoU": 0.90},
}
KEY_MEASURES = (
    "phrase_mIoU",
    "acc50",
    "sentence_mIoU",
    "instance_f1",
    "count_exact",
    "presence_f1",
    "span_f1",
    "oracle_mIoU",
)
DROPS = ("phrase_mIoU", "acc50", "sentence_mIoU", "instance_f1", "presence_f1")
WORST = 12  # names of each breakdown
LEAST_PHRASES = 20  # rarer names say nothing


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def summary_section(path: Path, checkpoint: Checkpoint, parameters: int) -> str:
    """Facts that the file itself tells."""
    model = checkpoint.model_config()
    text = json.loads(checkpoint.metadata.get("text", "{}"))
    options = [
        name.replace("_", " ")
        for name, value in vars(model).items()
        if value is True and name != "pointwise_reinterpret"
    ]
    if model.look_alike_rounds:
        options.append(f"{model.look_alike_rounds} look alike rounds")
    rows = [
        ("file", f"`{path.name}`, {path.stat().st_size / 1e6:.1f} MB"),
        ("trained parameters", f"{parameters / 1e6:.2f} M"),
        ("training", checkpoint.metadata.get("training", "not told")),
        ("voxels", f"{100 * model.voxel_size_m:g} cm, coordinates {model.coordinates}"),
        (
            "U-Net",
            f"widths {' '.join(map(str, model.widths))}, {model.block_reps} blocks a level, "
            f"features of {model.pooled_levels} levels",
        ),
        ("decoder", f"{model.decoder_layers} layers of width {model.query_dim}"),
        ("options", ", ".join(options) or "as published"),
        (
            "text encoder",
            f"{text.get('layers')} layers of width {text.get('dim')} on fixed word "
            f"vectors of {text.get('vector_dim')}",
        ),
    ]
    return "## The network\n\n" + table(("", ""), rows)


def key_figure_section(sets: Mapping[str, SetResult], details: str) -> str:
    """Table of a few measures of the uncorrupted sets.

    Args:
        sets: by name.
        details: page with all measures.
    """
    names = plain_sets(sets)
    rows = [
        [ROWS[key].strip(), *(f"{sets[name].measures[key]:.3f}" for name in names)]
        for key in KEY_MEASURES
    ]
    return (
        "## Generated test sets\n\nRooms that we generate, described by sentences that we "
        f"generate: they say little about yours ([all figures and pictures]({details})).\n\n"
        + table(("", *names), rows)
    )


def figure_section(sets: Mapping[str, SetResult], commands: Sequence[str]) -> str:
    """All measures of the uncorrupted sets, beside their targets."""
    names = plain_sets(sets)
    head = ["", *(column for name in names for column in (name, "target"))]
    rows = [
        [label.strip(), *(c for n in names for c in (_measure(sets[n], key), _aim(n, key)))]
        for key, label in ROWS.items()
    ]
    rows += [
        [label.strip(), *(c for n in names for c in (f"{int(sets[n].measures[key])}", ""))]
        for key, label in COUNTS.items()
    ]
    commands_text = "\n".join(f"    {command}" for command in dict.fromkeys(commands))
    return (
        "## Figures\n\nIoU counts observed map voxels of 2 cm. Mask figures are about things with "
        "50 voxels or more; small things, structure and absent things are counted apart. Aims "
        f"were set before training. Made by\n\n{commands_text}\n\n{table(head, rows)}"
    )


def gap_section(results: Sequence[Results]) -> str:
    """Lead over its rival, in words; "" without one."""
    lines = [
        f"- {name}, against `{result.rival}`: {gap_text(found)}"
        for result in results
        for name, found in result.sets.items()
        if found.gap
    ]
    return (
        "## Against the published architecture and losses\n\n" + "\n".join(lines) if lines else ""
    )


def comparison_section(folder: Path) -> str:
    """Links to the pages of training.compare that lie beside the card; "" without any."""
    pages = {
        "comparison.md": "the published architecture and losses beside ours",
        "ablations.md": "what each option pays",
    }
    lines = [f"- [{text}]({name})" for name, text in pages.items() if (folder / name).exists()]
    return "## Comparisons\n\n" + "\n".join(lines) if lines else ""


def corruption_section(sets: Mapping[str, SetResult]) -> str:
    """Cost of each corruption and of spoken text, in points.

    Raises:
        BadFileError: a corrupted set was not evaluated beside the set that it is a corruption of.
    """
    rows = []
    for name, result in sets.items():
        base = base_of(name, sets)
        if base is None:
            drop = result.measures["plain_mIoU"] - result.measures["spoken_mIoU"]
            rows.append([name, "spoken text", f"{-100 * drop:+.1f}", *[""] * (len(DROPS) - 1)])
            continue
        alone = BadFileError(
            f"nothing to compare {name} with: evaluate {base} and {name} in one command, on the "
            "same rooms"
        )
        if not result.uncorrupted:
            raise alone
        try:
            interval = bootstrap_change(result.room_ious, sets[base].room_ious)
        except ValueError as error:
            raise alone from error
        change = [f"{100 * (result.measures[key] - result.uncorrupted[key]):+.1f}" for key in DROPS]
        change[0] += f" ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"
        corruption = name.removeprefix(base + "_").replace("_", " ")
        corruption += f" ({result.measures['rooms']:.0f} rooms)"
        rows.append([base, corruption, *change])
    head = ["set", "corruption", *(ROWS[key] for key in DROPS)]
    return (
        "## What corruptions cost\n\nIn points, each against the same rooms as they were; of the "
        "first also the 95% interval of a paired bootstrap over rooms. Sentences speak of what was "
        "seen, so that they are not all the same.\n\n" + table(head, rows)
    )


def breakdown_section(sets: Mapping[str, SetResult]) -> str:
    """Section of the errors: the worst names of each aspect."""
    parts = [
        "## Where it errs",
        f"The worst {WORST} of each, with {LEAST_PHRASES} phrases or more.",
    ]
    for name in plain_sets(sets):
        rows = []
        for aspect, groups in sets[name].breakdowns.items():
            known = [(n, mean, count) for n, (mean, count) in groups.items()]
            known = [group for group in known if group[2] >= LEAST_PHRASES]
            worst = sorted(known, key=lambda group: group[1])[:WORST]
            text = ", ".join(f"{n} {mean:.2f} ({count:.0f})" for n, mean, count in worst)
            rows.append([aspect, text])
        parts += [f"### {name}", table(("by", "mIoU (phrases)"), rows)]
    return "\n\n".join(parts)


def mistake_section(sets: Mapping[str, SetResult], pictures: Mapping[str, str]) -> str:
    """Kinds of mistakes, the sentences in which they occur, and pictures of them."""
    parts = [
        "## Kinds of mistakes",
        "Answers to phrases about things, in %. Right: an IoU over 0.5, and not denied. Nothing: "
        "an empty mask, or the phrase is said to be absent. Another thing beside it: all that was "
        "meant, and other whole things. The other rows lie mostly on something else, or on what "
        "was meant but badly. Relations count the phrase that the sentence is about.",
    ]
    for name in plain_sets(sets):
        kinds = sets[name].kinds
        sizes = {group: sum(counts.values()) for group, counts in kinds.items()}
        groups = [group for group, size in sizes.items() if size >= LEAST_PHRASES]
        rows = [
            [group, f"{sizes[group]}", *(f"{share_of(kind, kinds, group):.1f}" for kind in KINDS)]
            for group in groups
        ]
        parts += [f"### {name}", table(("", "phrases", *KINDS), rows)]
    for kind, file in pictures.items():
        asked = "\n".join(
            f"- “{example.text}” ({example.scene})" for _, example in shown_mistakes(sets, kind)
        )
        parts += [f"### {kind}", asked, f"![{kind}]({file})"]
    return "\n\n".join(parts)


def picture_section(sets: Mapping[str, SetResult], pictures: Mapping[str, str]) -> str:
    """Pictures of good and bad answers, with what was asked."""
    parts = ["## Answers", "Drawn at random among the good and among the bad ones."]
    for name, file in pictures.items():
        set_name, side = name.rsplit(" ", 1)
        result = sets[set_name]
        chosen = (result.good if side == "good" else result.bad)[:PICTURED]
        asked = "\n".join(
            f"- “{example.text}” ({example.scene}; IoU "
            + ", ".join(f"{phrase} {iou:.2f}" for phrase, iou in example.ious.items())
            + ")"
            for example in chosen
        )
        parts.append(f"### {set_name}: {side}\n\n{asked}\n\n![{name}]({file})")
    return "\n\n".join(parts)


def _measure(result: SetResult, key: str) -> str:
    """A figure; "" where the results are older than it."""
    return f"{result.measures[key]:.3f}" if key in result.measures else ""


def _aim(name: str, key: str) -> str:
    aims = next((found for ending, found in AIMS.items() if name.endswith(ending)), {})
    return f"{aims[key]:.2f}" if key in aims else ""
