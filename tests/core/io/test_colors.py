"""The scale of colour columns: decided from types and range, never silently black or white."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.io.colors import (
    color_scale,
    colors_from_columns,
    find_color_fields,
    intensity_scale,
    keep_scale,
)

RGB = np.array(
    [[255, 255, 255], [0, 0, 0], [200, 30, 20], [33, 141, 47], [69, 77, 249], [3, 71, 108]],
    np.uint8,
)
WORDS = RGB[:, 0].astype(np.uint32) << 16 | RGB[:, 1].astype(np.uint32) << 8 | RGB[:, 2]


def channels(values: np.ndarray, names: str = "red green blue") -> dict[str, np.ndarray]:
    return dict(zip(names.split(), values.T, strict=True))


def overshot(values: np.ndarray) -> np.ndarray:
    values[0, 0] = np.nextafter(values[0, 0], 2 * values[0, 0] + 1)
    return values


SCALES = {
    "8 bits": RGB,
    "8 bits in 16": RGB.astype("u2"),
    "8 bits in 32, signed": RGB.astype("i4"),
    "8 bits in 64": RGB.astype("i8"),
    "16 bits": RGB.astype("u2") * 257,
    "16 bits in int32": RGB.astype("i4") * 257,
    "16 bits in floats": RGB.astype("f4") * 257,
    "10 bits": np.rint(RGB * (1023 / 255)).astype("u2"),
    "12 bits": np.rint(RGB * (4095 / 255)).astype("i4"),
    "8 bits times 256": RGB.astype("u2") * 256,
    "0 to 1": RGB.astype("f4") / 255,
    "0 to 1, a hair over": overshot(RGB.astype("f8") / 255),
    "0 to 1, NaN among them": np.vstack([RGB / 255.0, [[np.nan] * 3]])[:-1],
    "-1 to 1": RGB / 127.5 - 1.0,
    "0 to 255 floats": RGB.astype("f4"),
    "0 to 255 floats, a hair over": overshot(RGB.astype("f4")),
    "halves": (RGB / 255.0).astype("f2"),
}


@pytest.mark.parametrize("name", SCALES)
def test_every_scale_gives_the_same_colours(name: str) -> None:
    colors = colors_from_columns(channels(SCALES[name]))
    assert colors is not None and not colors.is_grey
    assert np.abs(colors.rgb.astype(int) - RGB).max() <= 1, colors.note
    exact = ("to 1" not in name or name.endswith("over")) and "halves" not in name
    assert not exact or (colors.rgb == RGB).all(), colors.note


@pytest.mark.parametrize(
    "names",
    [
        "Red Green Blue",
        "R G B",
        "scalar_red scalar_green scalar_blue",
        "diffuse_red diffuse_green diffuse_blue",
        "scalar_Red scalar_Green scalar_Blue",
        "RED GREEN BLUE",
        "vertex_r vertex_g vertex_b",
        "vertex_color_r vertex_color_g vertex_color_b",
        "albedo_r albedo_g albedo_b",
        "colorRed colorGreen colorBlue",
        "red_ green_ blue_",
        "point.red point.green point.blue",
        "Vertex-Color-R Vertex-Color-G Vertex-Color-B",
    ],
)
def test_channels_under_any_usual_name(names: str) -> None:
    columns = {"x": np.zeros(6), "scalar_field": np.ones(6)} | channels(RGB, names)
    np.testing.assert_array_equal(colors_from_columns(columns).rgb, RGB)


PACKED = {
    "bits of a float": WORDS.view("f4"),
    "with alpha, NaN to a float": (WORDS | np.uint32(0xFF000000)).view("f4"),
    "as a number in a float": WORDS.astype("f8"),
    "bits of a float, widened": WORDS.view("f4").astype("f8"),
    "unsigned": WORDS,
    "signed, with alpha": (WORDS | np.uint32(0xFF000000)).view("i4"),
    "64 bits": WORDS.astype("i8"),
    "three bytes": RGB,
    "four bytes": np.hstack([RGB, np.full((6, 1), 255, np.uint8)]),
    "three floats": RGB / 255.0,
    "16 bits, three": RGB.astype("u2"),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("field", ["rgb", "rgba", "RGB"])
def test_one_field_in_any_form(name: str, field: str) -> None:
    colors = colors_from_columns({"x": np.zeros(6), field: PACKED[name]})
    assert np.abs(colors.rgb.astype(int) - RGB).max() <= ("floats" in name), colors.note


def test_gaussian_splats() -> None:
    harmonics = (RGB / 255.0 - 0.5) / 0.28209479177387814
    colors = colors_from_columns(channels(harmonics, "f_dc_0 f_dc_1 f_dc_2"))
    np.testing.assert_array_equal(colors.rgb, RGB)
    assert "spherical harmonics" in colors.note


def test_a_useless_field_does_not_hide_a_good_one() -> None:
    columns = {"rgb": np.zeros(6, "u1")} | channels(RGB)
    np.testing.assert_array_equal(colors_from_columns(columns).rgb, RGB)


@pytest.mark.parametrize("names", ["red green blue", "f_dc_0 f_dc_1 f_dc_2", "intensity"])
def test_columns_of_several_values_are_no_channels(names: str) -> None:
    columns = {"x": np.zeros(6)} | {name: np.ones((6, 5)) for name in names.split()}
    colors = colors_from_columns(columns)
    assert colors.rgb.shape == (6, 3) and colors.is_grey


def test_without_colours_all_columns_are_named() -> None:
    colors = colors_from_columns({"x": np.zeros(2), "klass": np.zeros(2)})
    assert colors.is_grey and (colors.rgb == 128).all()
    assert "no colours among x, klass" in colors.note


def test_dark_colours_are_not_made_bright() -> None:
    dark = np.random.default_rng(0).integers(0, 2, (500, 3)).astype("f4")
    colors = colors_from_columns(channels(dark))
    assert colors.rgb.max() == 1 and "nearly black" in colors.note
    painted = np.repeat([[1.0, 0.0, 0.0]], 50, axis=0)
    np.testing.assert_array_equal(colors_from_columns(channels(painted)).rgb[0], [255, 0, 0])


def test_what_is_on_no_scale_is_spread_and_said() -> None:
    normalised = np.random.default_rng(1).normal(0.0, 1.2, (2000, 3))
    colors = colors_from_columns(channels(normalised))
    assert 80 < colors.rgb.mean() < 170 and "no usual scale" in colors.note


def test_one_scale_for_all_channels() -> None:
    values = RGB.astype("f4") / 255
    values[:, 0] += np.float32(1e-6)  # red alone exceeds 1
    assert np.abs(colors_from_columns(channels(values)).rgb.astype(int) - RGB).max() == 0


@st.composite
def scaled_colors(draw):
    count = draw(st.integers(2, 60))
    seed = draw(st.integers(0, 2**32 - 1))
    rgb = np.random.default_rng(seed).integers(0, 256, (count, 3)).astype(np.uint8)
    rgb[0] = (255, 40, 7)  # so that the range is there
    rgb[1] = (0, 13, 129)
    kind = draw(st.sampled_from(["int", "unit", "signed", "float 255", "float 65535"]))
    if kind == "int":
        factor = draw(st.sampled_from([1, 256, 257]))
        code = draw(st.sampled_from(["u2", "i4", "u4", "i8", "u8"]))
        return rgb, rgb.astype(code) * np.array(factor, code)
    code = draw(st.sampled_from(["f4", "f8"]))
    floats = {"unit": rgb / 255, "signed": rgb / 127.5 - 1, "float 255": rgb * 1.0}
    values = floats.get(kind, rgb * 257.0).astype(code)
    if draw(st.booleans()):
        values[0, 0] *= 1.0 + draw(st.sampled_from([1e-7, 1e-3, 5e-3]))
    return rgb, values


@given(scaled_colors(), st.sampled_from(["red green blue", "R G B", "scalar_r scalar_g scalar_b"]))
@settings(max_examples=200, deadline=None)
def test_random_scales_and_types_give_the_truth(case, names: str) -> None:
    rgb, values = case
    colors = colors_from_columns({"x": np.zeros(len(rgb))} | channels(values, names))
    assert np.abs(colors.rgb.astype(int) - rgb).max() <= 1, colors.note


# -- intensity -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.arange(256, dtype="u1"), np.arange(256)),
        (np.arange(256, dtype="u2"), np.arange(256)),
        (np.linspace(0, 1, 256), np.arange(256)),
        (np.arange(256, dtype="f4"), np.arange(256)),
        (np.linspace(0, 3500, 256, dtype="f4"), np.minimum(np.arange(256) / 0.99, 255)),
        (np.linspace(0, 65535, 256).astype("u2"), np.minimum(np.arange(256) / 0.99, 255)),
        (np.linspace(0, 2.5, 256), np.minimum(np.arange(256) / 0.99, 255)),
    ],
)
def test_intensity_of_any_range_uses_the_greys(values: np.ndarray, expected: np.ndarray) -> None:
    colors = colors_from_columns({"intensity": values})
    assert colors.is_grey
    assert np.abs(colors.rgb[:, 0].astype(int) - expected).max() <= 1.01


def test_a_few_retroreflectors_do_not_darken_the_rest() -> None:
    values = np.random.default_rng(2).uniform(0, 900, 5000).astype("f4")
    values[:20] = 60_000
    assert intensity_scale(values).high < 1000


def test_brightness_does_not_flicker_between_scans_of_a_topic() -> None:
    known, random, greys = None, np.random.default_rng(3), []
    for spread in (3000, 2000, 3400, 500):
        values = np.append(random.uniform(0, spread, 4000), 1000.0).astype("f4")
        colors = colors_from_columns({"intensity": values}, known)
        known = colors.scale
        greys.append(int(colors.rgb[-1, 0]))
    assert max(greys) - min(greys) == 0


def test_a_dark_first_scan_does_not_whiten_the_next() -> None:
    dark, bright = color_scale(list((RGB // 255).astype("f4").T)), color_scale(list(RGB.T * 1.0))
    assert keep_scale(dark, bright) == bright
    assert keep_scale(bright, dark) == bright


@given(st.lists(st.text(max_size=8) | st.sampled_from(["r", "g", "b", "rgb", "intensity"])))
@settings(max_examples=100, deadline=None)
def test_any_names_are_looked_through(names: list[str]) -> None:
    fields = find_color_fields(names)
    assert fields is None or set(fields.names) <= set(names)
