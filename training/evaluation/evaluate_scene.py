"""Asks a model all sentences of a scene, and has its answers judged."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.config import InstanceConfig
from detailbase_core.language.chunker import find_chunks
from detailbase_core.language.learned_parser import WordTags, tag_words
from detailbase_core.language.words import described_words, plain_word
from detailbase_core.network.batch import TextBatch, batch_scenes
from detailbase_core.network.views import mean_prediction, turned_scenes
from detailbase_core.postprocess.calibration import UNCALIBRATED
from detailbase_core.postprocess.object_selection import (
    Said,
    SelectedObjects,
    Thresholds,
    select_objects,
)
from detailbase_core.postprocess.vote_clustering import CenterVotes
from detailbase_core.types import PointCloud, Scene
from training.evaluation.matching import Question, SceneJudge
from training.evaluation.records import PhraseOutcome, SentenceOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from detailbase_core.language.text_encoder import TextEncoder
    from detailbase_core.network.batch import SuperpointBatch
    from detailbase_core.network.detailbase import DetailBase
    from detailbase_core.postprocess.calibration import Calibration
    from detailbase_core.postprocess.object_selection import Selection
    from detailbase_core.types import Spans
    from training.scenes.descriptions import Description
    from training.scenes.scene_files import DescribedScene

SENTENCES_AT_ONCE = 8
TOLD, FOUND = "told", "found"  # whose phrases a model is asked for


class Answer(NamedTuple):
    """Answer of a model to a sentence.

    Attributes:
        meant: the objects of the sentence and of each phrase, by text row.
        raw: (S,) bool of each, before objects were chosen, by text row.
        presence: a probability of each, by text row; ones from a model that does not tell.
        score: of each, by text row, see GroundedPhrase.
        phrases: (first, last, head) words of the noun phrases that it sees.
    """

    meant: dict[int, SelectedObjects]
    raw: dict[int, NDArray[np.bool_]]
    presence: dict[int, float]
    score: dict[int, float]
    phrases: list[tuple[int, int, int]]


class Examiner:
    """Puts sentences to a model.

    It is asked for the phrases that the descriptions tell, or for those that it finds itself, as a
    Grounder is; which words beside them describe things is for the model to see either way.

    Args:
        model, text_encoder: in eval mode, on one device.
        config: how masks become objects, as for a Grounder.
        phrases: TOLD or FOUND. Of a told phrase that was not found, nothing is answered: one is
            found whose words, or else whose head, are the same.
        calibration: of the model's presence and score; scenes are looked at in as many headings.
    """

    def __init__(
        self,
        model: DetailBase,
        text_encoder: TextEncoder,
        config: InstanceConfig | None = None,
        phrases: str = TOLD,
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        self.model, self.text_encoder, self.phrases = model, text_encoder, phrases
        self.calibration = calibration
        self.config = config or InstanceConfig()

    def examine(self, described: DescribedScene) -> list[SentenceOutcome]:
        """One outcome per description of the scene, in order."""
        if not described.descriptions:
            return []
        answers, centers = self.ask(described)
        judge = SceneJudge(described, self.config, centers)
        return list(_judged(judge, answers))

    @torch.inference_mode()
    def ask(self, described: DescribedScene) -> tuple[list[Answer], CenterVotes | None]:
        """One answer per description, and the votes of the scene's superpoints."""
        scene = Scene(PointCloud(described.xyz, described.rgb), described.point_to_superpoint)
        device = next(self.model.parameters()).device
        turned = turned_scenes(scene, self.calibration.views)
        coordinates = self.model.config.coordinates
        encoded = [
            self.model.encode_scene(batch_scenes([one], coordinates).to(device)) for one in turned
        ]
        centers = CenterVotes.from_superpoints(encoded[0], described.point_to_superpoint)
        descriptions = described.descriptions
        by_length = sorted(range(len(descriptions)), key=lambda i: len(descriptions[i].words))
        answers: dict[int, Answer] = {}  # sentences of like length go together: less padding
        for first in range(0, len(by_length), SENTENCES_AT_ONCE):
            numbers = by_length[first : first + SENTENCES_AT_ONCE]
            said = self._answers(encoded, centers, [descriptions[i] for i in numbers])
            answers.update(zip(numbers, said, strict=True))
        return [answers[i] for i in range(len(descriptions))], centers

    def _answers(
        self,
        encoded: Sequence[SuperpointBatch],
        centers: CenterVotes | None,
        descriptions: Sequence[Description],
    ) -> Iterator[Answer]:
        tags = self._tags(descriptions)
        asked = [
            tagged.phrases if self.phrases == FOUND else d.spans_or_heads()
            for d, tagged in zip(descriptions, tags, strict=True)
        ]
        readings = [
            described_words(d.words, spans, tagged.describes)
            for d, spans, tagged in zip(descriptions, asked, tags, strict=True)
        ]
        text, mask = self.text_encoder.encode([reading.words for reading in readings])
        spans = [reading.spans(own) for reading, own in zip(readings, asked, strict=True)]
        batch = TextBatch.with_spans(text[None], mask[None], spans)
        last = mean_prediction([self.model.ground(view, batch) for view in encoded])
        logits = last.presence_logits
        presence = torch.ones_like(last.scores) if logits is None else logits.sigmoid()
        masks = last.mask_logits[0].float().sigmoid().cpu().numpy()
        presences = presence[0].float().cpu().numpy()
        scores = last.scores[0].float().cpu().numpy()
        threshold = self.config.presence_threshold
        least = self.calibration.network_threshold(threshold)
        own = Thresholds(self.config.mask_threshold, least)
        for b, description in enumerate(descriptions):
            rows = [0, *(readings[b].rows[head] for _, _, head in asked[b])]
            probabilities, present = masks[b, rows], presences[b, rows]
            targets = tags[b].targets([head for _, _, head in asked[b]])
            said = Said(present.tolist(), _wordings(description, asked[b]), targets)
            (selected,) = select_objects(probabilities, [said], own, centers, last.peaks)
            seen = probabilities >= self.config.mask_threshold
            if targets and any(targets):
                seen[0] = seen[1:][np.array(targets)].any(axis=0)
            calibrated = [
                (self.calibration.presence_of(p, threshold), self.calibration.score_of(iou, p))
                for (_, p), iou in zip(selected, scores[b, rows].tolist(), strict=True)
            ]
            places = _places(description, asked[b])
            yield _answer(places, selected, calibrated, seen, tags[b].phrases)

    def _tags(self, descriptions: Sequence[Description]) -> list[WordTags]:
        """The phrases that the model sees, or else the rule parser, and its describing words."""
        head = self.model.phrase_head
        if head is None:
            return [WordTags(find_chunks(d.words), None) for d in descriptions]
        plain = plain_word if self.model.config.hide_wording else str
        text, _ = self.text_encoder.encode([list(map(plain, d.words)) for d in descriptions])
        return tag_words(head, text, [d.words for d in descriptions])


def _wordings(description: Description, spans: Spans) -> list[tuple[tuple[str, ...], str]]:
    """Words and head word of phrases."""
    words = description.words
    return [(words[first : last + 1], words[head]) for first, last, head in spans]


def _answer(
    places: Mapping[int, int | None],
    selected: Sequence[Selection],
    calibrated: Sequence[tuple[float, float]],
    raw: NDArray[np.bool_],
    phrases: list[tuple[int, int, int]],
) -> Answer:
    """Selected objects, by the text rows of what was told; see _places."""
    answer = Answer({}, {}, {}, {}, phrases)
    nothing = np.zeros(raw.shape[1], np.bool_)
    for told, place in places.items():
        if place is None:
            objects, probabilities, seen = (
                SelectedObjects(nothing, whole=False),
                (0.0, 0.0),
                nothing,
            )
        else:
            objects, probabilities, seen = selected[place].objects, calibrated[place], raw[place]
        answer.meant[told], answer.raw[told] = objects, seen
        answer.presence[told], answer.score[told] = probabilities
    return answer


def _places(description: Description, asked: Spans) -> dict[int, int | None]:
    """Indices of the answers to the sentence and each told phrase among those to the asked ones.

    By text row of the told ones; None = it was not asked for.
    """
    by_words = {span[:2]: place for place, span in enumerate(asked, start=1)}
    by_head = {head: place for place, (_, _, head) in enumerate(asked, start=1)}
    places: dict[int, int | None] = {0: 0}
    for phrase, (first, last, head) in zip(
        description.phrases, description.spans_or_heads(), strict=True
    ):
        places[phrase.row] = by_words.get((first, last), by_head.get(head))
    return places


def _judged(judge: SceneJudge, answers: Sequence[Answer]) -> Iterator[SentenceOutcome]:
    described = judge.described
    others = _other_masks(described, answers)
    for number, (description, answer) in enumerate(
        zip(described.descriptions, answers, strict=True)
    ):

        def judged(asked: Question, answer: Answer = answer) -> PhraseOutcome:
            row = asked.row
            outcome = judge.outcome(
                asked, answer.meant[row], answer.raw[row], next(others), answer.presence[row]
            )
            return replace(outcome, presence=answer.presence[row], score=answer.score[row])

        phrases = tuple(
            judged(Question(p.row, p.ids, p.structure, p.hard))
            for p in description.phrases
            if p.ids or not p.structure
        )
        ids = description.sentence_ids
        told, found = set(description.word_spans()), set(answer.phrases)
        yield SentenceOutcome(
            room=described.scene_id,
            number=number,
            description=description,
            phrases=phrases,
            target=None if ids is None else judged(Question(0, ids)),
            spans_told=len(told),
            spans_found=len(found) if told else 0,
            spans_right=len({span[:2] for span in told} & {span[:2] for span in found}),
            heads_right=len(told & found),
        )


def _other_masks(
    described: DescribedScene, answers: Sequence[Answer]
) -> Iterator[NDArray[np.bool_]]:
    """Endless masks of random phrases of the scene: answers that ignore the question."""
    places = [
        (b, p.row)
        for b, d in enumerate(described.descriptions)
        for p in d.phrases
        if p.ids and not p.structure
    ] or [(0, 0)]
    chance = random.Random(described.scene_id)
    while True:
        sentence, row = chance.choice(places)
        yield answers[sentence].meant[row].mask
