"""Attribution of the models of a bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.io.atomic_write import atomic_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.synthetic.furniture_card import Card

_TERMS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-3.0-US": "https://creativecommons.org/licenses/by/3.0/us/",
}
SWEET_HOME = """# Where the furniture comes from

Made by `python -m training.prepare_furniture` from the 3D model libraries of Sweet Home 3D
(https://www.sweethome3d.com, Debian package sweethome3d-furniture), collected and converted by
Emmanuel Puybaret / eTeks. Changes: surfaces were sampled as coloured points, scaled to real size,
and rooms may change their colour.
"""
FILES = """# Where the furniture comes from

Made by `python -m training.prepare_furniture` from files of others. Changes: surfaces were sampled
as coloured points, and rooms may change their colour. Whoever passes the bank on passes this on too
and keeps to each model's terms.
"""


def write_attribution(path: Path, cards: Sequence[Card], head: str = SWEET_HOME) -> None:
    """Write a Markdown table of all models, library, name, author, licence, below `head`."""
    lines = [head]
    for license_ in sorted({card.license for card in cards}):
        here = sorted((c for c in cards if c.license == license_), key=lambda c: c.key)
        lines += [f"## {license_} ({len(here)} models)", ""]
        lines += [_TERMS[license_], ""] if license_ in _TERMS else []
        lines += ["| model | name | category | author |", "| --- | --- | --- | --- |"]
        lines += [f"| {c.key} | {c.name} | {c.category} | {c.author} |" for c in here]
        lines.append("")
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines), encoding="utf-8")
