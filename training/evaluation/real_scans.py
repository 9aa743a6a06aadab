"""Real scans with questions: NAME.npz (xyz, rgb; z up, metres) and cases.json in a folder.

cases.json: scene -> `objects` (name -> `box` [low, high] or `boxes`) and `cases`: [sentence,
[[phrase, object or null], ...]]; the points in an object's boxes are the truth, null means that
the scene holds no such thing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from detailbase_core.errors import BadFileError
from detailbase_core.io.npz import NpzArchive
from detailbase_core.mapping.up_axis import find_orientation
from detailbase_core.types import PointCloud
from training.evaluation.plain_answers import judge_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.config import GrounderConfig
    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding
    from training.evaluation.plain_answers import PlainAnswer

CASES_FILE = "cases.json"
TURNS = 5
_FAR_M = 1e6


@dataclass(frozen=True)
class Case:
    """A sentence and what its phrases mean: (begin, end, object or None) each."""

    sentence: str
    phrases: tuple[tuple[int, int, str | None], ...]


@dataclass(frozen=True)
class RealScan:
    """One scan.

    Attributes:
        name: of its file.
        cloud: z up, metres.
        boxes: (B, 2, 3) low and high corners, by object.
        cases: what is asked.
    """

    name: str
    cloud: PointCloud
    boxes: Mapping[str, NDArray[np.float64]]
    cases: tuple[Case, ...]

    def inside(self, thing: str) -> NDArray[np.bool_]:
        """(N,) whether a point is in one of an object's boxes."""
        xyz = self.cloud.xyz[:, None]
        low, high = self.boxes[thing][:, 0], self.boxes[thing][:, 1]
        in_box: NDArray[np.bool_] = np.all((xyz >= low) & (xyz <= high), axis=2)
        return np.asarray(in_box.any(axis=1))


def read_real_scans(folder: Path) -> list[RealScan]:
    """All scans of a folder.

    Raises:
        BadFileError: it is no such folder, or a phrase is not in its sentence.
    """
    try:
        scenes = json.loads((folder / CASES_FILE).read_text(encoding="utf-8"))
        return [_read_scan(folder, name, scene) for name, scene in scenes.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFileError(f"{folder}: no real scans with questions: {error}") from error


def whole_scan(config: GrounderConfig) -> GrounderConfig:
    """The settings with a map that takes all of a scan."""
    keep = replace(config.map, min_range_m=0.0, max_range_m=_FAR_M, carve=False)
    return replace(config, map=keep)


def ask_scan(
    grounder: Grounder,
    scan: RealScan,
    models_of: Callable[[str], int] = lambda _: -1,
    show: Callable[[Grounding], None] = lambda _: None,
    turn_deg: float = 0.0,
) -> Iterator[PlainAnswer]:
    """Put a scan into the map and ask all about it.

    Args:
        grounder: with settings of whole_scan; its map is replaced.
        scan: the scan.
        models_of: number of furniture models of a kind.
        show: given each answer.
        turn_deg: by which the scan is turned about z first.
    """
    cloud = turned_about_z(scan.cloud, turn_deg)
    grounder.clear()
    grounder.add(cloud, np.eye(4), "map")
    points = grounder.encode_scene().scene.cloud.xyz
    nearest = cKDTree(cloud.xyz).query(points)[1]
    for case in scan.cases:
        answer = grounder.ground(case.sentence)
        show(answer)
        for begin, end, thing in case.phrases:
            meant = None if thing is None else scan.inside(thing)[nearest]
            yield judge_plain(scan.name, answer, (begin, end), meant, models_of)


def turned_about_z(cloud: PointCloud, degrees: float) -> PointCloud:
    """The same cloud, turned; as it is where it is turned by nothing."""
    if degrees == 0.0:
        return cloud
    turn = Rotation.from_euler("z", degrees, degrees=True)
    return replace(cloud, xyz=turn.apply(cloud.xyz).astype(np.float32))


def turned_errors(cloud: PointCloud, turns: int = TURNS) -> list[float]:
    """Degrees between the true up of a z-up cloud and the one found, turned at random.

    Args:
        cloud: z up, metres.
        turns: number of rotations about the cloud's middle, always the same.
    """
    middle = cloud.xyz.mean(axis=0)
    errors = []
    for turn in Rotation.random(turns, random_state=11):
        xyz = turn.apply(cloud.xyz - middle).astype(np.float32)
        found = find_orientation(PointCloud(xyz, cloud.rgb), unit="m").file_to_map[2, :3]
        cosine = float(found @ turn.apply([0.0, 0.0, 1.0]))
        errors.append(float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))))
    return errors


def _read_scan(folder: Path, name: str, scene: Mapping[str, Any]) -> RealScan:
    with NpzArchive(str(folder / f"{name}.npz")) as file:
        cloud = PointCloud(file.read("xyz"), file.read("rgb"))
    boxes = {
        thing: np.array(of.get("boxes") or [of["box"]], np.float64)
        for thing, of in scene["objects"].items()
    }
    cases = tuple(_read_case(sentence, told, boxes) for sentence, told in scene["cases"])
    return RealScan(name, cloud, boxes, cases)


def _read_case(
    sentence: str, phrases: Sequence[tuple[str, str | None]], known: Mapping[str, object]
) -> Case:
    """Raises ValueError or KeyError for a phrase or an object that is not there."""
    spans = []
    for text, thing in phrases:
        begin = sentence.index(text)
        if thing is not None:
            known[thing]
        spans.append((begin, begin + len(text), thing))
    return Case(sentence, tuple(spans))
