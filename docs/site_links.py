"""Hook of MkDocs: links to files outside docs/ become their paths, which a site does not hold; the
page of the API is filled from the docstrings.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(((?:\.\./)+[^)\s#]+|answer\.schema\.json)(?:#[^)]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """The page's text, its links to the repository's files as text and path."""

    def path_of(link: re.Match[str]) -> str:
        target = (DOCS / page.file.src_uri).parent.joinpath(link[2]).resolve()
        if target.is_relative_to(DOCS) and target.suffix == ".md":
            return link[0]
        path = target.relative_to(DOCS.parent).as_posix()
        return f"`{path}`" if link[1].strip("`") in (path, target.name) else f"{link[1]} (`{path}`)"

    if "<!-- reference -->" in markdown:
        reference = runpy.run_path(str(DOCS / "api_reference.py"))["reference"]()
        markdown = markdown.replace("<!-- reference -->", reference)
    return _LINK.sub(path_of, markdown)
