"""An installation without the native module, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

UNBUILT = """
import sys
sys.modules["detailbase_core._C"] = None  # as if it had never been built
import numpy as np
from detailbase_core.errors import NativeModuleError
"""


def without_native_module(code: str) -> str:
    run = [sys.executable, "-c", UNBUILT + code]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout


def test_what_has_no_twin_says_how_to_build_it():
    said = without_native_module("""
from detailbase_core.config import SuperpointConfig
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.types import PointCloud
cloud = PointCloud(np.zeros((3, 3), np.float32), np.zeros((3, 3), np.uint8))
try:
    segment_cloud(cloud, SuperpointConfig())
except NativeModuleError as error:
    print(error)
""")
    assert said.startswith("the native module is not built (")
    assert said.endswith("run: pip install -e .\n")


def test_what_has_a_twin_works():
    said = without_native_module("""
import torch
from detailbase_core.network.candidates import pick_candidates
from detailbase_core.ops.scatter import average_features
from detailbase_core.sparse import available_backends, select_backend
print(select_backend("auto", torch.zeros(1)).name, available_backends()["native"])
print(average_features(torch.tensor([[1.0], [3.0]]), torch.tensor([0, 0]), 1).item())
sure, far = torch.tensor([[[0.9, 0.8, 0.7]]]), torch.tensor([[[0.0], [0.1], [5.0]]]).expand(1, 3, 3)
print(pick_candidates(sure, far, torch.full((1, 3), 0.3)).assignment.tolist())
""")
    backend, mean, candidates = said.splitlines()
    assert backend.startswith("torch the native module is not built")
    assert float(mean) == 2.0
    assert candidates == "[[[0, 0, 1]]]"


def test_importing_it_needs_no_torch():
    code = "import sys, detailbase_core.ops.native; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"
