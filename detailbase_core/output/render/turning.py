"""An answer seen from all sides, one after the other, as a GIF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from detailbase_core.output.render.lettering import caption
from detailbase_core.output.render.picture import SCALE, draw_answer, map_view
from detailbase_core.output.render.style import LIGHT
from detailbase_core.output.render.view import orbit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from detailbase_core.output.render.style import Style
    from detailbase_core.types import Grounding

SIZE = (720, 400)  # width and height of the map, pixels
FRAMES, FRAME_MS = 36, 110


def write_turning_gif(
    grounding: Grounding, path: Path, style: Style = LIGHT, frames: int = FRAMES
) -> None:
    """Write an answer turning once around, for ever.

    Raises:
        OSError: the file cannot be written.
    """
    first, *others = _frames(grounding, style, frames)
    first.save(path, "GIF", save_all=True, append_images=others, duration=FRAME_MS, loop=0)


def _frames(grounding: Grounding, style: Style, frames: int) -> Iterator[Image.Image]:
    below = caption(grounding, SIZE[0], style)
    xyz = grounding.scene.cloud.xyz
    azimuths = np.linspace(0.0, 2 * np.pi, frames, endpoint=False)
    for camera, visible in orbit(xyz, azimuths, (SIZE[0] * SCALE, SIZE[1] * SCALE)):
        answer = draw_answer(map_view(xyz, camera, visible), grounding, style)
        whole = Image.new("RGB", (SIZE[0], SIZE[1] + below.height), style.paper)
        whole.paste(answer, (0, 0))
        whole.paste(below, (0, SIZE[1]))
        yield whole.quantize(128)
