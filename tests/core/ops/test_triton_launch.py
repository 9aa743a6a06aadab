"""Recording of kernel launches and compiling them beforehand, with kernels that only take notes."""

from __future__ import annotations

import threading

import pytest
import torch

from detailbase_core.network.sparse_unet import SparseUNet
from detailbase_core.sparse import select_backend, triton_launch
from detailbase_core.sparse.backends import TRITON
from detailbase_core.sparse.triton_launch import compile_ahead, launch, recorded

CPU = torch.device("cpu")
PUBLISHED = (32, 64, 96, 128, 160)


class Kernel:
    """Notes what it is asked for."""

    def __init__(self):
        self.launched, self.compiled = [], []

    def __getitem__(self, grid):
        return lambda *args, **options: self.launched.append((grid, args, options))

    def warmup(self, *args, grid, **options):
        self.compiled.append((args, options))
        return self

    def run(self):
        """Of a compiled kernel; nobody calls it here."""


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setattr(triton_launch, "_load_driver", lambda: None)  # there may be no GPU
    return Kernel()


def test_what_is_recorded_is_not_launched(kernel):
    rows = torch.zeros(3)
    launch(kernel, (1,), rows, 3, BLOCK=16)
    with recorded() as launches:
        launch(kernel, (1,), rows, 3, BLOCK=16)
        launch(kernel, (2,), torch.ones(7), 7, BLOCK=16)  # the same compiled kernel
        launch(kernel, (1,), rows, 3, BLOCK=32)
        launch(kernel, (1,), rows.half(), 3, BLOCK=16)
    launch(kernel, (1,), rows, 4, BLOCK=16)
    assert [args[1] for _, args, _ in kernel.launched] == [3, 4]
    assert len(launches) == 3


def test_other_threads_launch_while_one_records(kernel):
    other = threading.Thread(target=launch, args=(kernel, (1,), torch.zeros(1)))
    with recorded() as launches:
        other.start()
        other.join()
    assert len(kernel.launched) == 1
    assert not launches


def test_what_work_would_launch_is_compiled(kernel):
    def work():
        for block in (16, 32, 16):
            launch(kernel, (1,), torch.zeros(2), BLOCK=block)

    compile_ahead(work, CPU).result()
    assert not kernel.launched
    assert sorted(options["BLOCK"] for _, options in kernel.compiled) == [16, 32]


def test_recording_ends_with_an_error(kernel):
    def work():
        raise ValueError("of the work")

    assert isinstance(compile_ahead(work, CPU).exception(), ValueError)
    launch(kernel, (1,), torch.zeros(1))
    assert len(kernel.launched) == 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_the_published_network_needs_few_kernels(dtype):
    """Each takes about a second to compile: none for every width and flag."""
    pytest.importorskip("triton")
    unet = SparseUNet(6, PUBLISHED, block_reps=2, backend="torch").eval()
    assert select_backend("torch", torch.zeros(1)).name == "torch"
    unet.use_precision(dtype)
    with recorded() as launches:
        unet._through_one_point(TRITON)
    assert 1 <= len(launches) <= 18
    assert unet.input_conv.weight not in TRITON._laid_out  # it was never written
