"""The scenes that a run learns from, in the host's memory; there may come more while it runs."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from tqdm import tqdm

from training.errors import TrainingError
from training.scenes.dataset import SceneTensors, scene_tensors
from training.scenes.missing_objects import MissingObjects, missing_objects, missing_text
from training.scenes.scene_files import find_scenes, made_of_scenes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from training.config import TrainConfig
    from training.scenes.descriptions import Description
    from training.scenes.scene_files import DescribedScene

logger = logging.getLogger(__name__)


class SceneStore:
    """All described scenes of a folder.

    Args:
        config: which folder.
        quiet: no progress bar.

    Attributes:
        scenes: those with a description that refers to something, by name; later ones after them.
        paths: of their files.

    Raises:
        BadFileError: no scenes, or one that cannot be read.
        TrainingError: none is described.
    """

    def __init__(self, config: TrainConfig, quiet: bool = False) -> None:
        self.config = config
        self.scenes: list[SceneTensors] = []
        self.paths: list[Path] = []
        self._seen: set[Path] = set()
        self._load(*find_scenes(config.data, config.descriptions, config.skip_bad_records), quiet)
        if not self.scenes:
            raise TrainingError(
                f"none of the {len(self._seen)} scenes in {config.data} has a description that "
                "refers to something"
            )

    def rescan(self) -> int:
        """Load what was added to the folder since; the number of new scenes."""
        before = len(self.scenes)
        paths, _ = find_scenes(self.config.data)
        self._load([path for path in paths if path not in self._seen], None, quiet=True)
        return len(self.scenes) - before

    def fingerprint(self) -> str:
        """Fingerprint of the scenes and their numbers of sentences."""
        text = "\n".join(f"{s.scene_id} {len(s.descriptions)}" for s in self.scenes)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _load(
        self,
        paths: Sequence[Path],
        told: Mapping[str, tuple[Description, ...]] | None,
        quiet: bool,
    ) -> None:
        self._seen.update(paths)
        coordinates = self.config.model.coordinates

        def make(scene: DescribedScene) -> tuple[SceneTensors, MissingObjects]:
            return scene_tensors(scene, coordinates), missing_objects(scene)

        made = made_of_scenes(make, paths, told)
        bar = tqdm(made, "loading scenes", len(paths), unit="scene", disable=quiet)
        missing: dict[str, MissingObjects] = {}
        for path, (tensors, lacking) in zip(paths, bar, strict=True):
            if lacking.ids:
                missing[tensors.scene_id] = lacking
            if tensors.descriptions:
                self.scenes.append(tensors)
                self.paths.append(path)
        if missing and not quiet:
            logger.warning("%s", missing_text(missing))
