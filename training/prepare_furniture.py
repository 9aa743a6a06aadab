"""Make a furniture bank of Debian's sweethome3d-furniture, or of any folder of GLB or OBJ files.

python -m training.prepare_furniture --out data/furniture.npz
python -m training.prepare_furniture --models FOLDER --table FILE --out data/mine.npz

The second way reads a table with a row for each model; training/furniture/model_table.py describes
its columns. Models that cannot be used are left out, named and counted.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.furniture_file import write_packed
from training.furniture.attribution import FILES, write_attribution
from training.furniture.batch import build_all
from training.furniture.build import CatalogueJob
from training.furniture.catalogue import find_libraries, read_catalogue
from training.furniture.furniture_table import TABLE, read_table
from training.furniture.kinds import KINDS, read_kinds
from training.furniture.model_table import TableOptions, read_model_table
from training.furniture.sheet import write_sheets
from training.furniture.surface import QUICK, THOROUGH

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
                jobs.append(CatalogueJob(library, entry, rows[entry.key]))
    out.parent.mkdir(parents=True, exist_ok=True)
    models, failures = build_all(jobs, cache, workers)
    if not models:
        raise BadFileError(f"{libraries}: no model could be made: {'; '.join(failures[:5])}")
    write_packed(out, models)
    write_attribution(out.parent / "ATTRIBUTION.md", [model.card for model in models])
    if sheets is not None:
        write_sheets(FurnitureBank(models).models, sheets)
    return _summary(out, models, [*failures, *unknown])


def prepare_files(
    models: Path,
    table: Path,
    out: Path,
    cache: Path,
    *,
    workers: int,
    options: TableOptions,
    kinds: Path = KINDS,
    sheets: Path | None = None,
) -> str:
    """Make a bank of GLB, glTF or OBJ files; a rerun makes only what is not there yet.

    Args:
        models: the folder of the files.
        table: a row for each, see model_table.
        out: the bank; OUT.ATTRIBUTION.md is written beside it.
        cache: folder that keeps each model by itself.
        workers: processes.
        options: how the table is read.
        kinds: what is called how, see kinds.
        sheets: folder for pictures of all models, or None.

    Returns:
        a summary that names every model and row that was left out.

    Raises:
        BadFileError: the table cannot be read, or none of its models could be made.
        OSError: a folder cannot be written, or the disk is full.
    """
    found = read_model_table(table, models, read_kinds(kinds), options)
    out.parent.mkdir(parents=True, exist_ok=True)
    made, failures = build_all(found.jobs, cache, workers)
    skipped = [*failures, *found.refused]
    if not made:
        raise BadFileError(f"{table}: no model could be made: {'; '.join(skipped[:5])}")
    write_packed(out, made)
    write_attribution(out.with_suffix(".ATTRIBUTION.md"), [model.card for model in made], FILES)
    if sheets is not None:
        write_sheets(FurnitureBank(made).models, sheets)
    summary = _summary(out, made, skipped)
    return f"{summary}\nleft out on purpose: {found.left_out} rows" if found.left_out else summary


def _summary(out: Path, models: Sequence[PackedModel], skipped: Sequence[str]) -> str:
    bank = FurnitureBank(models)
    samples = sum(len(model.colors) for model in models)
    lines = [
        f"{out}: {len(models)} models in {len(bank.categories)} categories, {samples} samples, "
        f"{out.stat().st_size / 1e6:.1f} MB, manifest {bank.manifest_hash[:16]}",
        *(f"skipped {line}" for line in skipped),
    ]
    return "\n".join([*lines, f"{len(skipped)} skipped"] if skipped else lines)


def _pair(text: str) -> tuple[str, str]:
    """NAME=VALUE.

    Raises:
        argparse.ArgumentTypeError: there is no "=".
    """
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name, value


def _share(text: str) -> tuple[tuple[str, str], float]:
    """COLUMN=VALUE:PART.

    Raises:
        argparse.ArgumentTypeError: not so, or PART is not in [0, 1].
    """
    pair, _, part = text.rpartition(":")
    try:
        share = float(part)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"expected COLUMN=VALUE:PART with 0 to 1, got {text!r}")
    return _pair(pair), share


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 = made, 1 = not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--libraries", type=Path, default=INSTALLED, help="folder with *.sh3f files, at any depth")
    add("--models", type=Path, metavar="FOLDER", help="instead: folder with GLB, glTF or OBJ files")
    add("--table", type=Path, metavar="FILE", help="of --models: CSV with a row for each")
    add(
        "--column",
        type=_pair,
        action="append",
        default=[],
        metavar="NAME=THEIRS",
        help="the table calls column NAME so; may be repeated",
    )
    add(
        "--default",
        type=_pair,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of column NAME where the table says nothing; may be repeated",
    )
    add(
        "--share",
        type=_share,
        action="append",
        default=[],
        metavar="COLUMN=VALUE:PART",
        help="take only PART (0 to 1) of the rows with VALUE; may be repeated",
    )
    add("--kinds", type=Path, default=KINDS, help="CSV: what kinds of --table are called")
    add("--samples", type=int, default=THOROUGH.most, help="most of a model of --models")
    add("--quick", action="store_true", help="half of the rays: --models in half of the time")
    add("--out", type=Path, default=Path("data/furniture.npz"))
    add("--cache", type=Path, default=Path("data/furniture_models"), help="for reruns")
    add("--cc0-only", action="store_true", help="only models in the public domain (as shipped)")
    add("--workers", type=int, default=2)
    add("--sheets", type=Path, help="folder for pictures of all models")
    options = parser.parse_args(arguments)
    if (options.models is None) != (options.table is None):
        parser.error("--models and --table belong together")
    try:
        summary = (
            _prepared_files(options)
            if options.models
            else prepare(
                options.libraries,
                options.out,
                options.cache,
                cc0_only=options.cc0_only,
                workers=options.workers,
                sheets=options.sheets,
            )
        )
    except (BadFileError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(summary)
    return 0


def _prepared_files(options: argparse.Namespace) -> str:
    sampling = replace(QUICK if options.quick else THOROUGH, most=options.samples)
    return prepare_files(
        options.models,
        options.table,
        options.out,
        options.cache,
        workers=options.workers,
        options=TableOptions(
            dict(options.column), dict(options.default), dict(options.share), sampling
        ),
        kinds=options.kinds,
        sheets=options.sheets,
    )


if __name__ == "__main__":
    sys.exit(main())
