"""Fonts, tags and the sentence under the picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from detailbase_core.output.palette import phrase_color
from detailbase_core.output.render.style import LIGHT

if TYPE_CHECKING:
    from detailbase_core.output.palette import Rgb
    from detailbase_core.output.render.style import Style
    from detailbase_core.types import GroundedPhrase, Grounding

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Pillow's own font has little more than ASCII; these, where a system has them, know more.
COVERED = frozenset(map(chr, range(32, 127))) | frozenset("\u2018\u2019\u201c\u201d\u2026\u00b0")
WIDE_FONTS = (
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
)
SENTENCE_SIZES = (34, 28, 22, 17)
MAX_LINES = 4
GAP = 0.32  # between words, parts of the letters' size


@lru_cache
def _default_font(size: int) -> Font:
    return ImageFont.load_default(size)


@lru_cache
def _wide_font(size: int) -> Font:
    for name in WIDE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return _default_font(size)


def font_for(text: str, size: int) -> Font:
    """A font that can show `text`, or at least does not fail on it."""
    return _default_font(size) if COVERED.issuperset(text) else _wide_font(size)


def drawable(text: str, font: Font) -> str:
    """`text` on one line, without what the font cannot take."""
    encoding = "utf-8" if isinstance(font, ImageFont.FreeTypeFont) else "latin-1"
    return " ".join(text.encode(encoding, "replace").decode(encoding).split())


def ink_on(color: Rgb) -> Rgb:
    """Black or white, whichever reads better on `color`."""
    red, green, blue = color
    return (25, 25, 28) if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else (255, 255, 255)


def text_width(text: str, size: int) -> float:
    """Width of one line, pixels."""
    font = font_for(text, size)
    return float(font.getlength(drawable(text, font)))


def write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, color: Rgb
) -> None:
    """Write one line whose middle-left is `at`."""
    font = font_for(text, size)
    if isinstance(font, ImageFont.FreeTypeFont):
        draw.text(at, drawable(text, font), fill=color, font=font, anchor="lm")
    else:
        draw.text((at[0], at[1] - size / 2), drawable(text, font), fill=color, font=font)


@dataclass(frozen=True)
class _Piece:
    """A word of the sentence, or a whole phrase with its verdict, that is kept on one line."""

    text: str
    verdict: str = ""
    color: Rgb | None = None
    found: bool = True
    glued: bool = False  # to what stands before it


def caption(grounding: Grounding, width: int, style: Style = LIGHT) -> Image.Image:
    """The sentence with its phrases in their colours, their scores beside them."""
    pieces = _pieces(grounding)
    for size in SENTENCE_SIZES:
        lines = _lines(pieces, size, width - 80)
        if len(lines) <= MAX_LINES:
            break
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], [_Piece("...")]]
    pitch = int(1.75 * size)
    image = Image.new("RGB", (width, pitch * len(lines) + 44), style.paper)
    draw = ImageDraw.Draw(image)
    draw.line((40, 0, width - 40, 0), fill=style.rule, width=2)
    for row, line in enumerate(lines):
        x = (width - sum(_width(piece, size) for piece in line)) / 2
        for piece in line:
            x -= GAP * size if piece.glued else 0.0
            _draw_piece(draw, (x, 24 + pitch * (row + 0.5)), piece, size, style)
            x += _width(piece, size)
    return image


def _pieces(grounding: Grounding) -> list[_Piece]:
    text, at, pieces = grounding.query, 0, []
    for index, phrase in enumerate(grounding.phrases):
        pieces += _plain(text[at : phrase.begin])
        pieces.append(
            _Piece(phrase.text, _verdict(phrase), phrase_color(index), bool(phrase.instances))
        )
        at = phrase.end
    pieces += _plain(text[at:])
    if grounding.sentence.instances and not any(p.instances for p in grounding.phrases):
        pieces.append(_Piece("", f"the whole sentence: {_verdict(grounding.sentence)}"))
    return pieces


def _plain(text: str) -> list[_Piece]:
    return [_Piece(m.group(), glued=m.start() == 0) for m in re.finditer(r"\S+", text)]


def _verdict(phrase: GroundedPhrase) -> str:
    if not phrase.instances:
        return "not found"
    count = len(phrase.instances)
    return f"{phrase.score:.2f}" + (f" ({count} objects)" if count > 1 else "")


def _width(piece: _Piece, size: int) -> float:
    padding = 0.7 * size if piece.color else 0.0
    verdict = text_width(piece.verdict, int(0.62 * size)) + 0.2 * size if piece.verdict else 0.0
    return text_width(piece.text, size) + padding + verdict + GAP * size


def _lines(pieces: list[_Piece], size: int, width: float) -> list[list[_Piece]]:
    lines: list[list[_Piece]] = [[]]
    used = 0.0
    for piece in pieces:
        if lines[-1] and not piece.glued and used + _width(piece, size) > width:
            lines.append([])
            used = 0.0
        lines[-1].append(piece)
        used += _width(piece, size)
    return lines


def _draw_piece(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], piece: _Piece, size: int, style: Style
) -> None:
    x, y = at
    after = x + text_width(piece.text, size)
    if piece.color is None:
        write(draw, (x, y), piece.text, size, style.ink)
    else:
        after += 0.7 * size
        pill = (x, y - 0.72 * size, after, y + 0.72 * size)
        fill = piece.color if piece.found else style.paper
        draw.rounded_rectangle(pill, 0.36 * size, fill=fill, outline=piece.color, width=3)
        ink = ink_on(piece.color) if piece.found else style.faint
        write(draw, (x + 0.35 * size, y), piece.text, size, ink)
    if piece.verdict:
        write(
            draw,
            (after + 0.16 * size, y + 0.12 * size),
            piece.verdict,
            int(0.62 * size),
            style.faint,
        )
