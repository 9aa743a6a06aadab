"""Products with kept rows: the native twin against torch's."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core import _C
from detailbase_core.ops.execution import threads
from detailbase_core.ops.packed_matmul import packed_matmul, packed_rows


@pytest.fixture(params=_C.instruction_sets())
def instruction_set(request):
    _C.use_instruction_set(request.param)
    yield request.param
    _C.use_instruction_set(_C.instruction_sets()[0])


def check(batch, lefts, kept, width, seed, with_added=False):
    random = torch.Generator().manual_seed(seed)
    left = torch.randn(*batch, lefts, width, generator=random)
    rows = torch.randn(*batch, kept, width, generator=random)
    added = torch.randn(*batch, lefts, kept, generator=random) if with_added else None
    before = None if added is None else added.clone()
    expected = left.double() @ rows.double().transpose(-1, -2)
    expected = expected if added is None else expected + added.double()
    for _ in range(2):  # packed, then as packed
        product = packed_matmul(left, rows, added)
        torch.testing.assert_close(product.double(), expected, rtol=1e-5, atol=1e-4)
    assert added is None or torch.equal(added, before)


@settings(max_examples=60, deadline=None)
@given(
    batch=st.lists(st.integers(1, 3), max_size=2),
    lefts=st.integers(0, 70),
    kept=st.integers(0, 150),
    width=st.integers(1, 40),
    seed=st.integers(0, 1000),
    with_added=st.booleans(),
)
def test_it_is_the_product(batch, lefts, kept, width, seed, with_added):
    check(batch, lefts, kept, width, seed, with_added)


def test_every_instruction_set_and_number_of_threads_agrees(instruction_set):
    check((2,), 67, 200, 128, 0, with_added=True)
    left, rows = torch.randn(19, 48), torch.randn(301, 48)
    results = []
    for count in (1, 3):
        with threads(count):
            results.append(packed_matmul(left, rows))
    assert torch.equal(*results)


def test_what_wants_a_gradient_has_one():
    left, rows = torch.randn(3, 4, requires_grad=True), torch.randn(5, 4, requires_grad=True)
    packed_matmul(left, rows, torch.ones(3, 5)).sum().backward()
    torch.testing.assert_close(left.grad, rows.detach().sum(0).expand(3, 4))
    torch.testing.assert_close(rows.grad, left.detach().sum(0).expand(5, 4))


def test_views_are_read_as_they_lie():
    left, rows = torch.randn(6, 2, 9).transpose(0, 1), torch.randn(9, 7, 2).permute(2, 1, 0)
    torch.testing.assert_close(packed_matmul(left, rows), left @ rows.transpose(1, 2))


def test_panels_go_with_what_they_were_made_of():
    rows = torch.randn(4, 3)
    packed_matmul(torch.randn(2, 3), rows)
    panels = packed_rows(rows)
    assert packed_rows(rows) is panels
    held = sys.getrefcount(panels)
    del rows
    gc.collect()
    assert sys.getrefcount(panels) < held


def test_shapes_that_do_not_fit_are_refused():
    def array(*shape):
        return np.zeros(shape, np.float32)

    panels = _C.RowPanels(array(2, 5, 3), 1)
    with pytest.raises(ValueError, match="rows: expected"):
        _C.RowPanels(array(5, 3), 1)
    for left in (array(2, 4, 4), array(1, 4, 3), array(4, 3)):
        with pytest.raises(ValueError, match="left: expected"):
            panels.add_products(left, array(2, 4, 5), 1)
    for result in (array(2, 4, 6), array(2, 3, 5), array(1, 4, 5), array(4, 5)):
        with pytest.raises(ValueError, match="result: expected"):
            panels.add_products(array(2, 4, 3), result, 1)
    with pytest.raises(ValueError, match="threads: from 1 to 1024"):
        panels.add_products(array(2, 4, 3), array(2, 4, 5), 0)
    with pytest.raises(ValueError, match="threads: from 1 to 1024"):
        _C.RowPanels(array(2, 5, 3), -1)
    for left, kept in (((2, 3, 5, 4), (3, 2, 6, 4)), ((1, 5, 4), (3, 6, 4)), ((5, 4), (6, 3))):
        with pytest.raises(ValueError, match="they may differ in the last but one dimension only"):
            packed_matmul(torch.zeros(left), torch.zeros(kept))
