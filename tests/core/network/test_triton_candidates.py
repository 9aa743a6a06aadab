"""The GPU's kernels for candidates give what torch gives: by Triton's interpreter, on a GPU."""

from __future__ import annotations

import pytest
import torch

from tests.helpers.triton_interpreter import interpreted

pytest.importorskip("triton")

CHECK = """
import torch
from detailbase_core.network import candidates

torch.set_default_device(DEVICE)
for scenes, rows, count in ((2, 3, 50), (1, 2, 200), (1, 1, 1), (1, 0, 5)):
    torch.manual_seed(count)
    probability = torch.rand(scenes, rows, count)
    probability[probability < 0.4] = 0.0
    probability[:, :1, 1:] *= 0.1  # some rows hold hardly anything
    centers, reach = torch.rand(scenes, count, 3) * 2, torch.rand(scenes, count) * 0.3 + 0.1
    want = candidates.assign_candidates(probability, centers, reach)
    have = candidates.assign_by_kernel(probability, centers, reach)
    assert torch.equal(have, want), (scenes, rows, count)
    print("same", want.unique().tolist())
    if not rows:
        continue
    geometry, logits = torch.rand(scenes, count, 6) * 2, torch.randn(2, scenes, rows, count)
    measured = probability, logits.unbind(), geometry, centers
    with torch.enable_grad():  # by torch
        want = candidates.measured_candidates(*measured)
        references, kind = torch.randn(scenes, rows, 4, 3), torch.rand(scenes, rows, 8)
        told = candidates.pairwise_features(want.features, references, kind)
    have = candidates.measured_by_kernel(*measured)
    assert torch.equal(have.candidates.assignment, want.candidates.assignment)
    assert torch.equal(have.candidates.valid, want.candidates.valid)
    for ours, theirs in (
        (have.features.center, want.features.center),
        (have.features.sizes, want.features.sizes),
        (have.alone, want.alone),
        (have.fit, want.fit),
        (candidates.pairwise_by_kernel(want.features, references, kind), told),
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
"""


def test_the_kernels_find_and_measure_the_same_candidates():
    told = interpreted(CHECK.replace("DEVICE", "'cpu'"))
    assert told.count("same") == 4
    assert "7]" in told  # all candidates were formed


@pytest.mark.cuda
def test_they_do_on_a_gpu():
    before = torch.get_default_device()
    try:
        exec(CHECK.replace("DEVICE", "'cuda'"), {})
    finally:
        torch.set_default_device(before)
