"""Parts of seats and beds: limbs, bent sheets, cushions, cloths thrown over, their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import geometry, palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.furniture.families.geometry import Vector
    from training.furniture.families.shapes import Part, Parts

    Color = Sequence[int]
    Grid = NDArray[np.float64]

_FABRICS = (  # grays, beiges, browns, blues, greens, rust, wine, mustard
    *((70, 72, 76), (120, 121, 122), (160, 160, 158), (38, 39, 42), (196, 186, 170)),
    *((216, 208, 194), (170, 152, 128), (112, 92, 74), (50, 66, 98), (92, 116, 140)),
    *((40, 48, 64), (84, 100, 78), (46, 84, 76), (166, 92, 58), (120, 44, 48)),
    *((190, 150, 70), (150, 132, 142), (222, 214, 200)),
)
_LEATHERS = ((30, 29, 29), (66, 46, 36), (124, 76, 44), (158, 104, 62), (214, 202, 182))


def upholstery(rng: np.random.Generator, leather: float = 0.2) -> tuple[palette.Color, str]:
    """Colour and material of a cover: plain fabrics mostly, leather with this chance."""
    if rng.random() < leather:
        return palette.pick(rng, *_LEATHERS), "leather"
    if rng.random() < 0.1:
        return palette.lively(rng), "fabric"
    return palette.pick(rng, *_FABRICS), "fabric"


def leg_finish(rng: np.random.Generator, wooden: float = 0.6) -> tuple[palette.Color, str]:
    """Colour and material of legs: bare wood, else black, chromed or white metal."""
    if rng.random() < wooden:
        return palette.wood(rng), "wooden"
    u = rng.random()
    if u < 0.5:
        return palette.black(rng), "metal"
    if u < 0.82:
        return palette.steel(rng), "metal"
    return (palette.white(rng) if u < 0.92 else palette.brass(rng)), "metal"


def limb(
    parts: Parts,
    path: Sequence[Vector] | Grid,
    radii: float | Sequence[float],
    rgb: Color,
    material: str = "",
    *,
    square: bool = False,
    flat: float = 1.0,
    smooth: int = 0,
) -> Part:
    """A rod along a path whose radius changes: legs, posts, rails.

    Args:
        parts: where to.
        path: its points.
        radii: half its thickness, one for all or one for each point of the path.
        rgb: colour.
        material: see Part.
        square: a square section, not a round one.
        flat: the second side of the section is so many times the first.
        smooth: > 0: a curve of so many points through the path's.
    """
    line = np.asarray(path, float)
    radius = np.broadcast_to(np.asarray(radii, float), (len(line),))
    if smooth:
        at = np.linspace(0, len(line) - 1, smooth)
        radius = np.interp(at, np.arange(len(line)), radius)
        line = geometry.smooth_path(line, smooth)
    sides = 4 if square else 10
    points, faces = geometry.swept(line, 1.0, sides)
    rings = points.reshape(-1, sides, 3)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True).clip(1e-12)
    made = [rings[0]]
    for here, ring, tangent, r in zip(line, rings[1:-1], along, radius, strict=True):
        first = ring[0] - here
        other = np.cross(tangent, first)
        angle = (np.arange(sides) + 0.5 * square) * 2 * np.pi / sides
        reach = r * (np.sqrt(2) if square else 1)
        made.append(
            here + reach * (np.outer(np.cos(angle), first) * flat + np.outer(np.sin(angle), other))
        )
    made.append(rings[-1])
    return parts.add((np.concatenate(made), faces), rgb, material)


def plate(
    parts: Parts, grid: Grid, thickness: float | Grid, rgb: Color, material: str = ""
) -> Part:
    """A bent plate through a grid (R, C, 3), its thickness one number or one for each point."""
    across, along = np.gradient(grid, axis=1), np.gradient(grid, axis=0)
    normal = np.cross(across, along)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True).clip(1e-12)
    half = np.broadcast_to(np.asarray(thickness, float) / 2, grid.shape[:2])[..., None] * normal
    sheets = [grid + half, grid - half]
    rows, columns = grid.shape[:2]
    points: list[Grid] = []
    faces: list[geometry.Faces] = []
    first = 0
    for sheet in sheets:
        points.append(sheet.reshape(-1, 3))
        faces.append(geometry.grid_faces(rows, columns) + first)
        first += rows * columns
    for strip in (
        np.stack(edges)
        for edges in zip(
            *((sheet[0], sheet[-1], sheet[:, 0], sheet[:, -1]) for sheet in sheets), strict=True
        )
    ):
        points.append(strip.reshape(-1, 3))
        faces.append(geometry.grid_faces(2, strip.shape[1]) + first)
        first += 2 * strip.shape[1]
    return parts.add((np.concatenate(points), np.concatenate(faces)), rgb, material)


def puffed(shape: tuple[int, ...], thickness: float, edge: float = 0.35) -> Grid:
    """Thickness of a padded plate of so many rows and columns, `edge` of it at the rim."""
    v, u = (np.linspace(-1, 1, count) for count in shape[:2])
    full = np.sqrt((1 - u[None] ** 6).clip(0)) * np.sqrt((1 - v[:, None] ** 6).clip(0))
    result: Grid = thickness * (edge + (1 - edge) * full)
    return result


def shell(
    profile: Sequence[tuple[float, float]],
    halves: Sequence[float],
    curls: Sequence[float],
    *,
    rows: int = 18,
    columns: int = 13,
    power: float = 2.0,
) -> Grid:
    """A grid for seats that flow into their backs.

    Args:
        profile: (y, z) of its middle line from the front of the seat to the top of the back.
        halves: half widths at these points.
        curls: how far the sides stand up there, towards who sits.
        rows: along the profile.
        columns: across.
        power: higher = a flat middle and steep sides.
    """
    given = np.array([(0, y, z) for y, z in profile])
    at, steps = np.linspace(0, len(given) - 1, rows), np.arange(len(given))
    line = geometry.smooth_path(given, rows)
    half, curl = np.interp(at, steps, halves), np.interp(at, steps, curls)
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True).clip(1e-12)
    normal = np.stack([np.zeros(rows), tangent[:, 2], -tangent[:, 1]], axis=1)
    u = np.linspace(-1, 1, columns)
    grid = np.repeat(line[:, None], columns, axis=1)
    grid[..., 0] += half[:, None] * u
    lift = curl[:, None] * np.abs(u) ** power
    result: Grid = grid + lift[..., None] * normal[:, None]
    return result


def cushion(
    parts: Parts,
    center: Vector,
    size: Vector,
    rgb: Color,
    material: str = "fabric",
    *,
    rng: np.random.Generator,
    firm: float = 0.25,
    plump: float = 0.6,
    uneven: float = 0.03,
) -> Part:
    """A cushion that bulges: `firm` near 0 = a box, near 1 = an ellipsoid, seen from above.

    Args:
        parts: where to.
        center: its middle.
        size: full size (3,); z is its thickness.
        rgb: colour.
        material: see Part.
        rng: for its dents.
        firm: exponent of its outline.
        plump: exponent of its thickness: 0.2 a block, 1 a lens.
        uneven: of its thickness, how much it is dented.
    """
    lat = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 15)) * np.pi / 2
    lon = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    lat, lon = np.meshgrid(lat, lon, indexing="ij")

    def bent(value: Grid, power: float) -> Grid:
        result: Grid = np.sign(value) * np.abs(value) ** power
        return result

    side = np.cos(lat).clip(0) ** plump
    unit = np.stack(
        [
            side * bent(np.cos(lon), firm),
            side * bent(np.sin(lon), firm),
            bent(np.sin(lat), plump),
        ],
        axis=2,
    )
    phase = rng.uniform(0, 6, 3)
    dent = 1 + uneven * (np.sin(3 * unit[..., 0] + phase[0]) + np.sin(4 * unit[..., 1] + phase[1]))
    unit[..., 2] *= dent
    unit[..., :2] *= (1 + uneven * 0.4 * np.sin(3 * lon + phase[2]))[..., None]
    points = unit * (np.asarray(size, float) / 2)
    faces = geometry.grid_faces(*lat.shape, wrapped=True)
    return parts.add((points.reshape(-1, 3), faces), rgb, material).move(*center)


def draped(
    parts: Parts,
    path: Sequence[tuple[float, float]],
    x: float,
    wide: float,
    rgb: Color,
    rng: np.random.Generator,
) -> Part:
    """A cloth that hangs over something: along (y, z), centred at x, with folds and ragged ends."""
    line = geometry.smooth_path([(0, y, z) for y, z in path], 16)
    u = np.linspace(-0.5, 0.5, 12)
    grid = np.repeat(line[:, None], 12, axis=1)
    end = np.abs(np.linspace(-1, 1, 16)) ** 3
    skew = rng.uniform(-0.1, 0.1)
    grid[..., 0] = x + wide * u * (1 + 0.12 * end[:, None]) + skew * np.linspace(-1, 1, 16)[:, None]
    fold = 0.012 * np.sin(u * rng.uniform(14, 24) + rng.uniform(0, 6))
    grid[..., 1] += fold * np.sign(np.linspace(-1, 1, 16))[:, None] * end[:, None]
    grid[..., 2] += 0.02 * np.sin(u * 7 + rng.uniform(0, 6)) * end[:, None]
    return plate(parts, grid, 0.012, rgb, "fabric")
