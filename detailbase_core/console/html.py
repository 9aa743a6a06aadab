"""What the console writes beside its map, as HTML; whatever a person typed is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from detailbase_core.errors import shown
from detailbase_core.output.palette import phrase_color
from detailbase_core.output.result_files import place_text, reason_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.console.session import ConsoleAnswer, FoundObject, Spot
    from detailbase_core.output.palette import Rgb

_COPY = "user-select:all;cursor:copy"  # one click selects all of it
_TABLE = "font-size:0.85em;border-spacing:0.6em 0.2em"
_DARK = 140  # brightness up to which white letters are read more easily than black ones

HINT_HTML = '<div style="padding:0 0.8em"><p>Click a point to see what is there.</p></div>'


def answer_html(answer: ConsoleAnswer) -> str:
    """The sentence with each phrase in its colour, and below it what was not found."""
    grounding = answer.grounding
    parts, at = [], 0
    for index, phrase in enumerate(grounding.phrases):
        parts.append(_text(grounding.query[at : phrase.begin]))
        parts.append(f'<span style="{_colored(phrase_color(index))}">{_text(phrase.text)}</span>')
        at = phrase.end
    parts.append(_text(grounding.query[at:]))
    remarks = "".join(f"<p>{_text(remark)}</p>" for remark in answer.remarks)
    return _padded(f'<p style="font-size:1.1em">{"".join(parts)}</p>{remarks}')


def objects_html(objects: list[FoundObject]) -> str:
    """A row per object: name, score, and its place to copy."""
    rows = "".join(
        f'<tr><td><span style="{_colored(one.color)}">{_text(one.name)}</span></td>'
        f"<td>{one.instance.score:.2f}</td><td>{_place(one.instance.box.center)}</td></tr>"
        for one in objects
    )
    head = "<tr><th>object</th><th>score</th><th>x, y, z (m)</th></tr>"
    table = f'<table style="{_TABLE}">{head}{rows}</table>'
    return _padded(table) if objects else ""


def runners_up_html(answer: ConsoleAnswer) -> str:
    """What came next, folded: place and presence by phrase; "" where nothing did."""
    rows = "".join(
        f'<tr><td><span style="{_colored(phrase_color(index))}">{_text(phrase.text)}</span></td>'
        f"<td>{one.score:.2f}</td><td>{_place(one.box.center)}</td></tr>"
        for index, phrase in enumerate(answer.grounding.phrases)
        for one in phrase.runners_up
    )
    head = "<tr><th>instead for</th><th>presence</th><th>x, y, z (m)</th></tr>"
    table = f'<table style="{_TABLE}">{head}{rows}</table>'
    return _padded(f"<details><summary>What came next</summary>{table}</details>") if rows else ""


def reasons_html(answer: ConsoleAnswer) -> str:
    """What decided, phrase by phrase; "" where that was not asked for."""
    rows = "".join(
        f'<tr><td><span style="{_colored(phrase_color(index))}">{_text(phrase.text)}</span></td>'
        f"<td>{_text(line)}</td></tr>"
        for index, phrase in enumerate(answer.grounding.phrases)
        for line in reason_lines(phrase)
    )
    return _padded(f'<table style="{_TABLE}">{rows}</table>') if rows else ""


def spot_html(spot: Spot | None) -> str:
    """What a click met."""
    if spot is None:
        return _padded("<p>No point there.</p>")
    r, g, b = spot.rgb
    swatch = f'<span style="background:rgb({r},{g},{b})">&emsp;</span>'
    place = f'<p>{swatch} <code style="{_COPY}">{spot.place}</code></p>'
    items = "".join(f"<li>{_text(name)}, of “{_text(query)}”</li>" for name, query in spot.found)
    found = f"<ul>{items}</ul>" if items else "<p>No answer so far holds this point.</p>"
    return _padded(f"{place}<p>{_kinds(spot)}</p>{found}")


def status_html(lines: Sequence[str]) -> str:
    """Lines about a map that grows."""
    rows = "".join(f"<div>{_text(line)}</div>" for line in lines)
    return _padded(f'<div style="font-size:0.85em">{rows}</div>')


def _kinds(spot: Spot) -> str:
    if spot.looking:
        return "Looking what it is ..."
    if spot.kinds is None:
        return ""
    if not spot.kinds:
        return "Nothing of the kinds that the console knows."
    return "Perhaps: " + ", ".join(f"{kind} ({score:.2f})" for kind, score in spot.kinds)


def _place(center: tuple[float, float, float]) -> str:
    """Coordinates to be copied."""
    return f'<code style="{_COPY}">{place_text(center)}</code>'


def _colored(rgb: Rgb) -> str:
    r, g, b = rgb
    letters = "#fff" if 0.299 * r + 0.587 * g + 0.114 * b <= _DARK else "#000"
    return f"background:rgb({r},{g},{b});color:{letters};border-radius:3px;padding:0 3px"


def _text(text: str) -> str:
    return escape(shown(text, 4096))


def _padded(html: str) -> str:
    return f'<div style="padding:0 0.8em">{html}</div>'
