"""Put furniture banks together: python -m training.merge_furniture BANK... --part train --out FILE

Prints what the new bank holds, by source and by kind.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_bank import is_unseen
from detailbase_core.synthetic.furniture_file import read_packed, write_packed
from training.furniture.attribution import FILES, write_attribution
from training.furniture.holdings import holdings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.synthetic.furniture_packing import PackedModel


def merge(banks: Sequence[Path], out: Path, part: str = "all") -> str:
    """Write one bank with the models of several, and OUT.ATTRIBUTION.md beside it.

    Args:
        banks: files of training.prepare_furniture.
        out: the new bank.
        part: "train" or "unseen", see furniture_bank.split, or "all".

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
    cards = [model.card for model in models.values()]
    write_packed(out, list(models.values()))
    write_attribution(out.with_suffix(".ATTRIBUTION.md"), cards, FILES)
    samples = sum(len(model.colors) for model in models.values())
    return f"{out}: {samples} samples, {out.stat().st_size / 1e6:.1f} MB\n\n{holdings(cards)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 = made, 1 = not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("banks", type=Path, nargs="+", metavar="BANK")
    parser.add_argument("--part", choices=("all", "train", "unseen"), default="all")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        print(merge(given.banks, given.out, given.part))
    except (BadFileError, OSError) as error:
        print(f"merge_furniture: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
