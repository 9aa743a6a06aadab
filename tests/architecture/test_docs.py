"""Quotes of the manuals exist in the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
TROUBLES = (ROOT / "docs" / "troubleshooting.md").read_text()
QUOTES = re.findall(r"^> (.+)$", TROUBLES, re.MULTILINE)
MARK = "\0"  # a value that an f-string fills in


def texts() -> list[str]:
    """All strings of the node and the core, values marked."""
    found = []
    for package in ("detailbase_ros", "detailbase_core"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (p.value if isinstance(p, ast.Constant) else MARK for p in node.values)
                    found.append("".join(parts))
    return [text for text in found if len(text.replace(MARK, "")) > 25]


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split(MARK)))


TEXTS = texts()


def test_there_are_ten_mistakes_each_with_what_the_node_says():
    assert len(re.findall(r"^## \d+\. ", TROUBLES, re.MULTILINE)) == 10
    assert len(QUOTES) == 10


@pytest.mark.parametrize("quote", QUOTES)
def test_what_the_page_quotes_is_what_the_code_says(quote):
    without_topic = re.sub(r"^/[\w/]+: ", "", quote)
    assert any(pattern(text).fullmatch(q) for text in TEXTS for q in (quote, without_topic))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_parameters_that_pages_name_exist(page):
    known = (ROOT / "config" / "detailbase.yaml").read_text()
    for name in re.findall(r"`((?:map|goal|instances|superpoints)\.\w+)`", page.read_text()):
        assert f"    {name}:" in known, name


def test_launch_arguments_that_pages_name_exist():
    sources = "".join(path.read_text() for path in (ROOT / "launch").iterdir())
    for page in PAGES:
        text = page.read_text().replace("\\\n", " ")
        for line in re.findall(r"ros2 launch detailbase_ros (.+)", text):
            for name in re.findall(r"(\w+):=", line.split("#")[0]):
                assert f'"{name}"' in sources, f"{page.name}: {name}"
