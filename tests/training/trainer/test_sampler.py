"""Scenes and sentences of each step."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.errors import ConfigError
from training.config import TrainConfig
from training.trainer.distributed import Processes
from training.trainer.sampler import Sampler

COUNTS = st.lists(st.integers(1, 30), min_size=1, max_size=9)
SIZES = st.integers(1, 8)


def config(grouping="random", scenes=2, sentences=8, seed=1999):
    return TrainConfig(
        steps=5, grouping=grouping, scenes_per_step=scenes, sentences_per_scene=sentences, seed=seed
    )


@given(COUNTS, SIZES, SIZES, st.integers(0, 5))
def test_every_scene_is_drawn_once_per_epoch(counts, scenes, sentences, seed):
    draws = Sampler(counts, config(scenes=scenes, sentences=sentences, seed=seed))
    sequence = [draw for step in range(3 * len(counts)) for draw in draws.step(step)]
    for begin in range(0, len(sequence) - len(counts), len(counts)):
        epoch = sequence[begin : begin + len(counts)]
        assert sorted(draw.scene for draw in epoch) == list(range(len(counts)))
    for draw in sequence:
        assert len(draw.sentences) == sentences
        assert all(0 <= s < counts[draw.scene] for s in draw.sentences)
        if counts[draw.scene] >= sentences:
            assert len(set(draw.sentences)) == sentences
    assert len({draw.seed for draw in sequence}) == len(sequence)


@given(COUNTS, SIZES, SIZES)
def test_consecutive_groups_are_the_published_ones(counts, scenes, sentences):
    """Each group once per epoch, in file order within, but for those of the incomplete step."""
    wanted = config("consecutive", scenes, sentences)
    groups = [
        (scene, tuple(range(count))[begin : begin + sentences])
        for scene, count in enumerate(counts)
        for begin in range(0, count, sentences)
    ]
    if len(groups) < scenes:
        with pytest.raises(ConfigError, match=rf"only {len(groups)} groups"):
            Sampler(counts, wanted)
        return
    draws = Sampler(counts, wanted)
    assert draws.steps_per_epoch == len(groups) // scenes
    for epoch in range(2):
        steps = range(epoch * draws.steps_per_epoch, (epoch + 1) * draws.steps_per_epoch)
        seen = Counter((d.scene, d.sentences) for step in steps for d in draws.step(step))
        assert set(seen.values()) == {1}
        assert set(seen) <= set(groups)
        assert len(groups) - len(seen) == len(groups) % scenes


def test_a_step_is_decided_by_seed_and_number_alone():
    counts = [20] * 7
    first, second, other = (Sampler(counts, config(seed=seed)) for seed in (3, 3, 4))
    ahead = second.step(40)
    steps = [first.step(step) for step in range(41)]
    assert steps[40] == ahead
    assert steps != [other.step(step) for step in range(41)]
    assert [[d.scene for d in step] for step in steps[:7]] != [
        [d.scene for d in step] for step in steps[7:14]
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_processes_share_a_step(count):
    step = Sampler([9] * 10, config(scenes=6)).step(3)
    shares = [Processes(rank, count).share(step) for rank in range(count)]
    assert [draw for share in shares for draw in share] == step
    assert {len(share) for share in shares} == {6 // count}


def test_processes_that_cannot_share_evenly_say_so():
    step = Sampler([9] * 10, config(scenes=6)).step(0)
    with pytest.raises(ConfigError, match="scenes_per_step is 6: not a multiple of the 4 proc"):
        Processes(0, 4).share(step)
