"""Reading and writing weights: released files and our own. No pickle code is ever run.

Ours is one safetensors file that holds everything: network, text encoder, vocabulary, and in
its metadata both configs as JSON. Released `.pth` files are read with weights_only=True and
their names translated (checkpoint_keys.py); nothing missing or left over is tolerated.
"""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from detailbase_core.atomic import atomic_path
from detailbase_core.checkpoint_keys import (
    backbone_key,
    infer_model_config,
    is_backbone_key,
    model_key,
)
from detailbase_core.config import C, ModelConfig, TextConfig, from_dict, to_dict
from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.model import DetailBase
from detailbase_core.text_encoder import (
    SmallTextEncoder,
    TransformersTextEncoder,
    unpack_vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "detailbase-1"
WRAPPERS = ("state_dict", "model", "net")
TEXT_PREFIX = "text_encoder."
# Tensors that released files carry and nothing needs.
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
        if not path.is_file():
            raise CheckpointError(f"{path}: there is no such file")
        if _looks_like_safetensors(path):
            tensors, metadata = _read_safetensors(path)
        else:
            tensors, metadata = _read_torch(path), {}
        kept = {k: v for k, v in tensors.items() if not k.startswith(KNOWN_EXTRAS)}
        if not kept:
            raise CheckpointError(f"{path}: holds no weights")
        return cls(path, kept, metadata, tuple(sorted(tensors.keys() - kept.keys())))

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
        model = DetailBase(self.model_config())
        self._load_into(model)
        return model.eval(), self._text_encoder(text_encoder).eval()

    def load_network(self) -> DetailBase:
        """Only the network, for those who bring text features themselves; in eval mode."""
        model = DetailBase(self.model_config())
        self._load_into(model)
        return model.eval()

    def load_backbone(self, unet: nn.Module) -> None:
        """Load an SPFormer (or DetailBase) file's backbone tensors into a SparseUNet, strictly."""
        ours = {backbone_key(k): v for k, v in self.tensors.items() if is_backbone_key(k)}
        load_strict(unet, ours, f"{self.path} (backbone)")

    def _load_into(self, model: DetailBase) -> None:
        own = {k: v for k, v in self.tensors.items() if not k.startswith(TEXT_PREFIX)}
        if not self.is_ours:
            own = {model_key(k): v for k, v in own.items()}
        load_strict(model, own, str(self.path))

    def _text_encoder(self, name: str) -> SmallTextEncoder | TransformersTextEncoder:
        weights = {
            k.removeprefix(TEXT_PREFIX): v
            for k, v in self.tensors.items()
            if k.startswith(TEXT_PREFIX)
        }
        if self.is_ours and "vocabulary" in weights:
            config = self._stored(TextConfig, "text")
            small = SmallTextEncoder(config, unpack_vocabulary(weights["vocabulary"]))
            load_strict(small, weights, f"{self.path} (text encoder)")
            return small
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
            return from_dict(config_class, json.loads(self.metadata[key]))
        except (KeyError, json.JSONDecodeError, ConfigError) as error:
            raise CheckpointError(
                f"{self.path}: its {key} config cannot be read: {error}"
            ) from error


def load_strict(module: nn.Module, tensors: Mapping[str, Tensor], where: str) -> None:
    """Load tensors into a module; every name and shape must fit.

    Raises:
        CheckpointError: lists what is missing, unexpected or misshapen.
    """
    wanted = module.state_dict()
    problems = [f"missing {name}" for name in wanted.keys() - tensors.keys()]
    problems += [f"unexpected {name}" for name in tensors.keys() - wanted.keys()]
    problems += [
        f"misshapen {name}: {tuple(tensors[name].shape)}, wanted {tuple(wanted[name].shape)}"
        for name in wanted.keys() & tensors.keys()
        if tensors[name].shape != wanted[name].shape
    ]
    if problems:
        listed = "\n  ".join(sorted(problems))
        raise CheckpointError(f"{where}: the weights do not fit the network:\n  {listed}")
    module.load_state_dict(dict(tensors))


def save_checkpoint(
    path: str | Path, model: DetailBase, text: SmallTextEncoder, notes: Mapping[str, str]
) -> None:
    """Write our own format atomically, floating point as float16.

    Args:
        notes: further metadata for people: data, steps, figures.
    """
    tensors = dict(model.state_dict())
    tensors |= {TEXT_PREFIX + k: v for k, v in text.state_dict().items()}
    halves = {
        k: (v.half() if v.is_floating_point() else v).cpu().contiguous() for k, v in tensors.items()
    }
    metadata = {
        **notes,
        "format": FORMAT,
        "model": json.dumps(to_dict(model.config)),
        "text": json.dumps(to_dict(text.config)),
    }
    with atomic_path(path) as temporary:
        save_file(halves, temporary, metadata)


def _looks_like_safetensors(path: Path) -> bool:
    """A safetensors file begins with the length of a JSON header and the header's brace."""
    with path.open("rb") as file:
        start = file.read(9)
    return len(start) == 9 and start[8:9] == b"{" and struct.unpack("<Q", start[:8])[0] < 1 << 30


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            return {k: file.get_tensor(k) for k in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: broken or truncated safetensors file: {error}") from error


def _read_torch(path: Path) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError, zipfile.BadZipFile, KeyError,
            ValueError, IndexError, struct.error) as error:  # fmt: skip
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise CheckpointError(
            f"{path}: not a weights file that can be read safely (truncated, not made by torch, or "
            f"holding objects other than tensors): {first_line}"
        ) from error
    for wrapper in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: expected a dict of tensors, found {type(content).__name__}")
    return {
        _without_module(str(name)): tensor
        for name, tensor in content.items()
        if isinstance(tensor, Tensor)
    }


def _without_module(name: str) -> str:
    """DistributedDataParallel puts `module.` before every name."""
    return name.removeprefix("module.")
