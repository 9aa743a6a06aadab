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
def gather_product(
    source: NDArray[np.float32],
    table: NDArray[np.int32],
    weight: NDArray[np.float32],
    result: NDArray[np.float32],
    threads: int,
) -> None: ...
def expand_product(
    source: NDArray[np.float32],
    parent: NDArray[np.int32],
    slot: NDArray[np.int32],
    weight: NDArray[np.float32],
    result: NDArray[np.float32],
    threads: int,
) -> None: ...
def gather_outer(
    left: NDArray[np.float32],
    source: NDArray[np.float32],
    table: NDArray[np.int32],
    result: NDArray[np.float32],
    threads: int,
) -> None: ...
def neighbour_table(keys: NDArray[np.int64], table: NDArray[np.int32], threads: int) -> None: ...
def instruction_sets() -> list[str]: ...
def use_instruction_set(name: str) -> None: ...
