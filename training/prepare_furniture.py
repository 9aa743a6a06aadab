"""Make a furniture bank from the libraries of Debian's package sweethome3d-furniture.

python -m training.prepare_furniture --out data/furniture.npz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.furniture_file import write_packed
from training.furniture.attribution import write_attribution
from training.furniture.batch import build_all
from training.furniture.build import Job
from training.furniture.catalogue import find_libraries, read_catalogue
from training.furniture.furniture_table import TABLE, read_table
from training.furniture.sheet import write_sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.synthetic.furniture_packing import PackedModel

INSTALLED = Path("/usr/share/sweethome3d/furniture")


def prepare(
    libraries: Path,
    out: Path,
    cache: Path,
    *,
    cc0_only: bool,
    workers: int,
    table: Path = TABLE,
    sheets: Path | None = None,
) -> str:
    """Make a bank and its attribution; a rerun makes only what is not there yet.

    Args:
        libraries: folder with the .sh3f files, anywhere below it.
        out: the bank; its folder also gets ATTRIBUTION.md.
        cache: folder that keeps each model by itself.
        cc0_only: only models without conditions, for shipping.
        workers: processes.
        table: what people call the models.
        sheets: folder for pictures of all models, or None.

    Returns:
        a summary that names every model that was skipped.

    Raises:
        BadFileError: no libraries there, or none of their models could be made.
        OSError: a folder cannot be written, or the disk is full.
    """
    rows = read_table(table)
    jobs, unknown = [], []
    for library in find_libraries(libraries):
        for entry in read_catalogue(library):
            if entry.key not in rows:
                unknown.append(f"{entry.key}: not in {table}")
            elif rows[entry.key].category and (entry.license == "CC0-1.0" or not cc0_only):
                jobs.append(Job(library, entry, rows[entry.key]))
    out.parent.mkdir(parents=True, exist_ok=True)
    models, failures = build_all(jobs, cache, workers)
    if not models:
        raise BadFileError(f"{libraries}: no model could be made: {'; '.join(failures[:5])}")
    write_packed(out, models)
    write_attribution(out.parent / "ATTRIBUTION.md", [model.card for model in models])
    if sheets is not None:
        write_sheets(FurnitureBank(models).models, sheets)
    return _summary(out, models, [*failures, *unknown])


def _summary(out: Path, models: Sequence[PackedModel], skipped: Sequence[str]) -> str:
    bank = FurnitureBank(models)
    samples = sum(len(model.colors) for model in models)
    lines = [
        f"{out}: {len(models)} models in {len(bank.categories)} categories, {samples} samples, "
        f"{out.stat().st_size / 1e6:.1f} MB, manifest {bank.manifest_hash[:16]}",
        *(f"skipped {line}" for line in skipped),
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 = made, 1 = not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--libraries", type=Path, default=INSTALLED, help="folder with *.sh3f files, at any depth")
    add("--out", type=Path, default=Path("data/furniture.npz"))
    add("--cache", type=Path, default=Path("data/furniture_models"), help="for reruns")
    add("--cc0-only", action="store_true", help="only models in the public domain (as shipped)")
    add("--workers", type=int, default=2)
    add("--sheets", type=Path, help="folder for pictures of all models")
    options = parser.parse_args(arguments)
    try:
        summary = prepare(
            options.libraries, options.out, options.cache,
            cc0_only=options.cc0_only, workers=options.workers, sheets=options.sheets,
        )  # fmt: skip
    except (BadFileError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(summary)
    return 0


if __name__ == "__main__":
    sys.exit(main())
