"""A Grounding as a picture: the map, each phrase's objects in its colour, the sentence below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from detailbase_core.errors import ConfigError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.render.lettering import caption
from detailbase_core.output.render.picture import MapView, draw_answer, plan_view, view_scene
from detailbase_core.output.render.style import DARK, LIGHT
from detailbase_core.output.render.turning import write_turning_gif

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.output.render.style import Style
    from detailbase_core.types import Grounding

__all__ = ["render_answers", "render_grounding"]

SINGLE, STACKED = (1600, 840), (1280, 680)  # width and height of the map, pixels


def render_grounding(
    grounding: Grounding, path: str | Path, dark: bool = False, above: bool = False
) -> None:
    """Write one answer as a PNG, 1600 pixels wide, or turning as a GIF of 720.

    Args:
        grounding: the answer.
        path: of the picture; one that ends with .gif turns.
        dark: on black instead of white.
        above: the scene as a plan; of no effect on what turns.

    Raises:
        OSError: the file cannot be written.
    """
    style = DARK if dark else LIGHT
    if Path(path).suffix.lower() == ".gif":
        with atomic_path(path) as temporary:
            write_turning_gif(grounding, Path(temporary), style)
        return
    _save([_panel(grounding, _view([grounding], SINGLE, above), style)], path, style)


def render_answers(
    groundings: Sequence[Grounding], path: str | Path, dark: bool = False, above: bool = False
) -> None:
    """Write several answers as one PNG, one below the other; one as render_grounding().

    Answers in the same scene are shown from the same side.

    Args:
        groundings: at least one.
        path: of the picture; only one answer can turn.
        dark, above: as of render_grounding().

    Raises:
        ConfigError: several answers shall turn.
        OSError: the file cannot be written.
    """
    if len(groundings) == 1:
        render_grounding(groundings[0], path, dark, above)
        return
    if Path(path).suffix.lower() == ".gif":
        raise ConfigError(f"{path}: one answer can turn, not {len(groundings)}; write a PNG")
    style = DARK if dark else LIGHT
    views: dict[int, MapView] = {}
    panels = []
    for grounding in groundings:
        scene = id(grounding.scene)
        if scene not in views:
            same = [g for g in groundings if g.scene is grounding.scene]
            views[scene] = _view(same, STACKED, above)
        panels.append(_panel(grounding, views[scene], style))
    _save(panels, path, style)


def _view(groundings: Sequence[Grounding], size: tuple[int, int], above: bool) -> MapView:
    if above:
        return plan_view(groundings[0].scene.cloud.xyz, size)
    return view_scene(groundings, size)


def _panel(grounding: Grounding, view: MapView, style: Style) -> Image.Image:
    answer = draw_answer(view, grounding, style)
    return _stacked([answer, caption(grounding, answer.width, style)], style)


def _stacked(images: Sequence[Image.Image], style: Style) -> Image.Image:
    height = sum(image.height for image in images)
    whole = Image.new("RGB", (images[0].width, height), style.paper)
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    return whole


def _save(panels: Sequence[Image.Image], path: str | Path, style: Style) -> None:
    with atomic_path(path) as temporary:
        _stacked(panels, style).save(temporary, format="PNG", optimize=True)
