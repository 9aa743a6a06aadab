"""The demo judges its own answers: it knows its room, and what the camera saw of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from detailbase_core.output.result_files import answer_lines
from detailbase_core.postprocess.instances import fit_box
from detailbase_core.types import GroundedPhrase, Grounding, Instance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.camera import Scan
    from detailbase_core.synthetic.demo_room import Meaning, Question
    from detailbase_core.synthetic.room import Room
    from detailbase_core.types import Scene

RIGHT_IOU = 0.5
_SHOULD_BE = "it should be: "


class DemoCheck:
    """Compares answers with the room.

    Args:
        room: that is asked about.
        scans: what the robot saw of it; tells which of the map's points belong to which object.

    Attributes:
        asked: number of phrases judged so far.
        wrong: those that were answered wrongly, each with its sentence.
    """

    def __init__(self, room: Room, scans: Iterable[Scan]) -> None:
        self._room = room
        points, labels = [], []
        for scan in scans:
            seen = scan.labels >= 0
            rotation, shift = scan.sensor_to_map[:3, :3], scan.sensor_to_map[:3, 3]
            points.append(scan.cloud.xyz[seen] @ rotation.T + shift)
            labels.append(scan.labels[seen])
        self._tree, self._labels = cKDTree(np.concatenate(points)), np.concatenate(labels)
        self.asked = 0
        self.wrong: list[str] = []

    def judge(self, question: Question, answer: Grounding) -> list[bool]:
        """Whether each of the question's phrases was answered rightly.

        That is where more than half of the union of its objects' points and those found is shared,
        or where nothing was found for something that is not there.
        """
        owner = self._owner(answer.scene)
        verdicts = []
        for meaning in question.meanings:
            found = np.zeros(len(owner), bool)
            phrase = _answer_to(meaning, answer)
            for instance in () if phrase is None else phrase.instances:
                found[instance.point_indices] = True
            wanted = np.isin(owner, meaning.ids(self._room))
            union = int((found | wanted).sum())
            right = (
                not found.any()
                if not wanted.any()
                else (int((found & wanted).sum()) > RIGHT_IOU * union)
            )
            verdicts.append(bool(right))
        self.asked += len(verdicts)
        self.wrong += [
            f'"{meaning.phrase}" in "{question.sentence}"'
            for meaning, right in zip(question.meanings, verdicts, strict=True)
            if not right
        ]
        return verdicts

    def truth(self, question: Question, scene: Scene) -> Grounding:
        """The right answer, for a picture; its text says that it is one."""
        owner = self._owner(scene)
        phrases = []
        for meaning in question.meanings:
            begin = len(_SHOULD_BE) + question.sentence.index(meaning.phrase)
            ids = meaning.ids(self._room)
            instances = tuple(
                _instance(n, np.flatnonzero(owner == item), scene) for n, item in enumerate(ids)
            )
            score = float(bool(instances))
            end = begin + len(meaning.phrase)
            phrases.append(GroundedPhrase(meaning.phrase, begin, end, score, score, instances))
        text = _SHOULD_BE + question.sentence
        whole = GroundedPhrase(text, 0, len(text), 0.0, 0.0, ())
        return Grounding(text, scene, whole, tuple(phrases))

    def summary(self) -> str:
        """Number of phrases that were right, and a line for each that was not."""
        lines = [f"{self.asked - len(self.wrong)} of {self.asked} phrases right."]
        return "\n  ".join([*lines, *(f"wrong: {phrase}" for phrase in self.wrong)])

    def _owner(self, scene: Scene) -> NDArray[np.int64]:
        """(N,) id of the object that each point of the scene was seen on."""
        _, nearest = self._tree.query(scene.cloud.xyz)
        return np.asarray(self._labels[nearest], np.int64)


def judged_lines(question: Question, answer: Grounding, verdicts: Sequence[bool]) -> list[str]:
    """The answer as text, "right" or "wrong" behind each phrase."""
    remarks = [""] * len(answer.phrases)
    for meaning, right in zip(question.meanings, verdicts, strict=True):
        phrase = _answer_to(meaning, answer)
        if phrase is not None:
            remarks[answer.phrases.index(phrase)] = "right" if right else "wrong"
    return answer_lines(answer, remarks)


def _answer_to(meaning: Meaning, answer: Grounding) -> GroundedPhrase | None:
    begin = answer.query.index(meaning.phrase)
    return answer.phrase_at(begin, begin + len(meaning.phrase))


def _instance(identity: int, indices: NDArray[np.int64], scene: Scene) -> Instance:
    points = scene.cloud.xyz[indices]
    x, y, z = points.mean(axis=0).tolist()
    return Instance(identity, indices, fit_box(points), (x, y, z), 1.0)
