"""Types of the native module (csrc/)."""

import numpy as np
from numpy.typing import NDArray

VOXEL_LIMIT: int

def segment_mesh(
    vertices: NDArray[np.float32],
    faces: NDArray[np.int32],
    k_threshold: float,
    min_vertices: int,
) -> NDArray[np.int64]: ...
def segment_graph(
    points: NDArray[np.float32],
    normals: NDArray[np.float32],
    edges: NDArray[np.int32],
    k_threshold: float,
    min_size: int,
) -> NDArray[np.int64]: ...
def segment_cloud(
    xyz: NDArray[np.float32],
    rgb: NDArray[np.uint8],
    voxel_size: float,
    threshold: float,
    color_weight: float,
    step_weight: float,
    min_points: int,
    block_voxels: int,
) -> NDArray[np.int64]: ...
