"""LZF decompression, the codec of binary_compressed PCD files.

Format: Marc Lehmann's LibLZF. A control byte below 32 announces that many literals plus one;
otherwise its top three bits are a length and the rest, with the next byte, a distance back.
"""

from __future__ import annotations


def decompress_lzf(data: bytes, size: int) -> bytes:
    """The `size` original bytes of LZF-compressed `data`.

    Raises:
        ValueError: corrupt data, or not `size` bytes.
    """
    out = bytearray()
    i, end = 0, len(data)
    try:
        while i < end:
            control = data[i]
            i += 1
            if control < 32:
                out += data[i : i + control + 1]
                i += control + 1
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
    except IndexError:
        raise ValueError("LZF data is cut off") from None
    if len(out) != size:
        raise ValueError(f"LZF data unpacks to {len(out)} of {size} bytes")
    return bytes(out)
