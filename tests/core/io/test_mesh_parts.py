"""Meshes as other systems write them: encodings, names of textures, scales of colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import trimesh
from PIL import Image
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import read_cloud, read_cloud_file
from tests.core.io.test_more_formats import plate

if TYPE_CHECKING:
    from pathlib import Path

CORNERS = "v 0 0 3\nv 2 0 3\nv 2 1 3\nv 0 1 3\n"
OBJ = CORNERS + "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nusemtl Möbel\nf 1/1 2/2 3/3\nf 1/1 3/3 4/4\n"
RED = (255, 0, 0)


def picture(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((8, 8, 3), RED, np.uint8)).save(path)


def textured(folder: Path, texture: str, encoding: str = "latin-1") -> Path:
    """An OBJ and its MTL with an umlaut in both."""
    (folder / "a.mtl").write_bytes(
        f"newmtl Möbel\nKd 0.2 0.2 0.8\nmap_Kd {texture}\n".encode(encoding)
    )
    (folder / "a.obj").write_bytes(f"# Möbel\nmtllib a.mtl\n{OBJ}".encode(encoding))
    return folder / "a.obj"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize(
    "texture", ["Wood.png", "wood.PNG", r"maps\Wood.png", r"C:\maps\Wood.png", "-s 1 1 1 Wood.png"]
)
def test_textures_under_any_encoding_and_name(tmp_path: Path, encoding: str, texture: str) -> None:
    picture(tmp_path / ("maps" if texture.startswith("maps") else ".") / "Wood.png")
    cloud = read_cloud(textured(tmp_path, texture, encoding))
    assert (cloud.rgb == RED).all() and len(cloud) > 19_000


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_obj_under_any_line_end(tmp_path: Path, newline: str) -> None:
    (tmp_path / "a.obj").write_text(f"{CORNERS}f 1 2 3 4\n", newline=newline)
    assert len(read_cloud(tmp_path / "a.obj")) > 19_000


def test_what_is_not_beside_a_mesh_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = read_cloud_file(textured(tmp_path, "gone.png"))
    assert (found.cloud.rgb == (51, 51, 204)).all()  # of the material
    assert "without gone.png" in found.color_note and "gone.png" in caplog.text
    (tmp_path / "a.mtl").unlink()
    found = read_cloud_file(tmp_path / "a.obj")
    assert (found.cloud.rgb == 128).all()
    assert found.color_note.startswith("no colours") and "without a.mtl" in found.color_note
    for name, data in plate().export(file_type="gltf").items():
        if name.endswith(".gltf"):
            (tmp_path / name).write_bytes(data)
    with pytest.raises(BadFileError, match=r"needs gltf_buffer_0.bin beside it"):
        read_cloud(tmp_path / "model.gltf")


def test_a_device_is_no_texture(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(f"mtllib /dev/zero\n{OBJ}")
    assert "without /dev/zero" in read_cloud_file(tmp_path / "a.obj").color_note


@pytest.mark.parametrize("scale", [1, 255, 65535])
@pytest.mark.parametrize("faces", ["", "f 1 2 3\nf 1 3 4\n"])
def test_colours_of_an_obj_on_any_scale(tmp_path: Path, scale: int, faces: str) -> None:
    color = f" {scale} 0 {scale * 128 / 255 if scale == 1 else scale * 128 // 255}\n"
    (tmp_path / "a.obj").write_text(CORNERS.replace("\n", color) + faces)
    cloud = read_cloud(tmp_path / "a.obj")
    assert np.abs(cloud.rgb.astype(int) - (255, 0, 128)).max() <= 1


def test_an_obj_whose_vertices_differ_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("v 0 0 3 1 0 0\nv 2 0 3 1 0 0 4 4\nv 2 1 3 1\nf 1 2 3\n")
    with pytest.raises(BadFileError, match="its vertices have 4 or 6 or 8 numbers"):
        read_cloud(tmp_path / "a.obj")


@pytest.mark.parametrize("header", [b"COLOR=\xff\x80\x10\xff", b"solid M\xf6bel", b""])
def test_a_binary_stl_may_say_anything_in_its_header(tmp_path: Path, header: bytes) -> None:
    data = plate().export(file_type="stl")
    (tmp_path / "a.stl").write_bytes(header.ljust(80) + data[80:])
    assert len(read_cloud(tmp_path / "a.stl")) > 19_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("vertex 2.0 1.0 3.0\n", ""),
        ("vertex 2.0 1.0 3.0\n", "vertex 2.0 1.0\n"),
        ("vertex 2.0 1.0 3.0\n", "vertex 2.0 1.0 3. 0.0 0.0 1.0\n"),
        ("vertex 2.0 1.0 3.0\n", "vertex2.0 1.0 3.0\n"),
        ("facet normal 0.0 0.0 1.0\n", "fa 255.0\n"),
        ("facet normal 0.0 0.0 1.0\n", "facet normal 0.0 1.0\n"),
    ],
)
def test_a_text_stl_whose_lines_are_broken_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Any twelve numbers in a row would be a face."""
    text = plate().export(file_type="stl_ascii")
    assert old in text
    (tmp_path / "a.stl").write_text(text)
    assert len(read_cloud(tmp_path / "a.stl")) > 19_000
    (tmp_path / "a.stl").write_text(text.replace(old, new, 1))
    with pytest.raises(BadFileError, match="looks like an STL mesh, but cannot be read"):
        read_cloud(tmp_path / "a.stl")


def test_a_gltf_whose_json_is_broken_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.gltf").write_text('{"asset": {"version": "2.0"}, "nodes": [}')
    with pytest.raises(BadFileError, match="JSONDecodeError"):
        read_cloud(tmp_path / "a.gltf")
    data = bytearray(plate().export(file_type="glb"))
    data[30] = 0xF6
    (tmp_path / "a.glb").write_bytes(data)
    # Where charset_normalizer is installed, trimesh guesses an encoding and fails a little later.
    with pytest.raises(BadFileError, match=r"its text is not UTF-8|JSONDecodeError"):
        read_cloud(tmp_path / "a.glb")


@pytest.mark.parametrize(
    ("factor", "expected"), [(None, 255), ([255, 255, 255, 255], 255), ([55, 55, 55, 255], 128)]
)
def test_a_gltf_material_is_linear_and_white_by_default(
    tmp_path: Path, factor: list[int] | None, expected: int
) -> None:
    visual = TextureVisuals(uv=np.zeros((4, 2)), material=PBRMaterial(baseColorFactor=factor))
    plate(visual=visual).export(tmp_path / "a.glb")
    assert np.abs(read_cloud(tmp_path / "a.glb").rgb.astype(int) - expected).max() <= 1


def test_a_tint_multiplies_a_texture(tmp_path: Path) -> None:
    image = Image.fromarray(np.full((8, 8, 3), 200, np.uint8))
    material = PBRMaterial(baseColorFactor=[255, 55, 255, 255], baseColorTexture=image)
    visual = TextureVisuals(uv=[[0, 0], [1, 0], [1, 1], [0, 1]], material=material)
    plate(visual=visual).export(tmp_path / "a.glb")
    assert np.abs(read_cloud(tmp_path / "a.glb").rgb.astype(int) - (200, 100, 200)).max() <= 1


@pytest.mark.parametrize("where", ["vertices", "faces"])
def test_the_texture_of_a_ply(tmp_path: Path, where: str) -> None:
    picture(tmp_path / "a.png")
    lines = ["ply", "format ascii 1.0", "comment TextureFile a.png", "element vertex 4"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property float {axis}" for axis in "st" if where == "vertices"]
    lines += ["element face 2", "property list uchar int vertex_indices"]
    lines += ["property list uchar float texcoord"] if where == "faces" else []
    corners, uv = ["0 0 3", "2 0 3", "2 1 3", "0 1 3"], ["0 0", "1 0", "1 1", "0 1"]
    on_vertices = zip(corners, uv if where == "vertices" else [""] * 4, strict=True)
    lines += ["end_header", *(" ".join(row).strip() for row in on_vertices)]
    for a, b, c in ((0, 1, 2), (0, 2, 3)):
        wedges = f" 6 {uv[a]} {uv[b]} {uv[c]}" if where == "faces" else ""
        lines.append(f"3 {a} {b} {c}{wedges}")
    (tmp_path / "a.ply").write_text("\n".join(lines) + "\n")
    assert (read_cloud(tmp_path / "a.ply").rgb == RED).all()
    (tmp_path / "a.png").unlink()
    assert "without a.png" in read_cloud_file(tmp_path / "a.ply").color_note


def test_points_of_a_gltf(tmp_path: Path) -> None:
    xyz = np.random.default_rng(0).normal(size=(30, 3))
    cloud = trimesh.PointCloud(xyz, colors=np.tile([10, 20, 30, 255], (30, 1)).astype(np.uint8))
    trimesh.Scene([cloud]).export(tmp_path / "a.glb")
    np.testing.assert_allclose(read_cloud(tmp_path / "a.glb").xyz, xyz, atol=1e-5)
