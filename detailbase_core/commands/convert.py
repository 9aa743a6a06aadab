"""`detailbase convert`: released weights as one safetensors file, with a report of every layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import CheckpointError
from detailbase_core.output.exit_status import FOUND
from detailbase_core.output.progress import progress

if TYPE_CHECKING:
    import argparse


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Arguments of `detailbase convert`."""
    add = command.add_argument
    add("weights", type=Path, help="released weights (.pth)")
    add("-o", "--out", type=Path, required=True, metavar="FILE", help="safetensors file to write")
    add(
        "--text-encoder",
        default="",
        metavar="PATH",
        help="MPNet-base folder or hub name: check that it fits, too",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, check, write, report; 0 = every weight was taken.

    Raises:
        CheckpointError: no released weights, or some do not fit (all are named).
        OSError: the file cannot be written.
    """
    if options.out.suffix != ".safetensors":
        raise CheckpointError(f"{options.out}: name a .safetensors file to write")
    with progress("loading torch"):
        from detailbase_core.network.checkpoint import Checkpoint
        from detailbase_core.network.convert import layer_lines, write_converted

    with progress(f"reading {options.weights}"):
        checkpoint = Checkpoint.read(options.weights)
        if checkpoint.is_ours:
            raise CheckpointError(f"{options.weights}: is a file of this project's own already")
        network = checkpoint.load_network()
        if options.text_encoder:
            checkpoint.load(options.text_encoder)
    write_converted(checkpoint, network, options.out)
    print("\n".join(layer_lines(checkpoint, network)))
    if options.text_encoder:
        print(f"text encoder {options.text_encoder}: fits")
    print(f"wrote {options.out} ({options.out.stat().st_size / 1e6:.1f} MB, float16)")
    return FOUND
