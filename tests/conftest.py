"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("detailbase", deadline=None)  # busy machines are slow, not wrong
settings.load_profile("detailbase")
