"""Wordings of relations, sizes, numbers and colours."""

from __future__ import annotations

# Relation -> ways to say it between a thing and what it is related to; repeated = likelier.
RELATIONS: dict[str, tuple[str, ...]] = {
    "on": ("on", "on", "on", "on top of"),
    "under": ("under", "under", "underneath", "below", "beneath"),
    "next to": (
        "next to",
        "next to",
        "next to",
        "beside",
        "by",
        "close to",
        "right next to",
        "near",
        "over by",
        "alongside",
        "in the vicinity of",
    ),
    "in front of": ("in front of", "in front of", "right in front of"),
    "behind": ("behind", "behind", "right behind", "at the back of"),
    "facing": ("facing", "facing", "turned towards", "that faces"),
    "across from": ("across from", "across from", "opposite", "directly across from"),
    "above": ("above", "above", "over", "hanging above"),
    "at": ("at", "at", "pulled up to", "pushed up to"),
    "around": ("around", "at", "around"),
    "between": ("between", "between", "in between", "midway between"),
    "closest": ("closest to", "nearest to", "nearest", "that is closest to"),
    "farthest": ("farthest from", "farthest from", "furthest from", "that is farthest from"),
    "carrying": ("with", "with", "that has"),
    "left of": ("to the left of", "to the left of", "left of", "on the left of"),
    "right of": ("to the right of", "to the right of", "right of", "on the right of"),
    "with part": ("with", "with", "that has"),
    "without part": ("without", "without", "with no", "that has no", "lacking"),
}

# Around "it" or "it is" only the short forms sound right.
PREDICATES: dict[str, tuple[str, ...]] = {
    "facing": ("facing", "turned towards"),
    "closest": ("the one closest to", "the one nearest to"),
    "farthest": ("the one farthest from", "the one furthest from"),
}

# After "to the left of the sofa": who says so stands before the sofa, or somewhere stated.
BEFORE_IT = ("when you face it", "as you look at it", "when facing it", "as seen from the front")
SEEN_FROM = ("as seen from", "seen from", "looking from", "when you look from")
COMING_IN = ("when you come in", "when you come in", "as you walk in", "as you come in")
ENTERING = ("when you enter", "as you enter", "as you walk into")  # the room

ORDINALS = ("first", "second", "third", "fourth", "fifth")
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}

BIG = ("big", "large", "bigger", "biggest", "largest")
SMALL = ("small", "little", "smaller", "smallest")
TALL = ("tall", "taller", "tallest")
SHORT = ("short", "shorter", "shortest")
WIDE = ("wide", "wider", "widest")
NARROW = ("narrow", "narrower", "narrowest")

COLOR_WORDS: dict[str, tuple[str, ...]] = {
    "grey": ("grey", "grey", "grey", "gray"),
    "purple": ("purple", "purple", "violet"),
}
# What one person calls so, another may call that.
SIMILAR_COLORS: dict[str, frozenset[str]] = {
    "beige": frozenset({"white", "brown", "yellow", "tan", "grey"}),
    "tan": frozenset({"brown", "beige", "orange", "yellow"}),
    "turquoise": frozenset({"blue", "green"}),
    "silver": frozenset({"grey", "white"}),
    "gold": frozenset({"yellow", "brown"}),
    "dark red": frozenset({"red", "brown"}),
    "dark blue": frozenset({"blue", "black"}),
    "light blue": frozenset({"blue", "turquoise"}),
}
MATERIAL_WORDS: dict[str, tuple[str, ...]] = {
    "wood": ("wooden",),
    "wooden": ("wooden",),
    "metal": ("metal", "metal", "metallic"),
    "fabric": ("fabric",),
    "upholstered": ("upholstered",),
}
# A thing of this material may also be said to be of that.
SIMILAR_MATERIALS: dict[str, frozenset[str]] = {
    "wicker": frozenset({"wooden", "wood"}),
    "ceramic": frozenset({"stone", "marble", "glass"}),
    "marble": frozenset({"stone", "ceramic"}),
    "steel": frozenset({"metal"}),
}
