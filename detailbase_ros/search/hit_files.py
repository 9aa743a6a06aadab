"""Hits as JSON Lines, as a Parquet table, and as a page of pictures."""

from __future__ import annotations

import importlib
from html import escape
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import ConfigError, pip_install, shown
from detailbase_core.io.atomic_write import atomic_path
from detailbase_ros.search.hits import COLUMNS, iso_time, place_text, time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from detailbase_ros.search.hits import Hit

_STYLE = """
body { font-family: sans-serif; margin: 2em auto; max-width: 110em; padding: 0 1em; color: #222 }
.hits { display: grid; grid-template-columns: repeat(auto-fill, minmax(30em, 1fr)); gap: 1.5em }
figure { margin: 0; border: 1px solid #ccc; border-radius: 0.4em; overflow: hidden }
img { width: 100%; display: block }
figcaption { padding: 0.6em 0.8em; line-height: 1.5; overflow-wrap: anywhere }
"""


def json_records(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """One sentence's hits as members of JSON objects; times in ISO 8601, UTC.

    Args:
        hits: best first.
    """
    return [_with_iso_times(hit.record(rank)) for rank, hit in enumerate(hits, start=1)]


def _with_iso_times(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: iso_time(value) if COLUMNS[name] == "time" and value is not None else value
        for name, value in record.items()
    }


def load_pyarrow() -> Any:
    """The package that writes Parquet.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ConfigError(
            f"Parquet needs pyarrow ({error}): {pip_install('pyarrow')}, or write "
            "JSON lines with --json"
        ) from error


def write_parquet(path: Path, groups: Iterable[Sequence[Hit]]) -> None:
    """Write all sentences' hits as one table, atomically; times are timestamps in UTC.

    Args:
        path: of the file.
        groups: one per sentence, best first.

    Raises:
        ConfigError: pyarrow is not installed.
        OSError: the file cannot be written.
    """
    arrow = load_pyarrow()
    rows = [hit.record(rank) for hits in groups for rank, hit in enumerate(hits, start=1)]
    types = {
        "text": arrow.string(),
        "whole": arrow.int64(),
        "number": arrow.float64(),
        "time": arrow.timestamp("ns", tz="UTC"),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    table = arrow.Table.from_pylist(rows, schema=schema)
    with atomic_path(path) as temporary:
        arrow.parquet.write_table(table, temporary)


def picture_name(number: int) -> str:
    """File of a hit's picture by its number on the page, from 0."""
    return f"hit_{number + 1:04}.png"


def write_page(
    path: Path,
    sections: Iterable[tuple[str, Sequence[tuple[Hit, str]]]],
    left_out: Mapping[Path, str],
) -> None:
    """Write an HTML page of pictures, atomically.

    Args:
        path: of the page; pictures lie beside it.
        sections: each sentence, its hits, best first, and each one's picture; "" = none.
        left_out: recordings that could not be asked, and why.

    Raises:
        OSError: the page cannot be written.
    """
    parts = [_section(sentence, hits) for sentence, hits in sections]
    if left_out:
        rows = "".join(f"<li>{_text(f'{p}: {reason}')}</li>" for p, reason in left_out.items())
        parts.append(f"<h2>Left out</h2><ul>{rows}</ul>")
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>detailbase search</title><style>{_STYLE}</style></head>"
        f"<body><h1>detailbase search</h1>{''.join(parts)}</body></html>\n"
    )
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="replace")


def _section(sentence: str, hits: Sequence[tuple[Hit, str]]) -> str:
    figures = "".join(_figure(rank, *hit) for rank, hit in enumerate(hits, start=1))
    content = f'<div class="hits">{figures}</div>' if hits else "<p>Nothing found.</p>"
    return f"<h2>{_text(sentence)}</h2>{content}"


def _figure(rank: int, hit: Hit, picture: str) -> str:
    lines = (f"{rank}. score {hit.score:.2f}", hit.recording, place_text(hit), time_text(hit))
    caption = "<br>".join(_text(line) for line in lines if line)
    source = escape(picture)
    image = f'<a href="{source}"><img src="{source}" alt="{_text(lines[1])}" loading="lazy"></a>'
    return f"<figure>{image if picture else ''}<figcaption>{caption}</figcaption></figure>"


def _text(text: str) -> str:
    return escape(shown(text))
