"""The parts of the loss beside the published ones: names, centres, phrases, focal, contrast."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest
import torch
from torch.nn import functional as F

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.language.learned_parser import BEGIN, INSIDE, OUTSIDE
from detailbase_core.network.batch import Prediction, SuperpointBatch, TextBatch, Votes
from detailbase_core.network.checkpoint import Checkpoint, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.settings import load_yaml
from tests.helpers.toy_scenes import augment, load_toys, toy_config, write_toy_data
from tests.helpers.weight_files import MODEL, tiny_text_encoder
from training.config import LossWeights, TrainConfig
from training.scenes.categories import CATEGORIES
from training.scenes.dataset import SceneTruth, scene_truth
from training.scenes.descriptions import DescribedPhrase, Description
from training.trainer.losses import PhraseTargets, grounding_loss, grounding_parts
from training.trainer.phrase_losses import phrase_loss, word_tags
from training.trainer.sequence_packing import packed, packing_of, placed
from training.trainer.superpoint_losses import NamingHeads, center_loss, points_of_superpoints
from training.trainer.text_targets import (
    batch_sentences,
    decoder_words,
    object_targets,
    phrase_targets,
)
from training.trainer.training_module import HEADS_OF_LOSS, build_module

OFF = LossWeights(bce=0, dice=0, score=0)


@pytest.fixture
def config(tmp_path):
    write_toy_data(tmp_path)
    return toy_config(tmp_path)


# --- masks ---------------------------------------------------------------------------------------


def one_prediction(logits: list[list[float]], presence: list[float] | None = None) -> Prediction:
    """One scene, one sentence; a row per text row."""
    masks = torch.tensor(logits)[None, None]
    return Prediction(
        masks,
        torch.zeros(masks.shape[:3]),
        None if presence is None else torch.tensor(presence)[None, None],
    )


def targets_of(rows: list[int], masks: list[list[bool]]) -> PhraseTargets:
    zeros = torch.zeros(len(rows), dtype=torch.int64)
    return PhraseTargets(zeros, zeros, torch.tensor(rows), torch.tensor(masks))


def test_focal_loss_forgives_what_is_easy():
    prediction = one_prediction([[0, 0, 0], [3.0, -1.0, 9.0]])
    targets = targets_of([1], [[True, False, False]])
    padding = torch.tensor([[False, False, True]])
    parts = grounding_parts([prediction], targets, padding, dataclasses.replace(OFF, focal=1.0))
    p = torch.tensor([3.0, -1.0]).sigmoid()
    right = torch.stack([p[0], 1 - p[1]])
    expected = ((1 - right) ** 2 * -right.log()).mean()
    torch.testing.assert_close(parts["focal"], expected[None])


def test_contrast_is_a_choice_among_the_scenes_superpoints():
    prediction = one_prediction([[0, 0, 0, 0], [2.0, 1.0, -1.0, 99.0], [0.0, 0, 0, 0]])
    targets = targets_of([1, 2], [[True, True, False, False], [False] * 4])  # row 2 is absent
    padding = torch.tensor([[False, False, False, True]])
    parts = grounding_parts([prediction], targets, padding, dataclasses.replace(OFF, contrast=1.0))
    share = torch.tensor([2.0, 1.0, -1.0]).softmax(0)[:2].sum()
    torch.testing.assert_close(parts["contrast"], -share.log()[None])


def test_the_sentence_may_weigh_more():
    prediction = one_prediction([[4.0, -4], [-4.0, 4]], presence=[3.0, -3.0])
    targets = targets_of([0, 1], [[True, False], [True, False]])  # right for the sentence only
    padding = torch.zeros(1, 2, dtype=torch.bool)
    weights = dataclasses.replace(OFF, bce=1, dice=1, focal=1, presence=1)
    light, heavy = (
        grounding_parts([prediction], targets, padding, dataclasses.replace(weights, sentence=w))
        for w in (1.0, 3.0)
    )
    for name, value in light.items():
        wrong = 2 * value  # the sentence's own is next to nothing
        assert heavy[name].item() == pytest.approx(wrong.item() / 4, rel=0.1), name


def test_every_prediction_has_its_parts():
    predictions = [one_prediction([[1.0], [2.0]]), one_prediction([[3.0], [4.0]])]
    loss, parts = grounding_loss(
        predictions,
        targets_of([1], [[True]]),
        torch.zeros(1, 1, dtype=torch.bool),
        dataclasses.replace(OFF, bce=2.0),
    )
    expected = [F.softplus(torch.tensor(-x)).item() for x in (2.0, 4.0)]
    assert parts["layer_0_mask_bce"].item() == pytest.approx(expected[0])
    assert parts["mask_bce"].item() == pytest.approx(expected[1])
    assert loss.item() == pytest.approx(2 * sum(expected))


def peak_error(logits: list[float], own: list[bool], told: bool = True) -> float:
    """Presence by the masks' peaks of one phrase beside one that is certainly absent."""
    prediction = dataclasses.replace(one_prediction([[-40.0] * 4, logits]), peaks=True)
    targets = targets_of([0, 1], [[False] * 4, own])
    targets = dataclasses.replace(targets, told=torch.tensor([True, told]))
    padding = torch.tensor([[False, False, False, True]])
    weights = dataclasses.replace(OFF, presence=1.0)
    parts = grounding_parts([prediction], targets, padding, weights)
    return parts["presence"].item()


def test_what_is_present_must_fit_its_own_superpoints_and_what_is_absent_none():
    absent, present = [False] * 4, [True, False, False, False]
    assert peak_error([-9.0, -9.0, -9.0, 9.0], absent) < 1e-3  # padding does not count
    assert peak_error([-9.0, 9.0, -9.0, -9.0], absent) == pytest.approx(4.5, abs=0.1)
    assert peak_error([9.0, -9.0, -9.0, -9.0], present) < 1e-3
    assert peak_error([-9.0, 9.0, -9.0, -9.0], present) == pytest.approx(4.5, abs=0.1)


def test_an_object_without_a_superpoint_of_its_own_tells_nothing_of_presence():
    assert peak_error([9.0, -9.0, -9.0, -9.0], [False] * 4, told=False) < 1e-3
    scene = torch.tensor([[[1.0, 0.0], [0.6, 0.4]]])  # object 0 owns too little of superpoint 1
    phrases = (DescribedPhrase(1, (0,)), DescribedPhrase(2, ()), DescribedPhrase(3, (7,)))
    said = [[Description(("lamp", "dog", "cup"), phrases, None)]]
    assert phrase_targets(object_targets(said, 2), scene).told.tolist() == [False, True, False]


# --- superpoints ---------------------------------------------------------------------------------


def test_naming_loss_against_each_superpoint():
    torch.manual_seed(0)
    heads, features = NamingHeads(8), torch.randn(5, 8)
    names = torch.tensor([[0, 1], [-1, 2], [len(CATEGORIES), -1], [3, 0], [-1, -1]])
    expected = 0.0
    for head, column in ((heads.category, 0), (heads.color, 1)):
        named = [(f, n) for f, n in zip(features, names[:, column].tolist(), strict=True) if n >= 0]
        each = [F.cross_entropy(head(row)[None], torch.tensor([name])) for row, name in named]
        expected = expected + torch.stack(each).mean()
    assert heads.loss(features, names).item() == pytest.approx(expected.item(), abs=1e-5)
    assert heads.loss(features, torch.full((5, 2), -1)).item() == 0.0


def centers_of(config, offsets_of) -> float:
    """The loss of given votes on both toy scenes (one padded)."""
    scenes = load_toys(config)
    index = torch.cat([s.point_to_superpoint.long() + 8 * g for g, s in enumerate(scenes)])
    xyz = torch.cat([s.xyz for s in scenes])
    own = torch.stack([xyz[index == k].mean(0) for k in range(16)])
    votes = torch.zeros(2, 9, 4)  # one row of padding
    votes[:, :8] = offsets_of(own).view(2, 8, 4)
    geometry = torch.zeros(2, 9, 6)
    geometry[:, :8, :3] = own.view(2, 8, 3)
    padding = torch.zeros(2, 9, dtype=torch.bool)
    padding[:, 8] = True
    votes = Votes(votes[..., :3], votes[..., 3])
    batch = SuperpointBatch(torch.zeros(2, 9, 1), padding, geometry, votes)
    objects, names, _ = scene_truth(scenes)
    real = torch.arange(18).view(2, 9)[:, :8].flatten()
    truth = SceneTruth(F.pad(objects, (0, 0, 0, 1)), names, real)
    points = points_of_superpoints(batch, truth, index)
    return center_loss(batch, truth, points).item()


def test_votes_for_the_truth_cost_nothing(config):
    """Each cube is two superpoints; the last two of a scene are floor, which does not vote."""
    sizes = [
        torch.bincount(s.point_to_superpoint.long()) for s in load_toys(config)
    ]  # points per superpoint

    def truth(own):
        rows = []
        for scene, size in zip(own.view(2, 8, 3), sizes, strict=True):
            for first in (0, 2, 4):
                pair, weight = scene[first : first + 2], size[first : first + 2, None]
                middle = (pair * weight).sum(0) / weight.sum()
                rows += [[*(middle - place).tolist(), 40.0] for place in pair]
            rows += [[7.0, 7.0, 7.0, -40.0]] * 2
        return torch.tensor(rows)

    assert centers_of(config, truth) == pytest.approx(0.0, abs=1e-5)
    wrong_way = centers_of(config, lambda own: truth(own) * torch.tensor([-1, -1, -1, 1.0]))
    wrong_kind = centers_of(config, lambda own: truth(own) * torch.tensor([1, 1, 1, -1.0]))
    assert wrong_way > 0.1
    assert wrong_kind > 10


def test_the_parts_need_their_heads(config):
    for loss, options in HEADS_OF_LOSS.items():
        model = dataclasses.replace(config.model, presence_head=False)
        changed = dataclasses.replace(
            config, model=model, loss=dataclasses.replace(OFF, **{loss: 1.0})
        )
        with pytest.raises(ConfigError, match=rf"loss\.{loss} needs model\.{options[0]}"):
            build_module(changed)


def test_pretraining_reads_no_sentence(config, monkeypatch):
    module = build_module(dataclasses.replace(config, loss=dataclasses.replace(OFF, naming=1.0)))
    assert not module.reads
    module = build_module(dataclasses.replace(config, loss=dataclasses.replace(OFF, dice=1.0)))
    assert module.reads


# --- phrases -------------------------------------------------------------------------------------

RED_CHAIR = Description(
    ("the", "red", "chair", "by", "it"),
    (DescribedPhrase(3, (1,), words=(0, 3)), DescribedPhrase(5, (2,), words=(4, 5))),
    (1,),
    describes=(True, True, True, True, True),
)
ASKED = Description(
    ("where", "is", "the", "chair"),
    (DescribedPhrase(4, (1,), words=(2, 4)),),
    (1,),
    describes=(False, False, True, True),
)
SPANLESS = Description(("the", "chair"), (DescribedPhrase(2, (1,)),), (1,))


def test_word_places():
    told, not_told = word_tags([RED_CHAIR, SPANLESS], 6)
    assert told[:, 0].tolist() == [BEGIN, INSIDE, INSIDE, OUTSIDE, BEGIN, -1]
    assert told[:, 1].tolist() == [0, 0, 1, -1, 1, -1]
    assert (not_told == -1).all()


def test_what_a_sentence_is_about_is_told_where_it_is_known():
    lamp, desk = DescribedPhrase(2, (5,), words=(0, 2)), DescribedPhrase(5, (7,), words=(3, 5))
    gone = dataclasses.replace(lamp, ids=(), absent=True)
    nothing = dataclasses.replace(desk, ids=(), absent=True)
    words = ("the", "lamp", "on", "the", "desk")

    def targets(phrases, ids):
        tags = word_tags([Description(words, phrases, ids)], 5)[0, :, 3]
        return [int(tags[phrase.row - 1]) for phrase in phrases]

    assert targets((lamp, desk), (5,)) == [1, 0]
    assert targets((lamp, desk), (5, 7)) == [1, 1]
    assert targets((gone, desk), ()) == [1, 0]
    assert targets((gone, nothing), ()) == [-1, -1]
    assert targets((gone, desk), (7,)) == [-1, 1]
    assert targets((lamp, desk), None) == [-1, -1]


@pytest.mark.parametrize("outputs", [4, 5])
def test_phrase_loss_falls_with_the_truth_and_ignores_the_rest(outputs):
    truth = word_tags([ASKED, SPANLESS], 6)
    logits = torch.zeros(2, 7, outputs)
    for b, k in itertools.product(range(2), range(6)):
        place, *flags = truth[b, k].tolist()
        if place >= 0:
            logits[b, k + 1, place] = 30.0
        for output, flag in zip(range(3, outputs), flags, strict=False):
            logits[b, k + 1, output] = {1: 30.0, 0: -30.0}.get(flag, 0.0)
    assert phrase_loss(logits, truth).item() == pytest.approx(0.0, abs=1e-6)
    logits[1] = torch.randn(7, outputs)  # tells no spans
    assert phrase_loss(logits, truth).item() == pytest.approx(0.0, abs=1e-6)
    wrong = logits.clone()
    wrong[0, 4, 3] = -30.0  # "chair" is no head
    assert phrase_loss(wrong, truth).item() > 5
    logits[0, 1, -1] = 30.0  # "where" describes
    assert (phrase_loss(logits, truth).item() > 5) == (outputs == 5)


# --- packing -------------------------------------------------------------------------------------


def test_packed_sentences_are_answered_as_alone(config):
    """Long and short sentences in one row of text say what each says by itself."""
    options = dataclasses.replace(
        config.model,
        center_offsets=True,
        relative_positions=True,
        look_alike_rounds=1,
    )
    module = build_module(dataclasses.replace(config, model=options)).eval()
    scenes = load_toys(config)
    batch = augment(scenes, config.augmentation, config.model.voxel_size_m, [0, 1])
    said = [list(scene.descriptions[:4]) for scene in scenes]
    said[1].reverse()
    with torch.no_grad():
        superpoints = module.model.encode_scene(batch)
        text, mask = module.text.encode([d.words for group in said for d in group])
        every = TextBatch(text.unflatten(0, (2, 4)), mask.unflatten(0, (2, 4)))
        padded = module.model.ground_stages(superpoints, every)
        lengths = [[len(d.words) + 1 for d in group] for group in said]
        packing = packing_of(lengths, text.shape[1])
        sentence = packing.sentence[:, None]
        packed_text = TextBatch(packed(text, packing), sentence >= 0, sentence_of_row=sentence)
        tight = module.model.ground_stages(superpoints, packed_text)
    targets = object_targets(said, 5)
    place = placed(targets.scene, targets.sentence, targets.row, packing)
    assert tight[0].mask_logits.shape[2] < padded[0].mask_logits.shape[1:3].numel()
    for one, two in zip(padded, tight, strict=True):
        expected = one.mask_logits[targets.scene, targets.sentence, targets.row]
        torch.testing.assert_close(two.mask_logits.flatten(0, 2)[place], expected)
        expected = one.presence_logits[targets.scene, targets.sentence, targets.row]
        torch.testing.assert_close(two.presence_logits.flatten()[place], expected)


# --- wording --------------------------------------------------------------------------------------


def asked(*opening: str) -> Description:
    """About object 1, the second phrase about object 2, after some words that describe nothing."""
    words = (*opening, "the", "red", "chair", "by", "a", "lamp", ".")
    first = len(opening)
    return Description(
        words,
        (
            DescribedPhrase(first + 3, (1,), words=(first, first + 3)),
            DescribedPhrase(first + 6, (2,), words=(first + 4, first + 6)),
        ),
        (1,),
        describes=(False,) * first + (True,) * 6 + (False,),
    )


def test_what_is_learned_of_a_thing_is_the_same_however_it_is_asked_for(config):
    """Losses of masks, scores, presence and choice; the phrase head alone reads the opening."""
    model = dataclasses.replace(
        config.model, phrase_head=True, look_alike_rounds=1, **WORDING_HIDDEN
    )
    loss = LossWeights(presence=0.5, phrases=0.5, choice=0.5)
    module = build_module(dataclasses.replace(config, model=model, loss=loss)).eval()
    scenes = load_toys(config)
    batch = augment(scenes, config.augmentation, config.model.voxel_size_m, [0, 1])
    truth = scene_truth(scenes)

    def parts(*opening: str) -> dict[str, float]:
        said = [[asked(*opening), scene.descriptions[0]] for scene in scenes]
        read = [[decoder_words(d, model) for d in group] for group in said]
        sentences = batch_sentences(said, read, truth.objects.shape[2], module.text, model)
        with torch.no_grad():
            return {k: v.item() for k, v in module(batch, truth, sentences)[1].items()}

    plain, please = parts(), parts("please", "bring", "me")
    assert plain.pop("phrases") != please.pop("phrases")
    assert plain == please
    assert parts("a", "lamp") == {**please, "phrases": pytest.approx(1.0, abs=9)}


def test_slips_of_the_phrase_head_are_drawn_by_seed(config):
    model = dataclasses.replace(config.model, phrase_head=True, **WORDING_HIDDEN)
    said = asked("please", "bring", "me")
    assert decoder_words(said, model).words == ("red", "chair", "by", "lamp")
    noisy = [decoder_words(said, model, 0.3, random.Random(seed)) for seed in range(200)]
    assert noisy == [decoder_words(said, model, 0.3, random.Random(seed)) for seed in range(200)]
    shown = [word for one in noisy for word in one.words]
    assert 140 < shown.count("please") + shown.count("me") + shown.count("bring") < 220
    assert shown.count("red") == shown.count("chair") == 200
    assert "." not in shown  # and punctuation never
    for one in noisy:
        assert [one.words[row - 1] for row in one.rows if row] == [w for w in one.words if w]


# --- all of it -----------------------------------------------------------------------------------


WORDING_HIDDEN = {"hide_wording": True, "presence_from_masks": True, "presence_head": False}


@pytest.mark.parametrize("options", [{}, WORDING_HIDDEN])
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_all_options_learn_together(config, precision, options):
    """Every parameter that a loss can reach gets a finite gradient, in reduced precision too."""
    model = dataclasses.replace(
        config.model,
        pooled_levels=2,
        center_offsets=True,
        relative_positions=True,
        phrase_head=True,
        decoder_layers=2,
        look_alike_rounds=1,
        **options,
    )
    loss = LossWeights(
        focal=1, contrast=0.1, presence=0.5, naming=0.5, phrases=0.5, centers=0.5, choice=0.5
    )
    torch.manual_seed(0)
    module = build_module(dataclasses.replace(config, model=model, loss=loss)).train()
    for layer in module.model.decoder.layers:  # they begin at nothing
        torch.nn.init.normal_(layer.relative.look.weight, std=0.1)
        torch.nn.init.normal_(layer.relative.draw.weight, std=0.1)
    for one in module.model.decoder.look_alikes.rounds:
        torch.nn.init.normal_(one.score.weight)
        torch.nn.init.normal_(one.kind.weight)
    scenes = load_toys(config)
    batch = augment(scenes, config.augmentation, config.model.voxel_size_m, [0, 1])
    said = [[RED_CHAIR, *scene.descriptions[:3]] for scene in scenes]
    truth = scene_truth(scenes)
    read = [[decoder_words(d, model) for d in group] for group in said]
    sentences = batch_sentences(said, read, truth.objects.shape[2], module.text, model)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision is torch.bfloat16):
        total, parts = module(batch, truth, sentences)
    assert total.dtype == torch.float32
    assert {"focal", "contrast", "presence", "naming", "phrases", "centers"} <= parts.keys()
    total.backward()
    unused = ("cross_norm", "score_head")  # as published; scores learn from good masks only
    for name, parameter in module.named_parameters():
        if any(part in name for part in unused):
            continue
        assert parameter.grad is not None and parameter.grad.any(), name
        assert parameter.grad.isfinite().all(), name


@pytest.mark.parametrize(
    "name", ["rooms", "rooms_retrain", "rooms_pretrain", "rooms_baseline", "published"]
)
def test_the_shipped_configs_are_valid(name):
    config = load_yaml(TrainConfig, f"config/detailbase_{name}.yaml")
    for loss, options in HEADS_OF_LOSS.items():
        assert not getattr(config.loss, loss) or any(getattr(config.model, o) for o in options)


def test_the_rooms_configs_differ_in_what_is_compared_only():
    ours, baseline, start = (
        load_yaml(TrainConfig, f"config/detailbase_{name}.yaml")
        for name in ("rooms", "rooms_baseline", "rooms_pretrain")
    )
    assert ours.backbone == baseline.backbone == f"{start.out}/model.safetensors"
    same = dataclasses.replace(baseline, model=ours.model, loss=ours.loss, out=ours.out)
    assert same == ours
    assert baseline.loss == LossWeights()
    unet = ("widths", "block_reps", "voxel_size_m", "coordinates", "pointwise_reinterpret")
    for key in unet:
        values = {getattr(config.model, key) for config in (ours, baseline, start)}
        assert len(values) == 1, key


def test_a_backbone_serves_networks_that_pool_fewer_levels(tmp_path):
    torch.manual_seed(0)
    trained = DetailBase(dataclasses.replace(MODEL, pooled_levels=2))
    save_checkpoint(tmp_path / "start.safetensors", trained, tiny_text_encoder(), {})
    fewer = DetailBase(MODEL)
    Checkpoint.read(tmp_path / "start.safetensors").load_backbone(fewer.unet)
    assert torch.equal(fewer.unet.input_conv.weight, trained.unet.input_conv.weight.half().float())
    with pytest.raises(CheckpointError, match=r"missing coarse_norms\.1"):
        wider = DetailBase(dataclasses.replace(MODEL, widths=(8, 16, 16), pooled_levels=3))
        Checkpoint.read(tmp_path / "start.safetensors").load_backbone(wider.unet)
