"""The command line: what it prints and writes, and what it says about bad input."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from detailbase_core import cli
from detailbase_core.commands import scene_arguments
from detailbase_core.config import MapConfig, ModelConfig, TextConfig
from detailbase_core.demo import invitation_lines
from detailbase_core.errors import BadCloudError, ConfigError
from detailbase_core.io.cloud_files import read_cloud, write_ply
from detailbase_core.io.ply import read_ply
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.mapping.load_scene import load_scene
from detailbase_core.network.checkpoint import save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.output import progress
from detailbase_core.output.exit_status import FOUND, NO_ANSWER, NOT_FOUND
from detailbase_core.output.palette import PALETTE
from detailbase_core.types import (
    Box,
    GroundedPhrase,
    Grounding,
    Instance,
    PointCloud,
    Scene,
)
from tests.helpers.json_schema import answer_faults

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data"
REAL_SCANS = ROOT.parent / "shared" / "real_scans"
SENTENCE = "the red chair next to the table"


class FakeGrounder:
    """Finds the first ten points for the first phrase, and nothing else.

    The sentence's own target is the first phrase's, unless the sentence is about a ghost.
    """

    encodings = 0

    def encode_cloud(self, cloud: PointCloud) -> PointCloud:
        FakeGrounder.encodings += 1
        return cloud

    def ground_encoded(self, cloud: PointCloud, sentence: str, why: bool) -> Grounding:
        box = Box((1.415, -0.304, 0.45), (0.6, 0.5, 0.9), 0.1)
        points = np.arange(min(10, len(cloud)))
        phrases = [
            GroundedPhrase(
                p.text,
                p.begin,
                p.end,
                0.91,
                1.0 if i == 0 else 0.2,
                (Instance(0, points, box, (1.4, -0.3, 0.4), 0.913),) if i == 0 else (),
                runners_up=(Instance(9, points, box, (1.4, -0.3, 0.4), 0.499),) if why else (),
            )
            for i, p in enumerate(parse_sentence(sentence).phrases)
        ]
        found = phrases and "ghost" not in sentence
        target = (Instance(1, points, box, (1.4, -0.3, 0.4), 0.5),) if found else ()
        whole = GroundedPhrase(sentence, 0, len(sentence), 0.5, 0.3, target)
        scene = Scene(cloud, np.zeros(len(cloud), np.int64))
        return Grounding(sentence, scene, whole, tuple(phrases), {"encode_scene": 0.25})


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_arguments, "make_grounder", lambda config: FakeGrounder())
    FakeGrounder.encodings = 0


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0, 3, (3000, 3)).astype(np.float32)
    xyz[:2000, 2] = 0.0
    write_ply(tmp_path / "scene.ply", PointCloud(xyz, np.full((3000, 3), 99, np.uint8)))
    return tmp_path / "scene.ply"


@pytest.fixture(scope="module")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with random weights: its answers mean nothing, but it computes them."""
    torch.manual_seed(0)
    config = ModelConfig(
        widths=(8, 16),
        text_dim=32,
        query_dim=16,
        heads=2,
        ffn_dim=32,
        decoder_layers=1,
        coordinates="anchored",
    )
    letters = ["[UNK]", *"abcdefghijklmnopqrstuvwxyz"]
    text = TextConfig(vector_dim=8, dim=32, layers=1, heads=2, ffn_dim=32)
    vectors = np.random.default_rng(0).normal(size=(len(letters), 8))
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_checkpoint(path, DetailBase(config), SmallTextEncoder(text, letters, vectors), {})
    return path


def run(*arguments: object) -> int:
    return cli.main(["ground", *map(str, arguments)])


# -- answers -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("fake")
def test_prints_each_phrase_with_its_objects(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene, SENTENCE) == FOUND
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        f'"{SENTENCE}" (scene.ply)',
        "the red chair:",
        "  red chair #1  x=1.42 y=-0.30 z=0.45  score 0.91",
        "the table: nothing found (presence 0.20)",
        "the whole sentence:",
        "  target #1  x=1.42 y=-0.30 z=0.45  score 0.50",
    ]
    assert "3,000 points" in printed.err and "z is up" in printed.err


@pytest.mark.usefixtures("fake")
def test_the_exit_status_says_whether_every_target_was_found(scene: Path) -> None:
    assert run(scene, "is it there?") == NOT_FOUND
    assert run(scene, "a chair beside the ghost") == NOT_FOUND  # its chair alone was found
    assert run(scene, "the chair", "the table") == FOUND
    assert run(scene, "the ghost", "the table") == NOT_FOUND


@pytest.mark.usefixtures("fake")
def test_several_sentences_encode_the_scene_once(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # flags may stand between and before sentences
    out = ["--json", tmp_path / "a.jsonl", "--picture", tmp_path / "a.png"]
    assert run(scene, *out[:2], "the chair", *out[2:], "the lamp", "--up", "z") == FOUND
    assert FakeGrounder.encodings == 1
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith('"')]
    assert titles == ['"the chair" (scene.ply)', '"the lamp" (scene.ply)']
    answers = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [answer["query"] for answer in answers] == ["the chair", "the lamp"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("fake")
def test_answers_go_to_stdout_as_json(scene: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(scene, "--json", "-", "the chair", "is it there?") == NOT_FOUND
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.out.splitlines())
    assert answer_faults(first) == answer_faults(second) == []
    assert (first["status"], first["target_found"]) == ("OK", True)
    assert (second["status"], second["target_found"]) == ("NOTHING_FOUND", False)
    assert "wrote" not in printed.err


@pytest.mark.usefixtures("fake")
def test_json_says_where_a_robot_may_stand(tmp_path: Path) -> None:
    grid = np.stack(np.meshgrid(*[np.arange(-2, 3, 0.04)] * 2), -1).reshape(-1, 2)
    floor = np.column_stack([grid, np.zeros(len(grid))])
    near = np.abs(grid - (1.415, -0.304)).max(axis=1) < 0.25
    block = np.concatenate([floor[near] + [0, 0, z] for z in np.arange(0.1, 0.9, 0.04)])
    xyz = np.concatenate([floor, block]).astype(np.float32)
    write_ply(tmp_path / "room.ply", PointCloud(xyz, np.full(xyz.shape, 99, np.uint8)))
    out = tmp_path / "a.jsonl"
    assert run(tmp_path / "room.ply", "--up", "z", "--json", out, "the chair", "a ghost") == 1
    found, missed = map(json.loads, out.read_text().splitlines())
    assert answer_faults(found) == answer_faults(missed) == []
    x, y, z = found["approach"]["position"]
    away = np.array([1.415 - x, -0.304 - y])
    assert 0.5 < np.linalg.norm(away) < 1.6 and abs(z) < 0.05  # beside its box, on the floor
    assert found["approach"]["yaw"] == pytest.approx(np.arctan2(away[1], away[0]), abs=1e-6)
    assert missed["approach"] is None


@pytest.mark.usefixtures("fake")
def test_runners_up_are_told_where_asked_for(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene, SENTENCE, "--why", "--json", tmp_path / "a.json") == FOUND
    lines = capsys.readouterr().out.splitlines()
    assert lines[3] == "  next best  x=1.42 y=-0.30 z=0.45  presence 0.49"
    reasons = [line for line in lines if line.startswith("  without ")]
    assert reasons[0] == '  without "red": the same'  # the fake finds whatever is asked for
    others = [line for line in lines if line not in reasons]
    assert others[4:6] == ["the table: nothing found (presence 0.20)", lines[3]]
    answer = json.loads((tmp_path / "a.json").read_text())
    assert answer_faults(answer) == []
    (next_best,) = answer["phrases"][1]["runners_up"]
    assert (next_best["id"], next_best["presence"]) == (9, 0.499)
    run(scene, SENTENCE, "--json", tmp_path / "a.json")
    assert "runners_up" not in json.loads((tmp_path / "a.json").read_text())["phrases"][0]


@pytest.mark.usefixtures("fake")
def test_each_objects_points_are_a_file(scene: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "objects", tmp_path / "a.json"
    assert run(scene, SENTENCE, "--points", folder, "--json", out) == FOUND
    answer = json.loads(out.read_text())
    (chair,) = answer["phrases"][0]["instances"]
    assert chair["points_file"] == str(folder / "1_0_red_chair_1.ply")
    assert len(read_cloud(folder / "1_0_red_chair_1.ply")) == chair["points"] == 10
    assert {path.name for path in folder.iterdir()} == {"1_0_red_chair_1.ply", "1_1_target_1.ply"}


@pytest.mark.usefixtures("fake")
def test_outputs_that_do_not_fit_are_refused_before_work(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene, "the chair", "the lamp", "--ply", tmp_path / "a.ply") == NO_ANSWER
    assert "holds one answer" in error_of(capsys)
    assert run(scene, "--picture", tmp_path / "a.png") == NO_ANSWER
    assert "on the command line" in error_of(capsys)
    with pytest.raises(SystemExit):
        run(scene, "the chair", "--jsn", "a.json")
    assert FakeGrounder.encodings == 0


# -- sentences that are typed ------------------------------------------------------------------


@pytest.mark.usefixtures("fake")
def test_without_a_sentence_lines_of_stdin_are_asked(
    scene: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the chair\n\n" + "x " * 300 + "\nthe ghost\n"))
    assert run(scene) == NOT_FOUND
    printed = capsys.readouterr()
    titles = [line for line in printed.out.splitlines() if line.startswith('"')]
    assert titles == ['"the chair" (scene.ply)', '"the ghost" (scene.ply)']
    assert "detailbase: the sentence has 300 words" in printed.err
    assert FakeGrounder.encodings == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(" \n"))
    assert run(scene) == NO_ANSWER
    assert "no sentence was given" in error_of(capsys)


@pytest.mark.usefixtures("fake")
def test_a_prompt_goes_on_until_the_end_of_input(
    scene: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed = iter(["the chair", KeyboardInterrupt, "no, the red one", "forget it", "it", EOFError])

    def line(prompt: str) -> str:
        one = next(typed)
        if isinstance(one, str):
            return one
        raise one

    monkeypatch.setattr("builtins.input", line)
    monkeypatch.setattr("sys.stdin", Terminal())
    assert run(scene, "--json", tmp_path / "a.json") == FOUND
    printed = capsys.readouterr()
    assert "Ctrl-D ends" in printed.err
    assert printed.out.count("taken as: ") == 1
    assert '"no, the red one" (scene.ply)\ntaken as: "the red chair"\nthe red chair:' in printed.out
    answers = [json.loads(line) for line in (tmp_path / "a.json").read_text().splitlines()]
    assert [answer_faults(answer) for answer in answers] == [[], [], []]
    assert (answers[1]["said"], answers[1]["query"]) == ("no, the red one", "the red chair")
    assert "said" not in answers[0] and answers[2]["query"] == "it"


@pytest.mark.usefixtures("fake")
def test_sentences_of_a_list_stand_by_themselves(
    scene: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the chair\nno, the red one\n"))
    run(scene)
    run(scene, "the chair", "no, the red one")
    assert "taken as" not in capsys.readouterr().out


@pytest.mark.usefixtures("fake")
def test_writes_json_ply_and_picture(scene: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / name for name in ("a.json", "a.ply", "a.png")]
    flags = zip(("--json", "--ply", "--picture"), outputs, strict=True)
    assert run(scene, SENTENCE, *(part for flag in flags for part in flag)) == FOUND

    answer = json.loads(outputs[0].read_text())
    assert answer_faults(answer) == []
    assert answer["query"] == SENTENCE
    assert [p["text"] for p in answer["phrases"]] == ["the red chair", "the table"]
    (found,) = answer["phrases"][0]["instances"]
    assert found["name"] == "red chair #1" and answer["frame"] == "scene.ply"
    assert found["box"] == {"center": [1.415, -0.304, 0.45], "size": [0.6, 0.5, 0.9], "yaw": 0.1}
    assert answer["scene"]["source_to_map"] == np.eye(4).tolist()
    assert found["source"]["center"] == found["box"]["center"]

    colored = read_cloud(outputs[1])
    assert (colored.rgb[:10] == PALETTE[0]).all() and (colored.rgb[10:] == 99).all()
    header = outputs[1].read_bytes().split(b"end_header")[0]
    assert b"property int phrase\nproperty int instance" in header
    xyz, _ = read_ply(outputs[1].read_bytes(), "a.ply")
    assert len(xyz) == answer["scene"]["points"]
    assert outputs[2].read_bytes().startswith(b"\x89PNG")


def test_ply_labels_read_back(tmp_path: Path) -> None:
    cloud = PointCloud(np.array([[1, 2, 3], [np.nan] * 3, [4, 5, 6]], "f4"), np.zeros((3, 3), "u1"))
    write_ply(tmp_path / "a.ply", cloud, {"phrase": np.array([7, 8, -1], np.int32)})
    body = (tmp_path / "a.ply").read_bytes().split(b"end_header\n")[1]
    rows = np.frombuffer(body, [("xyz", "<f4", 3), ("rgb", "u1", 3), ("phrase", "<i4")])
    assert rows["phrase"].tolist() == [7, -1]


def test_the_whole_path_with_a_real_network(
    scene: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    out = ["--json", tmp_path / "a.json", "--why"]
    status = run(scene, SENTENCE, "--checkpoint", tiny_checkpoint, *out)
    answer = json.loads((tmp_path / "a.json").read_text())
    assert answer_faults(answer) == []
    assert status == (FOUND if answer["target_found"] else NOT_FOUND)
    assert all(0.0 <= p["score"] <= 1.0 for p in answer["phrases"])


@pytest.mark.parametrize("bag", ["room_mcap", "room_db3/room_db3_0.db3", "room_mcap_zstd"])
def test_recordings(bag: str, tiny_checkpoint: Path, tmp_path: Path) -> None:
    run(DATA / bag, "the box", "--checkpoint", tiny_checkpoint, "--json", tmp_path / "a.json")
    answer = json.loads((tmp_path / "a.json").read_text())
    assert answer["scene"]["frame"] == "odom" and answer["scene"]["points"] > 10_000
    assert "4 clouds" in answer["scene"]["note"]


@pytest.mark.skipif(not REAL_SCANS.is_dir(), reason="the real scans lie outside the repository")
@pytest.mark.parametrize("name", ["office_floor", "tabletop"])
def test_real_scans(name: str, tiny_checkpoint: Path, tmp_path: Path) -> None:
    scan = REAL_SCANS / f"{name}.pcd"
    run(scan, "the chair", "--checkpoint", tiny_checkpoint, "--json", tmp_path / "a.json")
    answer = json.loads((tmp_path / "a.json").read_text())
    assert "up is -y tilted" in answer["scene"]["note"]


# -- loading -----------------------------------------------------------------------------------


def test_loaded_files_have_one_point_per_voxel(tmp_path: Path) -> None:
    xyz = np.repeat(np.array([[0.01, 0.01, 0.01], [5.01, 0.01, 30.01]], np.float32), 50, axis=0)
    write_ply(tmp_path / "a.ply", PointCloud(xyz, np.full((100, 3), 8, np.uint8)))
    loaded = load_scene(tmp_path / "a.ply", MapConfig(max_range_m=1.0), up="z")
    assert sorted(loaded.cloud.xyz[:, 2].tolist()) == pytest.approx([0.01, 30.01], abs=1e-5)
    assert "100 points, 2 voxels" in loaded.note


def test_up_takes_a_minus(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", PointCloud(np.array([[1, 2, 3]], "f4"), np.full((1, 3), 8, "u1")))
    loaded = load_scene(tmp_path / "a.ply", MapConfig(), up="-y", unit="mm")
    np.testing.assert_allclose(loaded.cloud.xyz, [[0.003, -0.001, -0.002]], atol=1e-6)
    np.testing.assert_allclose(
        loaded.source_to_map @ [1, 2, 3, 1], [0.003, -0.001, -0.002, 1], atol=1e-9
    )


@pytest.mark.usefixtures("fake")
def test_the_command_takes_a_minus_too(scene: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(scene, SENTENCE, "--up", "-y", "--unit", "m") == FOUND
    assert "-y is up as told" in capsys.readouterr().err


def test_a_recording_can_be_turned_too() -> None:
    plain = load_scene(DATA / "room_mcap", MapConfig())
    turned = load_scene(DATA / "room_mcap", MapConfig(), up="-z")
    np.testing.assert_allclose(turned.cloud.xyz, plain.cloud.xyz * [1, -1, -1], atol=1e-6)


def test_scene_words_are_checked(scene: Path) -> None:
    with pytest.raises(ConfigError, match="north"):
        load_scene(scene, MapConfig(), up="north")


# -- bad input ---------------------------------------------------------------------------------


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    assert printed.out == "" and "Traceback" not in printed.err
    (line,) = [text for text in printed.err.splitlines() if text.startswith("detailbase: ")]
    return line


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("sentence", "message"),
    [("", "sentence is empty"), ("  \n", "sentence is empty"), ("x " * 2000, "2000 words")],
)
def test_bad_sentences(
    scene: Path, sentence: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene, sentence) == NO_ANSWER
    assert message in error_of(capsys)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("sentence", ["😀 😀", "椅子在桌子旁边", "quickly and slowly"])
def test_strange_sentences_are_answered(scene: Path, sentence: str) -> None:
    assert run(scene, sentence) in (FOUND, NOT_FOUND)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("scan.ply", b"\x89PNG\r\n\x1a\n", "looks like a PNG picture"),
        ("scan.pcd", b"", "looks like an empty file"),
        ("scan.npz", b"PK\x03\x04broken", "cannot be read as NPZ"),
        ("scan.ply", b"ply\nformat ascii 1.0\n", "truncated"),
        ("scan.mcap", b"\x89MCAP0\r\n", "broken or cut off"),
        ("scan.mcap", b"hello", "looks like plain text"),
    ],
)
def test_bad_files(
    tmp_path: Path, name: str, data: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    assert run(tmp_path / name, SENTENCE) == NO_ANSWER
    line = error_of(capsys)
    assert message in line and name in line


@pytest.mark.usefixtures("fake")
def test_missing_scene_and_missing_output_folder(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none.ply", SENTENCE) == NO_ANSWER
    assert "none.ply: cannot be read: No such file" in error_of(capsys)
    assert run(scene, SENTENCE, "--json", tmp_path / "no" / "a.json") == NO_ANSWER
    assert "its folder does not exist" in error_of(capsys)


def test_missing_and_truncated_weights(
    scene: Path, tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene, SENTENCE, "--checkpoint", tmp_path / "none.pth") == NO_ANSWER
    assert "none.pth" in error_of(capsys)
    (tmp_path / "half.safetensors").write_bytes(tiny_checkpoint.read_bytes()[:5000])
    assert run(scene, SENTENCE, "--checkpoint", tmp_path / "half.safetensors") == NO_ANSWER
    assert "half.safetensors" in error_of(capsys)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_a_few_points_are_a_scene(count: int, tiny_checkpoint: Path, tmp_path: Path) -> None:
    xyz = np.arange(3 * count, dtype=np.float32).reshape(count, 3) / 10
    write_ply(tmp_path / "a.ply", PointCloud(xyz, np.full((count, 3), 8, np.uint8)))
    status = run(tmp_path / "a.ply", "the chair", "--checkpoint", tiny_checkpoint)
    assert status in (FOUND, NOT_FOUND)


@pytest.mark.usefixtures("fake")
def test_empty_and_nan_clouds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "empty.npz", xyz=np.empty((0, 3)))
    assert run(tmp_path / "empty.npz", SENTENCE) == NO_ANSWER
    assert "holds no points" in error_of(capsys)
    np.savez(tmp_path / "nan.npz", xyz=np.full((5, 3), np.nan))
    assert run(tmp_path / "nan.npz", SENTENCE) == NO_ANSWER
    assert "all of them NaN" in error_of(capsys)
    with pytest.raises(BadCloudError):
        load_scene(tmp_path / "nan.npz", MapConfig())


def test_a_separate_process_fails_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "scan.ply").write_text("hello")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "detailbase_core.cli", "ground", "scan.ply", "the chair"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == NO_ANSWER and done.stdout == ""
    said = [line for line in done.stderr.splitlines() if line]
    (line,) = [line for line in said if not re.search(r" ... \d\d:\d\d$", line)]
    assert line.startswith("detailbase: scan.ply: looks like plain text")


@pytest.mark.parametrize("arguments", [[], ["ground"], ["ground", "a", "b", "--up", "north"]])
def test_usage_errors(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2


def test_a_sentence_before_the_scene_is_told(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ground", "the red chair", str(scene)]) == NO_ANSWER
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"the scene comes first: detailbase ground {scene} 'the red chair'")


def test_what_is_missing_is_named_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["ground"])
    assert capsys.readouterr().err.endswith("the following arguments are required: SCENE\n")


def test_a_demo_ends_with_commands_that_work(
    scene: Path, monkeypatch: pytest.MonkeyPatch, fake: None
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the chair\n"))
    _, *grounds, console = invitation_lines(scene)
    assert shlex.split(console, comments=True)[1:] == ["console", str(scene)]
    for line in grounds:
        program, *arguments = shlex.split(line, comments=True)
        assert Path(program).name == "detailbase"
        assert cli.main(arguments) == FOUND


# -- info and progress -------------------------------------------------------------------------


def test_info_names_what_is_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["info"]) == 0
    text = capsys.readouterr().out
    for word in ("torch", "device", "threads", "native", "spconv", "model"):
        assert word in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_a_terminal_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    monkeypatch.setattr(progress, "REFRESH_S", 0.01)
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        with progress.progress("reading a", stream) as report:
            while "reading a" not in stream.getvalue():
                pass
            report("reading b")
            while stream is terminal and "reading b" not in stream.getvalue():
                pass
    assert file.getvalue() == "\rreading a ... 00:00\rreading b ... 00:00\n"
    assert "reading b ... 00:00" in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r")


def test_progress_is_silent_about_short_work() -> None:
    stream = io.StringIO()
    with progress.progress("reading", stream):
        pass
    assert stream.getvalue() == ""


def test_what_a_file_or_a_sentence_holds_does_not_reach_the_terminal_raw(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(scene.with_name("\x1b[2J.ply"), SENTENCE) == NO_ANSWER
    assert "\x1b" not in capsys.readouterr().err
