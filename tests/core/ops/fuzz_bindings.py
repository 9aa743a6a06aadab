"""Fuzz of every function and class of the native module, sound arguments and broken ones.

    python -m tests.core.ops.fuzz_bindings --seconds 30

Seeded: the same count gives the same calls. A call returns or raises ValueError, IndexError,
TypeError or MemoryError; anything else is a fault. Run it under sanitizers (make sanitize): they
see what a call reads and writes beyond its arrays.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core import _C

if TYPE_CHECKING:
    from collections.abc import Callable

    Random = np.random.Generator

REFUSALS = (ValueError, IndexError, TypeError, MemoryError)
ODD_NUMBERS = (0, 1, -1, 2, 3, 27, 2**31 - 1, -(2**31), 2**62)
ODD_FLOATS = (0.0, -0.0, 1.0, -1.0, 1e-30, 1e30, 3e38, 1e300, float("inf"), float("nan"))


def count(r: Random) -> int:
    """A number of rows: often none or one, sometimes more than a tile or a thread's share."""
    return int(r.choice([0, 1, 2, 7, 40, 300, 5000], p=[0.1, 0.1, 0.1, 0.3, 0.2, 0.15, 0.05]))


def floats(r: Random, *shape: int, dtype: str = "f4", spoil: float = 0.2) -> Any:
    """Numbers of some scale, now and then with odd ones among them."""
    values = r.normal(size=shape) * r.choice([1e-3, 1.0, 50.0])
    if values.size and r.random() < spoil:
        places = r.integers(0, values.size, min(3, values.size))
        values.reshape(-1)[places] = r.choice(ODD_FLOATS, len(places))
    with np.errstate(over="ignore"):
        return values.astype(dtype)


def integers(r: Random, low: int, high: int, *shape: int, dtype: str = "i4") -> Any:
    """Integers of [low, high), now and then with others among them."""
    values = r.integers(low, max(high, low + 1), shape, dtype=np.int64)
    if values.size and r.random() < 0.2:
        values.reshape(-1)[r.integers(0, values.size)] = r.choice(ODD_NUMBERS)
    return values.astype(dtype)


def threads(r: Random) -> int:
    """A number of threads, mostly a possible one."""
    return int(r.choice([1, 2, 3, 0, -1, 2**31 - 1], p=[0.5, 0.2, 0.15, 0.05, 0.05, 0.05]))


def number(r: Random, sound: float) -> float:
    """`sound`, or an odd one."""
    return float(r.choice(ODD_FLOATS)) if r.random() < 0.1 else sound


def spoiled(r: Random, array: Any) -> Any:
    """The array, or one of another shape, type, layout or alignment."""
    if not isinstance(array, np.ndarray) or r.random() > 0.05:
        return array
    way = int(r.integers(0, 7))
    if way == 0:
        return array[..., None]
    if way == 1:
        return array[:-1] if array.ndim and len(array) else array.reshape(-1)
    if way == 2:
        return array.astype(r.choice(["f8", "f4", "i8", "i4", "u1"]), casting="unsafe")
    if way == 3:
        return np.asfortranarray(array)
    if way == 4:
        return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array
    if way == 5:  # not aligned
        buffer = np.zeros(array.nbytes + 1, np.uint8)
        odd = buffer[1 : 1 + array.nbytes].view(array.dtype).reshape(array.shape)
        odd[...] = array
        return odd
    return None


def group_means(r: Random) -> tuple[Any, ...]:
    rows, width, groups = count(r), int(r.integers(0, 9)), int(r.integers(0, 9))
    group = integers(r, 0, groups, rows, dtype="i8")
    return floats(r, rows, width), group, np.empty((groups, width), "f4"), threads(r)


def group_bounds(r: Random) -> tuple[Any, ...]:
    rows, group, low, cores = group_means(r)
    return rows, group, low, low.copy(), cores


def distinct_keys(r: Random) -> tuple[Any, ...]:
    keys = integers(r, -9, 9, count(r), dtype="i8")
    return keys, np.empty_like(keys), threads(r)


def cell_keys(r: Random) -> tuple[Any, ...]:
    rows, scenes = count(r), int(r.integers(0, 4))
    corners, keys = floats(r, scenes, 3, dtype="f8"), np.empty(rows, "i8")
    scene = integers(r, 0, scenes, rows, dtype="i8")
    return floats(r, rows, 3), scene, number(r, 0.02), corners, keys, threads(r)


def keys_of_coords(r: Random) -> tuple[Any, ...]:
    rows = count(r)
    return integers(r, -9, 2**16, rows, 4), np.empty(rows, "i8"), threads(r)


def coords_of_keys(r: Random) -> tuple[Any, ...]:
    rows = count(r)
    return integers(r, -9, 2**62, rows, dtype="i8"), np.empty((rows, 4), "i4"), threads(r)


def norm_relu(r: Random) -> tuple[Any, ...]:
    rows, width = count(r), int(r.integers(0, 40))
    x = floats(r, rows, width)
    return x, floats(r, width), floats(r, width), np.empty_like(x), threads(r)


def table(r: Random, rows: int, columns: int, sources: int) -> Any:
    return integers(r, -1, sources, rows, columns)


def list_pairs(r: Random) -> tuple[Any, ...]:
    return table(r, count(r), int(r.integers(0, 28)), count(r)), threads(r)


def list_pairs_of_slots(r: Random) -> tuple[Any, ...]:
    rows = count(r)
    columns = int(r.choice([8, 8, 8, 0, 1, *ODD_NUMBERS[:8]]))
    slot = integers(r, 0, min(max(columns, 1), 99), rows)
    return integers(r, -1, count(r), rows), slot, columns, threads(r)


def pair_product(r: Random) -> tuple[Any, ...]:
    rows, sources, columns = count(r), count(r), int(r.integers(1, 28))
    wide, out = int(r.integers(1, 70)), int(r.integers(1, 70))
    pairs = _C.list_pairs(r.integers(-1, max(sources, 1), (rows, columns)).astype("i4"), 1)
    weight = floats(r, out, columns, wide)
    if r.random() < 0.3:
        weight = np.ascontiguousarray(weight.transpose(2, 1, 0)).transpose(2, 1, 0)
    more: tuple[Any, ...] = ()
    if r.random() < 0.5:
        more = floats(r, rows, out), floats(r, out), floats(r, out)
    result = np.empty((rows, out), "f4")
    return floats(r, sources, wide), pairs, weight, result, threads(r), *more


def gather_outer(r: Random) -> tuple[Any, ...]:
    rows, sources, columns = count(r), count(r), int(r.integers(0, 28))
    wide, out = int(r.integers(1, 70)), int(r.integers(1, 70))
    of_rows = table(r, rows, columns, sources)
    result = np.empty((out, columns, wide), "f4")
    return floats(r, rows, out), floats(r, sources, wide), of_rows, result, threads(r)


def bf16_norm_relu(r: Random) -> tuple[Any, ...]:
    rows, scale, shift, result, cores = norm_relu(r)
    return rows, scale, shift, result.astype("i2"), cores


def bf16_pair_product(r: Random) -> tuple[Any, ...]:
    source, pairs, weight, result, cores, *more = pair_product(r)
    if r.random() < 0.5:
        return source, pairs, _C.Bf16Weight(weight), cores, result, None, *more
    packed = _C.Bf16Weight(np.ascontiguousarray(weight).view("i2")[..., 1::2].copy())
    results = (result, result.astype("i2")) if more else (result,)
    return source.view("i2")[:, 1::2].copy(), pairs, packed, cores, *results, *more


def pack_bf16(r: Random) -> None:
    """A packed weight."""
    shape = [int(n) for n in r.integers(0, 40, 3)]
    _C.Bf16Weight(spoiled(r, integers(r, -9, 9, *shape, dtype=str(r.choice(["i2", "f4"])))))


def neighbour_table(r: Random) -> tuple[Any, ...]:
    keys = np.unique(r.integers(0, int(r.choice([64, 5000, 2**50])), count(r)))
    if r.random() < 0.1:
        keys = integers(r, -9, 2**62, len(keys), dtype="i8")
    return keys, np.empty((len(keys), 27), "i4"), threads(r)


def segment_graph(r: Random) -> tuple[Any, ...]:
    points = count(r)
    edges = integers(r, 0, points, count(r), 2)
    return floats(r, points, 3), floats(r, points, 3), edges, number(r, 0.01), int(r.integers(30))


def segment_mesh(r: Random) -> tuple[Any, ...]:
    points = count(r)
    return floats(r, points, 3), integers(r, 0, points, count(r), 3), number(r, 0.01), 20


def segment_cloud(r: Random) -> tuple[Any, ...]:
    points = count(r)
    rgb = integers(r, 0, 256, points, 3, dtype="u1")
    sizes = (number(r, float(r.choice([0.02, 0.5]))), *(number(r, 0.1) for _ in range(3)))
    block = int(r.choice([64, 64, 0, 1, *ODD_NUMBERS[:8]]))
    return floats(r, points, 3), rgb, *sizes, int(r.choice(ODD_NUMBERS[:8])), block


def connected_components(r: Random) -> tuple[Any, ...]:
    return floats(r, count(r), 3), number(r, 0.1)


def linked_places(r: Random) -> tuple[Any, ...]:
    places = count(r)
    return floats(r, places, 3), floats(r, places)


def vote_clusters(r: Random) -> tuple[Any, ...]:
    places = count(r)
    points = integers(r, 0, 50, places, dtype="i8")
    return floats(r, places, 3), floats(r, places), points, number(r, 0.1), number(r, 0.6)


def cluster_points(r: Random) -> tuple[Any, ...]:
    centers, reach, _, *merging = vote_clusters(r)
    scene = count(r)
    points = integers(r, 0, scene, count(r), dtype="i8")
    movable = r.random(len(centers)) < 0.8
    return (
        integers(r, 0, len(centers), scene, dtype="i8"),
        points,
        centers,
        reach,
        movable,
        *merging,
    )


def select_objects(r: Random) -> tuple[Any, ...]:
    centers, reach, points, *merging = vote_clusters(r)
    rows, superpoints = int(r.integers(0, 4)), len(centers)
    probability, threshold = np.abs(floats(r, rows, superpoints)), np.abs(floats(r, rows))
    numbers, movable = integers(r, -1, 4, rows, dtype="i8"), r.random(superpoints) < 0.8
    limits = number(r, 0.4), number(r, 0.2), *merging, threads(r)
    return probability, threshold, numbers, centers, reach, movable, points, *limits


def mask_objects(r: Random) -> tuple[Any, ...]:
    centers, reach, _, *merging = vote_clusters(r)
    superpoints, points, masks = len(centers), count(r), int(r.integers(0, 4))
    owner = integers(r, 0, superpoints, points, dtype="i8")
    order = np.argsort(owner, kind="stable")
    inside = owner[(owner >= 0) & (owner < superpoints)]
    begins = np.cumsum([0, *np.bincount(inside, minlength=superpoints)[:superpoints]])
    return (
        r.random((masks, superpoints)) < 0.3,
        r.random(masks) < 0.3,
        floats(r, points, 3),
        order,
        begins,
        owner,
        centers,
        reach,
        r.random(superpoints) < 0.8,
        number(r, 0.1),
        int(r.choice(ODD_NUMBERS)),
        number(r, 0.1),
        *merging,
        threads(r),
    )


def largest_groups(r: Random) -> tuple[Any, ...]:
    rows = count(r)
    return integers(r, 0, rows, rows, dtype="i8"), int(r.choice(ODD_NUMBERS)), number(r, 0.1)


def rows_of_groups(r: Random) -> tuple[Any, ...]:
    rows, groups = count(r), count(r)
    begins = np.sort(r.integers(0, rows + 1, groups + 1))
    begins[r.random(groups + 1) < 0.001] = r.choice(ODD_NUMBERS)
    return integers(r, 0, rows, rows, dtype="i8"), begins, r.random(groups) < 0.5


def upright_boxes(r: Random) -> tuple[Any, ...]:
    points, groups = count(r), int(r.integers(0, 4))
    begins = np.cumsum([0, *integers(r, 1, 9, groups, dtype="i8").tolist()])
    return floats(r, points, 3), integers(r, 0, points, int(begins[-1]) % 99, dtype="i8"), begins


def convex_hull(r: Random) -> tuple[Any, ...]:
    points = count(r)
    x, y = floats(r, points, dtype="f8"), floats(r, points, dtype="f8")
    return (np.rint(x), np.rint(y)) if r.random() < 0.3 else (x, y)


def pick_candidates(r: Random) -> tuple[Any, ...]:
    scenes, rows, parts = int(r.integers(0, 3)), int(r.integers(0, 5)), count(r)
    probability = np.abs(floats(r, scenes, rows, parts))
    most = int(r.choice([5, *ODD_NUMBERS[:8]], p=[0.6, *[0.05] * 8]))
    thresholds = number(r, 0.3), number(r, 0.1)
    return probability, floats(r, scenes, parts, 3), floats(r, scenes, parts), most, *thresholds


def render_surfels(r: Random) -> tuple[Any, ...]:
    surfels, height, width = count(r), int(r.integers(0, 40)), int(r.integers(0, 40))
    to_camera = np.eye(4) if r.random() < 0.8 else floats(r, 4, 4, dtype="f8")
    image = np.full((height, width), 9, "f4"), np.zeros((height, width), "i4")
    radius = np.abs(floats(r, surfels)) * 0.01
    planes = number(r, 30.0), number(r, 0.1), number(r, 8.0)
    return floats(r, surfels, 3), floats(r, surfels, 3), radius, to_camera, *planes, *image


def use_map(r: Random) -> None:
    """A few calls of one VoxelMap, whose arguments may all be spoiled; it stays whole."""
    scene_map = _C.VoxelMap(number(r, float(r.choice([0.02, 0.5]))))
    for _ in range(int(r.integers(1, 6))):
        with suppress(*REFUSALS):
            change(r, scene_map)
        voxel, *_, hits, _ = scene_map.copy_voxels().arrays()
        assert len(voxel) == len(scene_map) == len(np.unique(voxel, axis=0)), "a voxel is twice"
        assert not len(hits) or 1 <= hits.min() <= hits.max() <= _C.MAX_HITS


def change(r: Random, scene_map: Any) -> None:
    """One call."""
    way = r.random()
    if way < 0.6:
        insert(r, scene_map)
    elif way < 0.8:
        scene_map.copy_voxels().cloud(number(r, 0.02))
        arrays = [spoiled(r, a) for a in scene_map.copy_voxels().arrays()]
        if r.random() < 0.3 and arrays[0] is not None and len(arrays[0]):
            arrays[0] = arrays[0][r.integers(0, len(arrays[0]), len(arrays[0]))]
        scene_map.restore(*arrays)
    elif way < 0.9:
        scene_map.changed_since(int(r.choice(ODD_NUMBERS)))
    elif way < 0.95:
        scene_map.changed_patches(int(r.choice(ODD_NUMBERS)))
        scene_map.voxels_in(spoiled(r, integers(r, -40, 40, count(r), 2))).cloud(0.02)
    else:
        (scene_map.clear if r.random() < 0.5 else scene_map.forget_times)()


def insert(r: Random, scene_map: Any) -> None:
    """One scan, organised or not, into a map that may be full."""
    height, width = (24, 32) if r.random() < 0.5 else (0, 0)
    points = height * width or count(r)
    xyz = floats(r, points, 3)
    if height:
        rays = (
            np.stack(
                [
                    *np.meshgrid(np.arange(32) - 15.5, np.arange(24) - 11.5),
                ],
                -1,
            )
            / 20
        )
        depth = 1 + r.random()
        xyz = np.dstack([rays * depth, np.full((24, 32), depth)]).reshape(-1, 3).astype("f4")
    if r.random() < 0.1:
        height = int(r.choice(ODD_NUMBERS))
    to_map = np.eye(4) if r.random() < 0.8 else floats(r, 4, 4, dtype="f8")
    ranges = number(r, 0.1), number(r, 8.0)
    low, high = floats(r, 3, dtype="f8") - 9, floats(r, 3, dtype="f8") + 9
    most = int(r.choice([1000, 20, 1, *ODD_NUMBERS]))
    rgb = integers(r, 0, 256, points, 3, dtype="u1")
    arguments = xyz, rgb, height, width, int(r.choice(ODD_NUMBERS)), to_map, *ranges, low, high
    spoilt = [spoiled(r, argument) for argument in arguments]
    scene_map.insert(*spoilt, r.random() < 0.5, most)


def use_panels(r: Random) -> None:
    """Packed rows and their products."""
    batch, rows, width = int(r.integers(0, 3)), int(r.integers(0, 50)), int(r.integers(0, 70))
    panels = _C.RowPanels(spoiled(r, floats(r, batch, rows, width)), threads(r))
    lefts = int(r.choice([0, 1, 64, 65, 130]))
    left, result = floats(r, batch, lefts, width), np.zeros((batch, lefts, rows), "f4")
    panels.add_products(spoiled(r, left), spoiled(r, result), threads(r))


def blocks_of_panels(r: Random, scenes: int, rows: list[int], width: int) -> Any:
    """One part's blocks of packed rows, now and then of another width or number."""
    widths = [width if r.random() < 0.95 else width + 1 for _ in rows]
    return [_C.RowPanels(floats(r, scenes, n, w), 1) for n, w in zip(rows, widths, strict=True)]


def attend(r: Random) -> tuple[Any, ...]:
    heads, count, width = int(r.integers(1, 3)), int(r.choice([0, 1, 33])), int(r.integers(1, 20))
    values = int(r.choice([16, 32, 8], p=[0.6, 0.3, 0.1]))
    sizes = [[int(n) for n in r.choice([0, 1, 47, 48, 100], int(r.integers(1, 3)))] for _ in "ab"]
    most = max(map(sum, sizes))
    keys = [blocks_of_panels(r, heads, own, width) for own in sizes]
    positions = [blocks_of_panels(r, 1, own, 6) for own in sizes]
    kept = [[spoiled(r, floats(r, heads, n, values)) for n in own] for own in sizes]
    queries, preferences = floats(r, 2, heads, count, width), floats(r, 2, heads, count, 6)
    return keys, positions, kept, queries, preferences, r.random((2, count, most)) < 0.5, threads(r)


def draw_masks(r: Random) -> tuple[Any, ...]:
    count, width = int(r.choice([0, 1, 33])), int(r.integers(1, 20))
    sizes = [[int(n) for n in r.choice([0, 1, 47, 48, 100], int(r.integers(1, 3)))] for _ in "ab"]
    most = max(map(sum, sizes))
    features = [blocks_of_panels(r, 1, own, width) for own in sizes]
    positions = [blocks_of_panels(r, 1, own, 6) for own in sizes]
    preferences = floats(r, 2, count, 6) if r.random() < 0.7 else None
    places, padding = floats(r, 2, most, 3), r.random((2, most)) < 0.2
    return features, positions, floats(r, 2, count, width), preferences, places, padding, threads(r)


ARGUMENTS: dict[str, Callable[[Random], tuple[Any, ...]]] = {
    make.__name__: make
    for make in (
        group_means,
        group_bounds,
        distinct_keys,
        cell_keys,
        keys_of_coords,
        coords_of_keys,
        norm_relu,
        list_pairs,
        list_pairs_of_slots,
        pair_product,
        gather_outer,
        bf16_norm_relu,
        bf16_pair_product,
        neighbour_table,
        segment_graph,
        segment_mesh,
        segment_cloud,
        connected_components,
        linked_places,
        vote_clusters,
        cluster_points,
        select_objects,
        largest_groups,
        mask_objects,
        rows_of_groups,
        upright_boxes,
        convex_hull,
        pick_candidates,
        render_surfels,
        attend,
        draw_masks,
    )
}
OBJECTS = {"VoxelMap": use_map, "RowPanels": use_panels, "Bf16Weight": pack_bf16}
NOT_FUZZED = {  # no arrays
    "bf16_instruction_set",
    "instruction_set",
    "instruction_sets",
    "use_instruction_set",
    "RowPairs",
    "VoxelList",
}


def one_call(name: str, seed: int) -> str:
    """One call; "done", or the name of the refusal."""
    r = np.random.default_rng(seed)
    try:
        if name in OBJECTS:
            OBJECTS[name](r)
        else:
            getattr(_C, name)(*(spoiled(r, argument) for argument in ARGUMENTS[name](r)))
    except REFUSALS as error:
        return type(error).__name__
    return "done"


def main() -> int:
    """Fuzz all of them in turn; 0 = no fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    np.seterr(all="ignore")
    end, calls, ends = time.monotonic() + options.seconds, 0, Counter[str]()
    names = [*ARGUMENTS, *OBJECTS]
    while time.monotonic() < end:
        for name in names:
            seed = options.seed + calls
            try:
                ends[f"{name}: {one_call(name, seed)}"] += 1
            except BaseException:
                print(f"FAULT {name}, seed {seed}", flush=True)
                raise
            calls += 1
    for name in names:
        of_it = {k.split(": ")[1]: n for k, n in ends.items() if k.startswith(f"{name}: ")}
        print(f"{name:22} {dict(sorted(of_it.items()))}")
    print(f"{calls} calls, no fault")
    return 0


if __name__ == "__main__":
    sys.exit(main())
