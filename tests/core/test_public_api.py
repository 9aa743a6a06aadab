"""`import detailbase_core as db`: what it offers, and what it costs."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import detailbase_core as db

ROOT = Path(__file__).parents[2]
NAMES = [
    "Box",
    "DetailBaseError",
    "GroundedPhrase",
    "Grounder",
    "GrounderConfig",
    "Grounding",
    "Instance",
    "PointCloud",
    "load_scene",
    "read_cloud",
    "render_answers",
]


def modules_after(code: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after `code`."""
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(run.stdout.split())


def test_it_offers_these_names_and_no_others():
    assert sorted(db.__all__) == sorted(NAMES)
    assert set(NAMES) <= set(dir(db))
    for name in NAMES:
        home = importlib.import_module(getattr(db, name).__module__)
        assert getattr(home, name) is getattr(db, name)
    with pytest.raises(AttributeError, match="'detailbase_core' has no attribute 'Grounders'"):
        db.Grounders  # noqa: B018 - the access is the test


def test_names_that_type_checkers_see_are_those_that_there_are():
    tree = ast.parse((ROOT / "detailbase_core" / "__init__.py").read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {
        alias.name: node.module.removeprefix("detailbase_core.")
        for node in imports
        if node.module.startswith("detailbase_core")
        for alias in node.names
    }
    assert seen == db._MODULES


def test_importing_it_loads_nothing_heavy():
    loaded = modules_after("import detailbase_core as db; dir(db)")
    own = {name for name in loaded if name.startswith("detailbase_core")}
    assert own == {"detailbase_core"}
    assert not {"torch", "numpy", "scipy", "PIL", "yaml"} & loaded
    new = loaded - modules_after("")
    assert len(new) < 60, sorted(new)  # of the standard library


def test_a_name_loads_what_it_needs_only():
    loaded = modules_after("from detailbase_core import PointCloud, DetailBaseError, read_cloud")
    assert "numpy" in loaded
    assert not {"torch", "scipy"} & loaded


def test_the_quality_declaration_names_exactly_these_as_stable():
    page = (ROOT / "QUALITY_DECLARATION.md").read_text()
    line = next(line for line in page.splitlines() if line.startswith("| 1.iii "))
    told = re.findall(r"`(\w+)`", line.split("detailbase_core")[1].split(";")[0])
    assert sorted(told) == sorted(NAMES)


def test_loading_the_model_does_not_import_torchs_compiler():
    """Which takes longer than everything else of it."""
    code = (
        "import sys; from detailbase_core import Grounder, GrounderConfig; "
        "Grounder(GrounderConfig(device='cpu')); print('torch._dynamo' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
