"""The map with the answers in it, drawn at twice the size and reduced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

from detailbase_core.output.render.labels import TagPlacer, tag_text
from detailbase_core.output.render.outlines import draw_box
from detailbase_core.output.render.shading import eye_dome, point_colors, shown_phrases
from detailbase_core.output.render.splats import Splats, splat
from detailbase_core.output.render.style import LIGHT
from detailbase_core.output.render.view import choose_view, view_from_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.output.render.camera import Camera
    from detailbase_core.output.render.style import Style
    from detailbase_core.types import Grounding

SCALE = 2  # supersampling
MAX_POINTS = 1_200_000
LINE_PX = 5
LONELY, WIDEST = 6.0, 2.2  # times the usual spacing of the points
GHOST = 0.38  # how strongly an object shines through what hides it


@dataclass(frozen=True)
class MapView:
    """One scene seen from one place; colours come later.

    Attributes:
        camera: of SCALE times the picture's size.
        points: (M,) int64, which of the scene's points are drawn.
        spacing: (M,) float32, distance to their neighbours, metres.
        splats: their discs.
        light: (height, width) float32.
    """

    camera: Camera
    points: NDArray[np.int64]
    spacing: NDArray[np.float32]
    splats: Splats
    light: NDArray[np.float32]


def view_scene(groundings: Sequence[Grounding], size: tuple[int, int]) -> MapView:
    """Choose the view for some answers in the same scene, and draw its geometry.

    Args:
        groundings: at least one; all of one scene.
        size: (width, height) of the picture, pixels.
    """
    xyz = groundings[0].scene.cloud.xyz
    return map_view(xyz, *choose_view(xyz, groundings, (size[0] * SCALE, size[1] * SCALE)))


def plan_view(xyz: NDArray[np.float32], size: tuple[int, int]) -> MapView:
    """A scene from above; arguments as of view_scene()."""
    return map_view(xyz, *view_from_above(xyz, (size[0] * SCALE, size[1] * SCALE)))


def map_view(xyz: NDArray[np.float32], camera: Camera, visible: NDArray[np.bool_]) -> MapView:
    """The geometry of what a camera sees.

    Args:
        xyz: (N, 3) the scene.
        camera: of SCALE times the picture's size.
        visible: (N,) bool, which points are drawn.
    """
    points = np.flatnonzero(visible)
    points = points[:: -(-len(points) // MAX_POINTS)]
    spacing = _spacing(xyz[points])
    crowd = spacing < LONELY * np.median(spacing)  # specks in the air only disturb
    points, spacing = points[crowd], np.minimum(spacing[crowd], WIDEST * np.median(spacing))
    splats = splat(camera, xyz[points], spacing)
    depth = splats.depth.reshape(camera.size[::-1])
    light = eye_dome(depth[::SCALE, ::SCALE]).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    return MapView(camera, points, spacing, splats, light)


def _spacing(xyz: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) distance of each point to its fourth neighbour over sqrt(2): a grid's pitch."""
    if len(xyz) < 5:
        return np.full(len(xyz), 0.03, np.float32)
    distance = cKDTree(xyz).query(xyz, k=5, workers=-1)[0][:, 4] / np.sqrt(2.0)
    spacing: NDArray[np.float32] = np.maximum(distance, 0.8 * np.median(distance)).astype("f4")
    return spacing


def draw_answer(view: MapView, grounding: Grounding, style: Style = LIGHT) -> Image.Image:
    """The scene of `view` with one sentence's objects coloured, framed and named."""
    cloud = grounding.scene.cloud
    colors, marked = point_colors(cloud.rgb, grounding, style)
    height, width = view.light.shape
    layers = np.hstack([colors, marked[:, None]]).astype(np.float32)
    mixed = view.splats.mix(layers[view.points])
    image = mixed[..., :3] * view.light[..., None]
    empty = ~np.isfinite(view.splats.depth).reshape(height, width)
    image[empty] = style.paper
    _shine_through(image, mixed[..., 3], view, cloud.xyz, colors, marked)
    picture = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).convert("RGBA")
    frames = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(frames)
    depth = view.splats.depth.reshape(height, width)
    for phrase, color in shown_phrases(grounding, style):
        for instance in phrase.instances:
            draw_box(pen, view.camera, depth, instance.box, color, LINE_PX)
    small = Image.alpha_composite(picture, frames).convert("RGB").reduce(SCALE)
    _name(small, view.camera, grounding, style)
    return small


def _shine_through(
    image: NDArray[np.float32],
    shown: NDArray[np.float32],
    view: MapView,
    xyz: NDArray[np.float32],
    colors: NDArray[np.float32],
    marked: NDArray[np.bool_],
) -> None:
    """Let hidden parts of the objects show faintly through what stands before them."""
    mine = marked[view.points]
    if not mine.any():
        return
    points = view.points[mine]
    ghosts = splat(view.camera, xyz[points], view.spacing[mine])
    there = np.isfinite(ghosts.depth).reshape(shown.shape)
    strength = (GHOST * np.clip(1.0 - shown, 0.0, 1.0) * there)[..., None]
    image += strength * (ghosts.mix(colors[points]) - image)


def _name(image: Image.Image, camera: Camera, grounding: Grounding, style: Style) -> None:
    named = [
        (tag_text(phrase, number), instance, color)
        for phrase, color in shown_phrases(grounding, style)
        for number, instance in enumerate(phrase.instances, start=1)
    ]
    instances = [instance for _, instance, _ in named]
    tags = TagPlacer(ImageDraw.Draw(image), camera, SCALE, instances)
    for text, instance, color in named:
        tags.place(text, instance, color)
    tags.draw()
