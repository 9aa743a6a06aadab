"""Turn scans and boxes of your own into scenes: python -m training.prepare_scans --help

FOLDER holds a point cloud per scene (PLY, PCD, NPZ ...; z up, metres). FILE is a CSV with a row
for each object: the file's name without its ending, what the object is called, and its box in
the file's coordinates.

    scene,name,color,x,y,z,dx,dy,dz,yaw
    kitchen,chair,red,1.20,0.40,0.45,0.50,0.55,0.90,0

x y z is the centre, dx dy dz the edges, metres; yaw turns the box about z, radians. color and
yaw may be left out. Simple sentences are written from names and colours; docs/training.md says
how to add your own.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import DetailBaseError
from training.scenes.boxed_scans import BoxedObject, object_of_row, read_scan, write_scan
from training.sentences.from_names import records_about

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("scene", "name", "x", "y", "z", "dx", "dy", "dz")


class BoxesError(DetailBaseError):
    """The table or the folder cannot be used; the message says which row, and why."""


def read_boxes(path: Path) -> dict[str, list[BoxedObject]]:
    """The objects of each scene, in the table's order.

    Raises:
        BoxesError: not readable, a column is missing, or a row is wrong (it is named).
    """
    found: dict[str, list[BoxedObject]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise BoxesError(f"{path}: no column {', '.join(missing)} in its first line")
            for row in rows:
                try:
                    found.setdefault(row["scene"].strip(), []).append(object_of_row(row))
                except (ValueError, AttributeError) as error:
                    raise BoxesError(f"{path}: line {rows.line_num}: {error}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BoxesError(f"{path}: cannot be read: {error}") from error
    if not found:
        raise BoxesError(f"{path}: no rows below its first line")
    return found


def file_of(folder: Path, scene: str) -> Path:
    """The scene's point cloud.

    Raises:
        BoxesError: none, or several.
    """
    files = sorted(p for p in folder.glob("*") if p.stem == scene and p.is_file())
    if len(files) == 1:
        return files[0]
    listed = ", ".join(p.name for p in files) or "no file of that name"
    raise BoxesError(f"{folder}: scene {scene!r} of the table needs one file there, found {listed}")


def prepare(folder: Path, boxes: Path, out: Path) -> list[str]:
    """Write SCENE.npz and SCENE.json for each scene; what was left out.

    Raises:
        BoxesError: the table or a scene's file cannot be used.
        DetailBaseError: a point cloud cannot be read.
        OSError: the folder cannot be written.
    """
    scenes = read_boxes(boxes)
    files = {scene: file_of(folder, scene) for scene in scenes}  # all, before the first is made
    names = {one.name for objects in scenes.values() for one in objects}
    out.mkdir(parents=True, exist_ok=True)
    problems = []
    for scene, objects in scenes.items():
        scan = read_scan(files[scene], objects)
        problems += [f"{scene}: no points in the box of {name}" for name in scan.empty]
        write_scan(scan, out / f"{scene}.npz")
        records = records_about(scene, scan.objects, names)
        text = json.dumps(records, indent=1)
        (out / f"{scene}.json").write_text(text, encoding="utf-8")
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = all objects are in, 1 = some are left out, or nothing could be done."""
    described = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=described)
    parser.add_argument("folder", type=Path, help="folder of point clouds")
    parser.add_argument("--boxes", type=Path, required=True, metavar="FILE", help="CSV of boxes")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where scenes go")
    given = parser.parse_args(arguments)
    try:
        problems = prepare(given.folder, given.boxes, given.out)
    except (DetailBaseError, OSError) as error:
        print(f"prepare_scans: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    count = len(list(given.out.glob("*.npz")))
    print(f"{count} scenes in {given.out}; python -m training.train config/finetune.yaml", end=" ")
    print(f"data={given.out}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
