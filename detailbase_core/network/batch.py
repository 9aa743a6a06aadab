"""Batches that travel between the network's stages: scenes, superpoints, text, predictions.

This module alone decides the coordinates that the network sees (ModelConfig.coordinates);
augmentation works on what comes out of it.

Shapes: G scenes, B sentences per scene, T text rows per sentence, S superpoints per scene (padded),
R text rows with K candidates each, D decoder width.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from detailbase_core.language.text_rows import rows_of_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.language.text_rows import TextRows
    from detailbase_core.network.candidates import Candidates
    from detailbase_core.network.decoder_layer import KeysValues
    from detailbase_core.types import Scene, Spans

FLOOR_PERCENTILE = 1.0  # lower points are noise: reflections below the floor


@dataclass(frozen=True)
class SceneBatch:
    """One or several scenes' points, concatenated.

    Attributes:
        xyz: (N, 3) float32, metres, z up: the coordinates as features and for positions.
        grid_xyz: (N, 3) float32, metres: the coordinates that are cut into voxels (elsewhere
            only where a map is anchored or training distorts it).
        rgb: (N, 3) float32 in [-1, 1].
        scene_of_point: (N,) int64, 0 .. G - 1, ascending.
        point_to_superpoint: (N,) int64, numbered through all scenes.
        superpoint_counts: superpoints of each scene.
        point_counts: points of each scene.
        own_grids: whether each scene's grid ends where it would if it were alone: the last voxels
            of an odd axis have no coarser ones.
        grids: the grid of each scene, 0 and then as many as before or one more; None = each has
            its own. Only training lays two scenes into one.
    """

    xyz: Tensor
    grid_xyz: Tensor
    rgb: Tensor
    scene_of_point: Tensor
    point_to_superpoint: Tensor
    superpoint_counts: tuple[int, ...]
    point_counts: tuple[int, ...]
    own_grids: bool = False
    grids: tuple[int, ...] | None = None

    def to(self, device: torch.device | str) -> SceneBatch:
        """The same batch on another device."""
        return SceneBatch(
            self.xyz.to(device),
            self.grid_xyz.to(device),
            self.rgb.to(device),
            self.scene_of_point.to(device),
            self.point_to_superpoint.to(device),
            self.superpoint_counts,
            self.point_counts,
            self.own_grids,
            self.grids,
        )


def network_colors(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """8-bit colours as the network takes them: c / 127.5 - 1, (N, 3) float32."""
    colors: NDArray[np.float32] = rgb.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    return colors


def network_coordinates(
    xyz: NDArray[np.float32], coordinates: str, origin: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """Map coordinates as the network's features.

    Args:
        xyz: (N, 3) float32, metres, z up.
        coordinates: ModelConfig.coordinates.
        origin: (3,) float64 to measure from, in place of what the points say.

    Returns:
        (N, 3) float32: minus the mean (reference), or xy around the centre of the bounding box
        and z above the floor (anchored).
    """
    if origin is None:
        origin = _own_origin(xyz, coordinates)
    # In double precision, without an array of it.
    centred = np.empty(xyz.shape, np.float32)
    np.subtract(xyz, origin, out=centred, dtype=np.float64, casting="same_kind")
    return centred


def _own_origin(xyz: NDArray[np.float32], coordinates: str) -> NDArray[np.float64]:
    """The (3,) point that a scene is measured from."""
    if coordinates == "reference":
        mean: NDArray[np.float64] = xyz.astype(np.float64).mean(axis=0)
        return mean
    axes = np.ascontiguousarray(xyz.T)  # NumPy is ten times as fast along memory
    origin: NDArray[np.float64] = (axes.min(axis=1).astype(np.float64) + axes.max(axis=1)) / 2
    origin[2] = np.percentile(axes[2].astype(np.float64), FLOOR_PERCENTILE)
    return origin


def batch_scenes(
    scenes: Sequence[Scene],
    coordinates: str,
    origins: Sequence[NDArray[np.float64]] | None = None,
) -> SceneBatch:
    """Concatenate scenes for the network; each holds at least one point.

    Args:
        scenes: one or more.
        coordinates: ModelConfig.coordinates.
        origins: of each scene, see network_coordinates; None = each has its own.
    """
    xyz, grid, rgb, owner, superpoints = [], [], [], [], []
    offset = 0
    for index, scene in enumerate(scenes):
        origin = None if origins is None else origins[index]
        features = network_coordinates(scene.cloud.xyz, coordinates, origin)
        xyz.append(features)
        grid.append(features if coordinates == "reference" else scene.cloud.xyz)
        rgb.append(network_colors(scene.cloud.rgb))
        owner.append(np.full(len(scene.cloud), index, dtype=np.int64))
        superpoints.append(scene.point_to_superpoint + offset)
        offset += scene.superpoint_count
    xyz_tensor, grid_tensor, rgb_tensor, owner_tensor, superpoint_tensor = (
        torch.from_numpy(np.concatenate(part)) for part in (xyz, grid, rgb, owner, superpoints)
    )
    return SceneBatch(
        xyz_tensor,
        grid_tensor,
        rgb_tensor,
        owner_tensor,
        superpoint_tensor,
        tuple(scene.superpoint_count for scene in scenes),
        tuple(len(scene.cloud) for scene in scenes),
    )


class Votes(NamedTuple):
    """Votes of superpoints for their objects' centres; any leading dimensions.

    Attributes:
        offsets: (..., 3) float32, metres: from the superpoint's centre to its object's.
        movable: (...,) float32 logit: whether it belongs to an object that has a centre, and not
            to floor, wall or ceiling.
    """

    offsets: Tensor
    movable: Tensor

    def centers(self, geometry: Tensor) -> Tensor:
        """(..., 3) where the objects' centres are; structure stays where it is.

        Args:
            geometry: (..., 6) as in SuperpointBatch.
        """
        return geometry[..., :3] + self.offsets * self.movable.sigmoid()[..., None]


@dataclass(frozen=True)
class SuperpointBatch:
    """Encoded superpoints of G scenes, padded to the longest.

    Attributes:
        features: (G, S, C) U-Net features, zeros at padding.
        padding: (G, S) bool, True where there is no superpoint.
        geometry: (G, S, 6) float32, metres: centre relative to the scene's centre (xy) and
            floor (z), then extent along x, y, z.
        votes: of all superpoints (G, S, ...), for their objects' centres; None where the network
            has no head for it.
    """

    features: Tensor
    padding: Tensor
    geometry: Tensor
    votes: Votes | None = None

    @classmethod
    def joined(cls, batches: Sequence[SuperpointBatch]) -> SuperpointBatch:
        """The scenes of one batch after those of the other; the only one as it is."""
        if len(batches) == 1:
            return batches[0]
        longest = max(one.padding.shape[1] for one in batches)

        def side_by_side(parts: Sequence[Tensor], value: float = 0.0) -> Tensor:
            missing = ((0, 0) * (one.ndim - 2) + (0, longest - one.shape[1]) for one in parts)
            pairs = zip(parts, missing, strict=True)
            return torch.cat([pad(one, margin, value=value) for one, margin in pairs])

        votes = [one.votes for one in batches if one.votes is not None]
        return cls(
            side_by_side([one.features for one in batches]),
            side_by_side([one.padding for one in batches], value=True),
            side_by_side([one.geometry for one in batches]),
            Votes(*map(side_by_side, zip(*votes, strict=True))) if votes else None,
        )

    def part(self, begin: int, end: int, count: int | None = None) -> SuperpointBatch:
        """Scenes begin .. end - 1; of each the first `count` superpoints, by default all."""
        own = slice(begin, end), slice(count)
        votes = None if self.votes is None else Votes(*(part[own] for part in self.votes))
        return SuperpointBatch(self.features[own], self.padding[own], self.geometry[own], votes)

    def moved(self, x: float, y: float) -> SuperpointBatch:
        """The same superpoints elsewhere, by so many metres."""
        shift = torch.tensor([x, y, 0, 0, 0, 0], dtype=torch.float32)
        return replace(self, geometry=self.geometry + shift.to(self.geometry.device))

    def scenes(self) -> Iterator[SuperpointBatch]:
        """Each scene alone (G = 1), padded as it is here."""
        for g in range(len(self.features)):
            yield self.part(g, g + 1)

    @cached_property
    def object_centers(self) -> Tensor:
        """(G, S, 3) the centre of each superpoint's object, as far as known; no gradient."""
        if self.votes is None:
            return self.geometry[..., :3]
        return self.votes.centers(self.geometry).detach()


class TextBatch(NamedTuple):
    """Encoded sentences, B about each of G scenes.

    Attributes:
        features: (G, B, T, text_dim) text encoder output.
        mask: (G, B, T) bool, True at valid rows (row 0 is always valid).
        phrase_rows: which of the B * T rows may have their candidates reranked; None = all.
        sentence_of_row: (G, B, T) int64, where several sentences share the T rows: rows hear from
            rows of their own index only, and `mask` is not looked at. None = one sentence each.
    """

    features: Tensor
    mask: Tensor
    phrase_rows: TextRows | None = None
    sentence_of_row: Tensor | None = None

    @classmethod
    def with_spans(cls, features: Tensor, mask: Tensor, spans: Sequence[Spans]) -> TextBatch:
        """Sentences of which only the own rows and their phrases' heads are reranked.

        Args:
            features, mask: see above.
            spans: (first, last, head) words of the phrases of each of the G * B sentences.
        """
        return cls(features, mask, rows_of_spans(spans, mask))

    @classmethod
    def about_scenes(
        cls, count: int, features: Tensor, mask: Tensor, spans: Sequence[Spans]
    ) -> TextBatch:
        """The same sentences about each of `count` scenes.

        Args:
            features, mask: (B, T, text_dim) and (B, T), of TextEncoder.encode.
            spans: of the phrases of each of the B sentences.
        """
        shape = (count, -1, -1, -1)
        return cls.with_spans(
            features[None].expand(shape), mask[None].expand(shape[:3]), [*spans] * count
        )


class Choice(NamedTuple):
    """Mask logits of candidates, weighed against each other.

    Attributes:
        logits: (G, R, K) float32.
        candidates: of the R rows.
    """

    logits: Tensor
    candidates: Candidates


@dataclass(frozen=True)
class Prediction:
    """Masks and scores of the queries before a decoder layer, or after the last.

    Attributes:
        mask_logits: (G, B, T, S); padding is meaningless.
        scores: (G, B, T) predicted IoU of each mask, raw.
        presence_logits: (G, B, T), of a presence head, or in the answer of a network without one
            the masks' peaks, if its presence is theirs; else None.
        choice: between look-alikes, where they were weighed.
        peaks: whether presence is that of the masks' peaks.
    """

    mask_logits: Tensor
    scores: Tensor
    presence_logits: Tensor | None
    choice: Choice | None = None
    peaks: bool = False

    def part(self, begin: int, end: int, count: int) -> Prediction:
        """Scenes begin .. end - 1, and of each the first `count` superpoints; no choice."""
        presence = None if self.presence_logits is None else self.presence_logits[begin:end]
        logits = self.mask_logits[begin:end, ..., :count]
        return Prediction(logits, self.scores[begin:end], presence, peaks=self.peaks)

    def of_rows(self, rows: TextRows) -> Prediction:
        """Some text rows of all sentences as those of one, (G, 1, R, ...), without the choice."""

        def chosen(values: Tensor) -> Tensor:
            return rows.gather(values.flatten(1, 2)).unsqueeze(1)

        presence = None if self.presence_logits is None else chosen(self.presence_logits)
        return Prediction(chosen(self.mask_logits), chosen(self.scores), presence, peaks=self.peaks)

    @classmethod
    def joined_rows(cls, parts: Sequence[Prediction]) -> Prediction:
        """The text rows of one after the other's (B = 1), without the choice."""
        if len(parts) == 1:
            return parts[0]
        presences = [one.presence_logits for one in parts if one.presence_logits is not None]
        return cls(
            torch.cat([one.mask_logits for one in parts], dim=2),
            torch.cat([one.scores for one in parts], dim=2),
            torch.cat(presences, dim=2) if presences else None,
            peaks=parts[0].peaks,
        )

    def of_phrases(self, spans: Spans) -> Prediction:
        """The rows of the only sentence and of its phrases (G = B = 1), see rows_of_spans."""
        return self.of_rows(rows_of_spans([spans], self.scores))

    def divided(self, counts: Sequence[int]) -> list[Prediction]:
        """Its first text rows, so many next ones ... (B = 1), without the choice."""
        masks, scores = (torch.split(x, [*counts], 2) for x in (self.mask_logits, self.scores))
        presences: Sequence[Tensor | None] = [None] * len(counts)
        if self.presence_logits is not None:
            presences = torch.split(self.presence_logits, [*counts], 2)
        parts = zip(masks, scores, presences, strict=True)
        return [Prediction(*part, peaks=self.peaks) for part in parts]

    def on_cpu(self) -> Prediction:
        """The same there, without the choice; a GPU's host waits for one copy."""
        if self.scores.device.type == "cpu":
            return replace(self, choice=None)
        presence = [] if self.presence_logits is None else [self.presence_logits]
        beside = torch.stack([self.scores, *presence], dim=-1)
        all_ = torch.cat([self.mask_logits.float(), beside.float()], dim=-1).cpu()
        masks, beside = all_[..., : -beside.shape[-1]], all_[..., -beside.shape[-1] :]
        scores, *presence = beside.unbind(dim=-1)
        return Prediction(masks, scores, presence[0] if presence else None, peaks=self.peaks)

    def with_peaks(self, valid: Tensor) -> Prediction:
        """The same, as present as the superpoint that fits best; presence has no gradient.

        Args:
            valid: (G, 1, 1, S) bool, False at padding.
        """
        fit = self.mask_logits.detach().masked_fill(~valid, -torch.inf)
        return replace(self, presence_logits=fit.amax(dim=-1), peaks=True)


class SceneKeys(NamedTuple):
    """The decoder's view of superpoints, the same for all sentences.

    Attributes:
        center_features: (G, S, 2 FREQUENCIES), Fourier features of each superpoint's object centre.
        of_layers: keys and values of each layer's attention.
        mask_features: (G, S, D), their products with queries are mask logits.
    """

    center_features: Tensor
    of_layers: tuple[KeysValues, ...]
    mask_features: Tensor


# Of each part of the scenes one block of their superpoints after the other, none padded.
KeyBlocks: TypeAlias = "tuple[tuple[SceneKeys, ...], ...]"


class Question(NamedTuple):
    """Sentences about scenes.

    Attributes:
        superpoints: the scenes.
        keys: what the decoder makes of them before it hears a sentence.
        text: the sentences.
    """

    superpoints: SuperpointBatch
    keys: SceneKeys | KeyBlocks
    text: TextBatch
