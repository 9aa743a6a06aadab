"""Steps that follow from the time that a run is given."""

import pytest
import torch

from training.trainer import run_length
from training.trainer.distributed import Processes
from training.trainer.run_length import LAST_SAVE_S, RunLength


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand, in seconds."""
    now = [1000.0]
    monkeypatch.setattr(run_length.time, "monotonic", lambda: now[0])
    return now


def of_minutes(toy_run, minutes, **changes):
    return toy_run(steps=0, minutes=minutes, warmup_steps=10, **changes)


def run_with_clock(run, clock, seconds_of_step):
    """Train while each step takes so long by the clock."""
    step = run.train_step

    def timed():
        clock[0] += seconds_of_step(run.state.step)
        return step()

    run.train_step = timed
    run.train()


def length_of(toy_run, minutes):
    run = of_minutes(toy_run, minutes)
    return RunLength(run.config, 1, Processes(), torch.device("cpu"), began=1000.0)


def looked_at(length, clock, steps, seconds):
    """Let the clock go on by so many seconds at each of these steps; those at which it changed."""
    changed = []
    for step in steps:
        if length.look(step):
            changed.append(step)
        clock[0] += seconds
    return changed


def test_the_steps_fit_into_the_time(toy_run, clock):
    length = length_of(toy_run, minutes=1)
    clock[0] += 8  # the scenes were loaded
    assert looked_at(length, clock, range(10), 1.25) == []
    assert not length.known
    assert looked_at(length, clock, range(10, 20), 0.3) == [10]
    assert length.steps == 10 + int((60 - LAST_SAVE_S - 8 - 10 * 1.25) / 1.25)


def test_the_steps_follow_the_speed_until_half_of_the_time_is_over(toy_run, clock):
    length = length_of(toy_run, minutes=2)
    looked_at(length, clock, range(11), 1.0)
    assert looked_at(length, clock, range(11, 21), 0.5) == [20]
    assert length.steps == 20 + int((120 - LAST_SAVE_S - (11 + 9 * 0.5)) / 0.55)


def test_later_a_run_that_gets_slower_has_fewer_steps_and_one_that_gets_faster_no_more(
    toy_run, clock
):
    length = length_of(toy_run, minutes=4)
    looked_at(length, clock, range(11), 1.0)
    assert looked_at(length, clock, range(11, 30), 6.0) == [20]
    first = length.steps
    assert looked_at(length, clock, range(30, 31), 1.0) == [30]  # half of the time is over
    fewer = length.steps
    assert 30 < fewer < first
    assert looked_at(length, clock, range(31, fewer), 1.0) == []
    assert length.steps == fewer


def test_when_the_time_is_over_a_run_ends_with_the_step_it_has_reached(toy_run, clock):
    length = length_of(toy_run, minutes=0.1)
    looked_at(length, clock, range(11), 10.0)
    assert length.steps == 10


def test_a_run_by_the_clock_is_the_run_of_its_steps(toy_run, tmp_path, clock):
    timed = of_minutes(toy_run, 0.5, out=str(tmp_path / "timed"))
    run_with_clock(timed, clock, lambda step: 1.0)
    assert timed.state.step == timed.steps == 20
    told = toy_run(steps=20, warmup_steps=10, out=str(tmp_path / "told"))
    told.train()
    for name, value in told.state.average.values.items():
        assert torch.equal(value, timed.state.average.values[name]), name


def test_a_resumed_run_keeps_its_steps(toy_run, clock):
    run = of_minutes(toy_run, 0.5, save_every=12)
    save = run.save

    def stopped_after_saving():
        save()
        raise KeyboardInterrupt

    run.save = stopped_after_saving
    with pytest.raises(KeyboardInterrupt):
        run_with_clock(run, clock, lambda step: 1.0)
    clock[0] += 500
    again = of_minutes(toy_run, 0.5, save_every=12)
    assert again.resume() == []
    assert again.steps == 20
    again.train()
    assert again.state.step == 20
