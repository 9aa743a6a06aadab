"""The words of generated sentences as a reader knows them; see sentence_reader.py.

Written apart from the generator's own tables, so that a slip there does not pass unseen.
"""

from __future__ import annotations

# Category: what everyone calls it.
_NAMES = """
chair: chair, dining chair, seat
office chair: office chair, desk chair, swivel chair, chair, seat
armchair: armchair, easy chair, lounge chair, seat
sofa: sofa, couch, settee
stool: stool
bar stool: bar stool, stool
bench: bench
ottoman: ottoman, footstool, pouf
bed: bed
bunk bed: bunk bed, bed
crib: crib, cot
pillow: pillow, cushion
blanket: blanket, throw
table: table, dining table
coffee table: coffee table, low table
side table: side table, end table
desk: desk, writing desk, work desk
nightstand: nightstand, bedside table, night table
dresser: dresser, chest of drawers
wardrobe: wardrobe, closet, armoire
bookshelf: bookshelf, bookcase, shelf
shelf: shelf, wall shelf
cabinet: cabinet, cupboard
kitchen cabinet: kitchen cabinet, wall cabinet, cabinet, cupboard
sideboard: sideboard, credenza
tv stand: tv stand, television stand, media console
television: tv, television, tv screen, screen
monitor: monitor, computer screen, screen
screen: room divider, folding screen
keyboard: keyboard
mouse: mouse, computer mouse
laptop: laptop, notebook computer
computer: computer, pc
printer: printer
telephone: telephone, phone
floor lamp: floor lamp, standing lamp, lamp, light
table lamp: table lamp, desk lamp, lamp, light
ceiling lamp: ceiling lamp, ceiling light, pendant lamp, light
wall lamp: wall lamp, wall light, sconce, light
plant: plant, potted plant, houseplant
vase: vase
flowers: flowers, bunch of flowers
trash can: trash can, bin, trash bin, wastebasket, garbage can
fridge: fridge, refrigerator
stove: stove, cooker
oven: oven
microwave: microwave, microwave oven
dishwasher: dishwasher
washing machine: washing machine, washer
dryer: dryer, tumble dryer
counter: counter, countertop
range hood: range hood, extractor hood
kettle: kettle
toaster: toaster
coffee machine: coffee machine, coffee maker
pot: pot, saucepan
sink: sink, washbasin, basin
toilet: toilet
bathtub: bathtub, tub, bath
shower: shower, shower cabin
towel rack: towel rack, towel rail
towel: towel
mirror: mirror
picture: picture, painting, wall art
clock: clock
curtain: curtain, drape
blinds: blinds
door: door, doorway
window: window
radiator: radiator, heater
rug: rug, carpet, mat
piano: piano
guitar: guitar
speaker: speaker, loudspeaker
stereo: stereo, hi-fi
fireplace: fireplace
fan: fan, ventilator
air conditioner: air conditioner, ac unit
bottle: bottle
cup: cup, mug
glass: glass, tumbler
plate: plate, dish
bowl: bowl, dish
fruit: fruit, fruit bowl
book: book
books: books, pile of books
box: box, carton
basket: basket, hamper
suitcase: suitcase, case
bag: bag, handbag
teddy bear: teddy bear, teddy, stuffed bear, toy
toy: toy
ball: ball
easel: easel
whiteboard: whiteboard, board
coat rack: coat rack, coat stand
umbrella stand: umbrella stand
ironing board: ironing board
vacuum cleaner: vacuum cleaner, vacuum
treadmill: treadmill, running machine
candle: candle
statue: statue, sculpture, figurine
globe: globe
chess set: chess set, chess board
backpack: backpack
"""
_IRREGULAR = {
    "bookshelves": "bookshelf", "shelves": "shelf", "wall shelves": "wall shelf", "mice": "mouse",
    "computer mice": "computer mouse", "couches": "couch", "benches": "bench", "boxes": "box",
    "glasses": "glass", "dishes": "dish", "chests of drawers": "chest of drawers",
    "piles of books": "pile of books", "bunches of flowers": "bunch of flowers",
}  # fmt: skip
STRUCTURE = {"wall", "floor", "ground", "ceiling", "corner", "room"}
COLORS = {
    "red": "red", "orange": "orange", "yellow": "yellow", "green": "green", "blue": "blue",
    "purple": "purple", "violet": "purple", "pink": "pink", "brown": "brown", "white": "white",
    "grey": "grey", "gray": "grey", "black": "black", "beige": "beige", "silver": "silver",
    "gold": "gold", "tan": "tan", "turquoise": "turquoise",
}  # fmt: skip
MATERIALS = {
    "wooden": ("wooden", "wood"), "metal": ("metal",), "metallic": ("metal",),
    "leather": ("leather",), "glass": ("glass",), "plastic": ("plastic",), "stone": ("stone",),
    "fabric": ("fabric",), "cloth": ("fabric",), "upholstered": ("upholstered",),
    "ceramic": ("ceramic",), "marble": ("marble",), "wicker": ("wicker",), "steel": ("steel",),
    "concrete": ("concrete",), "paper": ("paper",), "cardboard": ("cardboard",),
}  # fmt: skip
SHAPES = {"round", "square", "rectangular", "l-shaped", "oval"}
# Adjective: what it measures, and whether much of it or little.
SIZES = {
    **dict.fromkeys(("big", "large", "bigger", "biggest", "largest"), ("volume", 1)),
    **dict.fromkeys(("small", "little", "smaller", "smallest"), ("volume", -1)),
    **dict.fromkeys(("tall", "taller", "tallest"), ("height", 1)),
    **dict.fromkeys(("short", "shorter", "shortest"), ("height", -1)),
    **dict.fromkeys(("wide", "wider", "widest"), ("width", 1)),
    **dict.fromkeys(("narrow", "narrower", "narrowest"), ("width", -1)),
}
NUMBERS = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4}
RELATIONS = {
    "on": ("on", "on top of"),
    "under": ("under", "underneath", "below", "beneath"),
    "next to": ("next to", "right next to", "beside", "by", "close to", "near", "over by",
                "alongside", "in the vicinity of"),
    "front": ("in front of", "right in front of"),
    "behind": ("behind", "right behind", "at the back of"),
    "facing": ("facing", "turned towards", "that faces"),
    "across": ("across from", "opposite", "directly across from"),
    "above": ("above", "over", "hanging above"),
    "at": ("at", "around", "pulled up to", "pushed up to"),
    "between": ("between", "in between", "midway between"),
    "near": ("closest to", "nearest to", "nearest"),
    "far": ("farthest from", "furthest from"),
    "with": ("with", "that has"),
    "left": ("left of", "to the left of", "on the left of"),
    "right": ("right of", "to the right of", "on the right of"),
    "wall": ("against", "up against", "along"),
    "hung": ("hanging on",),
    "ceiling": ("hanging from",),
    "in": ("in", "standing in"),
    "middle": ("in the middle of",),
}  # fmt: skip


def _meanings() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _NAMES.strip().splitlines():
        category, _, names = line.partition(": ")
        for name in names.split(", "):
            found.setdefault(name, set()).add(category)
    return {name: frozenset(categories) for name, categories in found.items()}


_MEANINGS = _meanings()


def meaning(noun: str) -> frozenset[str]:
    """Categories that a noun, singular or plural, stands for; a strange one stands for itself."""
    for form in (noun, _IRREGULAR.get(noun, ""), noun.removesuffix("s")):
        if form in _MEANINGS:
            return _MEANINGS[form]
    return frozenset({noun, noun.removesuffix("s")})
