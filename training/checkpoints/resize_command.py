"""What prune and widen share: the file that they write, and their command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.network.checkpoint import save_checkpoint
from training.checkpoints.whole_checkpoint import read_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detailbase_core.network.detailbase import DetailBase


def write_resized(
    path: Path,
    out: Path,
    widths: Sequence[int],
    done: str,
    resized: Callable[[DetailBase, Sequence[int]], DetailBase],
) -> None:
    """Write a checkpoint of our own with another network, and what was done in its history.

    Raises:
        CheckpointError, ConfigError, OSError: as prune and widen say.
    """
    checkpoint = read_whole(path)
    model, text = checkpoint.load()
    assert isinstance(text, SmallTextEncoder)
    trained = checkpoint.metadata.get("training", str(path))
    note = f"{trained}; {done} to {' '.join(map(str, widths))}"
    save_checkpoint(out, resized(model, widths), text, {"training": note})


def run(
    program: str,
    description: str,
    done: str,
    resize: Callable[[Path, Path, Sequence[int]], None],
    arguments: Sequence[str] | None,
) -> int:
    """Resize a checkpoint; 0 = written.

    Args:
        program: its name, before errors.
        description: its help.
        done: what has been done to the widths, "narrowed".
        resize: from a file to a file, to these widths.
        arguments: of the command line.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("checkpoint", type=Path, help="file to read")
    parser.add_argument("out", type=Path, help="file to write")
    parser.add_argument(
        "widths", type=int, nargs="+", help="channels of each level, fine to coarse"
    )
    given = parser.parse_args(arguments)
    try:
        resize(given.checkpoint, given.out, given.widths)
    except (CheckpointError, ConfigError, OSError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    print(f"{done} to {' '.join(map(str, given.widths))}, to be trained further: {given.out}")
    return 0
