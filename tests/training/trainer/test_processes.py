"""Two processes train as one with all the scenes would; a killed run goes on to the bit."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from detailbase_core.settings import to_dict
from tests.helpers.toy_scenes import (
    toy_arrays,
    toy_config,
    toy_records,
    write_scene,
    write_toy_data,
)
from training.config import AugmentationConfig, LossWeights
from training.train import main
from training.trainer.trainer import CHECKPOINT_FILE, STATE_FILE

ROOT = Path(__file__).parents[3]


def start(config_path: Path, **environment: str) -> subprocess.Popen[str]:
    """python -m training.train CONFIG on one thread."""
    return subprocess.Popen(
        [sys.executable, "-m", "training.train", str(config_path)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def train_here(one_thread, capsys):
    """The same in this process, which has imported everything: exit status, and what it said."""
    precision = torch.get_float32_matmul_precision()

    def train(config_path: Path) -> tuple[int, str]:
        capsys.readouterr()
        status = main([str(config_path)])
        return status, "".join(capsys.readouterr())

    yield train
    torch.set_float32_matmul_precision(precision)
    gc.unfreeze()


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status, and what it said."""
    out, err = process.communicate(timeout=240)
    return process.returncode, out + err


def write_config(folder: Path, name: str, **changes) -> Path:
    """A toy run that writes into folder/name."""
    config = toy_config(folder, out=str(folder / name), threads=1, **changes)
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(to_dict(config)), encoding="utf-8")
    return path


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def train_in_two(config_path: Path) -> list[tuple[int, str]]:
    port = free_port()
    started = [
        start(
            config_path,
            WORLD_SIZE="2",
            RANK=str(rank),
            LOCAL_RANK=str(rank),
            MASTER_ADDR="127.0.0.1",
            MASTER_PORT=port,
        )
        for rank in range(2)
    ]
    return [finish(process) for process in started]


def test_two_processes_equal_one_with_all_scenes(tmp_path, train_here):
    """Unequal numbers of voxels; only what is drawn per process (dropout) is off.

    The grid is larger than any scene: voxels at its odd ends have no parents, as published, and
    the one grid of all scenes ends elsewhere. The score's loss is off too: it is a mean over the
    phrases that are already good, whose number differs between the processes.
    """
    write_toy_data(tmp_path)
    for seed in (2, 3):
        arrays = toy_arrays(seed)
        if seed == 2:
            arrays["xyz"][:, :2] *= 0.6  # fewer voxels
        write_scene(tmp_path / "rooms", f"toy{seed}", arrays, toy_records())
    calm = toy_config(tmp_path)
    changes = {
        "scenes_per_step": 4,
        "steps": 6,
        "save_every": 1,
        "learning_rate": 1e-3,
        "augmentation": AugmentationConfig(),
        "loss": LossWeights(presence=0.5, naming=0.5, score=0.0),
        "model": replace(calm.model, dropout=0.0, min_spatial_shape=64),
        "text": replace(calm.text, dropout=0.0),
    }
    for steps, tolerance in ((1, 1e-4), (6, 0.05)):
        changes["steps"] = steps
        status, said = train_here(write_config(tmp_path, f"one{steps}", **changes))
        assert status == 0, said
        for status, said in train_in_two(write_config(tmp_path, f"two{steps}", **changes)):
            assert status == 0, said
        one, two = (
            torch.load(tmp_path / f"{name}{steps}" / STATE_FILE, weights_only=True)
            for name in ("one", "two")
        )
        assert one["step"] == two["step"] == steps
        gradients = [
            {number: moments["exp_avg"] for number, moments in state["optimizer"]["state"].items()}
            for state in (one, two)
        ]
        statistics = [
            {name: value for name, value in state["learner"].items() if "running" in name}
            for state in (one, two)
        ]
        for ours, theirs in (gradients, statistics):
            assert ours.keys() == theirs.keys()
            whole = torch.cat([value.flatten() for value in ours.values()])
            apart = torch.cat([(value - theirs[name]).flatten() for name, value in ours.items()])
            assert float(apart.norm()) <= tolerance * float(whole.norm())


def test_a_process_count_that_does_not_fit_is_refused(tmp_path):
    write_toy_data(tmp_path)
    for status, said in train_in_two(write_config(tmp_path, "odd", scenes_per_step=1)):
        assert status == 1
        assert "scenes_per_step is 1: not a multiple of the 2 processes" in said
        assert "Traceback" not in said


def test_a_killed_run_goes_on_to_the_bit(tmp_path, train_here):
    """SIGKILL at several moments, saving included, then compared with a run never disturbed."""
    write_toy_data(tmp_path)
    settings = {"steps": 40, "save_every": 2}
    status, said = train_here(write_config(tmp_path, "whole", **settings))
    assert status == 0, said
    path = write_config(tmp_path, "killed", **settings)
    state = tmp_path / "killed" / STATE_FILE
    for wait_s in (0.0, 0.13, 0.31):
        before = state.stat().st_mtime_ns if state.exists() else 0
        process = start(path)
        while process.poll() is None and not (
            state.exists() and state.stat().st_mtime_ns != before
        ):
            time.sleep(0.01)
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
        finish(process)
        assert process.returncode == -signal.SIGKILL
        assert 0 < torch.load(state, weights_only=True)["step"] < 40
    status, said = train_here(path)
    assert status == 0, said
    assert "resuming" in said
    assert "with changes" not in said
    one, two = (load_file(tmp_path / name / CHECKPOINT_FILE) for name in ("whole", "killed"))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)
    one, two = (
        torch.load(tmp_path / name / STATE_FILE, weights_only=True) for name in ("whole", "killed")
    )
    assert all(torch.equal(one["learner"][name], two["learner"][name]) for name in one["learner"])
    assert not [p.name for p in (tmp_path / "killed").iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_stop_saves_the_step_in_progress(tmp_path, number):
    write_toy_data(tmp_path)
    process = start(write_config(tmp_path, "asked", steps=100_000, save_every=100_000))
    events = tmp_path / "asked"
    assert process.stderr is not None
    while "training" not in process.stderr.read(1) + (process.stderr.readline()):
        pass
    time.sleep(0.5)
    process.send_signal(number)
    status, said = finish(process)
    assert status == 0, said
    assert "Traceback" not in said
    step = torch.load(events / STATE_FILE, weights_only=True)["step"]
    assert f"{step} of 100000 steps" in said


@pytest.mark.parametrize("limit", [30_000, 200_000])  # within the model, within the state
def test_a_full_disk_is_named_and_the_last_state_kept(tmp_path, train_here, limit):
    write_toy_data(tmp_path)
    settings = {"steps": 6, "save_every": 2}
    path = write_config(tmp_path, "full", **settings)
    status, said = train_here(path)
    assert status == 0, said
    state = tmp_path / "full" / STATE_FILE
    kept = state.read_bytes()
    assert (tmp_path / "full" / CHECKPOINT_FILE).stat().st_size > 30_000
    assert len(kept) > 200_000
    path = write_config(tmp_path, "full", **(settings | {"steps": 20}))
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); "
        f"import sys; from training.train import main; sys.exit(main([{str(path)!r}]))"
    )
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert process.returncode == 1, process.stderr
    assert "cannot be written at step 8" in process.stderr
    assert "Traceback" not in process.stderr
    assert state.read_bytes() == kept
    assert [p.name for p in (tmp_path / "full").glob(".*")] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "nowhere"}, "nowhere: no scenes"),
        ({"word_vectors": "none.npz"}, "none.npz: no word vectors"),
        ({"backbone": "none.pth"}, "none.pth: there is no such file"),
        ({"descriptions": "none.json"}, "none.json: no descriptions can be read"),
        ({"device": "cuda:7"}, "device 'cuda:7' cannot be used here"),
    ],
)
def test_what_is_missing_is_named_without_a_traceback(tmp_path, capsys, changes, message):
    write_toy_data(tmp_path)
    assert main([str(write_config(tmp_path, "run", **changes))]) == 1
    assert message in capsys.readouterr().err
