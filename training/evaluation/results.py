"""The outcome of an evaluation as a file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from training.evaluation.examples import Example

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class SetResult:
    """One folder of scenes.

    Attributes:
        folder: where they lie.
        measures: see measures.measures.
        breakdowns: see measures.breakdowns; [mIoU, phrases] by name.
        good, bad: some answers worth looking at.
        rival: measures of the checkpoint that this one is compared with; empty = none.
        gap: phrase mIoU minus the rival's, low and high end of its 95% interval.
        room_ious: see bootstrap.room_ious; [sum of IoUs, phrases] by room.
        uncorrupted: measures of the same rooms in the set that this one is a corruption of;
            empty = it is none, or that set was not evaluated beside it.
        kinds: how many answers were of which of mistakes.KINDS, see mistakes.count_kinds.
        mistaken: some answers of each of mistakes.MISTAKES.
    """

    folder: str
    measures: Mapping[str, float]
    breakdowns: Mapping[str, Mapping[str, Sequence[float]]]
    good: Sequence[Example] = ()
    bad: Sequence[Example] = ()
    rival: Mapping[str, float] = field(default_factory=dict)
    gap: Sequence[float] = ()
    room_ious: Mapping[str, Sequence[float]] = field(default_factory=dict)
    uncorrupted: Mapping[str, float] = field(default_factory=dict)
    kinds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    mistaken: Mapping[str, Sequence[Example]] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """One checkpoint's.

    Attributes:
        checkpoint: its file.
        training: what the file says about its training.
        parameters: how many numbers were trained.
        command: that made these results.
        rival: the checkpoint that it is compared with; "" = none.
        sets: by name, in the order asked for.
    """

    checkpoint: str
    training: str
    parameters: int
    command: str
    rival: str
    sets: Mapping[str, SetResult]

    def write(self, path: str | Path) -> None:
        """As JSON, atomically."""
        text = json.dumps(dataclasses.asdict(self), indent=1)
        with atomic_path(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: str | Path) -> Results:
        """The inverse of write.

        Raises:
            BadFileError: no such file, or something else.
        """
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8"))
            sets = {name: _set_result(values) for name, values in raw.pop("sets").items()}
            return cls(**raw, sets=sets)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFileError(
                f"{path}: no results of training.evaluate can be read: {error}"
            ) from error


def _set_result(values: dict[str, Any]) -> SetResult:
    good, bad = ([Example(**e) for e in values.pop(side)] for side in ("good", "bad"))
    mistaken = values.pop("mistaken", {})
    shown = {kind: [Example(**e) for e in found] for kind, found in mistaken.items()}
    return SetResult(**values, good=good, bad=bad, mistaken=shown)


def base_of(name: str, names: Iterable[str]) -> str | None:
    """The set that this one is a corruption of: the longest name that it goes on from."""
    return max((n for n in names if name.startswith(n + "_")), key=len, default=None)
