"""PointCloud2 buffers in every layout that the message allows, and in some that it does not."""

from array import array
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detailbase_core.errors import BadCloudError
from detailbase_core.io.pointcloud2 import FIELD_TYPES, decode_points, encode_points

CODES = {code: datatype for datatype, code in FIELD_TYPES.items()}


def field(name, offset, datatype, count=1):
    return SimpleNamespace(name=name, offset=offset, datatype=datatype, count=count)


def pack(columns, height, width, *, gap=0, row_gap=0, big=False):
    """A PointCloud2's members from {name: (code, (height, width) values)}, in this order."""
    order = ">" if big else "<"
    fields, offset = [], gap
    for name, (code, _) in columns.items():
        fields.append(field(name, offset, CODES[code]))
        offset += np.dtype(code).itemsize + gap
    dtype = np.dtype(
        {
            "names": list(columns),
            "formats": [order + code for code, _ in columns.values()],
            "offsets": [f.offset for f in fields],
            "itemsize": offset,
        }
    )
    points = np.zeros((height, width), dtype)
    for name, (_, values) in columns.items():
        points[name] = values
    rows = np.full((height, width * offset + row_gap), 0xEE, np.uint8)
    rows[:, : width * offset] = points.view(np.uint8).reshape(height, -1)
    return {
        "fields": fields,
        "height": height,
        "width": width,
        "point_step": offset,
        "row_step": width * offset + row_gap,
        "is_bigendian": big,
        "data": rows.tobytes(),
    }


def xyz_columns(values, code="f4"):
    return {name: (code, values[..., axis]) for axis, name in enumerate("xyz")}


def packed_colors(rgb, alpha=0):
    r, g, b = (rgb[..., k].astype(np.uint32) for k in range(3))
    return (np.uint32(alpha) << np.uint32(24)) | (r << 16) | (g << 8) | b


@st.composite
def layouts(draw):
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    code = draw(st.sampled_from(["f4", "f8"]))
    floats = st.floats(-1e6, 1e6, width=32) | st.just(float("nan"))
    xyz = draw(hnp.arrays(np.float32, (height, width, 3), elements=floats))
    rgb = draw(hnp.arrays(np.uint8, (height, width, 3)))
    columns = xyz_columns(xyz, code)
    kind = draw(st.sampled_from(["rgb f4", "rgb u4", "rgba u4", "rgba i4", "bytes"]))
    if kind == "bytes":
        columns |= {name: ("u1", rgb[..., k]) for k, name in enumerate("rgb")}
    else:
        name, color_code = kind.split()
        # Seven bits of alpha, so that a float never is a signalling NaN on its way through NumPy.
        words = packed_colors(rgb, alpha=draw(st.integers(0, 126)))
        columns[name] = (color_code, words.view(color_code))
    columns["label"] = ("u2", np.zeros((height, width)))
    columns = {name: columns[name] for name in draw(st.permutations(list(columns)))}
    gap, row_gap = draw(st.integers(0, 5)), draw(st.integers(0, 9))
    big = draw(st.booleans())
    return xyz, rgb, pack(columns, height, width, gap=gap, row_gap=row_gap, big=big)


@given(layouts())
def test_reads_every_layout(layout):
    xyz, rgb, message = layout
    points = decode_points(**message)
    np.testing.assert_array_equal(points.xyz, xyz.reshape(-1, 3))
    np.testing.assert_array_equal(points.rgb, rgb.reshape(-1, 3))
    assert points.image_shape == (xyz.shape[:2] if xyz.shape[0] > 1 else None)
    assert points.has_color
    assert points.xyz.dtype == np.float32
    assert points.rgb.dtype == np.uint8


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(0, 20), st.just(3))),
    st.integers(0, 2**32 - 1),
)
def test_what_is_written_is_read_back(xyz, label):
    rgb = (np.arange(len(xyz) * 3) % 256).astype(np.uint8).reshape(-1, 3)
    labels = np.full(len(xyz), label, np.uint32)
    packed = encode_points(xyz, rgb, {"query_id": labels})
    fields = [field(*f) for f in packed.fields]
    assert [f.name for f in fields] == ["x", "y", "z", "rgb", "query_id"]
    row_step = packed.point_step * len(xyz)
    points = decode_points(fields, 1, len(xyz), packed.point_step, row_step, False, packed.data)
    np.testing.assert_array_equal(points.xyz, xyz)
    np.testing.assert_array_equal(points.rgb, rgb)
    raw = np.frombuffer(packed.data, np.uint32).reshape(-1, 5)
    np.testing.assert_array_equal(raw[:, 4], labels)


def test_data_is_of_the_type_that_rclpy_takes_fast():
    packed = encode_points(np.zeros((2, 3), np.float32), np.zeros((2, 3), np.uint8))
    assert isinstance(packed.data, array)
    assert packed.data.typecode == "B"


garbage_fields = st.lists(
    st.builds(
        field,
        st.sampled_from(["x", "y", "z", "rgb", "rgba", "r", "g", "b", "intensity", "", "label"]),
        st.integers(-8, 2**32),
        st.integers(-1, 300),
        st.integers(0, 2**32),
    )
    | st.builds(
        field,
        st.sampled_from(["x", "y", "z", "rgb", "intensity"]),
        st.integers(0, 12),
        st.integers(1, 8),
    ),
    max_size=8,
)
sizes = st.integers(0, 6) | st.integers(-1, 2**32)


@given(
    garbage_fields,
    sizes,
    sizes,
    st.integers(0, 24) | sizes,
    st.integers(0, 99) | sizes,
    st.booleans(),
    st.binary(max_size=400) | st.just([1, 2]) | st.none(),
)
def test_garbage_is_refused_or_read_never_a_crash(fields, height, width, step, row, big, data):
    try:
        points = decode_points(fields, height, width, step, row, big, data)
    except BadCloudError as error:
        assert len(str(error)) > 20
    else:
        assert len(points.xyz) == len(points.rgb) == height * width


def grey_cloud(code, values):
    values = np.asarray(values, code)[None]
    xyz = np.zeros((*values.shape, 3), np.float32)
    return pack(xyz_columns(xyz) | {"intensity": (code, values)}, 1, values.shape[1])


@pytest.mark.parametrize(
    ("code", "values", "grey"),
    [
        ("u1", [0, 7, 255], [0, 7, 255]),
        ("u2", [0, 0x0700, 0xFFFF], [0, 7, 255]),
        ("f4", [0.0, 0.5, 1.0], [0, 128, 255]),
        ("f4", [0.0, 100.0, 4000.0], [0, 7, 255]),
        ("f4", [float("nan"), float("inf"), -3.0], [0, 255, 0]),
    ],
)
def test_intensity_becomes_grey(code, values, grey):
    points = decode_points(**grey_cloud(code, values))
    assert points.rgb.tolist() == [[g, g, g] for g in grey]
    assert not points.has_color


def good_message():
    xyz = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    colors = np.zeros((2, 2), np.uint32)
    return pack(xyz_columns(xyz) | {"rgb": ("u4", colors)}, 2, 2)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"data": b"123"}, "too short: 2 x 2 points need 64 bytes, got 3"),
        ({"data": None}, "no byte buffer"),
        ({"point_step": 0}, "contradictory"),
        ({"row_step": 3}, "contradictory"),
        ({"height": -1}, "impossible"),
        ({"point_step": 14, "row_step": 28}, "'rgb' at offset 12 does not fit in point_step 14"),
    ],
)
def test_contradictions_are_named(change, complaint):
    with pytest.raises(BadCloudError, match=complaint):
        decode_points(**(good_message() | change))


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("z", r"no field 'z' \(fields: x, y, rgb\); publish x y z with rgb"),
        ("rgb", r"no field 'rgb' \(fields: x, y, z\)"),
    ],
)
def test_missing_fields_are_named(missing, complaint):
    message = good_message()
    message["fields"] = [f for f in message["fields"] if f.name != missing]
    with pytest.raises(BadCloudError, match=complaint):
        decode_points(**message)


def test_axes_may_be_called_in_capitals():
    message = good_message()
    expected = decode_points(**message).xyz
    for field in message["fields"][:3]:
        field.name = field.name.upper()
    np.testing.assert_array_equal(decode_points(**message).xyz, expected)


@pytest.mark.parametrize(("datatype", "complaint"), [(9, "datatype 9"), (2, "FLOAT32 or UINT32")])
def test_wrong_colour_types_are_named(datatype, complaint):
    message = good_message()
    message["fields"][3].datatype = datatype
    with pytest.raises(BadCloudError, match=complaint):
        decode_points(**message)


def test_an_empty_cloud_is_empty_not_an_error():
    points = decode_points([], 1, 0, 0, 0, False, b"")
    assert len(points.xyz) == len(points.rgb) == 0


def test_coordinates_beyond_float32_become_infinite():
    xyz = np.full((1, 1, 3), 1e300)
    cloud = pack(xyz_columns(xyz, "f8") | {"r": ("u1", 1), "g": ("u1", 2), "b": ("u1", 3)}, 1, 1)
    points = decode_points(**cloud)
    assert np.isinf(points.xyz).all()
    assert points.rgb.tolist() == [[1, 2, 3]]
