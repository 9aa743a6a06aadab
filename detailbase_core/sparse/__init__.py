"""Sparse convolutions on voxels: one interface, several backends.

May import: ops; errors, types, config, transforms.
"""

from detailbase_core.sparse.backend import Backend
from detailbase_core.sparse.backends import available_backends, select_backend
from detailbase_core.sparse.kernel_map import KernelMap
from detailbase_core.sparse.layers import (
    DownConv3d,
    InverseConv3d,
    PointwiseConv3d,
    SparseConv,
    SparseTensor,
    SubmanifoldConv3d,
)
from detailbase_core.sparse.pyramid import Pyramid, build_pyramid, pyramid_of_sorted

__all__ = [
    "Backend",
    "DownConv3d",
    "InverseConv3d",
    "KernelMap",
    "PointwiseConv3d",
    "Pyramid",
    "SparseConv",
    "SparseTensor",
    "SubmanifoldConv3d",
    "available_backends",
    "build_pyramid",
    "pyramid_of_sorted",
    "select_backend",
]
