"""A Grounder without a network: a real map, real phrases, and every phrase 'found' at once."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import numpy as np

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import EmptySceneError, check_cancelled
from detailbase_core.language.rule_parser import RuleParser
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.postprocess.instances import separate_instances
from detailbase_core.types import GroundedPhrase, Grounding, Scene


class FakeGrounder:
    """Each phrase's objects are the lower half of the map; 'unicorn' is never found.

    Attributes:
        seconds: how long a query takes.
        fault: raised by the next query, then forgotten.
        targets: (N, 3) points -> (N,) whether they belong to what is found.
        presence: of every phrase.
        hold: while cleared, queries wait (unless cancelled).
        encoding: while cleared, encodings wait (unless cancelled).
        encoding_fault: raised by every encoding.
    """

    def __init__(self, config: GrounderConfig | None = None, seconds: float = 0.0) -> None:
        self.config = config or GrounderConfig()
        self.map = SceneMap(self.config.map)
        self.parser = RuleParser(self.config.max_words)
        self.seconds = seconds
        self.fault: Exception | None = None
        self.hold = threading.Event()
        self.hold.set()
        self.encoding = threading.Event()
        self.encoding.set()
        self.targets = lambda xyz: xyz[:, 2] <= np.median(xyz[:, 2])
        self.presence = 1.0
        self.encodings = 0
        self.encoding_fault: Exception | None = None
        self.encoded = None
        self.device, self.checkpoint_path = "cpu", "made up"

    def add(self, cloud, sensor_to_map, map_frame):
        return self.map.insert(cloud, sensor_to_map, map_frame)

    def encode_scene(self, cancel=None):
        self.encodings += 1
        if self.encoding_fault is not None:
            raise self.encoding_fault
        while not self.encoding.wait(0.002):
            check_cancelled(cancel)
        cloud, version = self.map.snapshot()
        return SimpleNamespace(scene=Scene(cloud, np.zeros(len(cloud), np.int64), version))

    def ground_encoded(self, encoded, sentence, cancel=None):
        return self.ground(sentence, cancel)

    def encodes_what_queries_need(self):
        return False

    def ground_many(self, sentences, cancel=None):
        if self.fault is not None:  # it stays: whoever is asked alone shall have it
            raise self.fault
        return [self.ground(sentence, cancel) for sentence in sentences]

    def ground(self, sentence, cancel=None, why=False):
        parsed = self.parser.parse(sentence)
        self._work(cancel)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        cloud, version = self.map.snapshot()
        if not len(cloud):
            raise EmptySceneError("the map is still empty")
        scene = Scene(cloud, np.zeros(len(cloud), np.int64), version)
        next_id, phrases = 0, []
        spans = [(p.text, p.begin, p.end) for p in parsed.phrases]
        for text, begin, end in [(sentence, 0, len(sentence)), *spans]:
            instances = ()
            if "unicorn" not in text:
                points = np.flatnonzero(self.targets(cloud.xyz))
                instances = separate_instances(
                    cloud.xyz, points, 0.9, self.config.instances, next_id
                )
            next_id += len(instances)
            phrases.append(GroundedPhrase(text, begin, end, 0.9, self.presence, instances))
        return Grounding(sentence, scene, phrases[0], tuple(phrases[1:]), {"all": self.seconds})

    def _work(self, cancel):
        end = time.monotonic() + self.seconds
        while time.monotonic() < end or not self.hold.is_set():
            check_cancelled(cancel)
            time.sleep(0.002)

    def clear(self):
        self.map.clear()

    def save(self, path):
        self.map.save(path)

    def load(self, path):
        self.map.load(path)

    def reconfigure(self, config):
        self.map.config, self.config = config.map, config
        self.parser.max_words = config.max_words
