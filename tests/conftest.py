"""Settings of all tests."""

import os

from hypothesis import settings

settings.register_profile("detailbase", deadline=None)  # busy machines are slow, not wrong
settings.load_profile("detailbase")

os.environ["HF_HUB_OFFLINE"] = "1"  # no test reaches for the network
