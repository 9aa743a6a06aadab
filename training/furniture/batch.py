"""Many models, made by several processes, each kept in a file of its own for the next run."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_file import read_packed, write_packed
from detailbase_core.synthetic.furniture_packing import pack
from training.furniture.build import build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.synthetic.furniture_packing import PackedModel
    from training.furniture.build import Job

VERSION = 3  # raise it when the same input gives other models: kept ones are made anew then


def build_all(
    jobs: Sequence[Job], cache: Path, workers: int
) -> tuple[list[PackedModel], list[str]]:
    """Make all models, or take them from the cache, in the order of `jobs`.

    Returns:
        the models, and one line for each that failed.

    Raises:
        OSError: the cache cannot be written, or the disk is full.
    """
    cache.mkdir(parents=True, exist_ok=True)
    models: dict[str, PackedModel] = {}
    failures: dict[str, str] = {}
    with ProcessPoolExecutor(workers) as pool:
        futures = {pool.submit(_cached, job, cache): job for job in jobs}
        try:
            for future in tqdm(as_completed(futures), "furniture", len(futures), unit=" models"):
                key = futures[future].key
                try:
                    models[key] = future.result()
                except BadFileError as error:
                    failures[key] = str(error)
        except BaseException:  # a full disk, Ctrl-C: do not make the rest first
            pool.shutdown(cancel_futures=True)
            raise
    keys = [job.key for job in jobs]
    return [models[k] for k in keys if k in models], [
        f"{k}: {failures[k]}" for k in keys if k in failures
    ]


def _cached(job: Job, cache: Path) -> PackedModel:
    """The model from its cache file, or made and written there."""
    path = cache / f"{job.key.replace('/', '__')}.npz"
    note = f"{VERSION} {job.note}"
    if path.exists():
        try:
            (model,), made_from = read_packed(path)
            if made_from == note:
                return model
        except (BadFileError, ValueError):
            pass  # of an older version: made anew
    model = pack(build(job))
    write_packed(path, [model], note)
    return model
