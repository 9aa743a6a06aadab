"""Numbers written as text, row by row, as ASCII PLY and PCD files have them."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Windows' C library writes NaN as -nan(ind), nan(snan), 1.#QNAN, -1.#IND00, infinity as 1.#INF;
# rounded to two digits any of them is 1.#J, and 1.#IO or 1.#QO to three.
_WINDOWS_NUMBERS = re.compile(rb"([-+]?)(?:nan\([^)\s]{0,16}\)|1\.#(INF|[A-Z]{1,4})\d{0,8})", re.I)
_SHORT_MANTISSA = 9  # characters; whole numbers of 32 bits need more behind their first digit
_DECIMAL_COMMA = re.compile(rb"(?<=\d),(?=\d)")


def plain_numbers(text: bytes) -> bytes:
    """Text whose numbers NumPy reads: Windows' NaN and infinity in the usual spelling, and points
    for the decimal commas of many countries (between numbers stand blanks).
    """
    if b"," in text:
        text = _DECIMAL_COMMA.sub(b".", text)
    if b"#" not in text and b"(" not in text:
        return text
    return _WINDOWS_NUMBERS.sub(_plain_number, text)


def _plain_number(match: re.Match[bytes]) -> bytes:
    is_infinite = (match.group(2) or b"").upper() == b"INF"
    return match.group(1) + b"inf" if is_infinite else b"nan"


def read_table(lines: bytes, rows: int, columns: int) -> NDArray[np.float64]:
    """(rows, columns) float64 from the first lines of a text; later lines are left.

    Args:
        lines: text with LF line ends; what follows a # on a line is a comment.
        rows: lines to read, blank ones not counted.
        columns: numbers on each.

    Raises:
        ValueError: fewer rows, other columns, or something that is no number.
    """
    if rows == 0 or columns == 0:
        return np.empty((rows, columns))
    if rows * (2 * columns) - 1 > len(lines):  # a digit and a separator each, before any memory
        raise ValueError(f"{len(lines)} bytes cannot hold {rows} rows of {columns} values")
    with warnings.catch_warnings():  # about missing rows, which the shape tells better
        warnings.simplefilter("ignore", UserWarning)
        table = load_rows(io.BytesIO(plain_numbers(lines)), comments="#", max_rows=rows)
    if table.shape != (rows, columns):
        raise ValueError(f"it holds {len(table)} rows of {table.shape[1]} values")
    return table


def is_short_float(lines: bytes, column: int) -> bool:
    """Whether a column of the first row is written as 4.2108e+06 is: a float that C++ printed."""
    first = next((line for line in lines.split(b"\n", 50) if line.partition(b"#")[0].strip()), b"")
    mantissa, mark, _ = [*first.split(), b""][column].lower().partition(b"e")
    return bool(mark) and len(mantissa) <= _SHORT_MANTISSA


def load_rows(text: io.BytesIO, **options: Any) -> NDArray[np.float64]:
    """As np.loadtxt, without its advice to programmers in the error."""
    try:
        table: NDArray[np.float64] = np.loadtxt(text, np.float64, ndmin=2, **options)
    except ValueError as error:
        raise ValueError(str(error).partition(";")[0].rstrip(".")) from None
    return table


def as_declared(column: NDArray[np.float64], declared: str) -> NDArray[Any]:
    """A column of text in its declared integer type, or as float64 where its numbers do not fit.

    Some writers declare uchar and write 0.5. Of what is declared float32 the text holds more digits
    (survey coordinates, a packed colour as its number: see packed_words).
    """
    dtype = np.dtype(declared)
    if dtype.kind == "f":
        return column
    limits = np.iinfo(dtype)
    with np.errstate(invalid="ignore"):
        fits = (column >= limits.min) & (column <= limits.max) & (column == np.rint(column))
    return column.astype(dtype) if fits.all() else column
