"""A tiny scene in ScanNet v2's own formats: two boxes on a floor, as a coloured triangle mesh."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

GRID = 6  # vertices along each side of a face


def plane(origin, along, across, color, n=GRID):
    """A square sheet of n x n vertices in two triangles per cell."""
    steps = np.linspace(0, 1, n)
    u, v = np.meshgrid(steps, steps, indexing="ij")
    xyz = np.array(origin) + u.reshape(-1, 1) * along + v.reshape(-1, 1) * across
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).reshape(-1)
    lower = np.stack([corner, corner + n, corner + 1], axis=1)
    upper = np.stack([corner + n, corner + n + 1, corner + 1], axis=1)
    return xyz, np.tile(color, (n * n, 1)), np.concatenate([lower, upper])


def box(x, y, size, height, color):
    """Four walls and a top, each a sheet of its own."""
    a, b, up = np.array([size, 0, 0]), np.array([0, size, 0]), np.array([0, 0, height])
    near, far = np.array([x, y, 0.0]), np.array([x + size, y + size, 0.0])
    return [
        plane(near, a, up, color),
        plane(near, up, b, color),
        plane(far, up, -a, color),
        plane(far, -b, up, color),
        plane(near + up, a, b, color),
    ]


def scene_parts(seed: int = 0):
    """xyz (N, 3), rgb (N, 3), faces (F, 3), and the object of each vertex (0 floor, 1, 2)."""
    random = np.random.default_rng(seed)
    sheets = [plane([-2, -2, 0], np.array([4, 0, 0]), np.array([0, 4, 0]), [120, 120, 120], 24)]
    owner = [np.zeros(24 * 24, int)]
    for number, color in ((1, [220, 30, 30]), (2, [30, 60, 220])):
        x, y = random.uniform(-1.5, -0.5, 2) if number == 1 else random.uniform(0.3, 1.0, 2)
        sides = box(x, y, 0.5, 0.4 + 0.3 * number, color)
        sheets += sides
        owner.append(np.full(sum(len(s[0]) for s in sides), number))
    starts = np.cumsum([0, *(len(s[0]) for s in sheets[:-1])])
    faces = np.concatenate([s[2] + start for s, start in zip(sheets, starts, strict=True)])
    xyz = np.concatenate([s[0] for s in sheets]).astype(np.float32)
    return xyz, np.concatenate([s[1] for s in sheets]), faces, np.concatenate(owner)


def write_ply(path: Path, xyz, rgb, faces, labels=None) -> None:
    """Binary little endian with alpha, and `label` where given, as ScanNet's files are."""
    columns = [("xyz", "<f4", 3), ("rgba", "u1", 4)]
    header = [
        "ply",
        "format binary_little_endian 1.0",
        "comment MLIB generated",
        f"element vertex {len(xyz)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {c}" for c in ("red", "green", "blue", "alpha")),
    ]
    if labels is not None:
        columns.append(("label", "<u2"))
        header.append("property ushort label")
    header += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    rows = np.zeros(len(xyz), columns)
    rows["xyz"], rows["rgba"] = xyz, np.column_stack([rgb, np.full(len(rgb), 255)])
    if labels is not None:
        rows["label"] = labels
    triangles = np.zeros(len(faces), [("count", "u1"), ("corners", "<i4", 3)])
    triangles["count"], triangles["corners"] = 3, faces
    path.write_bytes(("\n".join(header) + "\n").encode() + rows.tobytes() + triangles.tobytes())


def write_scannet_scene(scans: Path, name: str, seed: int = 0, labels: bool = True) -> Path:
    """scans/NAME with all files; objects 4 and 7 are the boxes, the floor belongs to none."""
    folder = scans / name
    folder.mkdir(parents=True)
    xyz, rgb, faces, owner = scene_parts(seed)
    write_ply(folder / f"{name}_vh_clean_2.ply", xyz, rgb, faces)
    # Two segments per object, numbered as ScanNet does: by some vertex, not densely.
    segments = owner * 100 + (xyz[:, 2] > 0.2)
    (folder / f"{name}_vh_clean_2.0.010000.segs.json").write_text(
        json.dumps(
            {"params": {"kThresh": "0.01"}, "sceneId": name, "segIndices": segments.tolist()}
        )
    )
    groups = [
        {"id": 4, "objectId": 4, "segments": [100, 101], "label": "chair"},
        {"id": 7, "objectId": 7, "segments": [200, 201], "label": "table"},
    ]
    (folder / f"{name}.aggregation.json").write_text(
        json.dumps({"sceneId": name, "appId": "Aggregator.v2", "segGroups": groups})
    )
    if labels:
        nyu40 = np.array([2, 5, 7])[owner]
        write_ply(folder / f"{name}_vh_clean_2.labels.ply", xyz, rgb, faces, nyu40)
    return folder
