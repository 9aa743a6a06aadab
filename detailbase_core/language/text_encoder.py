"""Words in, one vector per word out. Row 0 is the sentence, row k + 1 is word k.

Two encoders with one interface: the small one that travels inside our checkpoints, and any
encoder that `transformers` can load (MPNet-base for the released weights).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from detailbase_core.errors import BadQueryError, CheckpointError, pip_install
from detailbase_core.language.wordpiece import WordPieces
from detailbase_core.ops.execution import to_device
from detailbase_core.ops.scatter import average_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.config import TextConfig

    Words = Sequence[str]


RECENT = 2  # a sentence as it was said, and its describing words


class Tokens(NamedTuple):
    """B sentences as numbers, before an encoder's network; made on the CPU.

    Attributes:
        ids: (K,) int64, of all their tokens.
        rows: (K,) int64, which of the B * T text rows each token belongs to.
        mask: (B, T) bool, text rows that are no padding.
    """

    ids: Tensor
    rows: Tensor
    mask: Tensor


class TextEncoder(Protocol):
    """Interface of a text encoder to the model."""

    @property
    def dim(self) -> int:
        """C, the width of its output."""
        ...

    def encode(self, sentences: Sequence[Words]) -> tuple[Tensor, Tensor]:
        """Encode sentences given as words.

        Args:
            sentences: B lists of words.

        Returns:
            features (B, T, C) float32 and mask (B, T) bool; T = longest sentence + 1 or more;
            row 0 the sentence, row k + 1 word k.
        """
        ...


class SmallTextEncoder(nn.Module):
    """Fixed word vectors, a learned projection and a small transformer.

    A word's vector is the mean of its pieces' vectors, so every word has exactly one row and
    words that training never showed still mean something.

    Args:
        config: sizes.
        vocabulary: word pieces, id 0 the unknown.
        vectors: (len(vocabulary), config.vector_dim) float array; None = zeros, to be loaded.
    """

    def __init__(
        self, config: TextConfig, vocabulary: Sequence[str], vectors: np.ndarray | None = None
    ) -> None:
        super().__init__()
        self.config = config
        self.rows_beside_words = 1  # the sentence's
        self.pieces = WordPieces(vocabulary)
        shape = (len(vocabulary), config.vector_dim)
        if vectors is not None and vectors.shape != shape:
            raise CheckpointError(f"word vectors are {vectors.shape}, the vocabulary wants {shape}")
        table = torch.zeros(shape) if vectors is None else torch.from_numpy(np.asarray(vectors))
        self.vectors: Tensor
        self.register_buffer("vectors", table.to(torch.float16))
        self.register_buffer("vocabulary", pack_vocabulary(vocabulary))
        self.project = nn.Linear(config.vector_dim, config.dim)
        self.sentence = nn.Parameter(torch.zeros(config.dim))
        size = config.max_positions, config.dim
        if torch.empty(0).is_meta:  # where drawing numbers would import torch's compiler
            self.position = nn.Embedding(*size, _weight=torch.empty(size))
        else:
            self.position = nn.Embedding(*size)
            nn.init.normal_(self.position.weight, std=0.02)
        layer = nn.TransformerEncoderLayer(
            config.dim,
            config.heads,
            config.ffn_dim,
            dropout=config.dropout,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.transformer = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(config.dim)

    @property
    def dim(self) -> int:
        """Width of the output."""
        return self.config.dim

    def encode(self, sentences: Sequence[Words]) -> tuple[Tensor, Tensor]:
        """See TextEncoder.encode."""
        tokens = self.read(sentences)
        return self.encode_tokens(Tokens(*(to_device(t, self.vectors.device) for t in tokens)))

    def read(self, sentences: Sequence[Words]) -> Tokens:
        """See Tokens."""
        rows = 1 + max((len(words) for words in sentences), default=0)
        pieces: list[int] = []
        owners: list[int] = []
        mask = np.zeros((len(sentences), rows), np.bool_)
        for b, words in enumerate(sentences):
            mask[b, : len(words) + 1] = True
            for k, word in enumerate(words):
                ids = self.pieces.ids(word)
                pieces += ids
                owners += [b * rows + k + 1] * len(ids)
        piece, owner = (torch.tensor(x, dtype=torch.int64) for x in (pieces, owners))
        return Tokens(piece, owner, torch.from_numpy(mask))

    def encode_tokens(self, tokens: Tokens) -> tuple[Tensor, Tensor]:
        """As encode, of sentences that were read and are on this encoder's device."""
        return self.forward(self.look_up(tokens), tokens.mask)

    def look_up(self, tokens: Tokens) -> Tensor:
        """The fixed word vectors: (B, T, vector_dim) float32; row 0 zeros."""
        found = self.vectors.index_select(0, tokens.ids).float()
        means = average_features(found, tokens.rows, tokens.mask.numel())
        return means.view(*tokens.mask.shape, -1)

    def forward(self, vectors: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Contextual rows from looked-up vectors; shapes as in `look_up`, last dim `dim`."""
        x = self.project(vectors)
        x[:, 0] = self.sentence
        positions = torch.arange(x.shape[1], device=x.device)
        x = x + self.position(positions.clamp(max=self.config.max_positions - 1))
        x = self.transformer(x, src_key_padding_mask=~mask)
        return self.norm(x), mask


class RecentText:
    """A text encoder that keeps its last answers: parser and decoder ask for the same sentence.

    Args:
        encoder: whose answers, with weights that stay as they are.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self.encoder = encoder
        self._recent: list[tuple[list[list[str]], tuple[Tensor, Tensor]]] = []

    @property
    def dim(self) -> int:
        """Width of the output."""
        return self.encoder.dim

    def encode(self, sentences: Sequence[Words]) -> tuple[Tensor, Tensor]:
        """See TextEncoder.encode; not to be written to."""
        asked = [list(words) for words in sentences]
        for known, answer in self._recent:
            if known == asked:
                return answer
        answer = self.encoder.encode(asked)
        self._recent = [*self._recent, (asked, answer)][-RECENT:]
        return answer


def pack_vocabulary(vocabulary: Sequence[str]) -> Tensor:
    """The vocabulary as a uint8 tensor (UTF-8, one piece per line), to live in the file."""
    return torch.frombuffer(bytearray("\n".join(vocabulary).encode()), dtype=torch.uint8).clone()


def unpack_vocabulary(packed: Tensor) -> list[str]:
    """The inverse of pack_vocabulary."""
    return packed.cpu().numpy().tobytes().decode().split("\n")


class TransformersTextEncoder(nn.Module):
    """A frozen encoder from the `transformers` package.

    As published: each word is tokenised alone and only its first sub-word kept, between the
    start and end tokens; so word k stands at row k + 1 and row 0 is the start token.

    Args:
        name_or_path: a local folder, or a name on the hub.

    Raises:
        CheckpointError: the package is not installed, or nothing loadable is there.
    """

    def __init__(self, name_or_path: str) -> None:
        super().__init__()
        try:
            import transformers
        except ImportError as error:
            raise CheckpointError(
                "this checkpoint needs a transformers text encoder: " + pip_install("transformers")
            ) from error
        try:
            self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(name_or_path)
            self.encoder: Any = transformers.AutoModel.from_pretrained(name_or_path)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise CheckpointError(
                f"no text encoder could be loaded from {name_or_path!r}; name a folder that holds "
                "config.json, the tokenizer's files and the weights, or a model of the hub that "
                f"was downloaded before (released weights use microsoft/mpnet-base): {error}"
            ) from error
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None  # only the last hidden state is used
        self.encoder.requires_grad_(False)
        self.rows_beside_words = 2  # start and end

    @property
    def dim(self) -> int:
        """Width of the output."""
        return int(self.encoder.config.hidden_size)

    def encode(self, sentences: Sequence[Words]) -> tuple[Tensor, Tensor]:
        """See TextEncoder.encode; without gradients, the encoder is frozen.

        Raises:
            BadQueryError: a sentence has more words than the encoder has positions.
        """
        device = next(self.encoder.parameters()).device
        return self.encode_tokens(Tokens(*(to_device(t, device) for t in self.read(sentences))))

    def read(self, sentences: Sequence[Words]) -> Tokens:
        """See Tokens.

        Raises:
            BadQueryError: a sentence has more words than the encoder has positions.
        """
        tokenizer = self.tokenizer
        start = (
            tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
        )
        end = (
            tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
        )
        ids = [[start, *(self._first_piece(word) for word in words), end] for words in sentences]
        longest = max(map(len, ids), default=1)
        if longest > tokenizer.model_max_length:
            raise BadQueryError(
                f"the sentence has {longest - 2} words, this text encoder takes at most "
                f"{tokenizer.model_max_length - 2}; ask for fewer things at once"
            )
        lengths = torch.tensor([len(sequence) for sequence in ids], dtype=torch.int64)
        mask = torch.arange(longest) < lengths[:, None]
        every = torch.tensor([number for sequence in ids for number in sequence])
        return Tokens(every, mask.flatten().nonzero().squeeze(1), mask)

    def encode_tokens(self, tokens: Tokens) -> tuple[Tensor, Tensor]:
        """As encode, of sentences that were read and are on this encoder's device."""
        padded = tokens.ids.new_full((tokens.mask.numel(),), self.tokenizer.pad_token_id)
        padded = padded.scatter_(0, tokens.rows, tokens.ids).view(tokens.mask.shape)
        with torch.no_grad():
            features = self.encoder(input_ids=padded, attention_mask=tokens.mask.long())
        return features.last_hidden_state.float(), tokens.mask

    def _first_piece(self, word: str) -> int:
        ids = self.tokenizer(word, add_special_tokens=False)["input_ids"]
        return int(ids[0]) if ids else int(self.tokenizer.unk_token_id)
