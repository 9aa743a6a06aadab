"""What people say around the thing that they want: "go to ...", "can you find me ...?"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """Words around a noun phrase.

    Attributes:
        before, after: what is said, with the spaces and marks.
        suits: categories it makes sense for; None = anything.
        plural: whether it also suits several things.
    """

    before: str
    after: str = "."
    suits: frozenset[str] | None = None
    plural: bool = True


def _of(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


PORTABLE = _of(
    "box, pillow, trash can, stool, table lamp, plant, basket, bag, backpack, suitcase, book, "
    "books, bottle, cup, glass, plate, bowl, fruit, vase, flowers, teddy bear, toy, ball, laptop, "
    "keyboard, mouse, kettle, toaster, pot, candle, statue, globe, clock, guitar, blanket, "
    "chess set, telephone, towel, vacuum cleaner, umbrella stand, speaker, ottoman"
)
SURFACES = _of(
    "table, coffee table, side table, desk, bed, sofa, cabinet, nightstand, dresser, sideboard, "
    "counter, bench, shelf, bookshelf, tv stand, kitchen cabinet"
)
_SEATS = _of("chair, office chair, armchair, sofa, stool, bar stool, bench, ottoman")
_LIGHTS = _of("floor lamp, table lamp, ceiling lamp, wall lamp")
_SCREENS = _of("television, monitor, computer, laptop, stereo")
_BOARDS = _of("table, coffee table, side table, desk, counter, nightstand")
_HANDY = _of(
    "box, pillow, basket, bag, backpack, book, books, bottle, cup, glass, plate, bowl, vase, "
    "teddy bear, toy, ball, laptop, kettle, candle, blanket, telephone, towel"
)

COMMANDS: tuple[Command, ...] = (
    Command("go to "),
    Command("drive to "),
    Command("drive over to ", ", please."),
    Command("find "),
    Command("please find "),
    Command("find me "),
    Command("can you find me ", "?"),
    Command("could you find ", " for me?"),
    Command("show me "),
    Command("look at "),
    Command("point at "),
    Command("point to "),
    Command("take me to "),
    Command("I'm looking for "),
    Command("I mean "),
    Command("I want "),
    Command("do you see ", "?"),
    Command("can you see ", "?"),
    Command("where is ", "?", plural=False),
    Command("move over to "),
    Command("head over to "),
    Command("could you check ", "?"),
    Command("check ", " for me."),
    Command("stop at ", "."),
    Command("hey, go to "),
    Command("robot, go to "),
    Command("now go and look at "),
    Command("wait next to ", "."),
    Command("watch "),
    Command("what color is ", "?", plural=False),
    Command("how big is ", "?", plural=False),
    Command("select "),
    Command("walk up to "),
    Command("have you seen ", "?"),
    Command("hand me ", ".", _HANDY),
    Command("let's go to "),
    Command("can we go to ", "?"),
    Command("meet me at "),
    Command("stay away from "),
    Command("tell me about "),
    Command("how far away is ", "?", plural=False),
    Command("is that ", "?", plural=False),
    Command("which way is ", "?", plural=False),
    Command("go and stand by "),
    # for the text exam
    Command("make your way to "),
    Command("could you locate ", "?"),
    Command("I'd like you to find "),
    Command("direct me to "),
    Command("lead me to "),
    Command("search for "),
    Command("have a look at "),
    Command("does anyone see ", "?"),
    Command("spot "),
    Command("fetch me ", ".", _HANDY),
    Command("get rid of ", ".", PORTABLE),
    # for some things only
    Command("pick up ", ".", PORTABLE),
    Command("grab ", ".", _HANDY),
    Command("bring me ", ".", PORTABLE),
    Command("can you bring me ", "?", _HANDY),
    Command("fetch ", ", please.", _HANDY),
    Command("give me ", ".", _HANDY),
    Command("turn on ", ".", _LIGHTS | _SCREENS),
    Command("switch off ", ".", _LIGHTS | _SCREENS | _of("fan, oven, stove")),
    Command("is ", " on?", _LIGHTS | _SCREENS, plural=False),
    Command("clean ", ".", _BOARDS | _of("window, sofa, sink, bathtub, mirror, stove, whiteboard")),
    Command("wipe ", ", please.", _BOARDS),
    Command("water ", ".", _of("plant, flowers")),
    Command(
        "open ", ".", _of("door, window, cabinet, wardrobe, fridge, oven, curtain, dishwasher")
    ),
    Command("close ", ".", _of("door, window, wardrobe, fridge, curtain, blinds")),
    Command("empty ", ".", _of("trash can, dishwasher, washing machine")),
    Command("make ", ".", _of("bed")),
    Command("pull out ", ".", _of("chair, office chair")),
    Command("is anyone sitting on ", "?", _SEATS, plural=False),
    Command("I'd like to sit on ", ".", _SEATS, plural=False),
    Command("straighten ", ".", _of("picture, rug, blanket, pillow")),
    Command("sweep under ", ".", _of("table, bed, sofa, desk")),
    Command("dust off ", ".", _of("bookshelf, shelf, sideboard, piano, television, dresser")),
    Command("load ", ".", _of("dishwasher, washing machine")),
    Command("play ", ".", _of("piano, guitar")),
)

SPECIAL = tuple(command for command in COMMANDS if command.suits)
GENERAL = tuple(command for command in COMMANDS if command.suits is None)
