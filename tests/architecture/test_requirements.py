"""requirements-tested.txt holds constraints.txt, version by version, each with its hash."""

from __future__ import annotations

import re

from tests.architecture.hash_requirements import CONSTRAINTS, HASHED

DEPENDENCIES = HASHED.parent / "docs" / "dependencies.md"
PINNED = re.compile(r"([\w.-]+)==([\w.+]+)")


def pins(text):
    """Name as PyPI writes it -> version, of a file for Python 3.11."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    mine = [line for line in lines if 'python_version < "3.11"' not in line]
    found = [PINNED.match(line).groups() for line in mine]
    return {plain(name): version for name, version in found}


def plain(name):
    """A package's name as PyPI writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_it_has_the_versions_of_the_constraints():
    hashed = pins(HASHED.read_text())
    torch = hashed["torch"]
    assert torch.endswith("+cpu")  # the build that the tests run with
    hashed["torch"] = torch.removesuffix("+cpu")
    assert hashed == pins(CONSTRAINTS.read_text())


def test_each_of_them_has_one_hash():
    lines = [line for line in HASHED.read_text().splitlines() if "==" in line]
    assert len(lines) > 150
    hashes = [re.fullmatch(r"\S+==\S+ --hash=sha256:([0-9a-f]{64})", line) for line in lines]
    assert all(hashes)
    assert len({found[1] for found in hashes}) == len(lines)


def test_each_of_them_has_its_licence_in_the_docs():
    text = DEPENDENCIES.read_text().split("## Licences of all that is installed")[1].split("## ")[0]
    named = {plain(word) for word in re.findall(r"[\w.-]+", text)}
    installed = pins(HASHED.read_text())
    others = {name for name in installed if not name.startswith("ros-")}  # ROS's are one entry
    assert others <= named
    assert "lark-parser" not in installed  # superseded by lark
