"""Furniture of any room: openings, storage, decoration, clutter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.groups.seating import things_on

if TYPE_CHECKING:
    from detailbase_core.synthetic.layout import Layout

# On what stands about: surface category -> objects that people leave there.
TOPS: dict[str, tuple[str, ...]] = {
    "bookshelf": ("books", "book", "vase", "box", "clock", "plant", "globe", "statue", "speaker"),
    "wall shelf": ("books", "vase", "bottle", "clock", "flowers"),
    "shelf": ("books", "vase", "box", "bottle", "plant", "basket", "clock"),
    "cabinet": ("vase", "table lamp", "box", "plant", "clock", "books", "basket", "printer"),
    "sideboard": ("vase", "table lamp", "candle", "bowl", "plant", "clock", "statue"),
    "dresser": ("vase", "table lamp", "box", "candle", "clock", "basket"),
    "side table": ("table lamp", "book", "cup", "vase", "phone", "plant"),
    "coffee table": ("book", "cup", "bowl", "vase", "candle", "bottle"),
    "table": ("bowl", "vase", "cup", "book", "laptop", "bottle", "plate", "box"),
    "desk": ("books", "cup", "laptop", "table lamp", "box", "phone"),
    "tv stand": ("speaker", "vase", "box", "plant", "stereo"),
    "piano": ("vase", "metronome", "books", "candle"),
}
_LOOSE = (
    "box",
    "stool",
    "trash can",
    "plant",
    "floor lamp",
    "armchair",
    "basket",
    "ottoman",
    "suitcase",
    "fan",
    "coat rack",
    "guitar",
    "side table",
    "bag",
    "vacuum cleaner",
    "shoes",
    "ladder",
    "skateboard",
    "water cooler",
    "room divider",
    "rocking horse",
    "stroller",
    "speaker",
    "umbrella stand",
    "ironing board",
    "statue",
    "ball",
    "treadmill",
    "piano",
    "radiator",
    "fireplace",
    "bench",
    "chair",
)
_IN_CORNERS = frozenset({"plant", "floor lamp", "coat rack", "statue", "fan", "guitar"})
_AT_WALLS = frozenset(
    {
        "piano",
        "fireplace",
        "radiator",
        "bench",
        "suitcase",
        "side table",
        "umbrella stand",
        "speaker",
        "treadmill",
    }
)
_ONCE = frozenset({"piano", "fireplace", "treadmill", "ironing board", "coat rack", "fan"})


def openings(layout: Layout) -> None:
    """One door, sometimes two, and up to three windows, some with curtains."""
    rng = layout.rng
    for model in layout.stock.twins("door", int(rng.choice([1, 1, 1, 2])), rng):
        index = layout.hang(model, bottom=0.0)
        if index is not None:
            layout.grid.keep_free(layout.items[index].to_room(0.0, 0.5), 0.4)
    curtains = layout.stock.twins("curtain", 3, rng) if rng.random() < 0.4 else []
    for i, model in enumerate(layout.stock.twins("window", int(rng.integers(0, 4)), rng)):
        index = layout.hang(model)
        if index is not None and i < len(curtains) and rng.random() < 0.8:
            layout.hang(curtains[i], above=index, ignore=frozenset({layout.id_of(index)}))


def storage(layout: Layout) -> None:
    """Look-alike shelves, cabinets or wardrobes against the walls, objects on them."""
    rng = layout.rng
    kinds = (
        "bookshelf",
        "bookshelf",
        "cabinet",
        "cabinet",
        "wardrobe",
        "sideboard",
        "shelf",
        "dresser",
    )
    category = str(rng.choice(kinds))
    for model in layout.stock.twins(category, int(rng.choice([1, 1, 2, 2, 3])), rng):
        index = layout.against_wall(model) if model.mount == "floor" else layout.hang(model)
        if index is not None and category in TOPS:
            things_on(layout, index, TOPS[category], 3)


def wardrobe(layout: Layout) -> None:
    """One or two wardrobes."""
    for model in layout.stock.twins("wardrobe", int(layout.rng.choice([1, 1, 2])), layout.rng):
        layout.against_wall(model)


def clutter(layout: Layout) -> None:
    """Look-alikes of one loose object, here and there."""
    rng = layout.rng
    known = [c for c in _LOOSE if c in layout.stock.categories]
    category = str(rng.choice(known))
    there = {item.model.category for item in layout.items}
    if category in _ONCE and category in there:
        return
    count = 1 if category in _ONCE else int(rng.choice([1, 1, 2, 2, 3]))
    for model in layout.stock.twins(category, count, rng):
        how = rng.random()
        if model.mount == "wall":
            layout.hang(model)
        elif model.mount != "floor":
            layout.anywhere(model)
        elif category in _IN_CORNERS and how < 0.7:
            layout.in_corner(model)
        elif category in _AT_WALLS or how < 0.45:
            layout.against_wall(model)
        else:
            layout.anywhere(model, square=how < 0.75)


def more_on_top(layout: Layout) -> None:
    """Something more on any piece that can carry it."""
    rng = layout.rng
    carriers = [
        i for i, item in enumerate(layout.items) if item.model.category in TOPS and item.model.on
    ]
    if carriers:
        index = int(rng.choice(carriers))
        things_on(layout, index, TOPS[layout.items[index].model.category], 2)


def ceiling_lamps(layout: Layout) -> None:
    """One or two alike lamps from the ceiling."""
    rng = layout.rng
    for model in layout.stock.twins("ceiling lamp", int(rng.choice([1, 1, 2])), rng):
        layout.hang_from_ceiling(model)


def on_walls(layout: Layout) -> None:
    """Pictures, clocks, mirrors and lamps on what is left of the walls."""
    rng = layout.rng
    for model in layout.stock.twins("picture", int(rng.integers(0, 4)), rng):
        layout.hang(model)
    for category, chance in (
        ("clock", 0.3),
        ("mirror", 0.2),
        ("wall lamp", 0.2),
        ("wall shelf", 0.15),
        ("air conditioner", 0.1),
        ("radiator", 0.2),
    ):
        hung = layout.pick(category, mount="wall") if rng.random() < chance else None
        layout.hang(hung, bottom=None if category == "radiator" else float(rng.uniform(1.4, 1.8)))
