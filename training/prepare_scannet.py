"""Turn ScanNet v2 into scenes for training: python -m training.prepare_scannet SCANNET --out DIR

SCANNET is the folder that holds scans/SCENE/. A rerun makes only what is missing. The sentences
come from DetailRefer's or ScanRefer's own file (`descriptions` of the training's config).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from training.scenes.scannet import ScanNetScene, read_scannet_scene

if TYPE_CHECKING:
    from collections.abc import Sequence


def scene_folders(scannet: Path) -> list[Path]:
    """The folders of all scenes, by name.

    Raises:
        BadFileError: there are none.
    """
    scans = scannet / "scans" if (scannet / "scans").is_dir() else scannet
    folders = sorted(p for p in scans.glob("scene*") if p.is_dir()) if scans.is_dir() else []
    if not folders:
        raise BadFileError(
            f"{scannet}: no scans/scene... folders there; name the folder that ScanNet's own "
            "download script filled"
        )
    return folders


def write_scene(scene: ScanNetScene, path: Path) -> None:
    """Write the NPZ that training.scenes.scene_files reads, atomically.

    It has xyz, rgb, instance, superpoint; object_id, object_category, object_color ("": ScanNet
    tells no colours); nyu40 where the labels were there.

    Raises:
        OSError: the folder cannot be written.
    """
    names = list(scene.categories.values())
    labels = {} if scene.nyu40 is None else {"nyu40": scene.nyu40}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            xyz=scene.xyz,
            rgb=scene.rgb,
            instance=scene.instance,
            superpoint=scene.superpoint.astype(np.int32),
            object_id=np.array(list(scene.categories), np.int32),
            object_category=np.array(names, str),
            object_color=np.array([""] * len(names), str),
            **labels,  # type: ignore[arg-type]
        )


def prepare_one(folder: Path, out: Path) -> str:
    """Make one scene's NPZ unless it is there; why that was not possible, or ""."""
    path = out / f"{folder.name}.npz"
    if path.exists():
        return ""
    try:
        write_scene(read_scannet_scene(folder), path)
    except BadFileError as error:
        return str(error)
    return ""


def prepare(scannet: Path, out: Path, workers: int) -> list[str]:
    """Make all scenes in parallel, with a progress bar; the problems of those left out.

    Raises:
        BadFileError: there are no scenes.
        OSError: the folder cannot be written.
    """
    folders = scene_folders(scannet)
    out.mkdir(parents=True, exist_ok=True)
    work = partial(prepare_one, out=out)
    with multiprocessing.get_context("spawn").Pool(min(workers, len(folders))) as pool:
        done = tqdm(pool.imap_unordered(work, folders), total=len(folders), unit="scene")
        return sorted(problem for problem in done if problem)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = all done, 1 = some or all could not be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scannet", type=Path, help="folder that holds scans/")
    parser.add_argument("--out", type=Path, required=True, help="folder for SCENE.npz")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    try:
        problems = prepare(given.scannet, given.out, given.workers)
    except (OSError, BadFileError) as error:
        print(f"prepare_scannet: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"{len(list(given.out.glob('*.npz')))} scenes in {given.out}, {len(problems)} left out")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
