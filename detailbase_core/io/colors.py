"""Colour columns of files and messages -> (N, 3) uint8: the one place that decides their scale.

A column's type does not tell its scale: 8-bit colours lie in 16-bit columns, 16-bit ones in
int32, and floats hold 0 .. 1, -1 .. 1, 0 .. 255 or a lidar's counts. So the scale is decided from
the type and from the range of all channels together, and said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.types import GREY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

PACKED, CHANNELS, HARMONICS, INTENSITY = "packed", "channels", "harmonics", "intensity"

_PREFIXES = (  # without what separates words: scalar_red, colorRed and "Point Red" are alike
    *("scalar", "diffuse", "vertex", "point", "color", "colour", "col", "rgb"),
    *("vertexcolor", "vertexcolour", "basecolor", "albedo", "ambient"),
)
_CHANNEL = {
    **{"r": "r", "red": "r", "g": "g", "green": "g", "b": "b", "blue": "b"},
    **{"rf": "r", "gf": "g", "bf": "b"},  # CloudCompare's fractions
}
_PACKED_NAMES = ("rgb", "rgba", "bgr", "bgra", "color", "colour", "colors", "colours")
_HARMONIC_NAMES = ("f_dc_0", "f_dc_1", "f_dc_2")
_INTENSITY_NAMES = ("intensity", "intensities", "reflectivity", "reflectance", "signal")
_SH_C0 = 0.28209479177387814  # 1 / (2 sqrt(pi)), the constant spherical harmonic

_PLAIN_NAN, _PLAIN_NAN_32 = np.uint64(0x7FF8 << 48), np.uint32(0x7FC0 << 16)
_SIGN_OFF = np.uint64((1 << 63) - 1)
_OVERSHOOT = 1.02  # values this much beyond a scale's end are rounding
_UNDERSHOOT = 0.1  # values this far below 0 are rounding, too: resampled pictures have them
_STRAY_SHARE = 0.005  # of values beyond a scale's end that are no reason to give it up
_SMALLEST_8_BIT = 16.0  # fractional floats below it, and above 1, are on no usual scale
_BRIGHT_PERCENTILE = 99.0
_FLICKER = 2.0  # a later scan's range must differ by more to change the scale of its topic


@dataclass(frozen=True)
class ColorScale:
    """Mapping of numbers to 0 .. 255: linearly from `low` .. `high`, cut at both ends.

    Attributes:
        low, high: values that become 0 and 255.
        note: for people, "16 bits" say.
    """

    low: float
    high: float
    note: str

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """8-bit numbers of the same shape; NaN becomes 0."""
        if values.dtype.itemsize == 1 and values.dtype.kind in "iu" and self.high == 255.0:
            return values.astype(np.uint8)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (values.astype(np.float64) - self.low) * (255.0 / (self.high - self.low))
            scaled = np.nan_to_num(np.rint(scaled), nan=0.0, posinf=255.0, neginf=0.0)
        bytes_: NDArray[np.uint8] = np.clip(scaled, 0.0, 255.0).astype(np.uint8)
        return bytes_

    def covers(self, other: ColorScale) -> bool:
        """Whether `other`, decided from a later scan alone, is no reason to leave this scale."""
        return self.low <= other.low and other.high <= _FLICKER * self.high


EIGHT_BITS = ColorScale(0.0, 255.0, "8 bits")
SIXTEEN_BITS = ColorScale(0.0, 65535.0, "16 bits")
_SHIFTED_16_BITS = ColorScale(0.0, 65280.0, "8 bits in the upper half of 16")
_UNIT = ColorScale(0.0, 1.0, "0 to 1")
_SIGNED_UNIT = ColorScale(-1.0, 1.0, "-1 to 1")


@dataclass(frozen=True)
class ColorFields:
    """Columns that hold the colour, and their form.

    Attributes:
        kind: PACKED (one word, or several values in one column), CHANNELS, HARMONICS (of Gaussian
            splats) or INTENSITY.
        names: of the columns, as they are called, red first; one for PACKED and INTENSITY.
    """

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Colors:
    """Colours as read.

    Attributes:
        rgb: (N, 3) uint8.
        note: what was taken for what, for people.
        scale: how numbers became bytes; None where they needed none.
        is_grey: `rgb` is an intensity, not a colour.
    """

    rgb: NDArray[np.uint8]
    note: str
    scale: ColorScale | None = None
    is_grey: bool = False


def find_color_fields(names: Iterable[str]) -> ColorFields | None:
    """The best source of colour among column names of any capitals; None where there is none."""
    by_name: dict[str, str] = {}
    by_letters: dict[str, str] = {}
    for name in names:
        by_name.setdefault(name.lower(), name)
        by_letters.setdefault(re.sub(r"[\s_.-]", "", name.lower()), name)
    for packed in _PACKED_NAMES:
        if packed in by_name:
            return ColorFields(PACKED, (by_name[packed],))
    for prefix in ("", *_PREFIXES):
        channels: dict[str, str] = {}
        for letters, name in by_letters.items():
            if letters.startswith(prefix) and (channel := _CHANNEL.get(letters[len(prefix) :])):
                channels.setdefault(channel, name)
        if len(channels) == 3:
            return ColorFields(CHANNELS, tuple(channels[c] for c in "rgb"))
    if all(name in by_name for name in _HARMONIC_NAMES):
        return ColorFields(HARMONICS, tuple(by_name[name] for name in _HARMONIC_NAMES))
    for intensity in _INTENSITY_NAMES:
        for name in (intensity, f"scalar_{intensity}"):
            if name in by_name:
                return ColorFields(INTENSITY, (by_name[name],))
    return None


def colors_from_columns(
    columns: Mapping[str, NDArray[Any]], known: ColorScale | None = None
) -> Colors:
    """The colours among named columns; grey where there are none in a form that is known.

    Args:
        columns: (N,) each, or (N, 3) and (N, 4) for colours in one column; at least one.
        known: the scale of earlier scans of the same source, kept unless this one breaks it.
    """
    left = dict(columns)
    while (fields := find_color_fields(left)) is not None:
        colors = read_colors(fields, [left[name] for name in fields.names], known)
        if colors is not None:
            return colors
        for name in fields.names:  # of no use: there may be a better one
            del left[name]
    return no_colors(len(next(iter(columns.values()))), columns)


def no_colors(points: int, names: Iterable[str]) -> Colors:
    """Grey for so many points, and that there are no colours among the columns named."""
    note = f"no colours among {', '.join(names)}: treated as grey"
    return Colors(np.full((points, 3), GREY, np.uint8), note, is_grey=True)


def read_colors(
    fields: ColorFields, values: Sequence[NDArray[Any]], known: ColorScale | None = None
) -> Colors | None:
    """Colours from the columns that `fields` names; None where their form means nothing.

    Args:
        fields: from find_color_fields.
        values: its columns, (N,) each, or one of (N, 3) or (N, 4).
        known: as for colors_from_columns.
    """
    listed = ", ".join(fields.names)
    if fields.kind == PACKED:
        return _packed_colors(fields.names[0], values[0], known)
    if any(column.ndim != 1 for column in values):
        return None
    if fields.kind == HARMONICS:
        stacked = np.column_stack([v.astype(np.float64) for v in values])
        rgb = _UNIT.apply(0.5 + _SH_C0 * stacked)
        return Colors(rgb, f"colours from {listed} (spherical harmonics)", _UNIT)
    if fields.kind == INTENSITY:
        scale = keep_scale(known, intensity_scale(values[0]))
        grey = np.repeat(scale.apply(values[0])[:, None], 3, axis=1)
        return Colors(grey, f"no colours: {listed} treated as grey ({scale.note})", scale, True)
    scale = keep_scale(known, color_scale(values))
    rgb = np.column_stack([scale.apply(v) for v in values])
    return Colors(rgb, f"colours from {listed} ({scale.note})", scale)


def keep_scale(known: ColorScale | None, fresh: ColorScale) -> ColorScale:
    """The scale to use where earlier scans had `known` and this one alone would get `fresh`."""
    return known if known is not None and known.covers(fresh) else fresh


def color_scale(channels: Sequence[NDArray[Any]]) -> ColorScale:
    """The scale of colour channels, from their types and the range of all of them together."""
    if all(channel.dtype.kind in "iub" for channel in channels):
        return _whole_number_scale(channels)
    values = np.concatenate([np.ravel(channel).astype(np.float64) for channel in channels])
    values = values[np.isfinite(values)]
    if not len(values):
        return _UNIT
    strays = _share_beyond(values, _OVERSHOOT)
    if strays == 0.0 or (strays <= _STRAY_SHARE and not _is_whole(values)):
        return _unit_scale(channels, values)
    if _share_beyond(values, 255.0 * _OVERSHOOT) <= _STRAY_SHARE:
        if _is_whole(values) or values.max() > _SMALLEST_8_BIT:
            return EIGHT_BITS
        low, high = np.percentile(values, [100.0 - _BRIGHT_PERCENTILE, _BRIGHT_PERCENTILE])
        return _between(float(low), float(high))
    if values.max() <= 65535.0 * _OVERSHOOT:
        return _sixteen_bits(values)
    return _between(0.0, float(np.percentile(values, _BRIGHT_PERCENTILE)))


def _whole_number_scale(channels: Sequence[NDArray[Any]]) -> ColorScale:
    if all(channel.dtype.itemsize == 1 for channel in channels):
        return EIGHT_BITS
    highest = max((int(channel.max(initial=0)) for channel in channels), default=0)
    if highest <= 255 * _OVERSHOOT:
        bits = max(8 * channel.dtype.itemsize for channel in channels)
        return ColorScale(0.0, 255.0, f"8 bits in {bits}-bit columns")
    for bits in (10, 12):  # of cameras; as 16 bits they would be nearly black
        if highest < 2**bits:
            return ColorScale(0.0, float(2**bits - 1), f"{bits} bits")
    if highest <= 65535 * _OVERSHOOT:
        return _sixteen_bits(np.concatenate([np.ravel(channel) for channel in channels]))
    return ColorScale(0.0, float(2**32 - 1 if highest >= 2**31 else 2**31 - 1), "32 bits")


def _sixteen_bits(values: NDArray[Any]) -> ColorScale:
    """16 bits, used wholly, or 8 bits times 256 as many writers of LAS files have them."""
    shifted = bool((values % 256 == 0).all())
    return _SHIFTED_16_BITS if shifted else SIXTEEN_BITS


def _unit_scale(channels: Sequence[NDArray[Any]], values: NDArray[np.float64]) -> ColorScale:
    """The scale of floats of which hardly any exceeds 1."""
    if float(np.mean(values < -_UNDERSHOOT)) > _STRAY_SHARE:
        if values.min() >= -_OVERSHOOT or _share_beyond(-values, _OVERSHOOT) <= _STRAY_SHARE:
            return _SIGNED_UNIT
        low, high = np.percentile(values, [100.0 - _BRIGHT_PERCENTILE, _BRIGHT_PERCENTILE])
        return _between(float(low), float(high))
    if values.max() > 0.0 and _is_whole(values) and _looks_like_noise(channels):
        return ColorScale(0.0, 255.0, "0 to 255, nearly black: all are 0 or 1")
    return _UNIT


def _looks_like_noise(channels: Sequence[NDArray[Any]]) -> bool:
    """Whether zeros and ones mix in all ways, as dark 8-bit colours do and painted ones do not."""
    if len(channels) != 3 or any(channel.ndim != 1 for channel in channels):
        return False
    red, green, blue = (np.nan_to_num(channel) > 0.5 for channel in channels)
    return len(np.unique(red + 2 * green + 4 * blue)) >= 7


def intensity_scale(values: NDArray[Any]) -> ColorScale:
    """The scale of a lidar's intensity: of a usual range, or the robust range that is there."""
    if values.dtype.itemsize == 1:
        return EIGHT_BITS
    numbers = np.ravel(values).astype(np.float64)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return EIGHT_BITS
    high = float(np.percentile(numbers, _BRIGHT_PERCENTILE))
    if values.dtype.kind == "f" and high <= _OVERSHOOT and numbers.max() > 0.0:
        return _UNIT if high > 0.0 else _between(0.0, float(numbers.max()))
    fits = _share_beyond(numbers, 255.0 * _OVERSHOOT) <= _STRAY_SHARE
    if fits and (_is_whole(numbers) or high > _SMALLEST_8_BIT):
        return EIGHT_BITS
    return _between(min(0.0, float(np.percentile(numbers, 100.0 - _BRIGHT_PERCENTILE))), high)


def _between(low: float, high: float) -> ColorScale:
    high = high if high > low else low + 1.0
    return ColorScale(low, high, f"on no usual scale: {low:.4g} to {high:.4g} as they are spread")


def _share_beyond(values: NDArray[np.float64], limit: float) -> float:
    return float(np.mean(values > limit))


def _is_whole(values: NDArray[np.float64]) -> bool:
    return bool((np.abs(values - np.rint(values)) < 1e-3).all())


def _packed_colors(name: str, values: NDArray[Any], known: ColorScale | None) -> Colors | None:
    """Colours in one column: words of 32 bits, or three or four values a point."""
    if values.ndim == 2 and values.shape[1] in (3, 4):
        order = (2, 1, 0) if name.lower().startswith("bgr") else (0, 1, 2)
        channels = [values[:, k] for k in order]
        scale = keep_scale(known, color_scale(channels))
        rgb = np.column_stack([scale.apply(channel) for channel in channels])
        return Colors(rgb, f"colours from {name} ({scale.note})", scale)
    if values.ndim != 1 or values.dtype.itemsize < 4 or values.dtype.kind not in "fiu":
        return None
    if name.lower() not in ("rgb", "rgba") and values.dtype.kind == "f":
        return None  # a column called color may be anything
    rgb = rgb_from_packed(values)
    lost = _is_nan_of_text(values)
    rgb[lost] = GREY
    if len(lost) and lost.all():
        note = f"no colours: {name} is NaN, as opaque colours become in text: treated as grey"
        return Colors(rgb, note, is_grey=True)
    left = f"; {int(lost.sum())} are NaN, treated as grey" if lost.any() else ""
    return Colors(rgb, f"colours packed in {name}{left}")


def _is_nan_of_text(values: NDArray[Any]) -> NDArray[np.bool_]:
    """(N,) where a packed colour was written as "nan", as opaque ones are, and so is lost."""
    if values.dtype == np.float32:  # with a sign it is an opaque dark red in binary files
        words: NDArray[Any] = np.ascontiguousarray(values).view(np.uint32)
        return np.asarray(words == _PLAIN_NAN_32)
    if values.dtype == np.float64:
        words = np.ascontiguousarray(values).view(np.uint64) & _SIGN_OFF
        return np.asarray(words == _PLAIN_NAN)
    return np.zeros(len(values), bool)


def packed_words(packed: NDArray[Any]) -> NDArray[np.uint32]:
    """The 32-bit words 0xAARRGGBB of packed colours of any type.

    Integers are the word. float32 is, by PCL's convention, the word's bits. float64 comes from
    text and from doubles: a float32 that was widened (tiny, huge or NaN), or, where all are whole
    and of 32 bits, the word as a number.
    """
    if packed.dtype.kind != "f":
        return packed.astype(np.int64).astype(np.uint32)
    with np.errstate(over="ignore", invalid="ignore"):
        is_number = bool(
            packed.dtype.itemsize == 8
            and len(packed)
            and packed.max(initial=0.0) >= 1.0
            and packed.min(initial=0.0) >= -(2.0**31)
            and packed.max(initial=0.0) < 2.0**32
            and (packed == np.rint(packed)).all()
        )
        if is_number:
            return packed.astype(np.int64).astype(np.uint32)
        bits: NDArray[np.uint32] = np.ascontiguousarray(packed, np.float32).view(np.uint32)
    return bits


def rgb_from_packed(packed: NDArray[Any]) -> NDArray[np.uint8]:
    """(N, 3) uint8 from colours packed as 0xAARRGGBB, one 32-bit word each, (N,) of any type."""
    words = packed_words(packed)
    return np.column_stack([(words >> shift) & 0xFF for shift in (16, 8, 0)]).astype(np.uint8)
