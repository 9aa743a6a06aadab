"""Settings of all tests."""

import os
from importlib.util import find_spec

import pytest
import torch
from hypothesis import settings

settings.register_profile("detailbase", deadline=None)  # busy machines are slow, not wrong
settings.load_profile("detailbase")

os.environ["HF_HUB_OFFLINE"] = "1"  # no test reaches for the network

if find_spec("embreex") is None:  # no wheels for Arm Linux; the preparation says so itself
    collect_ignore = ["test_furniture.py", "test_prepare_furniture.py"]


# Files that take longest begin first, so that no worker is left with one of them at the end.
LONGEST = (
    "test_soak.py",
    "test_bias.py",
    "test_processes.py",
    "test_render.py",
    "test_prepare_furniture.py",
    "test_compare.py",
    "test_demo_answers.py",
)


def pytest_collection_modifyitems(items):
    """Files of LONGEST first; what needs a GPU is skipped where there is none."""
    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("cuda"):
                item.add_marker(pytest.mark.skip(reason="there is no CUDA GPU"))
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture
def one_thread():
    """Sums in one order, so that equal runs are equal to the bit; and no waiting for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def toy_run(tmp_path):
    """Makes training runs on toy scenes in tmp_path, with changed settings."""
    from tests.helpers.toy_scenes import toy_config, write_toy_data
    from training.scenes.scene_store import SceneStore
    from training.trainer.trainer import Run

    write_toy_data(tmp_path)

    def make(**changes) -> Run:
        config = toy_config(tmp_path, **changes)
        return Run(config, SceneStore(config, quiet=True), torch.device("cpu"))

    return make
