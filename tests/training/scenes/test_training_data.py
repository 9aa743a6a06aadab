"""Training's inputs: described scenes, their targets, their augmentation, and the figures."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from detailbase_core.errors import BadFileError
from tests.helpers.toy_scenes import (
    TARGETS,
    augment,
    load_toys,
    toy_arrays,
    toy_config,
    toy_records,
    write_scene,
)
from tests.helpers.toy_scenes import write_toy_data as write_toys
from training.config import AugmentationConfig
from training.evaluation.metrics import DescriptionResult, mask_iou, summarize, summarize_groups
from training.scenes.categories import CATEGORIES
from training.scenes.dataset import COLORS, object_shares, scene_truth
from training.scenes.descriptions import (
    DescribedPhrase,
    Description,
    parse_record,
    read_descriptions,
)
from training.scenes.scene_files import read_folder, read_scene
from training.trainer.text_targets import object_targets, phrase_targets

STILL = AugmentationConfig(
    rotate=False,
    scale=0.0,
    jitter_m=0.0,
    height_m=0.0,
    color_shift=0.0,
    color_gain=0.0,
    drop_points=0.0,
)


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toys")
    write_toys(folder)
    return load_toys(toy_config(folder))


# --- files ---------------------------------------------------------------------------------------


def test_a_detailrefer_record():
    record = {
        "scene_id": "s",
        "ann_id": "0",
        "token": ["the", "chair", "by", "two", "lamps"],
        "t2o": {"1": [4], "4": ["7", 9], "-1": [4]},
    }
    description = parse_record(record)
    assert description.words == ("the", "chair", "by", "two", "lamps")
    assert description.phrases == (DescribedPhrase(2, (4,)), DescribedPhrase(5, (7, 9)))
    assert description.sentence_ids == (4,)
    assert list(description.targets()) == [(0, (4,)), (2, (4,)), (5, (7, 9))]


@pytest.mark.parametrize("extra", [{}, {"t2o": None}, {"t2o": {}}])
def test_a_scanrefer_record_is_about_the_whole_sentence(extra):
    record = {"scene_id": "s", "object_id": "12", "token": ["a", "chair"], **extra}
    description = parse_record(record)
    assert description.phrases == ()
    assert list(description.targets()) == [(0, (12,))]


def test_what_our_rooms_tell_of_a_sentence():
    record = {
        "scene_id": "r",
        "token": ["Um", ",", "the", "red", "chair", "by", "the", "wall"],
        "text": "Um, the red  chair by the wall",
        "t2o": {"-1": [9], "4": [9], "7": []},
        "kind": "relation",
        "style": "spoken",
        "template": "by",
        "modifiers": ["color"],
        "relations": ["next to"],
        "phrases": [
            {"head": 4, "begin": 4, "end": 18, "structure": False, "absent": True, "hard": True},
            {"head": 7, "begin": 22, "end": 30, "structure": True},
        ],
    }
    description = parse_record(record)
    chair, wall = description.phrases
    assert (chair.begin, chair.end, chair.words) == (4, 18, (2, 5))
    assert (wall.begin, wall.end, wall.words) == (22, 30, (6, 8))
    assert chair.absent and chair.hard and not chair.structure
    assert wall.structure and not wall.absent and not wall.hard
    assert description.text == record["text"]
    assert (description.kind, description.style, description.template) == (
        "relation",
        "spoken",
        "by",
    )
    assert description.modifiers == ("color",)
    assert description.relations == ("next to",)


def test_records_of_before_do_not_tell_which_words_describe():
    record = {"token": ["a", "chair"], "object_id": 3}
    assert parse_record(record).describes is None
    assert parse_record({**record, "describes": [0, 1]}).describes == (False, True)


def test_spans_that_the_words_do_not_follow_are_not_guessed():
    record = {
        "token": ["the", "lamp"],
        "text": "a lamp",
        "t2o": {"1": [3]},
        "phrases": [{"head": 1, "begin": 0, "end": 6, "structure": False}],
    }
    assert parse_record(record).phrases[0].words == (0, 0)


def test_a_file_for_all_scenes_keeps_their_order(tmp_path):
    path = tmp_path / "refer.json"
    records = [{"scene_id": f"s{i % 2}", "object_id": i, "token": ["a"]} for i in range(5)]
    path.write_text(json.dumps(records))
    found = read_descriptions(path)
    assert {name: [d.sentence_ids for d in told] for name, told in found.items()} == {
        "s0": [(0,), (2,), (4,)],
        "s1": [(1,), (3,)],
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "empty list"),
        ("{}", "no list of records"),
        ("[", "no descriptions can be read"),
        (
            '[{"scene_id": "s", "object_id": 1, "token": ["a"]}, '
            '{"scene_id": "s", "token": ["a"]}]',
            "record 1: not a DetailRefer record .*no field 'object_id'",
        ),
        ('[{"object_id": 1, "token": ["a"]}]', "record 0: no field 'scene_id'"),
    ],
)
def test_files_that_describe_nothing_are_named(tmp_path, content, message):
    path = tmp_path / "refer.json"
    path.write_text(content)
    with pytest.raises(BadFileError, match=rf"refer\.json: .*{message}"):
        read_descriptions(path)


def test_structure_without_points_is_no_target_and_absence_is_one():
    record = {
        "token": ["the", "lamp", "in", "the", "corner", "by", "the", "wall"],
        "t2o": {"1": [], "4": [], "7": [2]},
        "phrases": [
            {"head": 1, "structure": False},
            {"head": 4, "structure": True},
            {"head": 7, "structure": True},
        ],
    }
    assert list(parse_record(record).targets()) == [(2, ()), (8, (2,))]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"token": ["a"]}, "no field 'object_id'"),
        ({"object_id": 3}, "no field 'token'"),
        ({"token": "a chair", "object_id": 3}, "no list of words"),
        ({"token": ["a", 3], "object_id": 3}, "no list of words"),
        ({"token": ["a"], "object_id": "three"}, "three"),
        ({"token": ["a"], "object_id": None}, "None is no object id"),
        ({"token": ["a"], "t2o": {"1": [3]}}, "key '1' names none of the 1 words"),
        ({"token": ["a"], "t2o": {"-2": [3]}}, "key '-2' names none"),
        ({"token": ["a"], "t2o": {"noun": [3]}}, "noun"),
        ({"token": ["a"], "t2o": {"0": 3}}, "3 is no list of object ids"),
        ({"token": ["a"], "t2o": {"0": [-1]}}, "below 0"),
        ({"token": ["a"], "object_id": 3, "describes": [1, 0]}, "no list of 1 zeros and ones"),
        ({"token": ["a"], "object_id": 3, "describes": [2]}, "no list of 1 zeros and ones"),
        ({"token": ["a"], "t2o": [3]}, "not a DetailRefer record"),
        ({"token": ["a"], "t2o": {"0": [3]}, "phrases": [{"head": 0}]}, "no field 'structure'"),
        (["a"], "not a DetailRefer record"),
        (None, "not a DetailRefer record"),
    ],
)
def test_malformed_records_are_bad_files(record, message):
    with pytest.raises(BadFileError, match=message):
        parse_record(record)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["token", "t2o", "object_id", "phrases", "0", "-1"]), inner
            )
        ),
    )
)
def test_any_json_is_a_record_or_a_bad_file(record):
    try:
        description = parse_record(record)
    except BadFileError:
        return
    rows = [row for row, _ in description.targets()]
    assert all(0 <= row <= len(description.words) for row in rows)


def test_a_scene_is_read_as_it_was_written(tmp_path):
    arrays = toy_arrays(0)
    scene = read_scene(write_scene(tmp_path, "room_7", arrays, toy_records()))
    assert scene.scene_id == "room_7"
    assert np.array_equal(scene.xyz, arrays["xyz"])
    assert np.array_equal(scene.rgb, arrays["rgb"])
    assert np.array_equal(scene.instance, arrays["instance"])
    assert np.array_equal(scene.point_to_superpoint, arrays["superpoint"])
    assert scene.categories[3] == arrays["object_category"][3]
    assert scene.colors == {0: "red", 1: "green", 2: "", 3: "blue"}
    assert [d.words[-1] for d in scene.descriptions] == ["chair", "table", "lamp", "lamp"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("xyz", np.zeros((3, 3))),
        ("xyz", np.zeros((280, 2), np.float32)),
        ("xyz", np.full((280, 3), np.nan, np.float32)),
        ("xyz", np.zeros((0, 3), np.float32)),
        ("rgb", np.zeros((280, 3), np.float32)),
        ("rgb", np.zeros((9, 3), np.uint8)),
        ("instance", np.zeros(280, np.float32)),
        ("instance", np.full(280, -2)),
        ("superpoint", np.zeros(279, np.int64)),
        ("superpoint", np.full(280, -1)),
        ("superpoint", np.full(280, 1)),
        ("superpoint", np.full(280, 2**40)),
    ],
)
def test_scenes_with_impossible_points_are_bad_files(tmp_path, name, value):
    path = write_scene(tmp_path, "room", toy_arrays(0) | {name: value}, toy_records())
    with pytest.raises(BadFileError, match=f"room.npz.*{name}"):
        read_scene(path)


@pytest.mark.parametrize("missing", ["xyz", "rgb", "instance", "superpoint", "object_color"])
def test_scenes_without_an_array_are_bad_files(tmp_path, missing):
    arrays = toy_arrays(0)
    del arrays[missing]
    with pytest.raises(BadFileError, match=missing):
        read_scene(write_scene(tmp_path, "room", arrays, toy_records()))


def test_scenes_need_no_names_of_objects(tmp_path):
    arrays = {k: v for k, v in toy_arrays(0).items() if not k.startswith("object_")}
    assert read_scene(write_scene(tmp_path, "room", arrays, toy_records())).categories == {}


@pytest.mark.parametrize("records", [{}, "text", 3, [{}], [[]], [None]])
def test_scenes_with_other_json_are_bad_files(tmp_path, records):
    with pytest.raises(BadFileError, match=r"room\.npz: no described scene can be read"):
        read_scene(write_scene(tmp_path, "room", toy_arrays(0), records))


def test_truncated_scenes_are_bad_files(tmp_path):
    path = write_scene(tmp_path, "room", toy_arrays(0), toy_records())
    whole, text = path.read_bytes(), path.with_suffix(".json").read_text(encoding="utf-8")
    for length in [0, 1, 4, 30, *range(100, len(whole), len(whole) // 25), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(BadFileError, match=r"room\.npz"):
            read_scene(path)
    path.write_bytes(whole)
    for length in [0, 1, 40, len(text) - 1]:
        path.with_suffix(".json").write_text(text[:length], encoding="utf-8")
        with pytest.raises(BadFileError, match=r"room\.npz"):
            read_scene(path)
    path.with_suffix(".json").unlink()
    with pytest.raises(BadFileError, match="json"):
        read_scene(path)


def test_folders_are_read_by_name_and_empty_ones_refused(tmp_path):
    write_toys(tmp_path)
    assert [s.scene_id for s in read_folder(tmp_path / "rooms")] == ["toy0", "toy1"]
    for folder in (tmp_path / "nothing", tmp_path / "run"):
        with pytest.raises(BadFileError, match=r"no scenes .* training\.make_rooms"):
            list(read_folder(folder))


# --- targets -------------------------------------------------------------------------------------


def test_phrase_targets_follow_from_the_points(toys, tmp_path):
    """Against counting the points of each superpoint one by one."""
    write_toys(tmp_path)
    scenes = list(read_folder(tmp_path / "rooms"))
    chosen = [[toys[0].descriptions[i] for i in (3, 0)], [toys[1].descriptions[i] for i in (2, 1)]]
    truth = scene_truth(toys)
    targets = phrase_targets(object_targets(chosen, truth.objects.shape[2]), truth.objects)
    expected = []
    for g, (scene, descriptions) in enumerate(zip(scenes, chosen, strict=True)):
        for b, description in enumerate(descriptions):
            for row, ids in description.targets():
                mask = []
                for superpoint in range(8):
                    owners = scene.instance[scene.point_to_superpoint == superpoint]
                    mask.append(sum(o in ids for o in owners.tolist()) > len(owners) / 2)
                expected.append((g, b, row, mask))
    ours = zip(targets.scene, targets.sentence, targets.row, targets.masks, strict=True)
    assert [(int(g), int(b), int(r), m.tolist()) for g, b, r, m in ours] == expected
    assert targets.masks.any(dim=1).all()
    assert sorted(set(targets.row.tolist())) == [0, 2, 5]


@given(
    st_numpy.arrays(np.int32, 60, elements=st.integers(-1, 5)),
    st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=4),
    st.integers(1, 12),
    st.integers(0, 2**32 - 1),
)
def test_masks_equal_brute_force(instance, ids, count, seed):
    random = np.random.default_rng(seed)
    superpoint = np.concatenate([np.arange(count), random.integers(0, count, 60 - count)])
    shares = object_shares(instance, superpoint)
    assert np.allclose(shares.sum(axis=1), 1)
    masks = masks_of(torch.from_numpy(shares), ids)
    for mask, objects in zip(masks.tolist(), ids, strict=True):
        for number, inside in enumerate(mask):
            own = np.isin(instance[superpoint == number], objects)
            assert inside == (2 * own.sum() > len(own))


def masks_of(objects, ids):
    """Masks of one scene's phrases, from which part of its superpoints is whose."""
    phrases = tuple(DescribedPhrase(1, tuple(own)) for own in ids)
    wanted = object_targets([[Description(("it",), phrases, None)]], objects.shape[1])
    return phrase_targets(wanted, objects[None]).masks


def test_an_object_without_points_has_an_empty_mask(toys):
    masks = masks_of(toys[0].objects, [[2], [3], [2, 3], [400], []])
    assert masks.any(dim=1).tolist() == [False, True, True, False, False]
    assert torch.equal(masks[1], masks[2])


def test_superpoints_are_named_after_their_main_owner(toys):
    expected = [
        (CATEGORIES.index(kind), COLORS.index(color))
        for kind, color in (("chair", "red"), ("table", "green"), ("floor lamp", "blue"))
        for _ in range(2)
    ]
    expected += [(len(CATEGORIES), -1)] * 2  # the floor
    assert [tuple(row) for row in toys[0].names.tolist()] == expected


def test_descriptions_that_refer_to_nothing_are_left_out(tmp_path):
    records = toy_records()
    records.append(
        {"token": ["the", "corner"], "t2o": {"1": []}, "phrases": [{"head": 1, "structure": True}]}
    )
    (tmp_path / "rooms").mkdir()
    write_scene(tmp_path / "rooms", "room", toy_arrays(0), records)
    (scene,) = load_toys(toy_config(tmp_path))
    assert len(scene.descriptions) == len(TARGETS) + 1


# --- augmentation --------------------------------------------------------------------------------


def augmented(toys, config, seed=3):
    return augment(toys, config, 0.02, [seed, seed + 100])


def test_without_any_change_a_batch_is_the_scenes(toys):
    batch = augmented(toys, STILL)
    assert torch.equal(batch.xyz, torch.cat([t.xyz for t in toys]))
    assert torch.allclose(batch.rgb, torch.cat([t.rgb for t in toys]).float() / 127.5 - 1)
    assert batch.superpoint_counts == (8, 8)
    assert torch.equal(batch.scene_of_point.bincount(), torch.tensor([280, 280]))
    second = batch.point_to_superpoint[batch.scene_of_point == 1]
    assert torch.equal(second, toys[1].point_to_superpoint.long() + 8)


def test_a_seed_repeats_an_augmentation_and_another_does_not(toys):
    one, two, other = (augmented(toys, AugmentationConfig(), seed) for seed in (3, 3, 4))
    assert torch.equal(one.xyz, two.xyz)
    assert torch.equal(one.rgb, two.rgb)
    assert torch.equal(one.point_to_superpoint, two.point_to_superpoint)
    assert len(one.xyz) != len(other.xyz) or not torch.equal(one.xyz, other.xyz)


def test_augmentation_leaves_the_scenes_as_they_were(toys):
    before = [t.xyz.clone() for t in toys]
    augmented(toys, AugmentationConfig())
    assert all(torch.equal(t.xyz, b) for t, b in zip(toys, before, strict=True))


def changed(**settings):
    return AugmentationConfig(**(vars(STILL) | settings))


def test_rotation_keeps_distances_and_heights(toys):
    batch = augmented(toys, changed(rotate=True))
    points = batch.xyz[batch.scene_of_point == 0]
    assert torch.allclose(torch.pdist(points), torch.pdist(toys[0].xyz), atol=1e-4)
    assert torch.equal(points[:, 2], toys[0].xyz[:, 2])
    assert not torch.allclose(points, toys[0].xyz, atol=0.05)
    corner = torch.linalg.det(torch.linalg.lstsq(toys[0].xyz, points).solution)
    assert float(corner) == pytest.approx(1.0, abs=1e-3)  # turned, not mirrored


def test_scaling_multiplies_all_distances_alike(toys):
    points = augmented(toys, changed(scale=0.3)).xyz[:280]
    ratio = torch.pdist(points) / torch.pdist(toys[0].xyz).clamp(min=1e-3)
    far = torch.pdist(toys[0].xyz) > 0.1
    assert float(ratio[far].max() - ratio[far].min()) < 1e-3
    assert 0.7 <= float(ratio[far].mean()) <= 1.3
    assert abs(float(ratio[far].mean()) - 1) > 1e-3


def test_the_floor_moves_up_or_down_as_one(toys):
    shift = augmented(toys, changed(height_m=0.1)).xyz[:280] - toys[0].xyz
    assert torch.allclose(shift[:, :2], torch.zeros(280, 2))
    assert torch.allclose(shift[:, 2], shift[0, 2].expand(280), atol=1e-6)
    assert float(shift[0, 2].abs()) > 1e-3


def test_the_published_matrix(toys):
    """xyz @ (M R): noise on every entry, the flip on the first alone, then a turn about z."""
    seen = []
    for seed in range(200):
        batch = augmented(toys, changed(flip=True, matrix_noise=0.1), seed)
        matrix = torch.linalg.lstsq(toys[0].xyz, batch.xyz[:280]).solution
        assert torch.allclose(toys[0].xyz @ matrix, batch.xyz[:280], atol=1e-4)
        seen.append(matrix)
    matrices = torch.stack(seen)
    flipped = matrices[:, 0, 0] < 0
    assert 60 < int(flipped.sum()) < 140
    sign = torch.where(flipped, -1.0, 1.0)
    matrices[:, 0, 0] *= sign
    noise = matrices - torch.eye(3)
    assert float(noise.mean(dim=0).abs().max()) < 0.03
    assert 0.08 < float(noise.std()) < 0.12
    turned = augmented(toys, changed(rotate=True, matrix_noise=0.1, flip=True), 5).xyz[:280]
    still = augmented(toys, changed(matrix_noise=0.1, flip=True), 5).xyz[:280]
    assert torch.allclose(turned[:, 2], still[:, 2], atol=1e-5)
    assert torch.allclose(turned[:, :2].norm(dim=1), still[:, :2].norm(dim=1), atol=1e-5)


def test_a_tilt_turns_the_scene_about_its_furniture(toys):
    """A rotation that moves "up" by no more than it may, and what stands in the middle hardly."""
    angles = []
    middle = torch.cat([toys[0].middles[1:].mean(dim=0), torch.zeros(1)])
    for seed in range(100):
        after = augmented(toys, changed(tilt_deg=8.0), seed).xyz[:280]
        ones = torch.ones(280, 1)
        found = torch.linalg.lstsq(torch.cat([toys[0].xyz, ones], 1), after).solution
        turn = found[:3]
        assert torch.allclose(turn @ turn.T, torch.eye(3), atol=1e-3)
        assert torch.allclose(middle @ turn + found[3], middle, atol=1e-3)
        angles.append(float(torch.rad2deg(torch.arccos(turn[2, 2].clamp(max=1.0)))))
    assert max(angles) < 8.1
    assert max(angles) > 6.0
    assert np.mean(angles) == pytest.approx(4.0, abs=1.0)


def test_objects_are_stretched_about_their_middles_and_floors_are_not(toys):
    before, after = toys[0].xyz, augmented(toys, changed(stretch=0.3)).xyz[:280]
    owner = toys[0].owners[toys[0].point_to_superpoint.long()]
    assert torch.equal(after[owner == 0], before[owner == 0])
    assert torch.equal(after[:, 2], before[:, 2])
    factors = []
    for column in owner[owner > 0].unique():
        own, moved = (xyz[owner == column, :2] for xyz in (before, after))
        assert torch.allclose(own.mean(dim=0), moved.mean(dim=0), atol=1e-4)
        own, moved = own - own.mean(dim=0), moved - moved.mean(dim=0)
        matrix = torch.linalg.lstsq(own, moved).solution
        assert torch.allclose(own @ matrix, moved, atol=1e-4)
        assert torch.allclose(matrix, matrix.T, atol=1e-3)  # stretched, not turned
        factors.append(torch.linalg.eigvalsh(matrix))
    assert len(factors) > 2
    assert float(torch.stack(factors).min()) >= 0.699
    assert float(torch.stack(factors).max()) <= 1.301
    assert float(torch.stack(factors).std()) > 0.05  # each object by its own


def test_some_scenes_lose_their_colours(toys):
    coloured, lost = augmented(toys, STILL).rgb[:280], 0
    for seed in range(40):
        rgb = augmented(toys, changed(gray=0.5), seed).rgb[:280]
        if torch.equal(rgb, coloured):
            continue
        lost += 1
        luma = coloured @ torch.tensor([0.299, 0.587, 0.114])
        assert torch.allclose(rgb, luma[:, None].expand_as(rgb), atol=1e-5)
    assert 10 < lost < 30


def test_elastic_bends_the_voxels_and_not_the_features(toys):
    calm, bent = augmented(toys, STILL), augmented(toys, changed(elastic=True))
    assert torch.equal(calm.xyz, bent.xyz)
    assert torch.equal(calm.grid_xyz, calm.xyz)
    assert float((bent.grid_xyz - bent.xyz).norm(dim=1).mean()) > 0.05


def test_a_scene_changes_alike_whatever_stands_beside_it(toys):
    config = AugmentationConfig(elastic=True, flip=True, matrix_noise=0.1, stretch=0.2)
    together = augment(toys, config, 0.02, [8, 9])
    alone = augment(toys[1:], config, 0.02, [9])
    second = together.scene_of_point == 1
    assert torch.equal(together.grid_xyz[second], alone.grid_xyz)
    assert torch.equal(together.rgb[second], alone.rgb)


def test_scenes_are_laid_two_into_one_grid(toys):
    """As their seeds say: some, at least, of fifty pairs, and each grid holds two at most."""
    scenes, seeds = list(toys) * 25, list(range(50))
    assert augment(scenes, AugmentationConfig(), 0.02, seeds).grids is None
    grids = augment(scenes, AugmentationConfig(mix=0.5), 0.02, seeds).grids
    sizes = np.bincount(grids)
    assert sorted(grids) == list(grids)
    assert set(sizes.tolist()) == {1, 2}
    assert augment(scenes, AugmentationConfig(mix=0.5), 0.02, seeds).grids == grids
    assert set(np.bincount(augment(toys, AugmentationConfig(mix=1.0), 0.02, [0, 1]).grids)) == {2}


@pytest.mark.parametrize(
    "config",
    [
        AugmentationConfig(drop_points=0.9),
        AugmentationConfig(drop_points=0.0, max_points=1000),
    ],
)
def test_every_superpoint_keeps_a_point(toys, config):
    scenes = [*toys, *toys]  # 1120 points
    batch = augment(scenes, config, 0.02, [1, 2, 3, 4])
    assert len(batch.xyz) <= (1000 if config.drop_points == 0.0 else 1120)
    assert batch.point_to_superpoint.bincount(minlength=32).all()
    assert (batch.scene_of_point.diff() >= 0).all()


def test_colours_shift_and_spread_as_one(toys):
    """A line per channel, with one slope for all three."""
    rgb = augmented(toys, changed(color_shift=0.3, color_gain=0.9)).rgb[:280]
    before = toys[0].rgb.float() / 127.5 - 1
    lines = [np.polyfit(before[:, c], rgb[:, c], 1, full=True) for c in range(3)]
    slopes = [line[0][0] for line in lines]
    assert np.ptp(slopes) < 1e-4
    assert max(line[1][0] for line in lines) < 1e-6
    assert not torch.allclose(rgb, before, atol=0.05)


def test_dropped_points_take_their_rows_along(toys):
    batch = augmented(toys, changed(drop_points=0.9))
    assert 16 <= len(batch.xyz) < 560
    assert batch.superpoint_counts == (8, 8)
    everything = torch.cat([t.xyz for t in toys])
    superpoints = torch.cat([t.point_to_superpoint.long() + 8 * i for i, t in enumerate(toys)])
    where = torch.cdist(batch.xyz, everything).argmin(dim=1)
    assert torch.equal(everything[where], batch.xyz)
    assert torch.equal(superpoints[where], batch.point_to_superpoint)


# --- figures -------------------------------------------------------------------------------------

masks = st_numpy.arrays(bool, 12)


@given(masks, masks)
def test_mask_iou(one, two):
    first, second = set(np.flatnonzero(one)), set(np.flatnonzero(two))
    expected = len(first & second) / len(first | second) if first | second else 1.0
    assert mask_iou(one, two) == mask_iou(two, one) == pytest.approx(expected)


def test_figures_of_a_hand_made_case():
    results = [DescriptionResult((0.25, 0.5), 10), DescriptionResult((0.6,), 10)]
    figures = summarize(results)
    assert figures["mIoU"] == pytest.approx(0.45)
    assert figures["acc25"] == pytest.approx(2 / 3)  # strictly above
    assert figures["acc50"] == pytest.approx(1 / 3)
    assert figures["smIoU"] == pytest.approx((0.375 + 0.6) / 2)
    assert set(summarize([]).values()) == {0.0}


def test_long_is_over_50_words_and_complex_4_phrases():
    results = [
        DescriptionResult((0.1,), 50),
        DescriptionResult((0.2,), 51),
        DescriptionResult((0.3,) * 3, 5),
        DescriptionResult((0.4,) * 4, 5),
        DescriptionResult((0.8,) * 5, 60),
    ]
    groups = summarize_groups(results)
    assert groups["all"] == summarize(results)
    assert groups["long"] == summarize([results[1], results[4]])
    assert groups["complex"] == summarize(results[3:])
    assert groups["long"]["smIoU"] == pytest.approx(0.5)
    assert groups["complex"]["mIoU"] == pytest.approx((4 * 0.4 + 5 * 0.8) / 9)


def test_a_description_without_phrases_counts_nowhere():
    empty = Description(("hello",), (), None)
    assert list(empty.targets()) == []
    figures = summarize([DescriptionResult((), 1), DescriptionResult((0.5,), 1)])
    assert math.isclose(figures["smIoU"], 0.5)
