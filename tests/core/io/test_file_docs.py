"""The manual of files quotes what the program says: each text is one that the code holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECTIONS = ("Recordings", "Warnings", "Refusals")
SOURCES = ("detailbase_core", "detailbase_core/io", "detailbase_core/mapping")
HEADINGS = ("what it says", "---")
FROM_PACKAGES = ("checksum mismatch, file is corrupted",)  # what pye57 says

UNEXPLAINED = (  # inside of others, or of a file that another test names
    "\0: \0; there is nothing to look at",
    "\0: looks like no MCAP file",
    "\0: Open3D fails on it (\0)",
)


def quoted_texts() -> list[str]:
    """First cells of the tables of messages; several of one row are parted by a slash."""
    page = (ROOT / "docs/files.md").read_text()
    found: list[str] = []
    for name in SECTIONS:
        section = re.split(r"^## ", page.split(f"\n## {name}\n")[1], flags=re.M)[0]
        rows = re.findall(r"^\| (.+?) \| .+ \|$", section, re.M)
        found += [text for row in rows for text in row.split(" / ") if text not in HEADINGS]
    return found


def text_of(node: ast.AST | None) -> str:
    """A string constant with gaps where something is put in; "" for other nodes."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "\0" for v in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%[sd]|%\.\d[fg]", "\0", node.value)
    return ""


def texts_of_the_code() -> list[str]:
    """All of them."""
    found = []
    for folder in SOURCES:
        for path in (ROOT / folder).glob("*.py"):
            found += filter(None, map(text_of, ast.walk(ast.parse(path.read_text()))))
    return found


def refusals() -> list[str]:
    """Texts of the errors that readers raise by themselves."""
    found = []
    for path in (ROOT / "detailbase_core/io").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                kind, text = getattr(node.exc.func, "id", ""), text_of(node.exc.args[0])
                if kind in ("BadFileError", "BadCloudError") and len(text.replace("\0", "")) > 9:
                    found.append(text)
    return found


def pattern_of(quoted: str) -> re.Pattern[str]:
    """A quoted text in which N, NAME and ... stand for anything."""
    gap = r"(?:.*)"
    plain = re.escape(re.sub(r"\.\.\.|\b(?:[NMWH]|NAME)\b", "\0", quoted))
    return re.compile(plain.replace("\0", gap))


CODE = texts_of_the_code()


@pytest.mark.parametrize("quoted", quoted_texts())
def test_quoted_messages_are_those_of_the_code(quoted: str) -> None:
    pattern = pattern_of(quoted)
    assert quoted in FROM_PACKAGES or any(pattern.search(text) for text in CODE)


def test_a_text_that_nobody_says_would_be_found() -> None:
    assert len(quoted_texts()) > 40
    assert not any(pattern_of("the file is N bytes too odd").search(text) for text in CODE)


@pytest.mark.parametrize("text", refusals())
def test_each_refusal_is_explained(text: str) -> None:
    patterns = map(pattern_of, quoted_texts())
    assert text in UNEXPLAINED or any(pattern.search(text) for pattern in patterns), text
