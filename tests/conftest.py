"""Settings of all tests."""

import os
from importlib.util import find_spec

from hypothesis import settings

settings.register_profile("detailbase", deadline=None)  # busy machines are slow, not wrong
settings.load_profile("detailbase")

os.environ["HF_HUB_OFFLINE"] = "1"  # no test reaches for the network

if find_spec("embreex") is None:  # no wheels for Arm Linux; the preparation says so itself
    collect_ignore = ["test_furniture.py", "test_prepare_furniture.py"]
