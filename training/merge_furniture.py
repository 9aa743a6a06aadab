"""Put furniture banks together: python -m training.merge_furniture BANK... --part train --out FILE

Prints what the new bank holds, by source and by kind.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_bank import is_unseen
from detailbase_core.synthetic.furniture_file import read_packed, write_packed
from training.furniture.attribution import FILES, write_attribution
from training.furniture.holdings import holdings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detailbase_core.synthetic.furniture_packing import PackedModel


def merge(
    banks: Sequence[Path], out: Path, part: str = "all", most: Mapping[str, int] | None = None
) -> str:
    """Write one bank with the models of several, and OUT.ATTRIBUTION.md beside it.

    Args:
        banks: files of training.prepare_furniture.
        out: the new bank.
        part: "train" or "unseen", see furniture_bank.split, or "all".
        most: how many models of a kind are taken of a source, the same ones each time; all of
            those that it does not name.

    Returns:
        what it holds, as Markdown.

    Raises:
        BadFileError: a bank cannot be read, two have a model in common, or none is left.
        OSError: the file cannot be written.
    """
    models: dict[str, PackedModel] = {}
    for path in banks:
        for model in read_packed(path)[0]:
            key = model.card.key
            if part != "all" and is_unseen(model.card) != (part == "unseen"):
                continue
            if key in models:
                raise BadFileError(f"{path}: {key} is in another of these banks, too")
            models[key] = model
    if not models:
        raise BadFileError(f"{', '.join(map(str, banks))}: no model of the part {part!r}")
    taken = _thinned(list(models.values()), most or {})
    cards = [model.card for model in taken]
    write_packed(out, taken)
    write_attribution(out.with_suffix(".ATTRIBUTION.md"), cards, FILES)
    samples = sum(len(model.colors) for model in taken)
    return f"{out}: {samples} samples, {out.stat().st_size / 1e6:.1f} MB\n\n{holdings(cards)}"


def _thinned(models: Sequence[PackedModel], most: Mapping[str, int]) -> list[PackedModel]:
    """At most so many models of a kind of each source, chosen by a hash of their keys.

    Raises:
        BadFileError: no model is of one of the sources.
    """
    if absent := set(most) - {model.card.library for model in models}:
        raise BadFileError(f"no model is of the source {min(absent)!r}")
    count: Counter[tuple[str, str]] = Counter()
    taken = set()
    for model in sorted(models, key=lambda one: sha256(one.card.key.encode()).digest()):
        source = model.card.library, model.card.category
        count[source] += 1
        if count[source] <= most.get(model.card.library, len(models)):
            taken.add(model.card.key)
    return [model for model in models if model.card.key in taken]


def _most(text: str) -> tuple[str, int]:
    """SOURCE=N.

    Raises:
        argparse.ArgumentTypeError: not so, or N is not a whole number above 0.
    """
    source, _, number = text.rpartition("=")
    if not (source and number.isdecimal() and int(number)):
        raise argparse.ArgumentTypeError(f"expected SOURCE=N, N above 0, got {text!r}")
    return source, int(number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 = made, 1 = not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("banks", type=Path, nargs="+", metavar="BANK")
    parser.add_argument("--part", choices=("all", "train", "unseen"), default="all")
    parser.add_argument(
        "--most",
        type=_most,
        action="append",
        default=[],
        metavar="SOURCE=N",
        help="take at most N models of a kind of this source; may be repeated",
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        print(merge(given.banks, given.out, given.part, dict(given.most)))
    except (BadFileError, OSError) as error:
        print(f"merge_furniture: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
