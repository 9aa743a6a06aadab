"""Reading and writing weights: released files and our own. No pickle code is ever run.

Ours is one safetensors file that holds everything: network, text encoder, vocabulary, and in
its metadata both configs as JSON. Released `.pth` files are read with weights_only=True and
their names translated (published_names.py); nothing missing or left over is tolerated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from safetensors.torch import save_file
from torch import nn

from detailbase_core.config import ModelConfig, TextConfig
from detailbase_core.errors import CheckpointError, ConfigError, shown
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.language.text_encoder import (
    SmallTextEncoder,
    TransformersTextEncoder,
    unpack_vocabulary,
)
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.published_names import (
    infer_model_config,
    is_backbone_key,
    released_backbone_key,
    released_key,
)
from detailbase_core.network.weight_files import read_weight_file
from detailbase_core.settings import C, from_dict, to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

M = TypeVar("M", bound=nn.Module)

SHIPPED_CHECKPOINT = Path(__file__).parents[1] / "weights" / "detailbase_rooms.safetensors"
FORMAT = "detailbase-1"
# Options that networks once had, and their values where they were off: such files still load.
REMOVED_OPTIONS = {"context_layers": 0, "query_positions": False, "phrase_queries": False}
TEXT_PREFIX = "text_encoder."
_MOST_LISTED = 1000
COARSE_NORMS = "coarse_norms."
# Tensors that released files carry and nothing needs; a dot at the end means all within.
KNOWN_EXTRAS = (
    "criterion.loss_weight",
    "text_encoder.pooler.",
    "text_encoder.embeddings.position_ids",
)


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by name, as found in a file.

    Attributes:
        path: where they came from.
        tensors: released names, or ours where `metadata` says so.
        metadata: our own files' configs; empty for released ones.
        dropped: names of known extras that were left out.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str | Path) -> Checkpoint:
        """Read a .safetensors or a released .pth file; contents decide, not the suffix.

        Raises:
            CheckpointError: missing, truncated, holding more than tensors, or no weights.
        """
        path = Path(path)
        tensors, metadata = read_weight_file(path)
        weights = {k: v for k, v in tensors.items() if not _is_known_extra(k)}
        if not weights:
            raise CheckpointError(f"{path}: holds no weights")
        return cls(path, weights, metadata, tuple(sorted(tensors.keys() - weights.keys())))

    @property
    def is_ours(self) -> bool:
        """Whether this library wrote it (names and configs are then its own)."""
        return self.metadata.get("format") == FORMAT

    def model_config(self) -> ModelConfig:
        """The stored architecture, or for a released file the one that its shapes tell."""
        if not self.is_ours:
            return infer_model_config(self.tensors, str(self.path))
        return self._stored(ModelConfig, "model")

    def load(
        self, text_encoder: str = ""
    ) -> tuple[DetailBase, SmallTextEncoder | TransformersTextEncoder]:
        """Build the network and its text encoder, in eval mode on the CPU.

        Args:
            text_encoder: transformers folder or hub name, for files that carry no text encoder
                of ours.

        Raises:
            CheckpointError: missing, unexpected or misshapen tensors (all are listed), or no
                text encoder given where one is needed.
        """
        model = self.load_network()
        encoder = self._text_encoder(text_encoder)
        if encoder.dim != model.config.text_dim:
            raise CheckpointError(
                f"{self.path}: its network takes text features of width {model.config.text_dim}, "
                f"the text encoder {text_encoder or 'inside'} gives {encoder.dim}; name another"
            )
        return model, encoder.eval()

    def load_network(self) -> DetailBase:
        """Only the network, for those who bring text features themselves; in eval mode."""
        config = self.model_config()
        own = {k: v for k, v in self.tensors.items() if not k.startswith(TEXT_PREFIX)}
        name_in_file = str if self.is_ours else released_key
        return build_loaded(lambda: DetailBase(config), own, str(self.path), name_in_file).eval()

    def word_vectors(self) -> tuple[list[str], NDArray[np.floating]]:
        """The vocabulary of its small text encoder, and a vector for each piece (V, vector_dim).

        Raises:
            CheckpointError: it carries no such encoder, or a broken one.
        """
        encoder = self._text_encoder("")
        assert isinstance(encoder, SmallTextEncoder)
        return list(encoder.pieces.vocabulary), encoder.vectors.numpy()

    def load_backbone(self, unet: nn.Module) -> None:
        """Load an SPFormer (or DetailBase) file's backbone tensors into a SparseUNet, strictly.

        Norms of coarser levels, of a file whose network pools more levels, are left out.
        """
        where = f"{self.path} (backbone)"
        if self.is_ours:
            wanted = unet.state_dict().keys()
            own = {
                k: v
                for k, v in _under(self.tensors, "unet.").items()
                if k in wanted or not k.startswith(COARSE_NORMS)
            }
            load_strict(unet, own, where)
        else:
            own = {k: v for k, v in self.tensors.items() if is_backbone_key(k)}
            load_strict(unet, own, where, released_backbone_key)

    def _text_encoder(self, name: str) -> SmallTextEncoder | TransformersTextEncoder:
        weights = _under(self.tensors, TEXT_PREFIX)
        if self.is_ours and "vocabulary" in weights:
            config = self._stored(TextConfig, "text")
            try:
                vocabulary = unpack_vocabulary(weights["vocabulary"])
            except UnicodeDecodeError as error:
                raise CheckpointError(f"{self.path}: its vocabulary is broken: {error}") from error
            where = f"{self.path} (text encoder)"
            return build_loaded(lambda: SmallTextEncoder(config, vocabulary), weights, where)
        if not name:
            raise CheckpointError(
                f"{self.path} carries no text encoder of its own: name a transformers folder "
                "or hub model with text_encoder (released weights use an MPNet-base)"
            )
        encoder = TransformersTextEncoder(name)
        if weights:
            load_strict(encoder.encoder, weights, f"{self.path} (text encoder {name})")
        return encoder

    def _stored(self, config_class: type[C], key: str) -> C:
        try:
            values = json.loads(self.metadata[key])
            if config_class is ModelConfig:
                values = self._without_removed_options(values)
            return from_dict(config_class, values)
        except (KeyError, ValueError, RecursionError, ConfigError) as error:
            raise CheckpointError(
                f"{self.path}: its {key} config cannot be read: {shown(error)}"
            ) from error

    def _without_removed_options(self, values: Any) -> Any:
        """A stored model config without options that this version has no more.

        Raises:
            CheckpointError: one of them was on, so the weights need a network that is gone.
        """
        if not isinstance(values, dict):
            return values
        used = [name for name, off in REMOVED_OPTIONS.items() if values.get(name, off) != off]
        if used:
            raise CheckpointError(
                f"{self.path}: was trained with {', '.join(used)}, which this version does not "
                "have any more; train again without, or use the version that trained it"
            )
        return {name: value for name, value in values.items() if name not in REMOVED_OPTIONS}


def load_strict(
    module: nn.Module,
    tensors: Mapping[str, Tensor],
    where: str,
    name_in_file: Callable[[str], str] = str,
) -> None:
    """Load tensors into a module; every name and shape must fit.

    Args:
        module: takes the tensors.
        tensors: under the file's names.
        where: the file, for messages.
        name_in_file: from the module's names to the file's.

    Raises:
        CheckpointError: lists what is missing, unexpected, misshapen or holds NaN or infinity,
            by the file's names.
    """
    own_names = _check_fit(module, tensors, where, name_in_file)
    module.load_state_dict({own_names[name]: tensor for name, tensor in tensors.items()})


def build_loaded(
    make: Callable[[], M],
    tensors: Mapping[str, Tensor],
    where: str,
    name_in_file: Callable[[str], str] = str,
) -> M:
    """A module with these tensors, as load_strict; none is built for tensors that do not fit.

    Args:
        make: builds it; called twice, first without memory for its parameters.
        tensors, where, name_in_file: as for load_strict.
    """
    with torch.device("meta"):
        _check_fit(make(), tensors, where, name_in_file)
    module = make()
    load_strict(module, tensors, where, name_in_file)
    return module


def _check_fit(
    module: nn.Module,
    tensors: Mapping[str, Tensor],
    where: str,
    name_in_file: Callable[[str], str],
) -> dict[str, str]:
    """The module's names by those of the file."""
    state = module.state_dict()
    own_names = {name_in_file(name): name for name in state}
    wanted = {name: state[own] for name, own in own_names.items()}
    problems = [f"missing {name}" for name in wanted.keys() - tensors.keys()]
    problems += [f"unexpected {name}" for name in tensors.keys() - wanted.keys()]
    problems += [
        f"misshapen {name}: {tuple(tensors[name].shape)}, wanted {tuple(wanted[name].shape)}"
        for name in wanted.keys() & tensors.keys()
        if tensors[name].shape != wanted[name].shape
    ]
    problems = problems or [
        f"not finite {name}" for name, tensor in tensors.items() if not tensor.isfinite().all()
    ]
    if problems:
        some = sorted(shown(problem) for problem in problems)
        more = [f"and {len(some) - _MOST_LISTED} more"] if len(some) > _MOST_LISTED else []
        listed = "\n  ".join(some[:_MOST_LISTED] + more)
        raise CheckpointError(f"{where}: the weights do not fit the network:\n  {listed}")
    return own_names


def save_checkpoint(
    path: str | Path,
    model: DetailBase,
    text: SmallTextEncoder | None,
    notes: Mapping[str, str],
    text_tensors: Mapping[str, Tensor] | None = None,
) -> None:
    """Write our own format atomically, floating point as float16.

    Args:
        path: of the file.
        model: what is written.
        text: its encoder; None = one that the file's users bring themselves (transformers).
        notes: further metadata for people: data, steps, figures.
        text_tensors: weights of an encoder that the file's users bring, by their names in a
            checkpoint; None = they are those that it comes with.
    """
    tensors = {**model.state_dict(), **(text_tensors or {})}
    metadata = {**notes, "format": FORMAT, "model": json.dumps(to_dict(model.config))}
    if text is not None:
        tensors |= {TEXT_PREFIX + k: v for k, v in text.state_dict().items()}
        metadata["text"] = json.dumps(to_dict(text.config))
    small = {k: _as_half(v).cpu().contiguous() for k, v in tensors.items()}
    with atomic_path(path) as temporary:
        save_file(small, temporary, metadata)


def _as_half(tensor: Tensor) -> Tensor:
    """Floating point as float16, but for a tensor with values that float16 cannot hold."""
    if not tensor.is_floating_point():
        return tensor
    half = tensor.half()
    return half if bool(half.isfinite().all()) else tensor


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with the prefix, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _is_known_extra(name: str) -> bool:
    return any(
        name.startswith(extra) if extra.endswith(".") else name == extra for extra in KNOWN_EXTRAS
    )
