"""The public API: clouds and a sentence in, every phrase's objects out, from several threads."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from detailbase_core import grounder as grounder_module
from detailbase_core import scene_encoder
from detailbase_core.config import GrounderConfig, InstanceConfig, MapConfig, SuperpointConfig
from detailbase_core.errors import (
    BadCloudError,
    BadFileError,
    BadQueryError,
    Cancelled,
    CheckpointError,
    ConfigError,
    EmptySceneError,
)
from detailbase_core.grounder import Grounder
from detailbase_core.network import chunk_grid
from detailbase_core.ops.execution import (
    choose_device,
    choose_precision,
    set_threads,
    threads,
)
from detailbase_core.sparse import bf16_backend
from detailbase_core.types import PointCloud
from tests.helpers.weight_files import save_tiny_checkpoint

QUERY = "the red chair next to the round table"
POSE = np.eye(4)


def room(seed: int = 0, count: int = 3000) -> PointCloud:
    """A floor with two boxes on it, seen from the origin."""
    random = np.random.default_rng(seed)
    xyz = random.uniform([-2, -2, -1], [2, 2, -1], (count, 3))
    xyz[: count // 3] = random.uniform([0.5, 0.5, -1], [1.1, 1.1, -0.2], (count // 3, 3))
    xyz[count // 3 : count // 2] = random.uniform(
        [-1, -1, -1], [-0.5, 0.5, -0.5], (count // 2 - count // 3, 3)
    )
    rgb = random.integers(0, 256, (count, 3)).astype(np.uint8)
    rgb[: count // 2] //= 2
    return PointCloud(xyz.astype(np.float32), rgb, "camera", 1_000)


def speck(x: float) -> PointCloud:
    """One point in a voxel of its own."""
    return PointCloud(np.float32([[x, 3.0, 1.0]]), np.uint8([[200, 30, 30]]), "camera", 2_000)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return save_tiny_checkpoint(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(autouse=True)
def same_threads_afterwards():
    """Thread counts are the process's; leave them as they were."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def make(checkpoint):
    def make_grounder(**changes) -> Grounder:
        settings = {
            "checkpoint": str(checkpoint),
            "device": "cpu",
            "threads": 1,
            "map": MapConfig(voxel_size_m=0.05),
            "superpoints": SuperpointConfig(voxel_size_m=0.05),
        }
        return Grounder(GrounderConfig(**(settings | changes)))

    return make_grounder


@pytest.fixture
def grounder(make):
    grounder = make()
    grounder.add(room(), POSE, "map")
    return grounder


@pytest.fixture
def encodings(grounder, monkeypatch):
    """Encodings of scenes by the grounder's network, as a list that grows."""
    calls: list[int] = []
    encode = grounder.model.encode_scene

    def counted(batch, cancel=None):
        calls.append(len(batch.xyz))
        return encode(batch, cancel)

    monkeypatch.setattr(grounder.model, "encode_scene", counted)
    return calls


def check_answer(answer, sentence: str) -> None:
    """Check all that holds of every answer, whatever the network thinks."""
    assert answer.query == sentence
    cloud = answer.scene.cloud
    assert np.isfinite(cloud.xyz).all()
    assert answer.sentence.text == sentence
    ids = []
    for phrase in (answer.sentence, *answer.phrases):
        assert sentence[phrase.begin : phrase.end] == phrase.text
        assert 0.0 <= phrase.score <= 1.0
        assert 0.0 <= phrase.presence <= 1.0
        for instance in phrase.instances:
            ids.append(instance.id)
            points = instance.point_indices
            assert len(points) >= 1
            assert (np.diff(points) > 0).all()
            assert points[0] >= 0
            assert points[-1] < len(cloud)
            mean = cloud.xyz[points].mean(axis=0, dtype=np.float64)
            assert np.allclose(mean, instance.centroid, atol=1e-3)
            assert np.isfinite([*instance.box.center, *instance.box.size, instance.box.yaw]).all()
            assert instance.score == phrase.score
    assert ids == list(range(len(ids)))
    assert all(seconds >= 0 for seconds in answer.stage_seconds.values())


def same_answer(one, two) -> bool:
    pairs = zip((one.sentence, *one.phrases), (two.sentence, *two.phrases), strict=True)
    return all(
        (a.begin, a.end, len(a.instances)) == (b.begin, b.end, len(b.instances))
        and abs(a.score - b.score) < 1e-5
        and all(
            np.array_equal(i.point_indices, j.point_indices)
            for i, j in zip(a.instances, b.instances, strict=True)
        )
        for a, b in pairs
    )


# --- answers -----------------------------------------------------------------------------------


def test_many_sentences_get_the_answers_that_each_gets_alone(grounder):
    sentences = ("the chair", "a red box next to the table, and the lamp", "where is it", "lamp")
    together = grounder.ground_many(sentences)
    assert [answer.query for answer in together] == list(sentences)
    for sentence, answer in zip(sentences, together, strict=True):
        check_answer(answer, sentence)
        assert same_answer(answer, grounder.ground(sentence))


def test_many_sentences_may_be_none(grounder):
    assert grounder.ground_many([]) == []


def test_a_bad_one_of_many_is_refused(grounder):
    with pytest.raises(BadQueryError, match="empty"):
        grounder.ground_many(["the chair", " "])


def test_an_answer_names_its_phrases_and_their_points(grounder):
    answer = grounder.ground(QUERY)
    check_answer(answer, QUERY)
    assert [phrase.text for phrase in answer.phrases] == ["the red chair", "the round table"]
    assert answer.scene.cloud.frame == "map"
    assert answer.scene.version == grounder.map.version
    assert answer.found
    assert next(iter(answer.stage_seconds)) == "phrases"


def test_every_voxel_of_the_map_is_in_the_scene(grounder):
    assert len(grounder.ground(QUERY).scene.cloud) == len(grounder.map)


def test_before_any_scan_the_scene_is_empty(make):
    grounder = make()
    with pytest.raises(EmptySceneError, match="map is still empty"):
        grounder.ground(QUERY)
    with pytest.raises(EmptySceneError):
        grounder.encode_scene()
    grounder.add(room(), POSE, "map")
    check_answer(grounder.ground(QUERY), QUERY)


def test_an_absent_thing_has_no_instances(make):
    """No presence can be high enough; the tiny network has no presence head: all is there."""
    grounder = make(instances=InstanceConfig(mask_threshold=1.0))
    grounder.add(room(), POSE, "map")
    answer = grounder.ground(QUERY)
    check_answer(answer, QUERY)
    assert not answer.found


@pytest.mark.parametrize("sentence", ["", " ", "\n\t\u3000"])
def test_empty_sentences_are_bad_queries(grounder, encodings, sentence):
    with pytest.raises(BadQueryError, match="the sentence is empty"):
        grounder.ground(sentence)
    assert not encodings  # it was not worth the work
    check_answer(grounder.ground(QUERY), QUERY)


def test_sentences_of_750_words_are_bad_queries_unless_allowed(make):
    sentence = "the red chair " * 249 + "the table, please"
    grounder = make()
    grounder.add(room(), POSE, "map")
    with pytest.raises(BadQueryError, match=r"751 words, at most 256"):
        grounder.ground(sentence)
    patient = make(max_words=1000)
    patient.add(room(count=300), POSE, "map")
    answer = patient.ground(sentence)
    check_answer(answer, sentence)
    assert len(answer.phrases) == 250


@pytest.mark.parametrize(
    "sentence",
    [
        "🪑🪑 👉🏽 🛋️",
        "the 🪑 next to the table",
        "la silla roja al lado de la mesa",
        "Der Stuhl neben dem runden Tisch",
        "桌子旁边的红色椅子",
        "الكرسي الأحمر بجانب الطاولة",
        "run!",
        "?",
        "the\u0301 cha\u0301ir",
        "\u200bthe chair\u200b",
        "the chair\x00and the table",
        "THE CHAIR",
        "the chair " + "x" * 4_000,
    ],
)
def test_unusual_sentences_get_an_answer(grounder, sentence):
    check_answer(grounder.ground(sentence), sentence)


# --- encode once, ask often ----------------------------------------------------------------------


def test_the_second_query_does_not_encode_again(grounder, encodings):
    first = grounder.ground(QUERY)
    second = grounder.ground("a lamp")
    assert len(encodings) == 1
    assert second.scene is first.scene
    assert same_answer(grounder.ground(QUERY), first)
    assert len(encodings) == 1


def test_encoding_beforehand_spares_the_query(grounder, encodings):
    encoded = grounder.encode_scene()
    assert grounder.ground(QUERY).scene is encoded.scene
    assert grounder.encode_scene() is encoded
    assert len(encodings) == 1


def test_of_a_building_the_changed_room_alone_is_encoded_again(grounder, encodings, monkeypatch):
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", 1000)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 10)
    other = np.eye(4)
    other[:2, 3] = 17.6, 4.8  # amid a chunk
    grounder.add(room(), other, "map")
    check_answer(grounder.ground(QUERY), QUERY)
    first = sum(encodings)
    encodings.clear()
    grounder.ground_cloud(room(seed=2), QUERY)  # a file, which is nobody's room
    encodings.clear()
    grounder.add(room(seed=1), other, "map")
    answer = grounder.ground(QUERY)
    check_answer(answer, QUERY)
    assert 0 < sum(encodings) < 0.7 * first
    assert len(answer.scene.cloud) == len(grounder.map)


def test_a_large_change_is_encoded_at_once(grounder, encodings):
    grounder.ground(QUERY)
    moved = room(seed=1)
    grounder.add(PointCloud(moved.xyz + np.float32([0, 0, 1]), moved.rgb), POSE, "map")
    answer = grounder.ground(QUERY)
    assert len(encodings) == 2
    assert len(answer.scene.cloud) == len(grounder.map) == encodings[1] > encodings[0]


def test_a_small_change_waits_for_its_age(grounder, encodings, monkeypatch):
    now = [100.0]
    clock = SimpleNamespace(monotonic=lambda: now[0], perf_counter=time.perf_counter)
    monkeypatch.setattr(grounder_module, "time", clock)
    monkeypatch.setattr(scene_encoder, "time", clock)
    grounder.ground(QUERY)
    grounder.add(speck(1.0), POSE, "map")
    now[0] += grounder.config.max_encoding_age_s
    grounder.ground(QUERY)
    assert len(encodings) == 1
    now[0] += 0.1
    assert len(grounder.ground(QUERY).scene.cloud) == len(grounder.map)
    assert len(encodings) == 2
    now[0] += 1e6  # without a change age does not matter
    grounder.ground(QUERY)
    assert len(encodings) == 2


def test_live_settings_take_effect(grounder, encodings):
    grounder.ground(QUERY)
    settings = vars(grounder.config)
    grounder.reconfigure(GrounderConfig(**(settings | {"reencode_fraction": 0.0, "max_words": 3})))
    grounder.add(speck(1.0), POSE, "map")
    grounder.ground("the chair")
    assert len(encodings) == 2
    with pytest.raises(BadQueryError, match="at most 3"):
        grounder.ground(QUERY)


def test_clear_empties(grounder, encodings):
    grounder.ground(QUERY)
    grounder.clear()
    assert len(grounder.map) == 0
    with pytest.raises(EmptySceneError):
        grounder.ground(QUERY)
    grounder.add(room(seed=2), POSE, "another frame")
    answer = grounder.ground(QUERY)
    assert answer.scene.cloud.frame == "another frame"
    assert len(encodings) == 2


# --- cancelling and threads ----------------------------------------------------------------------


class SetAfter:
    """A cancel token that is set from the n-th look on."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_a_cancelled_query_stops_wherever_it_is(grounder):
    event = threading.Event()
    event.set()
    with pytest.raises(Cancelled):
        grounder.ground(QUERY, event)
    endless = SetAfter(10_000)
    whole = grounder.ground(QUERY, endless)
    looks = 10_000 - endless.left
    assert looks >= 2  # decoder layers alone, the scene being encoded
    for count in range(looks):
        grounder.clear()
        grounder.add(room(), POSE, "map")
        with pytest.raises(Cancelled):
            grounder.ground(QUERY, SetAfter(count))
    assert same_answer(grounder.ground(QUERY), whole)


def test_files_can_be_cancelled_too(grounder):
    with pytest.raises(Cancelled):
        grounder.ground_cloud(room(), QUERY, SetAfter(1))


def test_an_encoding_is_what_queries_need_until_the_map_has_changed_much(grounder):
    looks = []

    class Token:
        """Asked while the scene is encoded: changes the map, and looks at what it means."""

        def is_set(self) -> bool:
            looks.append(grounder.encodes_what_queries_need())
            if len(looks) == 1:
                grounder.add(room(seed=5), np.diag([-1.0, -1.0, 1.0, 1.0]), "map")
            return len(looks) == 2

    assert not grounder.encodes_what_queries_need()
    with pytest.raises(Cancelled):
        grounder.encode_scene(Token())
    assert looks == [True, False]
    assert not grounder.encodes_what_queries_need()
    assert grounder.encoded is None
    assert grounder.encode_scene() is grounder.encoded


def test_queries_while_scans_arrive(make):
    """One thread asks, another adds: every answer fits the snapshot that it carries."""
    grounder = make(reencode_fraction=0.0)
    grounder.add(room(), POSE, "map")
    stop, failures, added = threading.Event(), [], []

    def drive() -> None:
        try:
            while not stop.is_set():
                pose = np.eye(4)
                pose[0, 3] = 0.1 * (len(added) % 20)
                grounder.add(room(seed=len(added), count=500), pose, "map")
                added.append(1)
                time.sleep(0.001)
        except Exception as error:
            failures.append(error)

    driver = threading.Thread(target=drive)
    driver.start()
    try:
        answers = [grounder.ground(QUERY)]
        while len(answers) < 8 or answers[-1].scene.version == answers[0].scene.version:
            answers.append(grounder.ground(QUERY))
    finally:
        stop.set()
        driver.join()
    assert not failures
    for answer in answers:
        check_answer(answer, QUERY)
        assert len(answer.scene.point_to_superpoint) == len(answer.scene.cloud)
    versions = [answer.scene.version for answer in answers]
    assert versions == sorted(versions)


def test_clearing_while_queries_run_is_safe(make):
    grounder = make(reencode_fraction=0.0)
    stop = threading.Event()

    def drive() -> None:
        while not stop.is_set():
            grounder.clear()
            grounder.add(room(count=500), POSE, "map")

    driver = threading.Thread(target=drive)
    driver.start()
    try:
        for _ in range(8):
            try:
                check_answer(grounder.ground(QUERY), QUERY)
            except EmptySceneError:
                continue
    finally:
        stop.set()
        driver.join()


def test_answers_do_not_depend_on_the_thread_count(make):
    answers = []
    for count in (1, 2, 4):
        grounder = make(threads=count)
        grounder.add(room(count=6000), POSE, "map")
        answers.append(grounder.ground(QUERY))
    assert same_answer(answers[0], answers[1])
    assert same_answer(answers[0], answers[2])
    for answer in answers[1:]:
        assert np.array_equal(
            answer.scene.point_to_superpoint, answers[0].scene.point_to_superpoint
        )


# --- clouds --------------------------------------------------------------------------------------


def test_nan_rows_are_dropped(make):
    cloud, grounder = room(), make()
    xyz = np.concatenate([cloud.xyz, np.full((50, 3), np.nan, np.float32)])
    xyz[0, 1], xyz[1, 0] = np.inf, -np.inf
    rgb = np.concatenate([cloud.rgb, np.zeros((50, 3), np.uint8)])
    answer = grounder.ground_cloud(PointCloud(xyz, rgb), QUERY)
    check_answer(answer, QUERY)
    assert len(answer.scene.cloud) == len(cloud) - 2
    clean = PointCloud(cloud.xyz[2:], cloud.rgb[2:])
    assert same_answer(answer, grounder.ground_cloud(clean, QUERY))


def test_ground_cloud_leaves_the_map_alone(grounder, encodings):
    version = grounder.map.version
    grounder.ground(QUERY)
    grounder.ground_cloud(room(seed=5, count=100), QUERY)
    grounder.ground(QUERY)
    assert len(encodings) == 2
    assert grounder.map.version == version


@pytest.mark.parametrize("count", [0, 1, 40])
def test_clouds_without_finite_points_are_bad(make, count):
    xyz = np.full((count, 3), np.nan, np.float32)
    with pytest.raises(BadCloudError, match=f"none of the cloud's {count} points"):
        make().ground_cloud(PointCloud(xyz, np.zeros((count, 3), np.uint8)), QUERY)


def test_scans_without_finite_points_leave_the_map_empty(make):
    grounder = make()
    nothing = PointCloud(np.full((9, 3), np.nan, np.float32), np.zeros((9, 3), np.uint8))
    assert grounder.add(nothing, POSE, "map").inserted == 0
    with pytest.raises(EmptySceneError):
        grounder.ground(QUERY)


def test_one_point_works(make):
    grounder = make()
    check_answer(grounder.ground_cloud(speck(0.5), QUERY), QUERY)
    grounder.add(speck(0.5), POSE, "map")
    answer = grounder.ground(QUERY)
    check_answer(answer, QUERY)
    assert len(answer.scene.cloud) == 1


def test_all_points_in_one_place_work(make):
    xyz = np.tile(np.float32([[1, 2, 3]]), (500, 1))
    check_answer(make().ground_cloud(PointCloud(xyz, np.zeros((500, 3), np.uint8)), QUERY), QUERY)


@pytest.mark.parametrize("offset", [1e3, 1e6, -1e6, 1e12, 3e38])
def test_far_clouds_work_or_are_bad_clouds(make, offset):
    cloud = room()
    far = PointCloud((cloud.xyz.astype(np.float64) + offset).astype(np.float32), cloud.rgb)
    grounder = make()
    try:
        check_answer(grounder.ground_cloud(far, QUERY), QUERY)
    except BadCloudError as error:
        assert abs(offset) > 1e3, error
    pose = np.eye(4)
    pose[:3, 3] = offset
    try:
        grounder.add(cloud, pose, "map")
        check_answer(grounder.ground(QUERY), QUERY)
    except (BadCloudError, EmptySceneError) as error:  # beyond the map's crop box nothing stays
        assert abs(offset) > 1e3, error


@pytest.mark.parametrize("extent", [300.0, 1e5, 1e6, 3e38])
def test_wide_clouds_work_or_are_bad_clouds(make, extent):
    cloud = room(count=200)
    xyz = cloud.xyz.copy()
    xyz[0], xyz[1] = -extent, extent
    try:
        check_answer(make().ground_cloud(PointCloud(xyz, cloud.rgb), QUERY), QUERY)
    except BadCloudError as error:
        assert extent > 300, error


# --- saved maps, weights, devices ----------------------------------------------------------------


def test_a_saved_map_gives_the_same_answer(grounder, make, tmp_path):
    grounder.save(tmp_path / "map.npz")
    other = make()
    other.load(tmp_path / "map.npz")
    assert same_answer(other.ground(QUERY), grounder.ground(QUERY))


def test_a_loaded_map_replaces_the_encoded_one(grounder, make, tmp_path, encodings):
    other = make()
    other.add(room(seed=3, count=400), POSE, "elsewhere")
    other.save(tmp_path / "map.npz")
    grounder.ground(QUERY)
    grounder.load(tmp_path / "map.npz")
    answer = grounder.ground(QUERY)
    assert len(encodings) == 2
    assert answer.scene.cloud.frame == "elsewhere"
    assert len(answer.scene.cloud) == len(other.map)


def test_a_restored_encoding_gives_the_same_answer(grounder, make):
    encoded = grounder.encode_scene()
    restored = make().restore_encoding(encoded.arrays(), encoded.scene.cloud.frame)
    before, after = grounder.ground(QUERY), make().ground_encoded(restored, QUERY)
    assert same_answer(before, after)
    assert after.scene.cloud.frame == before.scene.cloud.frame


@pytest.mark.parametrize("missing", ["xyz", "superpoint", "view0_index", "view0_features"])
def test_arrays_of_no_encoding_are_refused(grounder, missing):
    arrays = grounder.encode_scene().arrays()
    del arrays[missing]
    with pytest.raises(KeyError):
        grounder.restore_encoding(arrays, "odom")


def test_a_bad_map_file_leaves_the_map(grounder, tmp_path):
    (tmp_path / "map.npz").write_bytes(b"no map")
    count = len(grounder.map)
    with pytest.raises(BadFileError):
        grounder.load(tmp_path / "map.npz")
    assert len(grounder.map) == count
    check_answer(grounder.ground(QUERY), QUERY)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(CheckpointError, match="there is no such file"):
        Grounder(GrounderConfig(checkpoint=str(tmp_path / "no.safetensors"), device="cpu"))


@pytest.mark.parametrize("name", ["gpu", "", "cuda:99", "tpu", "meta", "cpu:x", "7"])
def test_bad_device_names_are_config_errors(name):
    with pytest.raises(ConfigError, match=f"device '{name}' cannot be used here.*try auto or cpu"):
        choose_device(name)


def test_auto_takes_what_is_there():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == expected
    assert choose_device("cpu") == torch.device("cpu")


def test_thread_counts():
    assert set_threads(3) == 3 == torch.get_num_threads()
    assert set_threads(0) == torch.get_num_threads() >= 1


def test_threads_are_each_threads_own_and_put_back():
    torch.set_num_threads(4)
    inside, leave, seen = threading.Barrier(3), threading.Event(), {}

    def work(count):
        torch.ones(2) + 1  # no longer new to torch
        torch.set_num_threads(count)
        with pytest.raises(ZeroDivisionError), threads(1):
            inside.wait(10)
            leave.wait(10)
            seen[count] = [torch.get_num_threads()]
            raise ZeroDivisionError
        seen[count].append(torch.get_num_threads())

    workers = [threading.Thread(target=work, args=(count,)) for count in (2, 3)]
    for worker in workers:
        worker.start()
    inside.wait(10)
    assert torch.get_num_threads() == 4
    leave.set()
    for worker in workers:
        worker.join(10)
    assert seen == {2: [1, 2], 3: [1, 3]}


def test_scenes_are_encoded_on_all_threads_and_questions_answered_on_one(make, monkeypatch):
    grounder = make(threads=3)
    grounder.add(room(), POSE, "map")
    seen = {}

    def watch(module, name):
        work = getattr(module, name)

        def watched(*args, **kwargs):
            seen.setdefault(name, torch.get_num_threads())
            return work(*args, **kwargs)

        monkeypatch.setattr(module, name, watched)

    watch(grounder.model, "encode_scene")
    watch(grounder.model, "ground")
    watch(grounder.text_encoder, "encode")
    torch.set_num_threads(2)  # as whoever shares the process may do
    grounder.ground("the red chair")
    assert seen == {"encode_scene": 3, "ground": 1, "encode": 1}
    assert torch.get_num_threads() == 2
    monkeypatch.setattr("detailbase_core.grounder.FEW_SUPERPOINTS", 0)
    seen.clear()
    grounder.ground("the blue chair")
    assert seen["ground"] == 3


def test_auto_halves_on_a_gpu_alone_and_other_precisions_are_as_named():
    assert choose_precision("auto", torch.device("cuda")) == torch.float16
    assert choose_precision("auto", torch.device("cuda"), exact_sums=False) == torch.float32
    assert choose_precision("auto", torch.device("cpu")) == torch.float32
    assert choose_precision("float32", torch.device("cuda")) == torch.float32
    assert choose_precision("bfloat16", torch.device("cpu")) == torch.bfloat16


def test_a_gpu_without_bfloat16_says_so(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    with pytest.raises(ConfigError, match="'bfloat16' cannot be used on this GPU; try auto"):
        choose_precision("bfloat16", torch.device("cuda"))


def test_a_precision_that_the_cpu_lacks_is_a_config_error(make, monkeypatch):
    with pytest.raises(ConfigError, match="precision 'float16' cannot be used on the CPU: "):
        make(precision="float16")
    monkeypatch.setattr(bf16_backend, "find_problem", lambda: "it is too old")
    with pytest.raises(ConfigError, match="'bfloat16' cannot be used on the CPU: it is too old"):
        make(precision="bfloat16")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(
            {"precision": "bfloat16"},
            marks=pytest.mark.skipif(bool(bf16_backend.find_problem()), reason="no matrix units"),
        ),
        {"precision": "float16", "backend": "torch"},
    ],
)
def test_a_halved_network_gives_the_same_answer(make, settings):
    answers = []
    for changes in ({}, settings):
        grounder = make(**changes)
        grounder.add(room(), POSE, "map")
        answers.append(grounder.ground(QUERY))
    assert any(p.dtype != torch.float32 for p in grounder.model.unet.parameters())
    check_answer(answers[1], QUERY)
    exact, halved = (np.array([p.score for p in answer.phrases]) for answer in answers)
    np.testing.assert_allclose(halved, exact, atol=0.02)
