"""The scenes that a run learns from, in the host's memory; there may come more while it runs."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from tqdm import tqdm

from training.errors import TrainingError
from training.scenes.background_reader import BackgroundReader
from training.scenes.dataset import SceneTensors, scene_tensors
from training.scenes.missing_objects import MissingObjects, missing_objects, missing_text
from training.scenes.scene_files import find_scenes, made_of_scenes, read_scene

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
        too_large: how many were left out for their size.

    Raises:
        BadFileError: no scenes, or one that cannot be read.
        TrainingError: none is described, or all of those are too large.
    """

    def __init__(self, config: TrainConfig, quiet: bool = False) -> None:
        self.config = config
        self.scenes: list[SceneTensors] = []
        self.paths: list[Path] = []
        self.too_large = 0
        self._seen: set[Path] = set()
        self._reader: BackgroundReader[SceneTensors] | None = None
        self._load(*find_scenes(config.data, config.descriptions, config.skip_bad_records), quiet)
        most = config.max_superpoints
        if not self.scenes:
            small = f" and at most {most} superpoints (max_superpoints)" if self.too_large else ""
            raise TrainingError(
                f"none of the {len(self._seen)} scenes in {config.data} has a description that "
                f"refers to something{small}"
            )
        if self.too_large and not quiet:
            logger.warning(
                "%d scenes with more than %d superpoints (max_superpoints) are left out",
                self.too_large,
                most,
            )

    def read_in_background(self) -> None:
        """From now on, rescan() begins to read what is new and takes what has been read since."""
        coordinates = self.config.model.coordinates
        self._reader = BackgroundReader(lambda path: scene_tensors(read_scene(path), coordinates))

    def rescan(self) -> int:
        """Load what was added to the folder since; the number of new scenes."""
        before = len(self.scenes)
        paths, _ = find_scenes(self.config.data)
        new = [path for path in paths if path not in self._seen]
        if self._reader is None:
            self._load(new, None, quiet=True)
        else:
            self._seen.update(new)
            for path, tensors in self._reader.ready():
                self._add(path, tensors)
            self._reader.begin(new)
        return len(self.scenes) - before

    def _add(self, path: Path, tensors: SceneTensors) -> None:
        most = self.config.max_superpoints
        if most and len(tensors.objects) > most:
            self.too_large += 1
        elif tensors.descriptions:
            self.scenes.append(tensors)
            self.paths.append(path)

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
            self._add(path, tensors)
        if missing and not quiet:
            logger.warning("%s", missing_text(missing))
