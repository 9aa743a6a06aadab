"""Nouns for furniture: a table, and how to look things up in it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Noun:
    """A noun and what it can mean.

    Attributes:
        singular, plural: as written.
        means: categories that everyone would call so.
        may_mean: further categories that some would call so; a phrase is only used where
            these make no difference.
        weight: how often it is chosen.
        shares: of the weight, for each category; a wider word is said less often.
    """

    singular: str
    plural: str
    means: frozenset[str]
    may_mean: frozenset[str] = frozenset()
    weight: float = 1.0
    shares: tuple[tuple[str, float], ...] = ()

    def weight_of(self, category: str) -> float:
        """Weight with which it is chosen for a category."""
        return self.weight * dict(self.shares).get(category, 1.0)

    @property
    def is_mass(self) -> bool:
        """Whether it has but one form, as "flowers" and "bread" have: there is no "a flowers"."""
        return self.plural == self.singular

    @property
    def is_generic(self) -> bool:
        """Whether it can mean anything: other words must set the thing apart."""
        return self in GENERIC_NOUNS

    @property
    def is_plural_only(self) -> bool:
        """Whether one thing is spoken of as several: "the shoes are"."""
        return self.is_mass and self.singular.endswith("s")


NOUNS_FILE = Path(__file__).with_name("nouns.csv")
BANK_NOUNS_FILE = NOUNS_FILE.with_name("bank_nouns.csv")

# Asked for now and then where no room holds them: hardly any bank has them.
FOREIGN_NOUNS = (
    "bicycle",
    "dog",
    "cat",
    "hammock",
    "sewing machine",
    "drum kit",
    "surfboard",
    "lawn mower",
    "telescope",
    "bird cage",
    "wine rack",
    "sleeping bag",
    "typewriter",
    "trampoline",
    "harp",
    "tent",
    "motorcycle",
    "canoe",
    "vending machine",
    "jukebox",
)


def _names(cell: str) -> list[str]:
    return cell.split("; ") if cell else []


def _read(row: Mapping[str, str]) -> Noun:
    """A line of the table; "coffee table*.5" makes the noun half as likely for a coffee table."""
    shares = {}
    for cell in _names(row["means"]):
        category, _, share = cell.partition("*")
        shares[category] = float(share or 1.0)
    singular = row["singular"]
    return Noun(
        singular,
        row["plural"] or singular + "s",
        frozenset(shares),
        frozenset(_names(row["may_mean"])),
        float(row["weight"]),
        tuple(shares.items()),
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _with_bank_nouns(nouns: list[Noun]) -> tuple[Noun, ...]:
    """These and those of bank_nouns.csv, where a noun of both can mean what either says.

    A row without a weight only adds to what a noun of the table can mean.
    """
    known = {noun.singular: at for at, noun in enumerate(nouns)}
    for row in _table(BANK_NOUNS_FILE):
        cells = {key: row[key].replace(", ", "; ") for key in ("means", "may_mean")}
        more = _read({"singular": row["noun"], **row, **cells, "weight": row["weight"] or "0"})
        at = known.get(more.singular)
        if at is None:
            nouns.append(more)
            continue
        noun = nouns[at]
        nouns[at] = replace(
            noun,
            means=noun.means | more.means,
            may_mean=noun.may_mean | more.may_mean,
            shares=noun.shares + more.shares,
        )
    return tuple(nouns)


NOUNS = _with_bank_nouns(list(map(_read, _table(NOUNS_FILE))))
CATEGORIES = frozenset().union(*(noun.means for noun in NOUNS))
GENERIC_NOUNS = tuple(Noun(name, name + "s", frozenset()) for name in ("thing", "object", "item"))


@cache
def nouns_of(category: str) -> tuple[Noun, ...]:
    """All nouns for a category; one that the table does not know is called by its own name."""
    found = tuple(noun for noun in NOUNS if category in noun.means)
    return found or (Noun(category, category + "s", frozenset({category})),)


@cache
def singular_nouns_of(category: str) -> tuple[Noun, ...]:
    """Nouns for one thing of a category: "pair of shoes", not "shoes", where there is a choice."""
    found = tuple(noun for noun in nouns_of(category) if not noun.is_plural_only)
    return found or nouns_of(category)


def may_be_called(category: str, noun: Noun) -> bool:
    """Whether some would call a category so, though not everyone would.

    A category that is not in the table may be called by its last word: a "lava lamp" is a lamp.
    """
    if category in noun.may_mean:
        return True
    return category not in CATEGORIES and noun.singular in category.split()
