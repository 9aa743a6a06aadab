"""Ground plane of a cloud: the large plane below everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_POINTS = 12_000  # points after thinning to an even density
# Depth cameras see a floor 3 m away as waves of some centimetres: fewer neighbours, or a stricter
# bound on the smallest of their three variances beside the next one, find no floor in real scans.
NEIGHBOUR_COUNT = 30
MAX_FLATNESS = 0.08
MIN_NORMAL_COSINE = np.cos(np.radians(12.0))
MIN_PLANE_FRACTION = 0.03  # of the sample's points
MIN_UP_COSINE = np.cos(np.radians(35.0))
MAX_VIEW_TANGENT = 1.7  # tangent of half a camera's field of view
MAX_OFF_AXIS = 0.52  # of the view's width or height, between its middle and the optical axis
VIEW_CELLS = 60
MAX_DIRECTIONS = 6  # of planes that are compared


@dataclass(frozen=True)
class GroundPlane:
    """A level plane with everything above it.

    Attributes:
        up: (3,) unit normal, away from the ground.
        height: up @ p for points p of the floor, metres.
    """

    up: NDArray[np.float64]
    height: float


@dataclass(frozen=True)
class _Surface:
    """An evenly thinned cloud.

    Attributes:
        xyz: (M, 3) positions.
        normals: (M, 3) unit vectors of unknown sign.
        flat: (M,) whether the neighbourhood is flat.
        cell: edge of the cells that it was thinned by, in the cloud's unit.
    """

    xyz: NDArray[np.float64]
    normals: NDArray[np.float64]
    flat: NDArray[np.bool_]
    cell: float


def find_ground_plane(
    xyz: NDArray[np.float64], near: NDArray[np.float64] | None = None
) -> GroundPlane | None:
    """Ground plane of a cloud, or None where no plane will do.

    Large planes with nothing below them are compared by their size. Directions that files
    usually have as up count more: z in maps; -y, and a plane that shows the camera its upper
    side, in single views of a camera.

    Args:
        xyz: (N, 3) finite points, metres.
        near: (3,) the direction that should be up, within 35 degrees; None = unknown.
    """
    surface = _surface(xyz)
    if surface is None:
        return None
    camera = near is None and is_camera_view(xyz)
    best, best_score = None, 0.0
    for direction in _main_directions(surface):
        for up in (direction, -direction):
            height, support = _lowest_plane(surface, up)
            likely = _likelihood(up, height, camera) if near is None else _close(up, near)
            if support >= MIN_PLANE_FRACTION and support * likely > best_score:
                best, best_score = GroundPlane(up, height), support * likely
    return None if best is None else _fitted(surface, best)


def is_camera_view(xyz: NDArray[np.float64]) -> bool:
    """Whether a cloud looks like one frame of a camera at the origin (z forward).

    All of it lies ahead, around the optical axis, and along each line of sight there is but one
    surface.
    """
    sample = xyz[:: max(1, len(xyz) // 50_000)]
    depth = np.maximum(sample[:, 2], 1e-9)
    rays = sample[:, :2] / depth[:, None]
    ahead = (sample[:, 2] > 0.05) & (np.abs(rays) < MAX_VIEW_TANGENT).all(axis=1)
    if ahead.mean() < 0.99:
        return False
    low, high = np.percentile(rays, [1, 99], axis=0)
    if (np.abs(low + high) > 2.0 * MAX_OFF_AXIS * (high - low)).any():
        return False
    cells = np.clip((rays - low) / np.maximum(high - low, 1e-9) * VIEW_CELLS, 0, VIEW_CELLS - 1)
    flat = cells.astype(np.int64) @ np.array([1, VIEW_CELLS])
    nearest = np.full(VIEW_CELLS**2, np.inf)
    np.minimum.at(nearest, flat, depth)
    return bool((depth < 1.25 * nearest[flat]).mean() > 0.85)


def up_by_walls(
    xyz: NDArray[np.float64], rough: NDArray[np.float64]
) -> tuple[NDArray[np.float64], bool]:
    """Up where no floor is seen: `rough`, made upright on the walls; and whether there were any.

    Args:
        xyz: (N, 3) finite points, metres.
        rough: (3,) unit vector that is up to about 45 degrees.
    """
    surface = _surface(xyz)
    up = rough.copy()
    walls = _main_directions(surface)[:2] if surface is not None else []
    walls = [wall for wall in walls if abs(wall @ rough) < np.sin(np.radians(45.0))]
    for wall in walls:
        up -= (up @ wall) * wall
    return up / np.linalg.norm(up), bool(walls)


def _likelihood(up: NDArray[np.float64], height: float, camera: bool) -> float:
    """Prior of this direction being up."""
    if camera:
        faces_camera = height < 0.0  # the origin is above the plane
        return float(max(0.0, 0.3 - up[1])) if faces_camera and up[1] < -0.25 else 0.0
    if abs(up[2]) > np.cos(np.radians(20.0)):
        return 2.0 if up[2] > 0.0 else 0.7  # a ceiling may be the larger plane
    return 1.5 if abs(up[1]) > np.cos(np.radians(20.0)) else 1.0


def _close(up: NDArray[np.float64], near: NDArray[np.float64]) -> float:
    return 1.0 if up @ near > MIN_UP_COSINE else 0.0


def _surface(xyz: NDArray[np.float64]) -> _Surface | None:
    """Thin to an even density and estimate normals; None for too few points."""
    low, high = np.percentile(xyz, [1, 99], axis=0)
    diagonal = float(np.linalg.norm(high - low))
    if len(xyz) < 10 * NEIGHBOUR_COUNT or not diagonal > 0.0:
        return None
    inside = xyz[((xyz >= low - diagonal) & (xyz <= high + diagonal)).all(axis=1)]
    cell = diagonal / 150.0
    cells = np.floor((inside - low) / cell).astype(np.int64)
    _, owner = np.unique(cells @ np.array([1, 1 << 20, 1 << 40]), return_inverse=True)
    counts = np.bincount(owner)
    thinned = np.stack([np.bincount(owner, axis) / counts for axis in inside.T], axis=1)
    if len(thinned) < NEIGHBOUR_COUNT:
        return None
    centres = thinned[np.random.default_rng(0).permutation(len(thinned))[:SAMPLE_POINTS]]
    _, neighbours = cKDTree(thinned).query(centres, k=NEIGHBOUR_COUNT)
    around = thinned[neighbours]
    around -= around.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(np.einsum("nki,nkj->nij", around, around))
    flat = values[:, 0] < MAX_FLATNESS * values[:, 1]
    return _Surface(centres, vectors[:, :, 0], flat, cell)


def _main_directions(surface: _Surface) -> list[NDArray[np.float64]]:
    """Directions that many normals share, by falling share."""
    left = surface.normals[surface.flat]
    rng = np.random.default_rng(1)
    found: list[NDArray[np.float64]] = []
    for _ in range(MAX_DIRECTIONS):
        if len(left) < NEIGHBOUR_COUNT:
            break
        seeds = left[rng.integers(len(left), size=200)]
        direction = seeds[np.argmax((np.abs(left @ seeds.T) > MIN_NORMAL_COSINE).sum(axis=0))]
        for _ in range(4):
            along = left @ direction
            mine = np.abs(along) > MIN_NORMAL_COSINE
            direction = (left[mine] * np.sign(along[mine])[:, None]).mean(axis=0)
            direction /= np.linalg.norm(direction)
        found.append(direction)
        left = left[np.abs(left @ direction) < np.cos(np.radians(20.0))]
    return found


def _fitted(surface: _Surface, plane: GroundPlane) -> GroundPlane:
    """The plane by least squares of its points: normals of a noisy floor are degrees off."""
    mine = surface.flat & (np.abs(surface.normals @ plane.up) > MIN_NORMAL_COSINE)
    mine &= np.abs(surface.xyz @ plane.up - plane.height) < 2 * surface.cell
    points = surface.xyz[mine]
    middle = points.mean(axis=0)
    normal = np.linalg.svd(points - middle, full_matrices=False)[2][2]
    up = normal * np.sign(normal @ plane.up)
    return GroundPlane(up, float(up @ middle)) if up @ plane.up > MIN_NORMAL_COSINE else plane


def _lowest_plane(surface: _Surface, up: NDArray[np.float64]) -> tuple[float, float]:
    """Height of the lowest large plane across `up`, and its part of the sample.

    The part is reduced by what lies below the plane.
    """
    heights = surface.xyz @ up
    mine = heights[surface.flat & (np.abs(surface.normals @ up) > MIN_NORMAL_COSINE)]
    if len(mine) < NEIGHBOUR_COUNT:
        return 0.0, 0.0
    step = max(float(np.ptp(heights)) / 120.0, surface.cell / 2, 1e-6)  # low scenes are noisy, too
    counts, edges = np.histogram(mine, np.arange(mine.min() - step, mine.max() + 2 * step, step))
    smooth = np.convolve(counts, [1, 1, 1], mode="same")
    lowest = int(np.argmax(smooth >= 0.4 * smooth.max()))
    peak = lowest + int(np.argmax(smooth[lowest : lowest + 3]))
    near = np.abs(mine - (edges[peak] + edges[peak + 1]) / 2) < 2 * step
    height = float(np.median(mine[near]))
    below = float((heights < height - 4 * step).mean())
    return height, float(near.sum()) / len(heights) * max(0.0, 1.0 - 10.0 * below)
