"""DetailBase: every noun phrase of a sentence, as 3D objects in a coloured point cloud.

The public API; each name is imported when it is first used, so that importing this costs nothing:

import detailbase_core as db

cloud = db.load_scene("room.ply").cloud
answer = db.Grounder().ground_cloud(cloud, "the chair next to the round table")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detailbase_core.config import GrounderConfig
    from detailbase_core.errors import DetailBaseError
    from detailbase_core.grounder import Grounder
    from detailbase_core.io.cloud_files import read_cloud
    from detailbase_core.mapping.load_scene import load_scene
    from detailbase_core.output.render import render_answers
    from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud

__version__ = "0.1.0"

__all__ = [
    "Box",
    "DetailBaseError",
    "GroundedPhrase",
    "Grounder",
    "GrounderConfig",
    "Grounding",
    "Instance",
    "PointCloud",
    "load_scene",
    "read_cloud",
    "render_answers",
]

_MODULES = {
    "Box": "types",
    "DetailBaseError": "errors",
    "GroundedPhrase": "types",
    "Grounder": "grounder",
    "GrounderConfig": "config",
    "Grounding": "types",
    "Instance": "types",
    "PointCloud": "types",
    "load_scene": "mapping.load_scene",
    "read_cloud": "io.cloud_files",
    "render_answers": "output.render",
}

if not TYPE_CHECKING:  # type checkers shall know the names above and no others

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value  # found without this function from now on
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
