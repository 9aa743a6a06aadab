"""The manuals build as a site, and a broken link is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import detailbase_core

pytest.importorskip("mkdocs")
pytest.importorskip("material")
ROOT = Path(__file__).parents[2]


def build(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """`mkdocs build --strict` of a folder with mkdocs.yml and docs/."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(out)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_it_builds_without_a_warning(tmp_path):
    run = build(ROOT, tmp_path / "site")
    assert run.returncode == 0, run.stderr
    page = (tmp_path / "site" / "setups.html").read_text()
    assert "config/detailbase.yaml" in page  # outside of docs/: named, and no link
    assert 'href="../config' not in page
    assert 'href="ros.html"' in page
    api = (tmp_path / "site" / "api.html").read_text()
    for name in detailbase_core.__all__:
        assert f">{name}<" in api, name
    assert (detailbase_core.Grounder.ground.__doc__ or "").splitlines()[0] in api


def test_a_broken_link_fails(tmp_path):
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs" / "api.md").write_text("# API\n")  # its reference is the other test's
    with (tmp_path / "docs" / "index.md").open("a") as page:
        page.write("\n[nowhere](nowhere.md)\n")
    run = build(tmp_path, tmp_path / "site")
    assert run.returncode != 0
    assert "nowhere.md" in run.stderr
