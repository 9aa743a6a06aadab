"""A Grounding as a picture: the map, each phrase's objects in its colour, the sentence below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.render.lettering import PAPER, caption
from detailbase_core.output.render.picture import MapView, draw_answer, view_scene

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.types import Grounding

__all__ = ["render_answers", "render_grounding"]

SINGLE, STACKED = (1600, 840), (1280, 680)  # width and height of the map, pixels


def render_grounding(grounding: Grounding, path: str | Path) -> None:
    """Write one answer as a PNG, 1600 pixels wide.

    Raises:
        OSError: the file cannot be written.
    """
    _save([_panel(grounding, view_scene([grounding], SINGLE))], path)


def render_answers(groundings: Sequence[Grounding], path: str | Path) -> None:
    """Write several answers as one PNG, one below the other.

    Answers in the same scene are shown from the same side.

    Args:
        groundings: at least one.

    Raises:
        OSError: the file cannot be written.
    """
    views: dict[int, MapView] = {}
    panels = []
    for grounding in groundings:
        scene = id(grounding.scene)
        if scene not in views:
            same = [g for g in groundings if g.scene is grounding.scene]
            views[scene] = view_scene(same, STACKED if len(groundings) > 1 else SINGLE)
        panels.append(_panel(grounding, views[scene]))
    _save(panels, path)


def _panel(grounding: Grounding, view: MapView) -> Image.Image:
    answer = draw_answer(view, grounding)
    return _stacked([answer, caption(grounding, answer.width)])


def _stacked(images: Sequence[Image.Image]) -> Image.Image:
    whole = Image.new("RGB", (images[0].width, sum(image.height for image in images)), PAPER)
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    return whole


def _save(panels: Sequence[Image.Image], path: str | Path) -> None:
    with atomic_path(path) as temporary:
        _stacked(panels).save(temporary, format="PNG", optimize=True)
