"""Ask while RGB-D frames come in: python examples/live_frames.py "the red table"

The frames are those of the simulated camera of the demo; put your camera's driver and your
odometry in place of frames().
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import detailbase_core as db
from detailbase_core.synthetic.camera import scan_room
from detailbase_core.synthetic.demo_room import CAMERA, FRAMES, demo_room
from detailbase_core.synthetic.path import robot_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Frame(NamedTuple):
    """A colour image, a depth image registered to it, and where the camera was.

    Attributes:
        color: (H, W, 3) uint8, RGB.
        depth: (H, W) float32, metres along the optical axis; NaN or 0 where nothing was seen.
        camera_to_map: (4, 4) float64, optical frame (x right, y down, z forward) to a map frame
            whose z is up.
        focal_px, center_px: (x, y) of the camera's intrinsics, pixels.
    """

    color: NDArray[np.uint8]
    depth: NDArray[np.float32]
    camera_to_map: NDArray[np.float64]
    focal_px: tuple[float, float]
    center_px: tuple[float, float]


def frames(count: int) -> Iterator[Frame]:
    """The demo's camera on its drive."""
    room = demo_room()
    for scan in scan_room(room, camera=CAMERA, poses=robot_path(room, FRAMES)[:count]):
        height, width = scan.cloud.image_shape or (1, len(scan.cloud))
        yield Frame(
            scan.cloud.rgb.reshape(height, width, 3),
            scan.cloud.xyz[:, 2].reshape(height, width),
            scan.sensor_to_map,
            (CAMERA.focal_px, CAMERA.focal_px),
            ((width - 1) / 2, (height - 1) / 2),
        )


def cloud_of(frame: Frame) -> db.PointCloud:
    """The frame's points in the camera's frame, one per pixel: NaN where there is no depth.

    Keeping the image's shape lets the map forget what has moved away.
    """
    height, width = frame.depth.shape
    column, row = np.meshgrid(np.arange(width), np.arange(height))
    depth = np.where(frame.depth > 0, frame.depth, np.nan)
    x = (column - frame.center_px[0]) / frame.focal_px[0] * depth
    y = (row - frame.center_px[1]) / frame.focal_px[1] * depth
    xyz = np.stack([x, y, depth], axis=-1).reshape(-1, 3).astype(np.float32)
    return db.PointCloud(xyz, frame.color.reshape(-1, 3), "camera", image_shape=(height, width))


def main() -> None:
    """Add each frame; ask at the end of every second of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sentence")
    parser.add_argument("--frames", type=int, default=FRAMES, metavar="N")
    parser.add_argument("--every", type=int, default=8, metavar="N", help="ask after N frames")
    options = parser.parse_args()

    grounder = db.Grounder()
    for count, frame in enumerate(frames(options.frames), start=1):
        grounder.add(cloud_of(frame), frame.camera_to_map, "odom")
        if count % options.every and count != options.frames:
            continue
        target = grounder.ground(options.sentence).sentence
        places = [tuple(round(value, 2) for value in one.box.center) for one in target.instances]
        print(f"{count} frames, {len(grounder.map)} voxels: {places or 'nothing found'}")


if __name__ == "__main__":
    main()
