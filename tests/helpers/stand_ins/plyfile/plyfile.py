"""As much of plyfile as the library touches, with the ways of 1.1."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np


def _read_plyfile(name):
    header, _, body = Path(name).read_text().replace("\r", "\n").partition("end_header\n")
    names = [line.split()[2] for line in header.splitlines() if line.startswith("property float")]
    names += [line.split()[2] for line in header.splitlines() if line.startswith("property uchar")]
    if not names:
        raise ValueError("line 4: field type")
    rows = [line.split() for line in body.splitlines()]
    count = int(header.split("element vertex ")[1].split()[0])
    if len(rows) < count or any(len(row) != len(names) for row in rows):
        raise ValueError("element 'vertex': early end-of-line")
    data = np.empty(count, [(n, "f4" if i < 3 else "u1") for i, n in enumerate(names)])
    for i, row in enumerate(rows):
        data[i] = tuple(float(value) for value in row)
    return {"vertex": SimpleNamespace(data=data)}


PlyData = SimpleNamespace(read=_read_plyfile)
