"""`detailbase warmup`: a scene and a question, so that a GPU's kernels are compiled beforehand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.commands.scene_arguments import (
    add_model_arguments,
    make_grounder,
    read_config,
)
from detailbase_core.output.exit_status import FOUND
from detailbase_core.output.progress import progress
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from detailbase_core.grounder import Grounder

SENTENCE = "the red box next to the wall"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase warmup`."""
    add_model_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run everything twice, and tell how long each took; 0 = done.

    Raises:
        CheckpointError, ConfigError: see Grounder.
    """
    config = read_config(options)
    with progress("starting"):
        grounder = make_grounder(config)
        cloud = small_room()
    for turn in ("first", "again"):
        with progress(f"{turn} scene and question"):
            scene_s, question_s = timed(grounder, cloud)
        print(f"{turn}: scene {scene_s:.2f} s, question {question_s:.2f} s on {grounder.device}")
    return FOUND


def timed(grounder: Grounder, cloud: PointCloud) -> tuple[float, float]:
    """Seconds that a new scene and a question about it take."""
    begin = time.perf_counter()
    encoded = grounder.encode_cloud(cloud)
    middle = time.perf_counter()
    grounder.ground_encoded(encoded, SENTENCE)
    return middle - begin, time.perf_counter() - middle


def small_room() -> PointCloud:
    """Floor, wall and a red box, 4 by 3 m, a point each 5 cm."""
    floor = _grid((80, 60, 1))
    wall = _grid((80, 1, 40))
    box = _grid((10, 10, 12)) + np.array([30, 20, 0])
    cells = np.concatenate([floor, wall, box])
    rgb = np.full((len(cells), 3), 180, np.uint8)
    rgb[-len(box) :] = 200, 30, 30
    return PointCloud((cells * 0.05).astype(np.float32), rgb, "map")


def _grid(shape: tuple[int, int, int]) -> NDArray[np.int64]:
    cells: NDArray[np.int64] = np.indices(shape).reshape(3, -1).T
    return cells
