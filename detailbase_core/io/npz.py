"""NPZ archives of strangers: named arrays only, sizes compared before memory is taken, no pickle.

Format: NumPy Enhancement Proposal 1, in a ZIP archive.
"""

from __future__ import annotations

import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_RATIO = 200  # real coordinates shrink to a twentieth at best
SMALL_BYTES = 64 << 20  # below it nobody minds the ratio
_CHUNK = 1 << 22


class NpzArchive:
    """The arrays of an NPZ file.

    Args:
        file: open for reading, or a path.

    Attributes:
        names: of its arrays, without ".npy".

    Raises:
        ValueError: no ZIP archive.
    """

    def __init__(self, file: IO[bytes] | str) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as error:  # zipfile raises many types on broken bytes
            raise ValueError(f"no sound ZIP archive: {error}") from error
        entries = [info for info in self._zip.infolist() if info.filename.endswith(".npy")]
        self._entries = {info.filename[:-4]: info for info in entries}
        self.names = tuple(self._entries)
        # Of all arrays together: a constant one (hits, times) may shrink a thousandfold by itself.
        self._packed_bytes = sum(info.compress_size for info in entries)

    def __enter__(self) -> NpzArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def size(self, name: str) -> int:
        """Bytes that an array declares, its description included."""
        return self._entries[name].file_size

    def read(self, name: str) -> NDArray[Any]:
        """One array of numbers.

        Raises:
            ValueError: broken, encrypted, no array of plain numbers, other in size than it says,
                or one that unpacks to suspiciously much.
        """
        entry = self._entries[name]
        size = entry.file_size
        if size > max(SMALL_BYTES, MAX_RATIO * self._packed_bytes):
            raise ValueError(
                f"{name}: {self._packed_bytes} bytes that unpack to {size} are no point cloud"
            )
        try:
            with self._zip.open(entry) as member:
                return _read_array(member, size)
        except Exception as error:  # see above
            raise ValueError(f"{name}: {error or type(error).__name__}") from error


def _read_array(member: IO[bytes], size: int) -> NDArray[Any]:
    version = np.lib.format.read_magic(member)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise ValueError(f"NPY version {version} is not known")
    shape, is_fortran, dtype = read_header(member)
    if dtype.hasobject:
        raise ValueError(f"it holds {dtype}; pickled objects are not loaded")
    if dtype.kind not in "fiubUS" or dtype.itemsize == 0:
        raise ValueError(f"it holds {dtype}, no plain numbers")
    count = 1
    for length in shape:
        count *= length
    if min(shape, default=0) < 0:
        raise ValueError(f"its shape {shape} is negative")
    left = size - member.tell()
    if count * dtype.itemsize != left:
        raise ValueError(f"{shape} of {dtype} are {count * dtype.itemsize} bytes; it holds {left}")
    buffer = bytearray(left)
    view, at = memoryview(buffer), 0
    while at < left:
        got = member.readinto(view[at : at + _CHUNK])  # type: ignore[attr-defined]
        if not got:
            raise ValueError(f"it ends after {at} of {left} bytes")
        at += got
    if member.read(1):  # also makes zipfile check the CRC
        raise ValueError("it is longer than it says")
    array = np.frombuffer(buffer, dtype, count)
    return array.reshape(shape, order="F" if is_fortran else "C")
