"""Tables, weights and assets travel with the code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def data_files() -> set[str]:
    """Tracked files of the core that are no Python, relative to the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "detailbase_core"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name for name in listed.stdout.splitlines() if not name.endswith(".py")}


def test_the_wheel_takes_every_data_file_of_the_core():
    tomllib = pytest.importorskip("tomllib")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    taken = {
        str(path.relative_to(ROOT))
        for package, patterns in settings["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    files = data_files()
    assert {"detailbase_core/language/lexicon.yaml", "detailbase_core/py.typed"} <= files
    assert not files - taken


def test_cmake_installs_the_whole_folder_of_the_core():
    # ament_python_install_package copies every file of a package's folder, not only modules.
    assert "ament_python_install_package(detailbase_core)" in (ROOT / "CMakeLists.txt").read_text()
