"""PointCloud2 messages to clouds, and clouds to their buffers, without ROS.

Messages from a graph (rclpy) and from a recording (rosbags) go the same way. NumPy views only, no
per-point Python.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from detailbase_core.errors import BadCloudError
from detailbase_core.io.colors import (
    Colors,
    ColorScale,
    find_color_fields,
    read_colors,
)
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

# sensor_msgs/PointField: INT8 = 1 ... FLOAT64 = 8
FIELD_TYPES = dict(enumerate(("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"), start=1))
UINT32, FLOAT32 = 6, 7

_SECOND = 1_000_000_000
_HOW_TO_FIX = "publish x y z with rgb, rgba, r g b or intensity"


class Field(Protocol):
    """Members of a sensor_msgs/PointField."""

    name: str
    offset: int
    datatype: int
    count: int


@dataclass(frozen=True)
class DecodedPoints:
    """The part of a PointCloud2's buffer that we use.

    Attributes:
        xyz: (N, 3) float32, metres; NaN rows are kept.
        rgb: (N, 3) uint8.
        image_shape: (height, width) of an organised cloud, else None.
        has_color: False where `rgb` is the intensity as grey.
        color_note: which fields were taken for colours on which scale, for people.
        color_scale: how numbers became bytes; None where they needed none.
    """

    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    image_shape: tuple[int, int] | None
    has_color: bool
    color_note: str = ""
    color_scale: ColorScale | None = None


class MessageCloud(NamedTuple):
    """A decoded cloud message.

    Attributes:
        cloud: in the sensor's frame.
        has_color: False where its colours are the intensity as grey.
        color_note: which fields were taken for colours on which scale, for people.
        color_scale: how numbers became bytes; None where they needed none.
    """

    cloud: PointCloud
    has_color: bool
    color_note: str
    color_scale: ColorScale | None


@dataclass(frozen=True)
class EncodedPoints:
    """The members of a PointCloud2 of height 1, little-endian.

    Attributes:
        fields: (name, offset, datatype) each, count 1.
        point_step: bytes per point.
        data: `len(data) == point_step * N`; the type that rclpy takes without a copy loop.
    """

    fields: tuple[tuple[str, int, int], ...]
    point_step: int
    data: array[int]


def to_nanoseconds(stamp: Any) -> int:
    """A builtin_interfaces/Time (or anything with sec and nanosec) as nanoseconds."""
    return int(stamp.sec) * _SECOND + int(stamp.nanosec)


def frame_and_stamp(header: Any) -> tuple[str, int]:
    """Frame without leading slash, and stamp in nanoseconds, of a std_msgs/Header as it is."""
    return header.frame_id.lstrip("/"), to_nanoseconds(header.stamp)


def checked_frame_and_stamp(header: Any) -> tuple[str, int]:
    """The same of a measurement that is to be looked up in TF.

    Raises:
        BadCloudError: no frame or no stamp.
    """
    frame, stamp_ns = frame_and_stamp(header)
    if not frame or stamp_ns <= 0:
        missing = "stamp" if frame else "frame_id"
        raise BadCloudError(
            f"the cloud's header has no {missing}, so its pose is unknown; "
            "fill header.frame_id and header.stamp in its publisher"
        )
    return frame, stamp_ns


def decode_cloud(
    message: Any, frame: str, stamp_ns: int, color_scale: ColorScale | None = None
) -> MessageCloud:
    """The points of a sensor_msgs/PointCloud2 whose header has been read.

    Args:
        message: as rclpy or rosbags decoded it.
        frame, stamp_ns: from its header.
        color_scale: as for decode_points.

    Raises:
        BadCloudError: a layout that cannot be read.
    """
    points = decode_points(
        message.fields,
        message.height,
        message.width,
        message.point_step,
        message.row_step,
        message.is_bigendian,
        message.data,
        color_scale,
    )
    cloud = PointCloud(points.xyz, points.rgb, frame, stamp_ns, points.image_shape)
    return MessageCloud(cloud, points.has_color, points.color_note, points.color_scale)


def cloud_from_message(message: Any) -> MessageCloud:
    """A measured sensor_msgs/PointCloud2, as decode_cloud().

    Raises:
        BadCloudError: no frame, no stamp, or a layout that cannot be read.
    """
    return decode_cloud(message, *checked_frame_and_stamp(message.header))


def decode_points(
    fields: Sequence[Field],
    height: int,
    width: int,
    point_step: int,
    row_step: int,
    is_bigendian: bool,
    data: Any,
    color_scale: ColorScale | None = None,
) -> DecodedPoints:
    """Read positions and colours out of a PointCloud2.

    Args:
        fields: any order, any offsets; unknown ones are passed over.
        height, width: points; height 1 is an unorganised cloud.
        point_step, row_step: bytes from point to point and from row to row.
        is_bigendian: byte order of `data`.
        data: anything with the buffer protocol, of bytes.
        color_scale: of earlier clouds of the same topic, kept unless this one breaks it.

    Returns:
        New arrays, independent of `data`.

    Raises:
        BadCloudError: a field is missing or has a type that means nothing, or the sizes
            contradict each other.
    """
    if min(height, width) < 0:
        raise BadCloudError(f"a cloud of {height} x {width} points is impossible")
    if height * width == 0:
        return DecodedPoints(np.empty((0, 3), "f4"), np.empty((0, 3), "u1"), None, True)
    flat = _checked_buffer(height, width, point_step, row_step, data)
    strides = (row_step if height > 1 else width * point_step, point_step)
    columns = _Columns(fields, (height, width), strides, is_bigendian, flat)
    xyz = np.empty((height, width, 3), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32 becomes inf
        for axis, name in enumerate("xyz"):
            xyz[..., axis] = columns.get(columns.spelled(name))
    colors = _colors(columns, color_scale)
    image_shape = (height, width) if height > 1 else None
    return DecodedPoints(
        xyz.reshape(-1, 3), colors.rgb, image_shape, not colors.is_grey, colors.note, colors.scale
    )


def _checked_buffer(
    height: int, width: int, point_step: int, row_step: int, data: Any
) -> NDArray[np.uint8]:
    """(bytes,) uint8 view of `data`, long enough for height x width points."""
    try:
        flat: NDArray[np.uint8] = np.frombuffer(data, np.uint8)
    except (TypeError, ValueError, BufferError) as error:
        raise BadCloudError(f"the cloud's data is no byte buffer: {error}") from error
    used = width * point_step
    if point_step <= 0 or (height > 1 and row_step < used):
        raise BadCloudError(
            f"the cloud's layout is contradictory: {width} points of point_step {point_step} "
            f"bytes do not fit in row_step {row_step}"
        )
    needed = (height - 1) * row_step + used
    if len(flat) < needed:
        raise BadCloudError(
            f"the cloud's data is too short: {height} x {width} points need {needed} bytes, "
            f"got {len(flat)}"
        )
    return flat


class _Columns:
    """Typed views of single fields over all points."""

    def __init__(
        self,
        fields: Sequence[Field],
        shape: tuple[int, int],
        strides: tuple[int, int],
        big: bool,
        flat: NDArray[np.uint8],
    ) -> None:
        self._fields: dict[str, Field] = {}
        for field in fields:
            self._fields.setdefault(field.name, field)
        self._shape, self._strides, self._flat = shape, strides, flat
        self.big, self._byte_order = big, ">" if big else "<"

    @property
    def names(self) -> tuple[str, ...]:
        """Of all fields, in the message's order."""
        return tuple(self._fields)

    def spelled(self, name: str) -> str:
        """A field's name as the message has it: itself, or in capitals."""
        return name if name in self._fields or name.upper() not in self._fields else name.upper()

    def type_of(self, name: str) -> str:
        """NumPy's code of the field's type, "f4" say.

        Raises:
            BadCloudError: no such field, or its datatype is not one of PointField's.
        """
        if name not in self._fields:
            have = ", ".join(self._fields) or "none"
            raise BadCloudError(f"the cloud has no field {name!r} (fields: {have}); {_HOW_TO_FIX}")
        datatype = self._fields[name].datatype
        if datatype not in FIELD_TYPES:
            raise BadCloudError(
                f"field {name!r} has datatype {datatype}; PointField knows 1 (INT8) to 8 (FLOAT64)"
            )
        return FIELD_TYPES[datatype]

    def get(self, name: str, values_per_point: int = 1) -> NDArray[Any]:
        """(height, width) view of one field, (height, width, values_per_point) if that exceeds 1.

        Raises:
            BadCloudError: as `type_of`, or the field reaches beyond the point.
        """
        dtype = np.dtype(self._byte_order + self.type_of(name))
        offset, point_step = self._fields[name].offset, self._strides[1]
        if not 0 <= offset <= point_step - values_per_point * dtype.itemsize:
            raise BadCloudError(
                f"field {name!r} at offset {offset} does not fit in point_step {point_step}"
            )
        several = values_per_point > 1
        shape = (*self._shape, values_per_point) if several else self._shape
        strides = (*self._strides, dtype.itemsize) if several else self._strides
        values: NDArray[Any] = np.ndarray(shape, dtype, self._flat, offset, strides)
        return values

    def flat(self, name: str) -> NDArray[Any]:
        """(N,) of one field, or (N, 3) and (N, 4) where it has so many values a point."""
        count = self._fields[name].count
        values = self.get(name, count if count in (3, 4) else 1)
        flat: NDArray[Any] = values.reshape(-1, *values.shape[2:])
        return flat


def _colors(columns: _Columns, known: ColorScale | None) -> Colors:
    """The cloud's colours, (height * width, 3), or its intensity as grey."""
    names = list(columns.names)
    first = ""
    while (fields := find_color_fields(names)) is not None:
        colors = read_colors(fields, [columns.flat(name) for name in fields.names], known)
        if colors is not None:
            return colors
        first = first or fields.names[0]
        names = [name for name in names if name not in fields.names]
    columns.type_of(first or "rgb")  # raises without any, naming the fields that there are
    raise BadCloudError(
        f"field {first!r} has type {columns.type_of(first)}; colours are packed in FLOAT32 or "
        "UINT32, or are 3 or 4 values"
    )


def encode_points(
    xyz: NDArray[np.float32],
    rgb: NDArray[np.uint8],
    labels: Mapping[str, NDArray[np.uint32]] | None = None,
) -> EncodedPoints:
    """Pack points as x y z rgb (float32 each, as RViz expects them) and uint32 `labels`.

    Args:
        xyz: (N, 3) float32, metres.
        rgb: (N, 3) uint8.
        labels: further fields by name, (N,) uint32 each.
    """
    labels = labels or {}
    names = ("x", "y", "z", "rgb", *labels)
    fields = tuple((name, 4 * at, FLOAT32 if at < 4 else UINT32) for at, name in enumerate(names))
    words = np.empty((len(xyz), len(names)), "<u4")
    words[:, :3] = np.ascontiguousarray(xyz, "<f4").view("<u4")
    colors = words[:, 3]
    np.left_shift(rgb[:, 0], 16, out=colors, dtype=np.uint32, casting="unsafe")
    colors |= np.left_shift(rgb[:, 1], 8, dtype=np.uint32, casting="unsafe")
    colors |= rgb[:, 2]
    for at, values in enumerate(labels.values(), start=4):
        words[:, at] = values
    data = array("B")
    data.frombytes(words.data.cast("B") if len(xyz) else b"")
    return EncodedPoints(fields, 4 * len(names), data)
