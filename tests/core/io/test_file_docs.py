"""The manual of files quotes what the program says: each text is one that the code holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECTIONS = ("Recordings", "Warnings", "Refusals")
SOURCES = ("detailbase_core", "detailbase_core/io", "detailbase_core/mapping")
FROM_PACKAGES = ("checksum mismatch, file is corrupted",)  # what pye57 says


def quoted_texts() -> list[str]:
    """First cells of the tables of messages; several of one row are parted by a slash."""
    page = (ROOT / "docs/files.md").read_text()
    found: list[str] = []
    for name in SECTIONS:
        section = re.split(r"^## ", page.split(f"\n## {name}\n")[1], flags=re.M)[0]
        rows = re.findall(r"^\| (.+?) \| .+ \|$", section, re.M)
        found += [text for row in rows[2:] for text in row.split(" / ")]
    return found


def texts_of_the_code() -> list[str]:
    """String constants, with gaps where something is put in."""
    found = []
    for folder in SOURCES:
        for path in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    parts = [v.value if isinstance(v, ast.Constant) else "\0" for v in node.values]
                    found.append("".join(map(str, parts)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(re.sub(r"%[sd]|%\.\d[fg]", "\0", node.value))
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
