"""The words of the sentences: nouns, commands, and how relations are said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun and what it can mean.

    Attributes:
        singular, plural: as written.
        means: categories that everyone would call so.
        may_mean: further categories that some would call so; a phrase is only used where
            these make no difference.
        weight: how often it is chosen.
    """

    singular: str
    plural: str
    means: frozenset[str]
    may_mean: frozenset[str] = frozenset()
    weight: float = 1.0


def _noun(words: str, means: str, may_mean: str = "", weight: float = 1.0) -> Noun:
    """`words` is "singular/plural"; categories are separated by commas."""
    singular, _, plural = words.partition("/")
    maybe = frozenset(may_mean.split(", ")) if may_mean else frozenset()
    return Noun(singular, plural or singular + "s", frozenset(means.split(", ")), maybe, weight)


NOUNS: tuple[Noun, ...] = (
    _noun("chair", "chair", "armchair", 4),
    _noun("seat", "chair", "armchair, stool, sofa", 0.3),
    _noun("armchair", "armchair", weight=3),
    _noun("easy chair", "armchair", weight=0.6),
    _noun("sofa", "sofa", weight=2),
    _noun("couch/couches", "sofa", weight=2),
    _noun("settee", "sofa", weight=0.5),
    _noun("stool", "stool"),
    _noun("bed", "bed"),
    _noun("pillow", "pillow", weight=2),
    _noun("cushion", "pillow"),
    _noun("table", "table", "coffee table, desk", 3),
    _noun("dining table", "table", weight=0.7),
    _noun("coffee table", "coffee table", weight=3),
    _noun("low table", "coffee table", weight=0.5),
    _noun("desk", "desk", weight=3),
    _noun("writing desk", "desk", weight=0.4),
    _noun("nightstand", "nightstand", weight=2),
    _noun("bedside table", "nightstand"),
    _noun("night table", "nightstand", weight=0.3),
    _noun("tv stand", "tv stand", weight=3),
    _noun("television stand", "tv stand", weight=0.5),
    _noun("bookshelf/bookshelves", "bookshelf", weight=3),
    _noun("bookcase", "bookshelf"),
    _noun("shelf/shelves", "bookshelf"),
    _noun("cabinet", "cabinet", "wardrobe, nightstand, tv stand", 2),
    _noun("cupboard", "cabinet", "wardrobe"),
    _noun("sideboard", "cabinet", "tv stand", 0.5),
    _noun("wardrobe", "wardrobe", weight=3),
    _noun("closet", "wardrobe", "cabinet"),
    _noun("tv", "television", weight=2),
    _noun("television", "television"),
    _noun("tv screen", "television", weight=0.4),
    _noun("monitor", "monitor", weight=3),
    _noun("computer screen", "monitor", weight=0.7),
    _noun("screen", "monitor, television", weight=0.5),
    _noun("lamp", "floor lamp, table lamp", weight=3),
    _noun("light", "floor lamp, table lamp", weight=0.4),
    _noun("floor lamp", "floor lamp", weight=2),
    _noun("standing lamp", "floor lamp", weight=0.5),
    _noun("table lamp", "table lamp", weight=1.5),
    _noun("desk lamp", "table lamp", weight=0.3),
    _noun("plant", "plant", weight=3),
    _noun("potted plant", "plant"),
    _noun("houseplant", "plant", weight=0.3),
    _noun("trash can", "trash can", weight=2),
    _noun("bin", "trash can", weight=2),
    _noun("trash bin", "trash can", weight=0.6),
    _noun("wastebasket", "trash can", weight=0.5),
    _noun("garbage can", "trash can", weight=0.5),
    _noun("box/boxes", "box", weight=3),
    _noun("carton", "box", weight=0.5),
    _noun("door", "door"),
    _noun("window", "window"),
    _noun("picture", "picture", weight=2),
    _noun("painting", "picture"),
)

# Things that no room holds: what is asked for is not always there.
FOREIGN_NOUNS = (
    "piano", "fridge", "bicycle", "bathtub", "guitar", "oven", "washing machine", "backpack",
    "fireplace", "dog", "clock", "printer", "laptop", "vase", "bench", "mirror",
)  # fmt: skip

NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}

# Relation -> ways to say it between target and anchor.
PREPOSITIONS: dict[str, tuple[str, ...]] = {
    "on": ("on", "on", "on top of", "standing on", "that is on"),
    "under": ("under", "under", "underneath", "below", "that is under"),
    "next to": ("next to", "next to", "beside", "by", "close to", "right next to",
                "that is next to", "which is beside"),
    "in front of": ("in front of", "in front of", "that is in front of", "right in front of"),
    "behind": ("behind", "behind", "that is behind"),
    "facing": ("facing", "facing", "that faces", "turned towards"),
    "above": ("above", "above", "over", "that hangs above"),
    "at": ("at", "at", "that is at", "pushed up to"),
    "between": ("between", "between", "in between", "that is between"),
    "closest": ("closest to", "nearest to", "nearest", "that is closest to"),
    "farthest": ("farthest from", "farthest from", "furthest from", "that is farthest from"),
}  # fmt: skip

# The same after "it is".
PREDICATES: dict[str, tuple[str, ...]] = {
    "on": ("on", "on top of", "standing on"),
    "under": ("under", "underneath", "below"),
    "next to": ("next to", "beside", "close to", "right by"),
    "in front of": ("in front of", "right in front of"),
    "behind": ("behind", "right behind"),
    "facing": ("facing", "turned towards"),
    "above": ("above", "right above"),
    "at": ("at",),
    "between": ("between", "right between"),
    "closest": ("the one closest to", "the nearest one to"),
    "farthest": ("the one farthest from", "the one furthest from"),
}

SIDES = (
    ("to the {side} of", "when you face it"),
    ("to the {side} of", "as you look at it"),
    ("on the {side} of", "when facing it"),
    ("{side} of", "as seen from the front"),
)

# Command -> categories it suits; None = anything.
COMMANDS: tuple[tuple[str, str, frozenset[str] | None], ...] = (
    ("go to ", ".", None),
    ("drive to ", ".", None),
    ("find ", ".", None),
    ("please find ", ".", None),
    ("can you find me ", "?", None),
    ("show me ", ".", None),
    ("look at ", ".", None),
    ("point at ", ".", None),
    ("take me to ", ".", None),
    ("I'm looking for ", ".", None),
    ("I mean ", ".", None),
    ("do you see ", "?", None),
    ("move over to ", ".", None),
    ("could you check ", "?", None),
    ("pick up ", ".", frozenset({"box", "pillow", "trash can"})),
    ("bring me ", ".", frozenset({"box", "pillow", "stool", "chair", "table lamp"})),
    ("grab ", ".", frozenset({"box", "pillow", "stool"})),
    ("fetch ", ", please.", frozenset({"box", "pillow", "trash can", "stool"})),
    ("turn on ", ".", frozenset({"floor lamp", "table lamp", "television", "monitor"})),
    ("switch off ", ".", frozenset({"floor lamp", "table lamp", "television", "monitor"})),
    ("clean ", ".", frozenset({"table", "coffee table", "desk", "window", "sofa"})),
    ("wipe ", ", please.", frozenset({"table", "coffee table", "desk"})),
    ("water ", ".", frozenset({"plant"})),
    ("open ", ".", frozenset({"door", "window", "cabinet", "wardrobe"})),
    ("close ", ".", frozenset({"door", "window", "wardrobe"})),
    ("empty ", ".", frozenset({"trash can"})),
    ("make ", ".", frozenset({"bed"})),
    ("pull out ", ".", frozenset({"chair"})),
    ("have a seat on ", ".", frozenset({"chair", "armchair", "sofa", "stool"})),
)

PORTABLE = frozenset({"box", "pillow", "trash can", "stool", "table lamp", "plant"})
SURFACES = frozenset({"table", "coffee table", "desk", "bed", "sofa", "cabinet", "nightstand"})
BIG = ("big", "large", "bigger", "biggest", "largest")
SMALL = ("small", "little", "smaller", "smallest")
TALL = ("tall", "taller", "tallest")
SHORT = ("short", "shorter", "shortest")
