"""Fine-tune the shipped model on scans of your own: python examples/finetune.py SCANS BOXES.csv

Run it in a checkout (`training` is not in the wheel). SCANS is a folder of point clouds,
BOXES.csv names the box of each object (python -m training.prepare_scans --help). Prints how
many phrases the model has right before and after: on the scans that it was trained on, so keep
some apart to know what it learned.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SHIPPED = Path("detailbase_core/weights/detailbase_rooms.safetensors")


def main() -> None:
    """Convert, evaluate, train, evaluate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scans", type=Path, help="folder of point clouds")
    parser.add_argument("boxes", type=Path, help="CSV of boxes")
    parser.add_argument("--out", type=Path, default=Path("runs/own"), help="folder of the run")
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()

    scenes = options.out / "scenes"
    run("training.prepare_scans", options.scans, "--boxes", options.boxes, "--out", scenes)
    settings = (f"data={scenes}", f"out={options.out}", f"steps={options.steps}")
    warmup = f"warmup_steps={max(1, options.steps // 10)}"
    run("training.train", "config/finetune.yaml", *settings, warmup)
    for checkpoint in (SHIPPED, options.out / "model.safetensors"):
        print(f"\n== {checkpoint}", flush=True)
        run("training.evaluate", "--checkpoint", checkpoint, "--data", scenes)


def run(module: str, *arguments: object) -> None:
    """Run a command of the training; ends the program where it fails."""
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


if __name__ == "__main__":
    main()
