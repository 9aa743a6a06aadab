"""Open3D in and out: python examples/with_open3d.py SCENE SENTENCE OUT

Reads a cloud with Open3D, asks, writes the points of what was found in red with Open3D. Needs
Open3D (pip install open3d).
"""

from __future__ import annotations

import argparse

import open3d

import detailbase_core as db


def main() -> None:
    """Read, ask, paint, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scene", help="any point cloud that Open3D reads; z up, metres")
    parser.add_argument("sentence")
    parser.add_argument("out", help="file for the points of the found objects")
    options = parser.parse_args()

    cloud = db.PointCloud.from_open3d(open3d.io.read_point_cloud(options.scene))
    answer = db.Grounder().ground_cloud(cloud, options.sentence)
    whole = answer.scene.cloud.to_open3d()  # point_indices fit its rows
    found = open3d.geometry.PointCloud()
    for one in answer.sentence.instances:
        part = whole.select_by_index(one.point_indices)
        part.paint_uniform_color((1.0, 0.0, 0.0))
        found += part
    print(f"{len(answer.sentence.instances)} objects, {len(found.points)} points")
    if len(found.points):
        open3d.io.write_point_cloud(options.out, found)


if __name__ == "__main__":
    main()
