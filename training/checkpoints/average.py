"""Average checkpoints of one network: python -m training.checkpoints.average OUT FIRST SECOND ...

Runs that begin from the same weights and differ in seed, rooms or augmentation end near each
other; the mean of their weights is as a rule better than most of them ("Model soups", Wortsman et
al., ICML 2022), and costs nothing where it is used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from detailbase_core.errors import CheckpointError
from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.network.checkpoint import TEXT_PREFIX, load_strict, save_checkpoint
from training.checkpoints.whole_checkpoint import read_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from detailbase_core.network.checkpoint import Checkpoint

CONFIGS = ("format", "model", "text")  # what must be the same in all


def average_checkpoints(paths: Sequence[Path], out: Path) -> None:
    """Write the mean of our own checkpoints, tensor by tensor; whole numbers are the first one's.

    Args:
        paths: of at least two.
        out: written atomically.

    Raises:
        CheckpointError: a file cannot be read, is not of this library, is of another network, or
            holds what is no number.
        OSError: `out` cannot be written.
    """
    checkpoints = [read_whole(path) for path in paths]
    first = checkpoints[0]
    for one in checkpoints:
        _check_alike(one, first)
    model, text = first.load()
    for module, prefix in ((model, ""), (text, TEXT_PREFIX)):
        names = module.state_dict()
        means = {name: _mean([c.tensors[prefix + name] for c in checkpoints]) for name in names}
        load_strict(module, means, f"mean of {', '.join(map(str, paths))}")
    assert isinstance(text, SmallTextEncoder)
    trained = "; ".join(c.metadata.get("training", str(c.path)) for c in checkpoints)
    save_checkpoint(out, model, text, {"training": f"mean of {len(paths)} runs: {trained}"})


def _check_alike(one: Checkpoint, first: Checkpoint) -> None:
    other = [key for key in CONFIGS if one.metadata.get(key) != first.metadata.get(key)]
    shapes, wanted = ({n: t.shape for n, t in c.tensors.items()} for c in (one, first))
    vocabulary = TEXT_PREFIX + "vocabulary"
    if other:
        what = f"{other[0]} config"
    elif shapes != wanted:
        what = "set of tensors"
    elif not torch.equal(one.tensors[vocabulary], first.tensors[vocabulary]):
        what = "vocabulary"
    else:
        return
    raise CheckpointError(f"{one.path}: its {what} differs from that of {first.path}")


def _mean(tensors: Sequence[Tensor]) -> Tensor:
    if not tensors[0].is_floating_point():
        return tensors[0]
    return torch.stack([tensor.double() for tensor in tensors]).mean(dim=0).float()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 = written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="file to write")
    parser.add_argument("checkpoints", type=Path, nargs="+", help="files of runs that began alike")
    given = parser.parse_args(arguments)
    if len(given.checkpoints) < 2:
        parser.error("a mean takes at least two checkpoints")
    try:
        average_checkpoints(given.checkpoints, given.out)
    except (CheckpointError, OSError) as error:
        print(f"average_checkpoints: {error}", file=sys.stderr)
        return 1
    print(f"mean of {len(given.checkpoints)} checkpoints: {given.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
