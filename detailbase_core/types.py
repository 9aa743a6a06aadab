"""The values that travel between the stages. Frozen, checked when built, NumPy only.

Units are metres, frames are named, colours are 8-bit at these edges. Nothing here knows
about torch or ROS.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import ConfigError, pip_install

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Spans = Sequence[tuple[int, int, int]]  # (first, last, head) words of phrases

MAX_SENTENCE = 4096  # characters; what is longer was not said by a person
GREY = 128  # all three channels of a point whose colour is not known


def _check_array(
    name: str, array: NDArray[Any], dtype: type, shape: tuple[int | None, ...]
) -> None:
    """Raise ValueError unless `array` has this dtype and shape (None = any length)."""
    fits = (
        isinstance(array, np.ndarray)
        and array.dtype == dtype
        and array.ndim == len(shape)
        and all(want is None or want == have for want, have in zip(shape, array.shape, strict=True))
    )
    if not fits:
        wanted = "(" + ", ".join("N" if n is None else str(n) for n in shape) + ")"
        have = (
            f"{array.dtype} {array.shape}"
            if isinstance(array, np.ndarray)
            else type(array).__name__
        )
        raise ValueError(f"{name}: expected {np.dtype(dtype)} {wanted}, got {have}")


@dataclass(frozen=True)
class PointCloud:
    """A coloured cloud in one frame.

    Attributes:
        xyz: (N, 3) float32, metres, in `frame`. Organised clouds may hold NaN rows where
            the sensor saw nothing; clouds inside the map never do.
        rgb: (N, 3) uint8.
        frame: name of the coordinate frame ("" = unknown).
        stamp_ns: time of measurement, nanoseconds (0 = unknown).
        image_shape: (height, width) of an organised cloud, row-major, height * width == N;
            None for an unorganised one.

    Raises:
        ValueError: a shape, dtype or length does not fit.
    """

    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    frame: str = ""
    stamp_ns: int = 0
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        _check_array("xyz", self.xyz, np.float32, (None, 3))
        _check_array("rgb", self.rgb, np.uint8, (len(self.xyz), 3))
        if self.image_shape is not None:
            height, width = self.image_shape
            if height * width != len(self.xyz):
                raise ValueError(
                    f"image_shape {height} x {width} does not hold {len(self.xyz)} points"
                )

    def part(self, indices: NDArray[np.int64]) -> PointCloud:
        """The cloud of some of its points, in the order of their indices."""
        return PointCloud(self.xyz[indices], self.rgb[indices], self.frame, self.stamp_ns)

    def __len__(self) -> int:
        return len(self.xyz)

    @classmethod
    def from_open3d(cls, cloud: Any, frame: str = "", stamp_ns: int = 0) -> PointCloud:
        """A cloud of Open3D, point for point; grey where it has no colours.

        Args:
            cloud: `open3d.geometry.PointCloud` or `open3d.t.geometry.PointCloud`, metres.
            frame: name of its coordinate frame.
            stamp_ns: time of measurement, nanoseconds.
        """
        legacy = cloud.to_legacy() if hasattr(cloud, "to_legacy") else cloud
        xyz: NDArray[np.float32] = np.array(legacy.points, np.float32)
        rgb: NDArray[np.uint8] = np.full(xyz.shape, GREY, np.uint8)
        if legacy.has_colors():  # float64, 0 .. 1
            colors = np.nan_to_num(np.asarray(legacy.colors))
            rgb = np.rint(255 * np.clip(colors, 0, 1)).astype(np.uint8)
        return cls(xyz, rgb, frame, stamp_ns)

    def to_open3d(self) -> Any:
        """This cloud as an `open3d.geometry.PointCloud`, point for point, NaN rows included.

        An Instance's `point_indices` therefore fit `select_by_index`.

        Raises:
            ConfigError: Open3D is not installed, or does not load.
        """
        try:
            open3d = importlib.import_module("open3d")
        except (ImportError, OSError) as error:
            raise ConfigError(
                f"Open3D cannot be used here ({error}): {pip_install('open3d')}"
            ) from error
        vectors = open3d.utility.Vector3dVector
        cloud = open3d.geometry.PointCloud(vectors(self.xyz.astype(np.float64)))
        cloud.colors = vectors(self.rgb / 255.0)
        return cloud


@dataclass(frozen=True)
class Scene:
    """Input of the network: a snapshot of the map, cut into superpoints.

    Attributes:
        cloud: finite points, one per occupied map voxel (or as read from a file).
        point_to_superpoint: (N,) int64, dense ids 0 .. superpoint_count - 1.
        version: the map's version when the snapshot was taken (0 for a file).
    """

    cloud: PointCloud
    point_to_superpoint: NDArray[np.int64]
    version: int = 0

    def __post_init__(self) -> None:
        _check_array("point_to_superpoint", self.point_to_superpoint, np.int64, (len(self.cloud),))
        if len(self.cloud) and self.point_to_superpoint.min() < 0:
            raise ValueError("point_to_superpoint: every point needs a superpoint (found < 0)")

    @cached_property
    def superpoint_count(self) -> int:
        """Number of superpoints."""
        return int(self.point_to_superpoint.max()) + 1 if len(self.cloud) else 0

    def points_of(self, superpoints: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Indices of all points of some superpoints, ascending.

        Args:
            superpoints: (S,) bool, at least superpoint_count of them.
        """
        order, begins = self.by_superpoint
        parts = [order[begins[s] : begins[s + 1]] for s in np.flatnonzero(superpoints)]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.int64)

    @cached_property
    def by_superpoint(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Points one superpoint after the other, (N,), and where each one's begin, (S + 1,)."""
        owner = self.point_to_superpoint
        if self.superpoint_count <= 1 << 16:
            owner = owner.astype(np.uint16)  # which NumPy sorts ten times as fast
        begins = np.zeros(self.superpoint_count + 1, np.int64)
        np.cumsum(np.bincount(self.point_to_superpoint), out=begins[1:])
        return np.argsort(owner, kind="stable"), begins


@dataclass(frozen=True)
class Word:
    """One whitespace/punctuation unit of a sentence; [begin, end) in Unicode code points."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True)
class Phrase:
    """A referring noun phrase.

    Attributes:
        text: the exact substring of the sentence.
        begin, end: its character range [begin, end), Unicode code points.
        head: index into the sentence's words of the phrase's main noun; its query is the
            decoder's row head + 1.
    """

    text: str
    begin: int
    end: int
    head: int


@dataclass(frozen=True)
class Sentence:
    """A query, parsed.

    Attributes:
        text: as given.
        words: in order of appearance.
        phrases: in order of appearance; may be empty. The sentence itself is always query 0
            and is not listed here.
        describes: whether each word says something of a thing rather than what is wanted; None
            where the parser does not tell.
        targets: whether the sentence is about each phrase ("the lamp" of "the lamp on the desk");
            None where the parser does not tell.
    """

    text: str
    words: tuple[Word, ...]
    phrases: tuple[Phrase, ...]
    describes: tuple[bool, ...] | None = None
    targets: tuple[bool, ...] | None = None

    @classmethod
    def of_words(
        cls,
        text: str,
        words: tuple[Word, ...],
        spans: Spans,
        describes: tuple[bool, ...] | None = None,
        targets: tuple[bool, ...] | None = None,
    ) -> Sentence:
        """A sentence whose phrases are given by their (first, last, head) words."""
        phrases = []
        for first, last, head in spans:
            begin, end = words[first].begin, words[last].end
            phrases.append(Phrase(text[begin:end], begin, end, head))
        return cls(text, words, tuple(phrases), describes, targets)

    @cached_property
    def spans(self) -> Spans:
        """(first, last, head) words of each phrase."""
        spans = []
        for phrase in self.phrases:
            inside = [
                k
                for k, word in enumerate(self.words)
                if word.begin < phrase.end and word.end > phrase.begin
            ]
            spans.append((inside[0], inside[-1], phrase.head))
        return spans

    def __post_init__(self) -> None:
        for phrase in self.phrases:
            if self.text[phrase.begin : phrase.end] != phrase.text:
                raise ValueError(f"phrase {phrase.text!r} is not text[{phrase.begin}:{phrase.end}]")
            if not 0 <= phrase.head < len(self.words):
                raise ValueError(f"phrase {phrase.text!r}: head {phrase.head} is no word index")
        if self.describes is not None and len(self.describes) != len(self.words):
            raise ValueError(f"describes tells {len(self.describes)} of {len(self.words)} words")
        if self.targets is not None and len(self.targets) != len(self.phrases):
            raise ValueError(f"targets tells {len(self.targets)} of {len(self.phrases)} phrases")


@dataclass(frozen=True)
class Box:
    """An upright box in the map frame.

    Attributes:
        center: (x, y, z), metres.
        size: (along its own x, along its own y, along z), metres; x is the longer side.
        yaw: rotation about map z, radians, in [-pi/2, pi/2).
    """

    center: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float


@dataclass(frozen=True)
class Instance:
    """One object that a phrase refers to.

    Attributes:
        id: unique within one Grounding only, from 0.
        point_indices: (M,) int64 into the scene's cloud, ascending, M >= 1; not to be written to,
            since what a sentence and its phrase mean may share them.
        box: around its points.
        centroid: mean of its points (x, y, z), metres, map frame.
        score: in [0, 1].
    """

    id: int
    point_indices: NDArray[np.int64]
    box: Box
    centroid: tuple[float, float, float]
    score: float


@dataclass(frozen=True)
class Reason:
    """What a phrase would have meant without some words of its sentence.

    Attributes:
        words: left out, such as "red" or "next to the armchair".
        asked: the sentence without them.
        presence: of the phrase in it.
        instances: its objects then; ids count anew.
        changed: whether they are others than with the words: then the words decided.
    """

    words: str
    asked: str
    presence: float
    instances: tuple[Instance, ...]
    changed: bool


@dataclass(frozen=True)
class GroundedPhrase:
    """A phrase and everything in the scene that it refers to (perhaps nothing).

    Attributes:
        text, begin, end: as in Phrase; for the sentence itself the whole text.
        score: probability that what is found is right (IoU over one half) where the checkpoint is
            calibrated; else the predicted IoU of the mask, clipped to [0, 1].
        presence: probability that the scene holds what the phrase names, in [0, 1]; 1.0
            from checkpoints without a presence head.
        instances: by descending score; empty where nothing was found.
        named: whether its words name anything to look for; "find it" and "no chair" do not, and
            then nothing is found.
        runners_up: objects that came next, the surest first, where they were asked for; their
            score is the presence that the phrase would have had by each of them alone.
        reasons: what decided, where that was asked for.
    """

    text: str
    begin: int
    end: int
    score: float
    presence: float
    instances: tuple[Instance, ...]
    named: bool = True
    runners_up: tuple[Instance, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Grounding:
    """The answer to one sentence.

    Attributes:
        query: the sentence as given.
        scene: the snapshot in which it was answered; instances index its cloud.
        sentence: the sentence's own target (query row 0).
        phrases: one per noun phrase, in order of appearance.
        stage_seconds: wall time per stage, in order of execution.
    """

    query: str
    scene: Scene
    sentence: GroundedPhrase
    phrases: tuple[GroundedPhrase, ...]
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    def phrase_at(self, begin: int, end: int) -> GroundedPhrase | None:
        """The phrase that shares most with characters [begin, end); None where none shares any."""

        def overlap(phrase: GroundedPhrase) -> float:
            shared = min(end, phrase.end) - max(begin, phrase.begin)
            return shared / (max(end, phrase.end) - min(begin, phrase.begin))

        best = max(self.phrases, key=overlap, default=None)
        return best if best is not None and overlap(best) > 0 else None

    @property
    def found(self) -> bool:
        """Whether any phrase, or the sentence itself, has at least one instance."""
        return any(p.instances for p in (self.sentence, *self.phrases))

    @property
    def plea(self) -> str:
        """For people: which words name nothing, and what to say instead; "" where all do."""
        nameless = [phrase.text for phrase in self.phrases if not phrase.named]
        if not self.sentence.named and not nameless:
            nameless = [self.sentence.text]
        if not nameless:
            return ""
        quoted = ", ".join(f'"{text}"' for text in nameless)
        verb = "name" if len(nameless) > 1 else "names"
        return f'{quoted} {verb} nothing to look for; say what you mean, e.g. "the chair"'
