"""Many recordings asked: each mapped once, kept, asked again; what is stale or broken is said."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from detailbase_core import cli
from detailbase_core.errors import CheckpointError, EmptySceneError
from detailbase_core.io.cloud_files import write_ply
from detailbase_core.parallel import process_pool
from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene
from detailbase_ros.search import __main__ as command
from detailbase_ros.search import scene_cache, tasks
from detailbase_ros.search.recordings import CACHE_SUFFIX, split_words
from detailbase_ros.search.search import search
from detailbase_ros.search.searcher import SearchConfig, Searcher
from tests.core.io.test_bags import SECOND
from tests.helpers.weight_files import save_tiny_checkpoint
from tests.ros.live.fake_grounder import FakeGrounder
from tests.ros.unit.test_replay import START, robot, write_bag


class PointGrounder(FakeGrounder):
    """Finds the last point along x, or "the first"; surer in larger scenes. No unicorns."""

    views = 1

    def encode_scene(self, cancel=None):
        if not len(self.map):
            raise EmptySceneError("the map is still empty")
        return encoding(super().encode_scene(cancel).scene)

    def encode_cloud(self, cloud):
        self.encodings += 1
        return encoding(Scene(cloud, np.zeros(len(cloud), np.int64)))

    def restore_encoding(self, arrays, frame):
        return encoding(
            Scene(PointCloud(arrays["xyz"], arrays["rgb"], frame), arrays["superpoint"])
        )

    def ground_encoded(self, encoded, sentence):
        xyz = encoded.scene.cloud.xyz
        index = int(xyz[:, 0].argmin() if "first" in sentence else xyz[:, 0].argmax())
        place = tuple(float(value) for value in xyz[index])
        score = 0.5 + len(xyz) / 1000
        found = Instance(0, np.array([index]), Box(place, (0.2, 0.1, 0.3), 0.0), place, score)
        objects = () if "unicorn" in sentence else (found,)
        whole = GroundedPhrase(sentence, 0, len(sentence), score, 0.8, objects)
        return Grounding(sentence, encoded.scene, whole, (whole,))


def encoding(scene):
    parts = (scene.cloud.xyz, scene.cloud.rgb, scene.point_to_superpoint)
    arrays = dict(zip(("xyz", "rgb", "superpoint"), parts, strict=True))
    return SimpleNamespace(scene=scene, arrays=lambda: arrays)


class InlinePool:
    """Works in this process; is interrupted before task `interrupted`."""

    def __init__(self, interrupted=None):
        self.interrupted = interrupted

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def results(self, work, work_tasks):
        for index, task in enumerate(work_tasks):
            if index == self.interrupted:
                raise KeyboardInterrupt
            yield index, work(task)


class Here:
    """Searches in this process, without a network.

    Attributes:
        model: hash of its weights.
        notes: what was said.
    """

    def __init__(self):
        self.model, self.notes = "model 1", []

    def searcher(self, config):
        return Searcher(config, PointGrounder(config.replay.attentive_grounder), self.model)

    def ask(self, recordings, *sentences, config=None, pool=None):
        self.notes = []
        config, pool = config or SearchConfig(), pool or InlinePool()
        return search(recordings, sentences, config, pool, note=self.notes.append)


@pytest.fixture
def here(monkeypatch):
    one = Here()
    monkeypatch.setattr(tasks, "_searcher", one.searcher)
    return one


@pytest.fixture
def mapped(monkeypatch):
    """Names of the recordings that were mapped, in order."""
    names, maps = [], Searcher._mapped
    monkeypatch.setattr(
        Searcher, "_mapped", lambda self, path: [names.append(path.name), maps(self, path)][1]
    )
    return names


@pytest.fixture
def bags(tmp_path):
    """A short recording and a long one, whose scene makes hits surer."""
    return [write_bag(tmp_path / name, robot(scans=n)) for name, n in (("short", 2), ("long", 5))]


# -- answers -----------------------------------------------------------------------------------


def test_hits_of_all_recordings_best_first_with_place_and_time(here, bags):
    found = here.ask(bags, "the chair", "the first chair", "the unicorn")
    long, short = found.hits(0)
    assert (long.recording, short.recording) == (str(bags[1]), str(bags[0]))
    assert long.score > short.score
    # points at (3, 4, 5) of a lidar that has come 5 m, and 2 m
    assert np.allclose([long.box.center, short.box.center], [(8, 4, 5), (5, 4, 5)], atol=0.01)
    assert (long.frame, long.points, long.presence) == ("odom", 1, 0.8)
    assert (long.last_seen_ns, long.offset_s) == (START + 5 * SECOND, 4.0)
    assert long.span_ns == (START + SECOND, START + 5 * SECOND)
    first = found.hits(1)[0]
    assert (first.last_seen_ns, first.offset_s) == (START + SECOND, 0.0)
    assert found.hits(2) == []


def test_time_is_that_of_the_recording_where_transforms_come_late(here, tmp_path):
    late = write_bag(tmp_path / "late", robot(transforms_late_s=2.0))
    (hit,) = here.ask([late], "the chair").hits(0)
    assert hit.last_seen_ns == START + 3 * SECOND
    assert hit.span_ns == (START + SECOND, START + 5 * SECOND)


def test_a_scene_file_is_searched_too_but_knows_no_times(here, tmp_path):
    xyz = np.random.default_rng(0).uniform(0, 3, (500, 3)).astype(np.float32)
    xyz[:300, 2] = 0.0
    path = tmp_path / "room.ply"
    write_ply(path, PointCloud(xyz, np.full((500, 3), 99, np.uint8)))
    for _ in range(2):  # the second time as it was kept
        (hit,) = here.ask([path], "the chair").hits(0)
        assert (hit.frame, hit.last_seen_ns, hit.offset_s, hit.span_ns) == ("room.ply", *[None] * 3)


# -- what is kept ------------------------------------------------------------------------------


def test_a_recording_is_mapped_once(here, bags, mapped):
    first = here.ask(bags, "the chair")
    again = here.ask(bags, "the chair", "the first chair")
    assert mapped == ["short", "long"]
    assert again.hits(0) == first.hits(0)
    assert again.hits(1) != first.hits(0)
    assert [one.was_kept for one in again.answered.values()] == [True, True]
    assert here.notes == []


def test_the_recording_itself_is_not_read_again(here, bags, monkeypatch):
    here.ask(bags, "the chair")
    monkeypatch.setattr(scene_cache, "content_hash", lambda path: pytest.fail("read"))
    assert len(here.ask(bags, "the chair").hits(0)) == 2


def test_a_recording_that_was_only_touched_is_not_mapped_again(here, bags, mapped, monkeypatch):
    here.ask(bags[:1], "the chair")
    (file,) = bags[0].glob("*.mcap")
    os.utime(file, ns=(1, 1))
    here.ask(bags[:1], "the chair")
    assert mapped == ["short"] and here.notes == []
    # and that is noted: its content is not looked at once more
    monkeypatch.setattr(scene_cache, "content_hash", lambda path: pytest.fail("read"))
    here.ask(bags[:1], "the chair")


def rewrite(bag: Path) -> None:
    """Another recording of the same name, whose time of change says nothing."""
    (file,) = bag.glob("*.mcap")
    before = file.stat()
    for old in bag.iterdir():
        old.unlink()
    bag.rmdir()
    write_bag(bag, robot(scans=3))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def change_recording(here, bag):
    rewrite(bag)
    return SearchConfig()


def change_model(here, bag):
    here.model = "model 2"
    return SearchConfig()


def change_settings(here, bag):
    config = SearchConfig()
    moved = replace(config.replay.intake, min_move_m=0.2)
    return replace(config, replay=replace(config.replay, intake=moved))


def change_precision(here, bag):
    config = SearchConfig()
    halved = replace(config.replay.grounder, precision="bfloat16")
    return replace(config, replay=replace(config.replay, grounder=halved))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (change_recording, "the recording has changed"),
        (change_model, "the model is another"),
        (change_settings, "the settings are others"),
        (change_precision, "the settings are others"),
    ],
)
def test_a_scene_of_something_else_is_made_anew_and_that_is_said(
    here, bags, mapped, change, reason
):
    here.ask(bags, "the chair")
    config = change(here, bags[0])
    here.ask(bags[:1], "the chair", config=config)
    assert mapped == ["short", "long", "short"]
    (note,) = here.notes
    assert note == f"{bags[0]}: its kept scene is made anew: {reason}"
    here.ask(bags[:1], "the chair", config=config)
    assert mapped == ["short", "long", "short"]


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other"])
def test_a_damaged_scene_is_made_anew_and_that_is_said(here, bags, mapped, damage):
    before = here.ask(bags[:1], "the chair").hits(0)
    kept = bags[0].with_name("short" + CACHE_SUFFIX)
    content = bytearray(kept.read_bytes())
    content[content.index(b"xyz.npy") + 150] ^= 1
    cut = {"cut": content[:1000], "bit": content, "empty": b"", "other": b"PK\3\4 of another"}
    kept.write_bytes(bytes(cut[damage]))
    assert here.ask(bags[:1], "the chair").hits(0) == before
    assert mapped == ["short", "short"]
    (note,) = here.notes
    assert "its kept scene is made anew: it is damaged" in note
    assert here.ask(bags[:1], "the chair").hits(0) == before and here.notes == []


def test_scenes_are_kept_in_a_folder_of_ones_own(here, bags, tmp_path, mapped):
    config = SearchConfig(cache=tmp_path / "kept")
    config.cache.mkdir()
    for _ in range(2):
        assert len(here.ask(bags, "the chair", config=config).hits(0)) == 2
    assert mapped == ["short", "long"]
    assert len(list(config.cache.iterdir())) == 2
    assert not list(tmp_path.glob("*" + CACHE_SUFFIX))


def test_where_nothing_can_be_kept_there_is_an_answer_and_advice(here, bags, tmp_path):
    (tmp_path / "file").touch()
    found = here.ask(bags, "the chair", config=SearchConfig(cache=tmp_path / "file"))
    assert len(found.hits(0)) == 2
    assert all("cannot be kept" in note and "--cache" in note for note in here.notes)
    assert len(here.notes) == 2


def test_an_interrupted_search_goes_on_where_it_stopped(here, bags, mapped):
    with pytest.raises(KeyboardInterrupt):
        here.ask(bags, "the chair", pool=InlinePool(interrupted=1))
    assert mapped == ["short"]
    assert len(here.ask(bags, "the chair").hits(0)) == 2
    assert mapped == ["short", "long"]


# -- what is left out --------------------------------------------------------------------------


def test_a_broken_recording_is_named_and_left_out(here, bags, tmp_path):
    broken, empty, absent = (tmp_path / name for name in ("broken.mcap", "unplaced", "none.mcap"))
    broken.write_bytes(b"\x89MCAP0\r\n and then noise")
    write_bag(empty, [one for one in robot() if one[0] == "/points"])
    found = here.ask([broken, bags[0], empty, absent], "the chair")
    assert list(found.answered) == [bags[0]] and len(found.hits(0)) == 1
    assert list(found.left_out) == [broken, empty, absent]
    assert "3 dropped: no_transform" in found.left_out[empty]
    assert any("no transform from 'lidar' to map_frame 'odom'" in note for note in here.notes)
    for path, reason in found.left_out.items():
        assert f"{path}: left out: {reason}" in here.notes
        assert not path.with_name(path.name + CACHE_SUFFIX).exists()


def test_without_a_model_nothing_is_searched(bags, monkeypatch, capsys):
    """As where the node's parameter file names weights that are not there."""
    monkeypatch.setattr(command, "_pool", lambda *_: InlinePool())

    def absent(config):
        raise CheckpointError("weights.pth: there is no such file")

    monkeypatch.setattr(tasks, "_searcher", absent)
    assert cli.main(["search", *map(str, bags), "the chair"]) == 2
    assert capsys.readouterr().err.count("there is no such file") == 1


def test_a_fault_of_ours_costs_one_recording(here, bags, monkeypatch):
    monkeypatch.setattr(PointGrounder, "encode_cloud", lambda self, cloud: 1 / 0)
    found = here.ask(bags, "the chair")
    assert list(found.left_out.values()) == ["ZeroDivisionError: division by zero"] * 2


def test_a_recording_whose_workers_die_is_left_out(here, bags):
    class Deadly(InlinePool):
        def results(self, work, work_tasks):
            yield 1, work(work_tasks[1])
            yield 0, process_pool.Lost("its worker died 3 times")

    found = here.ask(bags, "the chair", pool=Deadly())
    assert found.left_out == {bags[0]: "its worker died 3 times"}
    assert [hit.recording for hit in found.hits(0)] == [str(bags[1])]


# -- the command -------------------------------------------------------------------------------


@pytest.fixture
def run(here, monkeypatch):
    monkeypatch.setattr(command, "_pool", lambda *_: InlinePool())
    return lambda *words: cli.main(["search", *map(str, words)])


def test_recordings_and_sentences_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my bag").mkdir()
    Path("kitchen").mkdir()
    Path("kitchen" + CACHE_SUFFIX).touch()
    words = ["my bag", "kitchen", "kitchen" + CACHE_SUFFIX, "run.mcap", "a/b", "kitchen"]
    sentences = ["lamp", "the lamp and/or the chair", "lamp"]
    recordings, asked = split_words([*words, *sentences])
    assert [str(path) for path in recordings] == ["my bag", "kitchen", "run.mcap", "a/b"]
    assert asked == ["lamp", "the lamp and/or the chair"]


def test_it_prints_hits_and_ends_as_ground_does(run, bags, tmp_path, capsys):
    broken = tmp_path / "broken.mcap"
    broken.touch()
    assert run(*bags, broken, "the chair", "the unicorn", "--top", "1") == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        '"the chair": found in 2 of 2 recordings',
        f"  1  score 0.51  {bags[1]}  x=8.00 y=4.00 z=5.00 in odom  last seen "
        "2023-11-14 22:13:25 UTC, 4.0 s into the recording",
        "     and 1 more (--top)",
        '"the unicorn": found in 0 of 2 recordings (presence 0.80 at most)',
    ]
    assert f"{broken}: left out: " in printed.err
    assert run(*bags, "the chair") == 0
    assert run(broken, "the chair") == 2
    capsys.readouterr()
    assert run(*bags) == 0
    assert capsys.readouterr().out == "0 recordings mapped, 2 were already; ask them now\n"


def test_hits_as_json_lines(run, bags, tmp_path, capsys):
    assert run(*bags, "the chair", "--json", tmp_path / "hits.jsonl") == 0
    assert f"wrote {tmp_path / 'hits.jsonl'}" in capsys.readouterr().err
    assert run(*bags, "the chair", "--json", "-") == 0
    assert capsys.readouterr().out == (tmp_path / "hits.jsonl").read_text()
    first, second = map(json.loads, (tmp_path / "hits.jsonl").read_text().splitlines())
    assert (first["rank"], second["rank"]) == (1, 2)
    assert (first["sentence"], first["recording"]) == ("the chair", str(bags[1]))
    assert (first["last_seen"], first["offset_s"]) == ("2023-11-14T22:13:25.000Z", 4.0)
    assert first["length"] == 0.2 and first["frame"] == "odom"


def test_a_cluster_gets_whole_paths(run, bags, monkeypatch, capsys):
    monkeypatch.chdir(bags[0].parent)
    assert run("short", "the chair", "--ray", "somewhere:1", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["recording"] == str(bags[0])


def test_hits_as_parquet(run, bags, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert run(*bags, "the chair", "the unicorn", "--output", tmp_path / "hits.parquet") == 1
    table = parquet.read_table(tmp_path / "hits.parquet")
    assert table.column("recording").to_pylist() == [str(bags[1]), str(bags[0])]
    assert table.column("last_seen").cast("int64").to_pylist()[0] == START + 5 * SECOND
    assert run(*bags, "the unicorn", "--output", tmp_path / "none.parquet") == 1
    assert parquet.read_table(tmp_path / "none.parquet").schema == table.schema


def test_a_page_of_pictures(run, bags, tmp_path, monkeypatch):
    drawn = []

    def draw(grounding, path):
        drawn.append(grounding)
        path.write_bytes(b"a picture")

    monkeypatch.setattr("detailbase_core.output.render.render_grounding", draw)
    broken = tmp_path / "<b>.mcap"
    broken.touch()
    run(*bags, broken, "the chair", "the unicorn", "--pages", tmp_path / "pages")
    page = (tmp_path / "pages" / "index.html").read_text()
    assert [len(one.scene.cloud) for one in drawn] == [10, 4]  # best first
    for number in (1, 2):
        assert f'src="hit_000{number}.png"' in page
        assert (tmp_path / "pages" / f"hit_000{number}.png").read_bytes() == b"a picture"
    assert "x=8.00 y=4.00 z=5.00 in odom" in page and "Nothing found." in page
    assert "&lt;b&gt;.mcap" in page and "<b>" not in page


def test_a_picture_shows_one_hit_and_what_it_stands_by(here, bags, monkeypatch):
    """The other objects that the sentence asks for are hits of their own."""
    chairs, table = [thing(0, 1), thing(1, 2)], thing(2, 3)
    whole = GroundedPhrase("both chairs by the table", 0, 24, 0.9, 0.8, tuple(chairs))
    found = [GroundedPhrase("both chairs", 0, 11, 0.9, 0.8, (thing(3, 1), thing(4, 2)))]
    found.append(GroundedPhrase("the table", 15, 24, 0.9, 0.8, (table,)))
    answer = Grounding(whole.text, None, whole, tuple(found))
    shown = drawn_by(monkeypatch, here, bags[0], answer, number=1)
    assert [[i.id for i in phrase.instances] for phrase in shown.phrases] == [[4], [2]]
    assert shown.sentence.instances == (chairs[1],)
    # A target that no phrase means alone is drawn as the sentence's.
    alone = replace(answer, sentence=replace(whole, instances=(thing(0, 7),)))
    shown = drawn_by(monkeypatch, here, bags[0], alone, number=0)
    assert [phrase.instances for phrase in shown.phrases] == [(), ()]


def thing(number, point):
    place = (float(point), 0.0, 0.0)
    return Instance(number, np.array([point]), Box(place, (1.0, 1.0, 1.0), 0.0), place, 0.9)


def drawn_by(monkeypatch, here, recording, answer, number):
    """What is drawn of a hit, where the recording answers so."""
    drawn = []

    def draw(grounding, path):
        drawn.append(grounding)
        path.touch()

    monkeypatch.setattr("detailbase_core.output.render.render_grounding", draw)
    monkeypatch.setattr(PointGrounder, "ground_encoded", lambda *_: answer)
    assert tasks.draw_task(tasks.DrawTask(SearchConfig(), recording, answer.query, number)) == b""
    return drawn[0]


def test_the_network_answers_alike_from_what_another_process_kept(
    bags, tmp_path, capsys, monkeypatch
):
    """Weights at random: what they find means nothing."""
    weights = save_tiny_checkpoint(tmp_path / "tiny.safetensors")
    node = tmp_path / "node.yaml"
    node.write_text(
        f"node:\n  ros__parameters:\n    checkpoint: {weights}\n    device: cpu\n"
        "    instances.presence_threshold: 0.0\n"
    )
    words = [*map(str, bags), "the chair", "--params", str(node), "--workers", "1", "--json", "-"]
    with monkeypatch.context() as patch:
        patch.setattr(command, "_pool", lambda *_: InlinePool())
        assert cli.main(["search", *words]) == 0
        tasks._searcher.cache_clear()
    first = capsys.readouterr()
    assert {json.loads(line)["recording"] for line in first.out.splitlines()} == set(words[:2])
    assert cli.main(["search", *words]) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert "left out" not in again.err and "made anew" not in again.err
    for bag in bags:
        assert bag.with_name(bag.name + CACHE_SUFFIX).exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["the chair"], "there is no such recording"),
        (["a.mcap", " "], "sentence"),
        (["a.mcap", "x", "--output", "hits.csv"], "name a .parquet file"),
        (["a.mcap", "x", "--json", "none/hits.jsonl"], "its folder does not exist"),
        (["a.mcap", "x", "--top", "0"], "--top: 1 or more"),
        (["a.mcap", "x", "--workers", "-1"], "--workers: 0"),
        (["a.mcap", "x", "--workers", "2", "--ray", "auto"], "with --ray the cluster decides"),
    ],
)
def test_what_cannot_be_done_is_refused_before_work(
    run, tmp_path, monkeypatch, capsys, words, complaint
):
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    assert complaint in capsys.readouterr().err


def test_parquet_without_its_package_is_refused_with_advice(run, bags, monkeypatch, capsys):
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    assert run(*bags, "the chair", "--output", "hits.parquet") == 2
    assert "-m pip install pyarrow" in capsys.readouterr().err
