"""Comparisons: what a plan means, what is done next, side by side, and the figures in the end."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
import yaml

from detailbase_core.errors import ConfigError
from detailbase_core.settings import load_yaml, to_dict
from tests.helpers.toy_scenes import (
    toy_arrays,
    toy_config,
    toy_records,
    write_scene,
    write_toy_data,
)
from training import compare
from training.comparison.figures import figures_of
from training.comparison.jobs import Job, Jobs, places, progress_of
from training.comparison.page import write_page
from training.comparison.plan import Plan, Rates, load_plan
from training.comparison.study import Comparison, locked, saved_step, write_config
from training.config import TrainConfig
from training.errors import TrainingError
from training.evaluation.results import Results, SetResult
from training.evaluation.results_table import ROWS
from training.trainer.training_module import HEADS_OF_LOSS

CONFIG_FOLDER = Path(__file__).parents[3] / "config"


@pytest.fixture
def toy(tmp_path):
    """A folder with toy rooms and a training config of them."""
    write_toy_data(tmp_path)
    for name in ("dev", "exam"):
        write_scene(tmp_path / name, "toy9", toy_arrays(9), toy_records())
    write_toy_config(tmp_path, steps=3, threads=1)
    return tmp_path


def write_toy_config(folder: Path, **changes) -> None:
    config = to_dict(toy_config(folder, **changes))
    (folder / "toy.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def make_plan(folder: Path, **settings) -> Plan:
    """A plan on toy rooms; also as plan.yaml."""
    values = {
        "config": str(folder / "toy.yaml"),
        "seeds": [1, 2],
        "side_by_side": 2,
        "variants": {"plain": {}, "other": {"loss.dice": 0.5}},
        "exams": [str(folder / "exam")],
        **settings,
    }
    if "learning_rates" in settings or "backbone_rates" in settings:
        values.setdefault("development", str(folder / "dev"))
    (folder / "plan.yaml").write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    return load_plan(folder / "plan.yaml")


# --- plans ---------------------------------------------------------------------------------------


def test_changes_are_those_of_all_and_then_a_variants_own(toy):
    other = toy / "other.yaml"
    other.write_text((toy / "toy.yaml").read_text().replace("clip_norm: 1.0", "clip_norm: 2.0"))
    plan = make_plan(
        toy,
        changes={"steps": 7, "loss.dice": 0.1, "model.widths": [8, 8]},
        variants={"one": {"loss.dice": 0.9}, "two": {"config": str(other)}},
    )
    one, two = plan.configs["one"], plan.configs["two"]
    assert (one.loss.dice, two.loss.dice) == (0.9, 0.1)
    assert (one.clip_norm, two.clip_norm) == (1.0, 2.0)
    assert one.steps == two.steps == 7
    assert one.model.widths == two.model.widths == (8, 8)


def test_every_variant_is_given_the_same_choice_of_rates(toy):
    plan = make_plan(toy, learning_rates=[0.1, 0.2], backbone_rates=[0.01, 1])
    for variant in plan.variants:
        assert plan.rates(variant) == [(0.1, 0.01), (0.1, 1.0), (0.2, 0.01), (0.2, 1.0)]
    run = plan.run("other", Rates(0.2, 0.01), 2, Path("runs"))
    assert (run.learning_rate, run.backbone_rate, run.seed) == (0.2, 0.01, 2)
    assert run.out == "runs/other/lr0.2_backbone0.01_3steps_seed2"
    assert make_plan(toy).rates("plain") == [(5e-3, 1.0)]  # the config's own


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"nonsense": 1}, "unknown setting 'nonsense'"),
        ({"variants": {}}, "at least one"),
        ({"variants": {"a": {"model.nonsense": 1}}}, r"variants\.a: unknown.*model\.nonsense"),
        ({"variants": {"a": {"steps.more": 1}}}, r"steps has no settings within"),
        ({"variants": {"a": {"loss.dice": "much"}}}, r"variants\.a: loss\.dice: expected float"),
        ({"variants": {"a": {"seed": 3}}}, "seed is for the plan"),
        ({"variants": {"a": {"out": "x"}}}, "out is for the plan"),
        ({"variants": {"a/b": {}}}, "do for a folder"),
        ({"variants": {"a": 3}}, "expected settings, got 3"),
        (
            {"changes": {"learning_rate": 1}, "learning_rates": [1.0, 2.0]},
            "learning_rate is for the",
        ),
        ({"changes": {"steps": 0, "epochs": 2}}, "steps, not epochs"),
        ({"config": ""}, "neither it nor the plan names a config"),
        ({"config": "nowhere.yaml"}, r"nowhere\.yaml: cannot be read"),
        ({"trial_steps": 5}, "nothing to try"),
        ({"development": "dev"}, "learning rates to choose"),
        ({"learning_rates": [1.0, 2.0], "development": ""}, "learning rates to choose"),
        ({"seeds": [1, 1]}, "comes twice"),
        ({"learning_rates": [1.0, 1.0], "development": "dev"}, "learning_rates: one comes twice"),
        ({"exams": []}, "name the rooms"),
        ({"changes": {"config": "x.yaml"}}, "changes: `config`"),
        ({"variants": {"..": {}}}, "do for a folder"),
        ({"exams": ["a/x", "b/x"]}, "folders of one name"),
    ],
)
def test_a_wrong_plan_is_refused(toy, settings, message):
    with pytest.raises(ConfigError, match=message):
        make_plan(toy, **settings)


@pytest.mark.parametrize("name", ["comparison", "ablations"])
def test_the_plans_that_are_kept_can_be_trained(name, monkeypatch):
    monkeypatch.chdir(CONFIG_FOLDER.parent)
    plan = load_plan(CONFIG_FOLDER / f"{name}.yaml")
    assert len(set(map(str, plan.configs.values()))) == len(plan.configs) > 1
    for config in plan.configs.values():
        for loss, options in HEADS_OF_LOSS.items():
            heads = [getattr(config.model, option) for option in options]
            assert any(heads) or not getattr(config.loss, loss)


# --- what is next --------------------------------------------------------------------------------


def pretend_trained(run: TrainConfig, step: int | None = None) -> None:
    Path(run.out).mkdir(parents=True, exist_ok=True)
    torch.save({"step": run.steps if step is None else step}, Path(run.out) / "state.pt")


def pretend_measured(run: TrainConfig, data: str, ious: dict[str, list[float]]) -> None:
    """Results with the same sums of IoUs and numbers of phrases by room."""
    miou = sum(s for s, _ in ious.values()) / sum(n for _, n in ious.values())
    figures = SetResult(data, dict.fromkeys(ROWS, 0.0) | {"phrase_mIoU": miou}, {}, room_ious=ious)
    name = Path(data).name
    Path(run.out).mkdir(parents=True, exist_ok=True)
    Results("", "", 0, "", "", {name: figures}).write(Path(run.out) / f"{name}.json")


def names(comparison: Comparison) -> list[str]:
    return [job.name for job in comparison.waiting()]


def test_trials_come_first_and_the_best_is_the_first_seeds_run(toy):
    plan = make_plan(toy, learning_rates=[0.1, 0.2], variants={"v": {}})
    comparison = Comparison(plan, toy / "runs")
    bad, good = comparison.trials("v").values()
    assert names(comparison) == [f"v/lr{r}_backbone1_3steps_seed1" for r in ("0.1", "0.2")]
    for run in (bad, good):
        pretend_trained(run)
    assert [n.split(" on ")[1] for n in names(comparison)] == ["dev", "dev"]
    pretend_measured(bad, plan.development, {"a": [0.4, 1]})
    assert comparison.chosen("v") is None
    pretend_measured(good, plan.development, {"a": [0.5, 1]})
    assert comparison.chosen("v") == (0.2, 1.0)
    assert names(comparison) == [
        "v/lr0.2_backbone1_3steps_seed1 on exam",
        "v/lr0.2_backbone1_3steps_seed2",
    ]
    for run in comparison.runs("v"):
        pretend_trained(run)
        pretend_measured(run, plan.exams[0], {"a": [0.5, 1]})
    assert names(comparison) == []
    for run in (bad, *comparison.runs("v")):
        (Path(run.out) / "state.pt").unlink()
    assert names(comparison) == []  # it is their figures that count


def test_short_trials_are_runs_of_their_own(toy):
    plan = make_plan(toy, learning_rates=[0.1, 0.2], trial_steps=2, variants={"v": {}})
    comparison = Comparison(plan, toy / "runs")
    for run in comparison.trials("v").values():
        assert run.steps == 2
        pretend_trained(run)
        pretend_measured(run, plan.development, {"a": [0.5, 1]})
    assert names(comparison) == [f"v/lr0.1_backbone1_3steps_seed{s}" for s in (1, 2)]


def test_a_run_that_was_stopped_is_not_done(toy):
    comparison = Comparison(make_plan(toy, variants={"v": {}}, seeds=[1]), toy / "runs")
    (run,) = comparison.runs("v")
    pretend_trained(run, step=2)
    (job,) = comparison.waiting()
    assert job.command == ("training.train", f"{run.out}/config.yaml")
    assert load_yaml(TrainConfig, f"{run.out}/config.yaml") == run


def test_runs_of_another_plan_are_refused(toy):
    comparison = Comparison(make_plan(toy), toy / "runs")
    pretend_trained(comparison.runs("plain")[0])
    comparison.waiting()
    changed = Comparison(make_plan(toy, changes={"loss.dice": 0.3}), toy / "runs")
    with pytest.raises(ConfigError, match=r"begun with other settings \(loss\)"):
        changed.waiting()


def test_a_broken_state_is_named(tmp_path):
    (tmp_path / "state.pt").write_bytes(b"PK nothing")
    with pytest.raises(TrainingError, match=r"state\.pt: cannot be read"):
        saved_step(tmp_path)


def test_two_cannot_work_in_one_folder(tmp_path):
    with locked(tmp_path):  # noqa: SIM117
        with pytest.raises(TrainingError, match="another comparison works there"), locked(tmp_path):
            pass
    with locked(tmp_path):
        pass


# --- figures -------------------------------------------------------------------------------------


def test_figures_are_means_over_seeds_and_the_gap_pairs_rooms(toy):
    plan = make_plan(toy)
    comparison = Comparison(plan, toy / "runs")
    ious = {
        "plain": ({"a": [1.0, 2], "b": [1.0, 2]}, {"a": [1.2, 2], "b": [1.6, 2]}),
        "other": ({"a": [1.4, 2], "b": [1.2, 2]}, {"a": [1.2, 2], "b": [1.8, 2]}),
    }
    assert figures_of(comparison) is None
    for run, found in zip(comparison.runs("plain"), ious["plain"], strict=True):
        pretend_measured(run, plan.exams[0], found)
    assert figures_of(comparison).missing == ["other"]
    for run, found in zip(comparison.runs("other"), ious["other"], strict=True):
        pretend_measured(run, plan.exams[0], found)
    found = figures_of(comparison).exams["exam"]
    assert found["plain"].means["phrase_mIoU"] == pytest.approx((0.5 + 0.7) / 2)
    assert found["plain"].spreads["phrase_mIoU"] == pytest.approx(0.2 / 2**0.5)
    assert found["plain"].gap == ()
    # room a: (2.6 - 2.2) / 2 runs / 2 phrases = 0.1, room b: (3.0 - 2.6) / 4 = 0.1
    assert found["other"].gap == pytest.approx((0.1, 0.1, 0.1))
    assert write_page(comparison, toy / "page.md", "the command")
    page = (toy / "page.md").read_text(encoding="utf-8")
    assert page.startswith("# Page\n")
    assert "| other | 0.700 ± 0.071 |" in page
    assert "| +10.0 (+10.0 to +10.0) |" in page
    assert "    the command" in page
    written = json.loads((toy / "runs" / "comparison.json").read_text())
    assert written["exams"]["exam"]["other"]["gap"] == pytest.approx([0.1, 0.1, 0.1])


def test_the_page_shows_what_was_tried(toy):
    plan = make_plan(toy, learning_rates=[0.1, 0.2], seeds=[1], variants={"v": {}})
    comparison = Comparison(plan, toy / "runs")
    for run, iou in zip(comparison.trials("v").values(), (0.25, 0.5), strict=True):
        pretend_measured(run, plan.development, {"a": [iou, 1]})
        pretend_measured(run, plan.exams[0], {"a": [0.75, 1]})
    assert write_page(comparison, toy / "page.md", "")
    page = (toy / "page.md").read_text(encoding="utf-8")
    assert "|  | 0.1 x 1 | 0.2 x 1 |" in page
    assert "| v | 0.250 | **0.500** |" in page
    assert "| v | 0.750 |" in page and "±" not in page  # one seed has no spread


# --- side by side --------------------------------------------------------------------------------


def test_jobs_run_side_by_side_and_one_that_fails_stops_no_other(tmp_path, capfd):
    todo = [
        Job(f"{i}", ("no_such_module" if i == 1 else "this",), tmp_path / f"{i}.txt")
        for i in range(4)
    ]
    most = 0

    def waiting() -> list[Job]:
        nonlocal most
        most = max(most, len(jobs.running))
        return [job for job in todo if "better than" not in text_of(job)]

    with (tmp_path / "lock").open("w") as lock:
        jobs = Jobs(["", ""], 1, lock.fileno())
        jobs.run(waiting, threading.Event())
    assert [job.name for job in jobs.failed] == ["1"]
    assert text_of(todo[1]).count("no_such_module") == 1  # it is not tried again
    assert all("better than" in text_of(job) for job in (todo[0], *todo[2:]))
    assert most <= 2
    assert "failed: " in capfd.readouterr().err


def text_of(job: Job) -> str:
    return job.log.read_text() if job.log.exists() else ""


def test_an_error_leaves_no_process_behind(tmp_path):
    module = "import time; time.sleep(600)"
    (tmp_path / "sleeps.py").write_text(module)
    (tmp_path / "ends.py").write_text("")
    names = ("sleeps", "ends")
    asked = []

    def waiting():
        asked.append(1)
        if len(asked) > 1:
            raise OSError("no such state")
        return [Job(name, (name,), tmp_path / f"{name}.log") for name in names]

    with (tmp_path / "lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        jobs = Jobs(["", ""], 1, lock.fileno())
        with pytest.raises(OSError, match="no such state"):
            jobs.run(waiting, threading.Event())
    ((process, _),) = jobs.running.values()
    assert process.returncode == -signal.SIGTERM


@pytest.mark.parametrize(
    ("visible", "count", "expected"),
    [
        (None, 2, ["0", "1", "0", "1"]),
        ("2,5", 2, ["2", "5", "2", "5"]),
        ("", 0, ["", ""]),
    ],
)
def test_runs_are_spread_over_the_visible_gpus(monkeypatch, visible, count, expected):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert places(2) == expected


def test_each_job_sees_its_own_gpu(tmp_path):
    (tmp_path / "tell.py").write_text("import os; print(os.environ['CUDA_VISIBLE_DEVICES'])")
    todo = [Job(f"{i}", ("tell",), tmp_path / f"{i}.txt") for i in range(2)]
    with (tmp_path / "lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        jobs = Jobs(["3", "5"], 1, lock.fileno())
        jobs.run(lambda: [job for job in todo if not text_of(job)], threading.Event())
    assert sorted(map(text_of, todo)) == ["3\n", "5\n"]


def test_progress_is_read_from_the_bar(tmp_path):
    log = tmp_path / "log.txt"
    assert progress_of(log) == "starting"
    log.write_bytes(
        "loading scenes:  50%|█     | 1/2 [00:01<00:03,  2.2scene/s]\n"
        "training:  12%|█▏   | 960/8000 [00:32<03:55, 29.9step/s, loss=2.31, "
        "gradient_norm=0.5, mask_bce=1.2]\r".encode()
    )
    assert progress_of(log) == "960 of 8000, 03:55 left, loss 2.31"
    log.write_text("train: data/rooms: no scenes there\n")
    assert progress_of(log) == "train: data/rooms: no scenes there"


# --- the command ---------------------------------------------------------------------------------


def test_a_stopped_comparison_goes_on_and_ends(toy):
    """SIGTERM in the middle of a run; the same command then does what is missing."""
    write_toy_config(toy, steps=150, save_every=1000, log_every=1, threads=1)
    make_plan(toy, seeds=[1])
    command = [
        sys.executable,
        "-m",
        "training.compare",
        str(toy / "plan.yaml"),
        "--out",
        str(toy / "runs"),
    ]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    while not any("loss=" in path.read_text() for path in toy.glob("runs/*/*_150steps*/log.txt")):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "the same command goes on" in told
    states = [saved_step(path) for path in toy.glob("runs/*/*_150steps*")]
    assert any(0 < step < 150 for step in states)
    assert not (toy / "runs" / "comparison.md").exists()
    ended = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert ended.stdout.strip() == str(toy / "runs" / "comparison.md")
    assert any("resuming" in path.read_text() for path in toy.glob("runs/*/*_150steps*/log.txt"))
    figures = json.loads((toy / "runs" / "comparison.json").read_text())
    assert list(figures["exams"]["exam"]) == ["plain", "other"]
    assert figures["missing"] == []


def test_minutes_end_it_and_failures_are_told(toy, capsys, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    make_plan(toy, variants={"plain": {"word_vectors": "nowhere.npz"}}, seeds=[1])
    command = [str(toy / "plan.yaml"), "--out", str(toy / "runs")]
    assert compare.main([*command, "--minutes", "0.0001"]) == 0
    assert "the same command goes on" in capsys.readouterr().err
    assert compare.main(command) == 1
    assert "nowhere.npz: no word vectors can be read" in capsys.readouterr().err
    assert compare.main(["nowhere.yaml", "--out", str(toy / "runs")]) == 1
    assert "nowhere.yaml" in capsys.readouterr().err


def test_what_is_learned_stays_what_is_told_may_change(toy):
    run = make_plan(toy).run("plain", Rates(0.1, 1.0), 1, toy / "runs")
    path = write_config(run)
    assert write_config(dataclasses.replace(run, log_every=7)) == path
    assert load_yaml(TrainConfig, path).log_every == 7
    with pytest.raises(ConfigError, match=r"\(clip_norm\)"):
        write_config(dataclasses.replace(run, clip_norm=7.0))
