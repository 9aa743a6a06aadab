"""Superpoint oracle of a scanned mesh, of its vertices alone and of its faces, as files are read.

    python benchmarks/mesh_superpoints.py

Generated rooms are scanned and meshed with one vertex in each cell of --edge, so that they are
centimetres apart as ScanNet's are: depth images become triangles, and the vertices of a cell become
one (Rossignac and Borrel, "Multi-resolution 3D approximations for rendering complex scenes", 1993).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from detailbase_core.config import SuperpointConfig
from detailbase_core.mapping.load_scene import load_scene
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.synthetic.camera import Camera
from detailbase_core.synthetic.rooms import generate_room
from training.evaluation.oracle import object_oracles
from training.rooms.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.drive import Scan

LONGEST_M = 0.08  # an edge between neighbouring pixels; longer ones span a gap in depth
TYPES = [("xyz", "<f4", 3), ("rgb", "u1", 3)]


class Mesh(NamedTuple):
    """xyz (N, 3) metres, rgb (N, 3) uint8, label (N,) object id, faces (F, 3)."""

    xyz: NDArray[np.float64]
    rgb: NDArray[np.uint8]
    label: NDArray[np.int64]
    faces: NDArray[np.int64]


def scanned_mesh(seed: int, edge_m: float) -> Mesh:
    """The mesh of a generated room."""
    rng = np.random.default_rng([seed, 5])
    survey = Survey(Camera(320, 240, fov_deg=75.0, max_range_m=6.0, depth_noise=0.3), frames=24)
    return clustered(survey.scan(generate_room(seed), np.eye(4), rng), edge_m)


def clustered(scans: Sequence[Scan], edge_m: float) -> Mesh:
    """One mesh of all scans, with a vertex in each cell of `edge_m`."""
    points, rgb, labels, faces, count = [], [], [], [], 0
    for scan in scans:
        rotation, shift = scan.sensor_to_map[:3, :3], scan.sensor_to_map[:3, 3]
        points.append(scan.cloud.xyz.astype(np.float64) @ rotation.T + shift)
        rgb.append(scan.cloud.rgb)
        labels.append(scan.labels.astype(np.int64))
        faces.append(image_faces(points[-1], scan) + count)
        count += len(points[-1])
    xyz, triangles = np.concatenate(points), np.concatenate(faces)
    used = np.unique(triangles)
    cells = np.floor(xyz[used] / edge_m).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    sizes = np.bincount(cell)
    of_point = np.full(count, -1)
    of_point[used] = cell

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([np.bincount(cell, v) / sizes for v in values.T], axis=1)

    label = np.zeros(len(sizes), np.int64)
    label[cell] = np.concatenate(labels)[used]
    merged = np.sort(of_point[triangles], axis=1)
    real = (merged[:, 0] != merged[:, 1]) & (merged[:, 1] != merged[:, 2])
    colors = np.rint(mean(np.concatenate(rgb)[used].astype(np.float64))).astype(np.uint8)
    return Mesh(mean(xyz[used]), colors, label, np.unique(merged[real], axis=0))


def image_faces(xyz: NDArray[np.float64], scan: Scan) -> NDArray[np.int64]:
    """(F, 3) triangles between neighbouring pixels that lie on one surface."""
    height, width = scan.cloud.image_shape or (0, 0)
    pixel = np.arange(height * width).reshape(height, width)
    a, b, c, d = (
        v.reshape(-1) for v in (pixel[:-1, :-1], pixel[:-1, 1:], pixel[1:, :-1], pixel[1:, 1:])
    )
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    corners = xyz[faces]
    with np.errstate(invalid="ignore"):
        longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    good = (longest < LONGEST_M) & (scan.labels[faces] >= 0).all(axis=1)
    return faces[good]


def write(mesh: Mesh, path: Path, *, faces: bool) -> None:
    """A PLY as ScanNet writes them, with or without its faces."""
    rows = np.empty(len(mesh.xyz), TYPES)
    rows["xyz"], rows["rgb"] = mesh.xyz, mesh.rgb
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {len(rows)}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    body = rows.tobytes()
    if faces:
        lines += [f"element face {len(mesh.faces)}", "property list uchar int vertex_indices"]
        table = np.empty(len(mesh.faces), [("count", "u1"), ("corners", "<i4", 3)])
        table["count"], table["corners"] = 3, mesh.faces
        body += table.tobytes()
    path.write_bytes("\n".join([*lines, "end_header", ""]).encode() + body)


def oracles(path: Path, mesh: Mesh) -> tuple[list[float], int, int]:
    """IoU of each object's oracle mask over the mesh's vertices, where the file is cut as `ground`
    does it; voxels and superpoints.
    """
    loaded = load_scene(path, up="z", unit="m")
    superpoint = segment_cloud(loaded.cloud, SuperpointConfig())
    in_file = loaded.cloud.xyz - loaded.source_to_map[:3, 3]
    _, at_vertex = np.unique(superpoint[cKDTree(in_file).query(mesh.xyz)[1]], return_inverse=True)
    ious = object_oracles(mesh.label.astype(np.int32), at_vertex.reshape(-1).astype(np.int64))
    return list(ious.values()), len(loaded.cloud), int(superpoint.max()) + 1


def main() -> None:
    """Print both oracles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=6)
    parser.add_argument("--seed", type=int, default=70_000, help="of the first room")
    parser.add_argument("--edge", type=float, default=0.04, help="of a cell, metres")
    options = parser.parse_args()
    found: dict[bool, list[tuple[list[float], int, int]]] = {False: [], True: []}
    spacing = []
    with TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.rooms):
            mesh = scanned_mesh(seed, options.edge)
            spacing.append(np.median(cKDTree(mesh.xyz).query(mesh.xyz, k=2)[0][:, 1]))
            for faces, rows in found.items():
                path = Path(folder) / "room.ply"
                write(mesh, path, faces=faces)
                rows.append(oracles(path, mesh))
    print(
        f"{options.rooms} rooms, vertices {1000 * np.mean(spacing):.0f} mm from the nearest other"
    )
    for faces, rows in found.items():
        ious = [iou for row in rows for iou in row[0]]
        voxels, superpoints = (sum(row[k] for row in rows) for k in (1, 2))
        print(
            f"{'faces' if faces else 'vertices':<9} {len(ious)} objects: mean IoU "
            f"{np.mean(ious):.4f}, worst tenth {np.quantile(ious, 0.1):.3f}; {voxels:,} voxels, "
            f"{superpoints:,} superpoints"
        )


if __name__ == "__main__":
    main()
