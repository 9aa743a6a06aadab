"""Let a checkpoint's U-Net read moments: python -m training.checkpoints.add_moments OLD NEW

The new file answers as the old one does: its weights for the moments of voxels (`voxel_moments`)
are zero. It can be trained further, or averaged with what was trained so from the old one.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from torch.nn.functional import pad

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.network.checkpoint import load_strict, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from training.checkpoints.whole_checkpoint import read_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

INPUT = "unet.input_conv.weight"


def add_moments(path: Path, out: Path) -> None:
    """Write a checkpoint of our own with moments among its inputs.

    Raises:
        CheckpointError: the file cannot be read, or carries no text encoder of this library.
        ConfigError: its network cannot read moments.
        OSError: `out` cannot be written.
    """
    checkpoint = read_whole(path)
    model, text = checkpoint.load()
    assert isinstance(text, SmallTextEncoder)
    reads = reading_moments(model)
    trained = checkpoint.metadata.get("training", str(path))
    save_checkpoint(out, reads, text, {"training": f"{trained}; reads moments"})


def reading_moments(model: DetailBase) -> DetailBase:
    """A network with moments among its inputs that computes what the given one does.

    Raises:
        ConfigError: it cannot read moments.
    """
    reads = DetailBase(replace(model.config, voxel_moments=True))
    state = model.state_dict()
    weight = state[INPUT]
    state[INPUT] = pad(weight, (0, reads.config.in_channels - weight.shape[-1]))
    load_strict(reads, state, "the network with moments")
    return reads


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = written."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=Path, help="file to read")
    parser.add_argument("out", type=Path, help="file to write")
    given = parser.parse_args(arguments)
    try:
        add_moments(given.checkpoint, given.out)
    except (CheckpointError, ConfigError, OSError) as error:
        print(f"add_moments: {error}", file=sys.stderr)
        return 1
    print(f"answers as before, to be trained further: {given.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
