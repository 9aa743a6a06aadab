"""Features of the U-Net's levels at the voxels of the finest grid."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def side_by_side(levels):
    """(V, C) of LevelFeatures, level beside level; zeros where a voxel lies in none of a level."""
    return torch.cat([_at_voxels(*level) for level in levels], dim=1)


def _at_voxels(features, row):
    if row is None:
        return features
    return F.pad(features, (0, 0, 0, 1))[torch.where(row < 0, len(features), row)]
