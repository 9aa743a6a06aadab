"""Numbers written as text, row by row, as ASCII PLY and PCD files have them."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_table(data: bytes, offset: int, rows: int, columns: int) -> NDArray[np.float64]:
    """(rows, columns) float64 from the lines that begin at `offset`; later lines are left.

    Raises:
        ValueError: fewer rows, other columns, or something that is no number.
    """
    if rows == 0:
        return np.empty((0, columns))
    text = io.BytesIO(data)
    text.seek(offset)
    with warnings.catch_warnings():  # about missing rows, which the shape tells better
        warnings.simplefilter("ignore", UserWarning)
        table = np.loadtxt(text, np.float64, comments=None, max_rows=rows, ndmin=2)
    if table.shape != (rows, columns):
        raise ValueError(f"it holds {len(table)} rows of {table.shape[1]} values")
    return table
