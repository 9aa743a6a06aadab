"""Upper bound of superpoints: the masks that a perfect network could give.

    python -m training.evaluation.oracle --seed 70000 --rooms 20

prints the mean over the objects of generated rooms, and how many superpoints it took.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from detailbase_core.synthetic.room import FIRST_OBJECT_ID
from training.evaluation.metrics import mask_iou
from training.rooms.sample import MENTIONABLE_VOXELS, make_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray


def superpoint_oracle_mask(
    point_mask: NDArray[np.bool_], point_to_superpoint: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """The mask of whole superpoints that stands for a mask of points.

    A superpoint belongs to it where more than half of its points are in `point_mask`: the rule
    by which training targets are made (reference: target superpoint mask = mean of point labels
    > 0.5). It is within a hair of the best IoU; the very best would set the limit at
    IoU / (1 + IoU) instead of 1/2.

    Args:
        point_mask: (N,) bool.
        point_to_superpoint: (N,) dense ids.

    Returns:
        (N,) bool.
    """
    sizes = np.bincount(point_to_superpoint)
    inside = np.bincount(point_to_superpoint[point_mask], minlength=len(sizes))
    mask: NDArray[np.bool_] = (2 * inside > sizes)[point_to_superpoint]
    return mask


def object_oracles(
    instance: NDArray[np.int32], point_to_superpoint: NDArray[np.int64]
) -> dict[int, float]:
    """IoU of the oracle mask of each piece of furniture with enough points to be mentioned."""
    counts = np.bincount(instance[instance >= 0])
    ids = [i for i in np.flatnonzero(counts >= MENTIONABLE_VOXELS) if i >= FIRST_OBJECT_ID]
    masks = {int(i): instance == i for i in ids}
    return {
        i: mask_iou(superpoint_oracle_mask(mask, point_to_superpoint), mask)
        for i, mask in masks.items()
    }


def main() -> None:
    """Print the oracle of generated rooms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=70_000, help="of the first room")
    parser.add_argument("--rooms", type=int, default=20)
    arguments = parser.parse_args()
    ious: list[float] = []
    points = superpoints = 0
    for seed in tqdm(range(arguments.seed, arguments.seed + arguments.rooms), unit="room"):
        sample = make_sample(seed, sentences=1)
        ious += object_oracles(sample.instance, sample.superpoint.astype(np.int64)).values()
        points += len(sample.xyz)
        superpoints += int(sample.superpoint.max()) + 1
    print(f"objects of {MENTIONABLE_VOXELS} voxels or more: {len(ious)}")
    print(
        f"superpoint oracle: mean IoU {np.mean(ious):.4f}, worst tenth {np.quantile(ious, 0.1):.3f}"
    )
    print(
        f"superpoints per room: {superpoints / arguments.rooms:.0f}, "
        f"{points / superpoints:.0f} points each"
    )


if __name__ == "__main__":
    main()
