"""LZF decompression, the codec of binary_compressed PCD files.

Format: Marc Lehmann's LibLZF. A control byte below 32 announces that many literals plus one;
otherwise its top three bits are a length and the rest, with the next byte, a distance back.
"""

from __future__ import annotations

_MOST_PER_BYTE = 264 // 3 + 1  # a reference of three bytes unpacks to 264 at most


def decompress_lzf(data: bytes, size: int) -> bytes:
    """The `size` original bytes of LZF-compressed `data`.

    Raises:
        ValueError: corrupt data, or not `size` bytes; found out before more memory is taken.
    """
    if size > len(data) * _MOST_PER_BYTE:
        raise ValueError(f"{len(data)} bytes of LZF data cannot unpack to {size}")
    out = bytearray()
    i, end = 0, len(data)
    try:
        while i < end:
            control = data[i]
            i += 1
            if control < 32:
                out += data[i : i + control + 1]
                i += control + 1
                if i > end:
                    raise ValueError("LZF data is cut off")
                continue
            length = control >> 5
            if length == 7:
                length += data[i]
                i += 1
            distance = ((control & 31) << 8) + data[i] + 1
            i += 1
            length += 2
            start = len(out) - distance
            if start < 0:
                raise ValueError("LZF data refers to before its beginning")
            if distance >= length:
                out += out[start : start + length]
            else:  # the copy overlaps what it writes: a repeated pattern
                pattern = out[start:]
                out += (pattern * (length // distance + 1))[:length]
            if len(out) > size:
                break
    except IndexError:
        raise ValueError("LZF data is cut off") from None
    if len(out) != size:
        more = "more than " if len(out) > size else ""
        raise ValueError(f"LZF data unpacks to {more}{min(len(out), size)} of {size} bytes")
    return bytes(out)
