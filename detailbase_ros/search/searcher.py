"""Recordings mapped, kept, asked and drawn, one at a time."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core import __version__
from detailbase_core.errors import EmptySceneError
from detailbase_core.mapping.load_scene import load_scene
from detailbase_core.settings import to_dict
from detailbase_ros.replay.replay import BagPlayer, ReplayConfig
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.search.hits import RecordingAnswer
from detailbase_ros.search.recordings import is_bag
from detailbase_ros.search.scene_cache import Key, SceneCache, StaleError, StoredScene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.grounder import Grounder
    from detailbase_core.types import GroundedPhrase, Grounding, Instance

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SearchConfig:
    """Settings of a search; the same for all its workers.

    Attributes:
        replay: how recordings are mapped, and by which model.
        cache: folder of the kept scenes; None = beside the recordings.
    """

    replay: ReplayConfig = field(default_factory=ReplayConfig)
    cache: Path | None = None


class Searcher:
    """Asks recordings, mapping those whose scenes are not kept yet.

    Args:
        config: settings.
        grounder: with a map that nobody else uses.
        model: hash of its weights.
    """

    def __init__(self, config: SearchConfig, grounder: Grounder, model: str) -> None:
        self._config, self._grounder = config, grounder
        self._key = Key(__version__, model, _settings_text(config.replay, grounder.views))

    def ask(
        self, recording: Path, sentences: Sequence[str]
    ) -> tuple[tuple[RecordingAnswer, ...], bool]:
        """The answers, one per sentence, and whether the scene was kept already.

        Raises:
            DetailBaseError, OSError: the recording is broken, or holds nothing to look at.
        """
        stored, encoded, was_kept = self._scene(recording)
        answers = [
            RecordingAnswer.of(
                self._grounder.ground_encoded(encoded, sentence), str(recording), stored
            )
            for sentence in sentences
        ]
        return tuple(answers), was_kept

    def draw(self, recording: Path, sentence: str, number: int) -> bytes:
        """A PNG of the recording's scene with one object of a sentence's own target.

        Args:
            recording: its path.
            sentence: what was asked.
            number: which of the answer's objects.

        Raises:
            DetailBaseError, OSError: as of ask().
        """
        from detailbase_core.output.render import render_grounding

        _, encoded, _ = self._scene(recording)
        grounding = _only(self._grounder.ground_encoded(encoded, sentence), number)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "hit.png"
            render_grounding(grounding, path)
            return path.read_bytes()

    def _scene(self, recording: Path) -> tuple[StoredScene, EncodedScene, bool]:
        """A recording's scene as it is kept, and as the network takes it; whether it was there."""
        cache = SceneCache(recording, self._key, self._config.cache)
        try:
            stored = cache.read()
            if stored is not None:
                return stored, self._restored(stored), True
        except StaleError as error:
            logger.warning("its kept scene is made anew: %s", error)
        cache.note_recording()
        stored, encoded = self._mapped(recording)
        try:
            cache.write(stored)
        except OSError as error:
            logger.warning("its scene cannot be kept (%s); name a place with --cache", error)
        return stored, encoded, False

    def _restored(self, stored: StoredScene) -> EncodedScene:
        try:
            return self._grounder.restore_encoding(stored.arrays, stored.frame)
        except (KeyError, ValueError, IndexError, RuntimeError) as error:
            raise StaleError(f"it is damaged ({error})") from error

    def _mapped(self, recording: Path) -> tuple[StoredScene, EncodedScene]:
        if is_bag(recording):
            return self._mapped_bag(recording)
        loaded = load_scene(recording, self._config.replay.grounder.map)
        encoded = self._grounder.encode_cloud(loaded.cloud)
        no_times: NDArray[np.int64] = np.empty(0, np.int64)
        return StoredScene(encoded.arrays(), loaded.cloud.frame, no_times, (0, 0)), encoded

    def _mapped_bag(self, recording: Path) -> tuple[StoredScene, EncodedScene]:
        grounder = self._grounder
        grounder.clear()
        events = EventCounters(logger, period_s=float("inf"))  # each cause once
        player = BagPlayer(recording, self._config.replay, grounder, events)
        for _ in player.play(lambda _: None):
            pass  # questions that were recorded are not this search's
        cloud, _ = grounder.map.snapshot()  # in the order of last_seen_ns()
        if not len(cloud):
            counts = ", ".join(f"{count} {name}" for name, count in events.counts().items())
            raise EmptySceneError(f"nothing of it entered the map ({counts})")
        encoded = grounder.encode_cloud(cloud)
        seen = _recorded_ns(grounder.map.last_seen_ns(), player.arrived_ns)
        frame, span = encoded.scene.cloud.frame, (player.begin_ns, player.now_ns)
        grounder.clear()
        return StoredScene(encoded.arrays(), frame, seen, span), encoded


def _recorded_ns(stamps: NDArray[np.int64], arrived_ns: dict[int, int]) -> NDArray[np.int64]:
    """(N,) time in the recording of scans, by their stamps."""
    known, which = np.unique(stamps, return_inverse=True)
    times = np.array([arrived_ns[int(stamp)] for stamp in known], np.int64)
    return times[which]


def _only(grounding: Grounding, number: int) -> Grounding:
    """The same answer with one of the sentence's own objects; other phrases keep theirs."""
    targets = grounding.sentence.instances
    hit = targets[number]
    phrases = [_without_others(phrase, hit, targets) for phrase in grounding.phrases]
    if not any(_is_among(hit, phrase.instances) for phrase in phrases):
        # No phrase means it, only the sentence as a whole, which is drawn where phrases have none.
        phrases = [replace(phrase, instances=()) for phrase in phrases]
    target = replace(grounding.sentence, instances=(hit,))
    return replace(grounding, sentence=target, phrases=tuple(phrases))


def _without_others(
    phrase: GroundedPhrase, hit: Instance, targets: Sequence[Instance]
) -> GroundedPhrase:
    """A phrase without those of the sentence's own objects that are not the hit."""
    own = [one for one in phrase.instances if _is_among(one, [hit]) or not _is_among(one, targets)]
    return replace(phrase, instances=tuple(own))


def _is_among(instance: Instance, others: Sequence[Instance]) -> bool:
    return any(np.array_equal(instance.point_indices, o.point_indices) for o in others)


def _settings_text(config: ReplayConfig, views: int) -> str:
    """The settings on which an encoding depends."""
    parts = {
        "views": views,
        "precision": config.grounder.precision,
        "map": to_dict(config.grounder.map),
        "superpoints": to_dict(config.grounder.superpoints),
        "intake": to_dict(config.intake),
        "clouds": list(config.cloud_topics),
        "tf_prefix": config.tf_prefix,
    }
    return json.dumps(parts, sort_keys=True)
