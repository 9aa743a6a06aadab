"""Many samples of a mesh's surface with their colours, before anyone asks what can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.furniture.meshes import Mesh

_CUT_OUT = 0.5  # parts of a texture (around leaves) less opaque than this are holes
_R2 = 0.7548776662466927, 0.5698402909980532


@dataclass(frozen=True)
class Candidates:
    """Many random samples of a surface.

    Attributes:
        points: (N, 3) float64, metres.
        normals: (N, 3) float64, unit, as the triangles are wound.
        rgb: (N, 3) float32 in [0, 255].
        paint: (N,) int64 row of the mesh's paints.
        area: what one sample stands for, square metres.
    """

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    rgb: NDArray[np.float32]
    paint: NDArray[np.int64]
    area: float

    def __getitem__(self, rows: NDArray[np.bool_]) -> Candidates:
        return Candidates(
            self.points[rows], self.normals[rows], self.rgb[rows], self.paint[rows], self.area
        )


def sample(mesh: Mesh, count: int, rng: np.random.Generator) -> Candidates:
    """About `count` samples, evenly by area; cut-out parts of textures are left out."""
    edges = mesh.triangles[:, 1:] - mesh.triangles[:, :1]
    cross = np.cross(edges[:, 0], edges[:, 1])
    doubled = np.linalg.norm(cross, axis=1)
    ends = np.cumsum(doubled)
    at = (np.arange(count) + rng.random(count)) * (ends[-1] / count)
    face = np.searchsorted(ends, at).clip(0, len(ends) - 1)
    # Roberts' R2 sequence covers the large triangles more evenly than chance would.
    a, b = (rng.random((2, 1)) + np.outer(_R2, np.arange(count))) % 1
    flipped = a + b > 1
    a[flipped], b[flipped] = 1 - a[flipped], 1 - b[flipped]
    weights = np.stack([1 - a - b, a, b], axis=1)
    uv = np.einsum("nk,nkd->nd", weights, mesh.uv[face])
    rgba = _colors(mesh, face, uv)
    if mesh.corners is not None:
        rgba *= np.einsum("nk,nkc->nc", weights.astype(np.float32), mesh.corners[face])
    candidates = Candidates(
        points=np.einsum("nk,nkd->nd", weights, mesh.triangles[face]),
        normals=cross[face] / doubled[face, None].clip(1e-300),
        rgb=rgba[:, :3] * 255,
        paint=mesh.paint[face],
        area=float(ends[-1]) / 2 / count,
    )
    return candidates[rgba[:, 3] >= _CUT_OUT]


def _colors(mesh: Mesh, face: NDArray[np.int64], uv: NDArray[np.float64]) -> NDArray[np.float32]:
    """(N, 4) in [0, 1]; the alpha of a texture cuts out, that of a material does not."""
    rgba = np.ones((len(face), 4), np.float32)
    for row, paint in enumerate(mesh.paints):
        here = mesh.paint[face] == row
        if paint.texture is None:
            rgba[here, :3] = paint.rgba[:3]
            continue
        height, width = paint.texture.shape[:2]
        at = np.nan_to_num(uv[here]) % 1.0
        column = (at[:, 0] * width).astype(np.int64).clip(0, width - 1)
        line = ((1 - at[:, 1]) * height).astype(np.int64).clip(0, height - 1)
        rgba[here] = paint.texture[line, column] / np.float32(255)
    return rgba
