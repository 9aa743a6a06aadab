"""Text headers of binary files, under any line ends: LF, CR, CR LF, and LF CR."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
MAX_HEADER_BYTES = 1 << 20
_LINE_ENDS = (b"\r\n", b"\n\r", b"\n", b"\r")


def split_header(data: bytes, is_last: Callable[[str], bool]) -> tuple[list[str], int]:
    """The lines of a header, stripped, and where the body begins.

    The first line's end is taken for the file's: LF CR and CR look like LF and CR LF where the
    body happens to begin with that byte.

    Args:
        data: the whole file, perhaps with a byte order mark.
        is_last: whether a line is the header's last.

    Raises:
        ValueError: no such line in the first megabyte.
    """
    begin = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    head = data[begin : begin + MAX_HEADER_BYTES]
    style = _first_line_end(head)
    lines: list[str] = []
    offset = 0
    while True:
        end = head.find(style[:1] if style == b"\n\r" else style[-1:], offset)
        stop = len(head) if end < 0 else end
        line = head[offset:stop].decode("ascii", "replace").strip()
        if line:
            lines.append(line)
        last = bool(line) and is_last(line)
        if end < 0:
            if last:
                return lines, begin + stop
            raise ValueError("the header does not end")
        offset = end + (2 if style == b"\n\r" and head.startswith(style, end) else 1)
        if last:
            return lines, begin + offset


def _first_line_end(head: bytes) -> bytes:
    at = min((at for at in (head.find(b"\n"), head.find(b"\r")) if at >= 0), default=0)
    return next((end for end in _LINE_ENDS if head.startswith(end, at)), b"\n")


def without_utf16(data: bytes) -> bytes:
    """A file's bytes; text that Windows wrote in UTF-16 as UTF-8."""
    if not data.startswith(_UTF_16_MARKS):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeDecodeError:
        return data


def unified_lines(body: bytes) -> bytes:
    """A text body with LF as the only line end."""
    if b"\r" not in body:
        return body
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
