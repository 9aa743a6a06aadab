"""The words of generated sentences as a reader knows them; see sentence_reader.py.

Written apart from the generator's own tables, so that a slip there does not pass unseen.
"""

from __future__ import annotations

# Category: what everyone calls it.
_NAMES = """
chair: chair, dining chair, seat
office chair: computer chair, office chair, desk chair, swivel chair, chair, seat
armchair: arm chair, armchair, easy chair, seat
lounge chair: seat, lounge chair, recliner
sofa: loveseat, seat, sofa, couch, settee
stool: seat, stool
bar stool: seat, bar stool, stool
bench: seat, bench
ottoman: ottoman, footstool, pouf
bed: bed
bunk bed: bunk bed, bed
crib: crib, cot
pillow: pillow, cushion
blanket: blanket, throw
table: table, dining table
coffee table: table, coffee table, low table
side table: table, side table, end table
desk: desk, writing desk, work desk
nightstand: bedside cabinet, night stand, nightstand, bedside table, night table
dresser: dresser, chest of drawers
wardrobe: cupboard, wardrobe, closet, armoire
bookshelf: book shelf, bookshelf, bookcase, shelf
shelf: shelf, wall shelf
wall shelf: wall shelf, shelf
cabinet: cabinet, cupboard
filing cabinet: filing cabinet, cabinet
kitchen cabinet: kitchen cabinet, wall cabinet, cabinet, cupboard
sideboard: sideboard, credenza
tv stand: tv bench, tv unit, tv stand, television stand, media console
television: telly, tv, television, tv screen, screen
monitor: monitor, computer screen, screen
screen: room divider, folding screen
room divider: room divider, folding screen
keyboard: keyboard
mouse: mouse, computer mouse
laptop: laptop, notebook computer
computer: computer, pc
printer: printer
telephone: telephone, phone
phone: telephone, phone
floor lamp: lamp stand, floor lamp, standing lamp, lamp, light
table lamp: table lamp, desk lamp, lamp, light
ceiling lamp: lamp, ceiling lamp, ceiling light, pendant lamp, light
wall lamp: lamp, wall lamp, wall light, sconce, light
plant: pot plant, plant, potted plant, houseplant
vase: vase
flowers: flowers, bunch of flowers
trash can: rubbish bin, dustbin, trash can, bin, trash bin, wastebasket, garbage can
fridge: ice box, appliance, fridge, refrigerator
stove: appliance, stove, cooker
oven: appliance, oven
microwave: appliance, microwave, microwave oven
dishwasher: appliance, dishwasher
washing machine: clothes washer, appliance, washing machine, washer
dryer: appliance, dryer, tumble dryer
counter: counter, countertop
range hood: appliance, range hood, extractor hood
kettle: appliance, kettle
toaster: appliance, toaster
coffee machine: appliance, coffee machine, coffee maker
coffee maker: appliance, coffee machine, coffee maker
pot: pot, saucepan
sink: sink, washbasin, basin
basin: sink, washbasin, basin
toilet: toilet
bathtub: bathtub, tub, bath
shower: shower, shower cabin
towel rack: towel rack, towel rail
towel: towel
mirror: mirror
picture: poster, photo, picture, painting, wall art
picture frame: photo, picture frame, picture
clock: clock
curtain: curtain, drape
blinds: blinds, set of blinds
door: door, doorway
window: window
radiator: radiator, heater
rug: rug, carpet, mat
piano: instrument, musical instrument, piano
guitar: instrument, musical instrument, guitar
speaker: speaker, loudspeaker
stereo: stereo, hi-fi
fireplace: fireplace
fan: fan, ventilator
ceiling fan: ceiling fan, fan
air conditioner: air conditioner, ac unit
bottle: bottle
cup: cup, mug
mug: mug, cup, coffee mug
glass: glass, tumbler
wine glass: wine glass, glass
plate: plate, dish
bowl: bowl, dish
salad bowl: salad bowl, bowl
fruit: fruit, fruit bowl
fruit bowl: fruit bowl
book: book
books: books, pile of books
box: container, box, carton
carton: container, carton, box
basket: container, basket, hamper
laundry basket: container, laundry basket, basket, hamper
suitcase: suitcase, case
bag: bag
handbag: handbag, bag
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
backpack: backpack, bag
rocking horse: rocking horse
mixer: mixer
pool table: table, pool table, billiard table
foosball table: foosball table, table football
toilet brush: toilet brush
toilet paper: toilet paper
deck chair: deck chair, sun lounger
headphones: headphones, pair of headphones
barrel: barrel
umbrella: umbrella
calendar: calendar
fire extinguisher: fire extinguisher
potty: potty
shoes: shoes, pair of shoes
bread: bread, loaf of bread
ceiling fan: ceiling fan
locker: locker
bidet: bidet
briefcase: briefcase
exit sign: exit sign
urinal: urinal
chandelier: chandelier
lantern: lantern
christmas tree: christmas tree
toy car: toy car, toy
cutting board: cutting board, chopping board
gift: container, gift, present
wine glass: wine glass
blender: blender
radio: radio
safe: safe
ping pong table: table, ping pong table, table tennis table
wheelchair: seat, wheelchair
bread box: container, bread box
kitchen scale: kitchen scale
exercise bench: exercise bench, weight bench
toy train: toy train, toy
xylophone: xylophone
workbench: workbench
security camera: security camera
piano keyboard: piano keyboard, electric piano
filing cabinet: filing cabinet
newspaper: newspaper
jug: jug, pitcher
tray: tray
dvd player: dvd player
picture frame: picture frame
pen holder: pen holder
teapot: teapot
high chair: high chair
cake: cake
water heater: water heater, boiler
clothes: clothes, pile of clothes
bean bag: bean bag
camera: camera
water cooler: water cooler, water dispenser
dartboard: dartboard
dustpan: dustpan
pinball machine: pinball machine
firewood: firewood
exercise bike: exercise bike
freezer: appliance, freezer
drying rack: drying rack
punching bag: punching bag
ladder: ladder, stepladder
stroller: stroller, pram
aquarium: aquarium, fish tank
changing table: changing table
laundry basket: laundry basket
dollhouse: dollhouse
doll: doll, toy
wood stove: wood stove
projector: projector
air mattress: air mattress
tablet: tablet
cap: cap
hat: hat
helmet: helmet
traffic cone: traffic cone, cone
drill: drill
dressing table: dressing table, vanity table
game console: game console
skateboard: skateboard
game controller: game controller
clothes rack: clothes rack
toaster oven: toaster oven
salad bowl: salad bowl
rice cooker: rice cooker
deep fryer: deep fryer
knife block: knife block
paper towels: paper towels, roll of paper towels
sandwich maker: sandwich maker
grill: grill
apple: apple
banana: banana
lemon: lemon
pear: pear
peach: peach
pineapple: pineapple
watermelon: watermelon
grapes: grapes
pumpkin: pumpkin
broccoli: broccoli
cabbage: cabbage
eggplant: eggplant, aubergine
pizza: pizza
bar table: bar table, high table
barbell: barbell
barbell rack: barbell rack, weight rack
kettlebell: kettlebell
bath mat: bath mat, bathroom mat
doormat: doormat
bucket: bucket, pail
can: tin can, tin, soda can
chest: chest, trunk
clamp: clamp
crate: crate, wooden crate
dish rack: dish rack
electrical panel: electrical panel, fuse box
faucet: faucet, tap
first aid kit: first aid kit
fork: fork
knife: knife
spoon: spoon
spatula: spatula
whisk: whisk
rolling pin: rolling pin
scissors: scissors, pair of scissors
gas can: gas can, jerrycan
gas cylinder: gas cylinder, gas bottle
hammer: hammer
screwdriver: screwdriver
wrench: wrench, spanner
iron: iron
jar: jar
lid: lid, pot lid
magazine holder: magazine holder, magazine rack
mattress: mattress
notice board: notice board, bulletin board, pinboard
pallet jack: pallet jack
pan: pan, frying pan, skillet
pepper mill: pepper mill, pepper grinder
salt shaker: salt shaker
plant pot: plant pot, flower pot, planter
remote control: remote control, remote
router: router, modem
scooter: scooter, kick scooter
shovel: shovel, spade
smoke detector: smoke detector, smoke alarm
soap: soap, bar of soap
soap dispenser: soap dispenser
sponge: sponge
stapler: stapler
stovetop: stovetop, cooktop, hob
tennis racket: tennis racket
thermostat: thermostat
watering can: watering can
"""
_IRREGULAR = {
    "tellies": "telly", "book shelves": "book shelf", "ice boxes": "ice box",
    "tv benches": "tv bench",
    "bookshelves": "bookshelf", "shelves": "shelf", "wall shelves": "wall shelf", "mice": "mouse",
    "computer mice": "computer mouse", "couches": "couch", "benches": "bench", "boxes": "box",
    "glasses": "glass", "dishes": "dish", "chests of drawers": "chest of drawers",
    "toilet brushes": "toilet brush", "potties": "potty", "pairs of shoes": "pair of shoes",
    "loaves of bread": "loaf of bread", "piles of clothes": "pile of clothes",
    "pairs of headphones": "pair of headphones", "sets of blinds": "set of blinds",
    "wine glasses": "wine glass", "bread boxes": "bread box",
    "exercise benches": "exercise bench", "weight benches": "weight bench",
    "workbenches": "workbench", "air mattresses": "air mattress",
    "rolls of paper towels": "roll of paper towels", "piles of books": "pile of books",
    "bunches of flowers": "bunch of flowers", "knives": "knife", "peaches": "peach",
    "pairs of scissors": "pair of scissors", "fuse boxes": "fuse box", "wrenches": "wrench",
    "bars of soap": "bar of soap", "mattresses": "mattress",
}  # fmt: skip
SEVERAL = {"all", "all the", "both", "both the", "every", "these", "those"}  # may mean several
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


def is_known(noun: str) -> bool:
    """Whether a noun, singular or plural, is in the dictionary as it is spelt."""
    return noun in _IRREGULAR or noun in _MEANINGS or noun.removesuffix("s") in _MEANINGS


def meaning(noun: str) -> frozenset[str]:
    """Categories that a noun, singular or plural, stands for; a strange one stands for itself."""
    forms = {noun, _IRREGULAR.get(noun, noun), noun.removesuffix("s")}
    known = [_MEANINGS[form] for form in forms if form in _MEANINGS]
    return frozenset().union(*known) if known else frozenset(forms)
