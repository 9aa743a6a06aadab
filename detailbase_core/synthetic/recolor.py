"""Furniture in other colours: its main colour replaced, light and shade kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.colors import jittered

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_model import FurnitureModel

_LUMA = np.array([0.299, 0.587, 0.114])
_LEAST_MAIN = 0.25  # of the surface; less would not be called the object's colour
_WOOD = ("brown", "beige")


def recolored(model: FurnitureModel, color: str, rng: np.random.Generator) -> FurnitureModel:
    """The model with its main colour turned into `color`; unchanged where it has none to turn.

    Args:
        model: any model.
        color: a name of the palette.
        rng: varies the tone.
    """
    if model.color == color or model.main.mean() < _LEAST_MAIN:
        return model
    light = model.rgb[model.main] @ _LUMA
    shade = np.clip(light / max(float(light.mean()), 1.0), 0.6, 1.4)
    rgb = model.rgb.copy()
    rgb[model.main] = np.clip(shade[:, None] * np.array(jittered(color, rng)), 0, 255)
    painted = model.material == "wooden" and color not in _WOOD
    return replace(model, rgb=rgb, color=color, material=None if painted else model.material)
