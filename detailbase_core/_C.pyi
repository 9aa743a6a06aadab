"""Types of the native module (csrc/)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

VOXEL_LIMIT: int
MAX_HITS: int
PATCH_VOXELS: int

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
def connected_components(xyz: NDArray[np.float32], distance: float) -> NDArray[np.int64]: ...
def linked_places(places: NDArray[np.float32], reach: NDArray[np.float32]) -> NDArray[np.int64]: ...
def convex_hull(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]: ...
def vote_clusters(
    centers: NDArray[np.float32],
    reach: NDArray[np.float32],
    points: NDArray[np.int64],
    smallest_part: float,
    merge_reach: float,
) -> NDArray[np.int64]: ...
def cluster_points(
    owner: NDArray[np.int64],
    points: NDArray[np.int64],
    centers: NDArray[np.float32],
    reach: NDArray[np.float32],
    movable: NDArray[np.bool_],
    smallest_part: float,
    merge_reach: float,
) -> NDArray[np.int64]: ...
def select_objects(
    probability: NDArray[np.float32],
    threshold: NDArray[np.float64] | Sequence[float],
    number: NDArray[np.int64] | Sequence[int],
    centers: NDArray[np.float32],
    reach: NDArray[np.float32],
    movable: NDArray[np.bool_],
    points: NDArray[np.int64],
    grow_ratio: float,
    margin: float,
    smallest_part: float,
    merge_reach: float,
    threads: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]: ...
def largest_groups(
    labels: NDArray[np.int64], least: int, smallest_part: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
def rows_of_groups(
    rows: NDArray[np.int64], begins: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> NDArray[np.int64]: ...
def mask_objects(
    masks: NDArray[np.bool_],
    whole: NDArray[np.bool_] | Sequence[bool],
    xyz: NDArray[np.float32],
    order: NDArray[np.int64],
    begins: NDArray[np.int64],
    owner: NDArray[np.int64],
    centers: NDArray[np.float32],
    reach: NDArray[np.float32],
    movable: NDArray[np.bool_],
    connect_distance: float,
    least: int,
    smallest_piece: float,
    smallest_part: float,
    merge_reach: float,
    threads: int,
) -> list[
    tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
]: ...
def upright_boxes(
    xyz: NDArray[np.float32],
    indices: NDArray[np.int64],
    begins: NDArray[np.int64] | Sequence[int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def pick_candidates(
    probability: NDArray[np.float32],
    centers: NDArray[np.float32],
    reach: NDArray[np.float32],
    most: int,
    faintest: float,
    faintest_part: float,
) -> NDArray[np.int64]: ...
def render_surfels(
    points: NDArray[np.float32],
    normals: NDArray[np.float32],
    radius: NDArray[np.float32],
    scene_to_camera: NDArray[np.float64],
    focal: float,
    near: float,
    far: float,
    depth: NDArray[np.float32],
    index: NDArray[np.int32],
) -> None: ...
def group_means(
    rows: NDArray[np.float32],
    group: NDArray[np.int64],
    means: NDArray[np.float32],
    threads: int,
) -> None: ...
def group_bounds(
    rows: NDArray[np.float32],
    group: NDArray[np.int64],
    low: NDArray[np.float32],
    high: NDArray[np.float32],
    threads: int,
) -> None: ...
def distinct_keys(
    keys: NDArray[np.int64], number: NDArray[np.int64], threads: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
def keys_of_coords(coords: NDArray[np.int32], keys: NDArray[np.int64], threads: int) -> None: ...
def coords_of_keys(keys: NDArray[np.int64], coords: NDArray[np.int32], threads: int) -> None: ...
def cell_keys(
    xyz: NDArray[np.float32],
    scene: NDArray[np.int64],
    voxel_size: float,
    corners: NDArray[np.float64],
    keys: NDArray[np.int64],
    threads: int,
) -> tuple[float, float, float, float, float]: ...
def norm_relu(
    rows: NDArray[np.float32],
    scale: NDArray[np.float32],
    shift: NDArray[np.float32],
    result: NDArray[np.float32],
    threads: int,
) -> None: ...

class RowPairs: ...

class Bf16Weight:
    def __init__(self, weight: NDArray[np.int16] | NDArray[np.float32]) -> None: ...

def bf16_instruction_set() -> str: ...
def bf16_norm_relu(
    rows: NDArray[np.float32],
    scale: NDArray[np.float32],
    shift: NDArray[np.float32],
    result: NDArray[np.int16],
    threads: int,
) -> None: ...
def bf16_pair_product(
    source: NDArray[np.int16] | NDArray[np.float32],
    pairs: RowPairs,
    weight: Bf16Weight,
    threads: int,
    result: NDArray[np.float32] | None = None,
    norm: NDArray[np.int16] | None = None,
    added: NDArray[np.float32] | None = None,
    scale: NDArray[np.float32] | None = None,
    shift: NDArray[np.float32] | None = None,
) -> None: ...
def list_pairs(table: NDArray[np.int32], threads: int) -> RowPairs: ...
def list_pairs_of_slots(
    parent: NDArray[np.int32], slot: NDArray[np.int32], columns: int, threads: int
) -> RowPairs: ...
def pair_product(
    source: NDArray[np.float32],
    pairs: RowPairs,
    weight: NDArray[np.float32],
    result: NDArray[np.float32],
    threads: int,
    added: NDArray[np.float32] | None = None,
    scale: NDArray[np.float32] | None = None,
    shift: NDArray[np.float32] | None = None,
) -> None: ...
def gather_outer(
    left: NDArray[np.float32],
    source: NDArray[np.float32],
    table: NDArray[np.int32],
    result: NDArray[np.float32],
    threads: int,
) -> None: ...
def neighbour_table(keys: NDArray[np.int64], table: NDArray[np.int32], threads: int) -> None: ...
def instruction_set() -> str: ...
def instruction_sets() -> list[str]: ...
def use_instruction_set(name: str) -> None: ...

class RowPanels:
    def __init__(self, rows: NDArray[np.float32], threads: int) -> None: ...
    def add_products(
        self, left: NDArray[np.float32], result: NDArray[np.float32], threads: int
    ) -> None: ...

def attend(
    keys: Sequence[Sequence[RowPanels]],
    positions: Sequence[Sequence[RowPanels]],
    values: Sequence[Sequence[NDArray[np.float32]]],
    queries: NDArray[np.float32],
    preferences: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    threads: int,
) -> NDArray[np.float32]: ...
def draw_masks(
    features: Sequence[Sequence[RowPanels]],
    positions: Sequence[Sequence[RowPanels]],
    queries: NDArray[np.float32],
    preferences: NDArray[np.float32] | None,
    places: NDArray[np.float32],
    padding: NDArray[np.bool_],
    threads: int,
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]: ...

class VoxelList:
    def cloud(self, voxel_size: float) -> tuple[NDArray[np.float32], NDArray[np.uint8]]: ...
    def arrays(
        self,
    ) -> tuple[
        NDArray[np.int32],
        NDArray[np.float32],
        NDArray[np.float32],
        NDArray[np.int32],
        NDArray[np.int64],
    ]: ...

class VoxelMap:
    def __init__(self, voxel_size: float) -> None: ...
    def __len__(self) -> int: ...
    @property
    def version(self) -> int: ...
    def insert(
        self,
        xyz: NDArray[np.float32],
        rgb: NDArray[np.uint8],
        height: int,
        width: int,
        stamp_ns: int,
        sensor_to_map: NDArray[np.float64],
        min_range: float,
        max_range: float,
        crop_low: NDArray[np.float64],
        crop_high: NDArray[np.float64],
        carve: bool,
        max_voxels: int,
    ) -> tuple[int, int, int, int, int]: ...
    def copy_voxels(self) -> VoxelList: ...
    def changed_patches(self, version: int) -> NDArray[np.int32] | None: ...
    def voxels_in(self, patches: NDArray[np.int32]) -> VoxelList: ...
    def restore(
        self,
        voxel: NDArray[np.int32],
        offset: NDArray[np.float32],
        color: NDArray[np.float32],
        hits: NDArray[np.int32],
        last_seen: NDArray[np.int64],
    ) -> None: ...
    def clear(self) -> None: ...
    def forget_times(self) -> None: ...
    def memory_bytes(self) -> int: ...
    def changed_since(self, version: int) -> float: ...
