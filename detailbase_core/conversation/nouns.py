"""Singular and plural of English nouns, as far as furniture and things need it."""

from __future__ import annotations

_IRREGULAR = {
    "bookshelf": "bookshelves",
    "child": "children",
    "foot": "feet",
    "knife": "knives",
    "leaf": "leaves",
    "loaf": "loaves",
    "man": "men",
    "mouse": "mice",
    "person": "people",
    "scarf": "scarves",
    "shelf": "shelves",
    "woman": "women",
}
_SINGULARS = {plural: singular for singular, plural in _IRREGULAR.items()}
_HISSING = ("s", "x", "z", "ch", "sh")
_SINGULAR_ENDINGS = ("ss", "us", "is")  # the glass, the cactus, the chassis


def plural_of(noun: str) -> str:
    """ "chair" -> "chairs"; a plural stays as it is."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if is_plural(noun):
        return noun
    if noun.endswith(_HISSING):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def singular_of(noun: str) -> str:
    """ "chairs" -> "chair"; a singular stays as it is."""
    if noun in _SINGULARS:
        return _SINGULARS[noun]
    if not is_plural(noun):
        return noun
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith("es") and noun[:-2].endswith(("ss", "x", "z", "ch", "sh")):
        return noun[:-2]
    return noun[:-1]


def is_plural(noun: str) -> bool:
    """Whether a noun looks like a plural."""
    return noun in _SINGULARS or (noun.endswith("s") and not noun.endswith(_SINGULAR_ENDINGS))
