"""Asks a model all sentences of a scene, and has its answers judged."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import torch

from detailbase_core.config import InstanceConfig
from detailbase_core.language.chunker import find_chunks
from detailbase_core.language.described_words import described_words, plain_word
from detailbase_core.language.learned_parser import WordTags, tag_words
from detailbase_core.network.scene_batch import batch_scenes
from detailbase_core.postprocess.object_selection import Meant, select_objects
from detailbase_core.postprocess.vote_clustering import ObjectCenters
from detailbase_core.types import PointCloud, Scene
from training.evaluation.matching import Question, SceneJudge
from training.evaluation.records import PhraseOutcome, SentenceOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detailbase_core.language.described_words import DescribedWords
    from detailbase_core.language.text_encoder import TextEncoder
    from detailbase_core.network.batch import SuperpointBatch
    from detailbase_core.network.detailbase import DetailBase
    from training.scenes.descriptions import Description
    from training.scenes.scene_files import DescribedScene

SENTENCES_AT_ONCE = 8


class Answer(NamedTuple):
    """What a model says to a sentence.

    Attributes:
        meant: the objects of the sentence and of each phrase, by text row.
        raw: (S,) bool of each, before objects were chosen, by text row.
        presence: a probability of each, by text row; ones from a model that does not tell.
        phrases: (first, last, head) words of the noun phrases that it sees.
    """

    meant: dict[int, Meant]
    raw: dict[int, NDArray[np.bool_]]
    presence: dict[int, float]
    phrases: list[tuple[int, int, int]]


class Examiner:
    """Puts sentences to a model.

    It is asked for the phrases that the descriptions tell; which words beside them describe things
    is for the model to see.

    Args:
        model, text_encoder: in eval mode, on one device.
        config: how masks become objects, as for a Grounder.
    """

    def __init__(
        self, model: DetailBase, text_encoder: TextEncoder, config: InstanceConfig | None = None
    ) -> None:
        self.model, self.text_encoder = model, text_encoder
        self.config = config or InstanceConfig()

    def examine(self, described: DescribedScene) -> list[SentenceOutcome]:
        """One outcome per description of the scene, in order."""
        if not described.descriptions:
            return []
        answers, centers = self.ask(described)
        judge = SceneJudge(described, self.config, centers)
        return list(_judged(judge, answers))

    @torch.inference_mode()
    def ask(self, described: DescribedScene) -> tuple[list[Answer], ObjectCenters | None]:
        """One answer per description, and the votes of the scene's superpoints."""
        scene = Scene(PointCloud(described.xyz, described.rgb), described.point_to_superpoint)
        device = next(self.model.parameters()).device
        batch = batch_scenes([scene], self.model.config.coordinates).to(device)
        encoded = self.model.encode_scene(batch)
        centers = ObjectCenters.of(encoded, described.point_to_superpoint)
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
        encoded: SuperpointBatch,
        centers: ObjectCenters | None,
        descriptions: Sequence[Description],
    ) -> Iterator[Answer]:
        tags = self._tags(descriptions)
        readings = [
            described_words(d.words, d.spans_or_heads(), tagged.describes)
            for d, tagged in zip(descriptions, tags, strict=True)
        ]
        text, mask = self.text_encoder.encode([reading.words for reading in readings])
        spans = [r.spans(d.word_spans()) for r, d in zip(readings, descriptions, strict=True)]
        last = self.model.ground(encoded, text[None], mask[None], spans=spans)[-1]
        logits = last.presence_logits
        presence = torch.ones_like(last.scores) if logits is None else logits.sigmoid()
        masks = last.mask_logits[0].float().sigmoid().cpu().numpy()
        for sentence in zip(
            descriptions, readings, masks, presence[0].float().cpu().numpy(), tags, strict=True
        ):
            yield self._answer(*sentence, centers, last.peaks)

    def _tags(self, descriptions: Sequence[Description]) -> list[WordTags]:
        """The phrases that the model sees, or else the rule parser, and its describing words."""
        head = self.model.phrase_head
        if head is None:
            return [WordTags(find_chunks(d.words), None) for d in descriptions]
        plain = plain_word if self.model.config.hide_wording else str
        text, _ = self.text_encoder.encode([list(map(plain, d.words)) for d in descriptions])
        return tag_words(head, text, [len(d.words) for d in descriptions])

    def _answer(
        self,
        description: Description,
        reading: DescribedWords,
        probability: NDArray[np.float32],
        presence: NDArray[np.float32],
        tags: WordTags,
        centers: ObjectCenters | None,
        peaks: bool,
    ) -> Answer:
        told = [0, *(phrase.row for phrase in description.phrases)]
        rows = [reading.rows[row - 1] if row else 0 for row in told]
        wordings = list(map(description.wording_of, description.phrases))
        selected = select_objects(
            probability[rows], presence[rows].tolist(), wordings, self.config, centers, peaks
        )
        raw = probability[rows] >= self.config.mask_threshold
        return Answer(
            {row: one.objects for row, one in zip(told, selected, strict=True)},
            dict(zip(told, raw, strict=True)),
            {row: one.presence for row, one in zip(told, selected, strict=True)},
            tags.phrases,
        )


def _judged(judge: SceneJudge, answers: Sequence[Answer]) -> Iterator[SentenceOutcome]:
    described = judge.described
    others = _other_masks(described, answers)
    for number, (description, answer) in enumerate(
        zip(described.descriptions, answers, strict=True)
    ):

        def judged(asked: Question, answer: Answer = answer) -> PhraseOutcome:
            row = asked.row
            return judge.outcome(
                asked, answer.meant[row], answer.raw[row], next(others), answer.presence[row]
            )

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
