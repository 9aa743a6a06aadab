"""Nouns for furniture: a table, and how to look things up in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


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


# noun[/plural] | weight | everyone means by it | some would also call so
_TABLE = """
chair                    | 4   | chair, office chair             | armchair, stool, bar stool, bench
seat                     | .3  | chair, office chair, armchair   | stool, bar stool, sofa, bench, ottoman
office chair             | 3   | office chair                    | chair
desk chair               | 1   | office chair                    | chair
swivel chair             | .6  | office chair                    | chair
dining chair             | .3  | chair                           | office chair, armchair
armchair                 | 3   | armchair                        | chair, office chair
easy chair               | .6  | armchair                        | chair, office chair
lounge chair             | .4  | armchair                        | chair
sofa                     | 2   | sofa                            | armchair, bench
couch/couches            | 2   | sofa                            | armchair, bench
settee                   | .5  | sofa                            | armchair, bench
stool                    | 2   | stool, bar stool                | ottoman, chair, side table
bar stool                | 2   | bar stool                       | stool, chair
bench/benches            | 2   | bench                           | sofa, stool, coffee table, table
ottoman                  | 2   | ottoman                         | stool, pillow, bench
footstool                | .7  | ottoman                         | stool
pouf                     | .4  | ottoman                         | stool, pillow
bed                      | 3   | bed, bunk bed                   | crib, sofa
bunk bed                 | 2   | bunk bed                        | bed
crib                     | 2   | crib                            | bed
cot                      | .5  | crib                            | bed, bunk bed
pillow                   | 2   | pillow                          |
cushion                  | 1   | pillow                          | ottoman
blanket                  | 1   | blanket                         | rug, curtain
throw                    | .3  | blanket                         | rug, pillow
table                    | 3   | table                           | coffee table, side table, desk, nightstand, counter, bench
dining table             | .7  | table                           | desk
coffee table             | 3   | coffee table                    | side table, table
low table                | .4  | coffee table                    | side table, table, bench
side table               | 2   | side table                      | nightstand, coffee table, table
end table                | .8  | side table                      | nightstand, coffee table, table
desk                     | 3   | desk                            | table
writing desk             | .4  | desk                            | table
work desk                | .3  | desk                            | table
nightstand               | 2   | nightstand                      | side table, cabinet, dresser
bedside table            | 1   | nightstand                      | side table, table
night table              | .3  | nightstand                      | side table, table
dresser                  | 2   | dresser                         | sideboard, cabinet, nightstand
chest of drawers/chests of drawers | .8 | dresser                | sideboard, cabinet, nightstand
wardrobe                 | 3   | wardrobe                        | cabinet
closet                   | 1   | wardrobe                        | cabinet
armoire                  | .3  | wardrobe                        | cabinet
bookshelf/bookshelves    | 3   | bookshelf                       | shelf, cabinet
bookcase                 | 1   | bookshelf                       | shelf, cabinet
shelf/shelves            | 1   | shelf, bookshelf                | cabinet, kitchen cabinet
wall shelf/wall shelves  | .3  | shelf                           | bookshelf, kitchen cabinet
cabinet                  | 2   | cabinet, kitchen cabinet        | wardrobe, nightstand, tv stand, sideboard, dresser, bookshelf, shelf
cupboard                 | 1   | cabinet, kitchen cabinet        | wardrobe, sideboard, dresser, bookshelf
kitchen cabinet          | 2   | kitchen cabinet                 | cabinet, counter
wall cabinet             | .3  | kitchen cabinet                 | cabinet, shelf
sideboard                | 2   | sideboard                       | cabinet, tv stand, dresser, counter
credenza                 | .3  | sideboard                       | cabinet, tv stand, dresser
tv stand                 | 3   | tv stand                        | sideboard, cabinet, table, side table
television stand         | .4  | tv stand                        | sideboard, cabinet, table
media console            | .3  | tv stand                        | sideboard, stereo
tv                       | 2   | television                      | monitor
television               | 1   | television                      | monitor
tv screen                | .3  | television                      | monitor
monitor                  | 3   | monitor                         | computer, television
computer screen          | .7  | monitor                         | television
screen                   | .5  | monitor, television             | screen, laptop
room divider             | 2   | screen                          |
folding screen           | .7  | screen                          |
keyboard                 | 2   | keyboard                        | piano
mouse/mice               | 2   | mouse                           |
computer mouse/computer mice | .4 | mouse                        |
laptop                   | 2   | laptop                          | computer
notebook computer        | .2  | laptop                          | computer
computer                 | 2   | computer                        | laptop, monitor
pc                       | .5  | computer                        | laptop, monitor
printer                  | 2   | printer                         |
telephone                | 1   | telephone                       |
phone                    | 2   | telephone                       |
lamp                     | 3   | floor lamp, table lamp          | ceiling lamp, wall lamp, candle
light                    | .4  | floor lamp, table lamp, ceiling lamp, wall lamp | candle
floor lamp               | 2   | floor lamp                      | table lamp
standing lamp            | .5  | floor lamp                      | table lamp
table lamp               | 1.5 | table lamp                      | floor lamp
desk lamp                | .3  | table lamp                      | floor lamp
ceiling lamp             | 2   | ceiling lamp                    | fan
ceiling light            | 1   | ceiling lamp                    |
pendant lamp             | .3  | ceiling lamp                    | wall lamp
wall lamp                | 2   | wall lamp                       |
wall light               | .6  | wall lamp                       |
sconce                   | .3  | wall lamp                       | candle
plant                    | 3   | plant                           | flowers
potted plant             | 1   | plant                           | flowers
houseplant               | .3  | plant                           | flowers
vase                     | 2   | vase                            | flowers, plant, pot, bottle
flowers/flowers          | 2   | flowers                         | plant, vase
bunch of flowers/bunches of flowers | .5 | flowers               | plant, vase
trash can                | 2   | trash can                       | basket, umbrella stand
bin                      | 2   | trash can                       | basket, box, umbrella stand
trash bin                | .6  | trash can                       | basket
wastebasket              | .5  | trash can                       | basket
garbage can              | .5  | trash can                       |
fridge                   | 2   | fridge                          |
refrigerator             | .7  | fridge                          |
stove                    | 2   | stove                           | oven, fireplace
cooker                   | .5  | stove                           | oven, pot
oven                     | 2   | oven                            | stove, microwave
microwave                | 2   | microwave                       | oven
microwave oven           | .3  | microwave                       | oven
dishwasher               | 2   | dishwasher                      |
washing machine          | 2   | washing machine                 | dryer
washer                   | .6  | washing machine                 | dryer, dishwasher
dryer                    | 2   | dryer                           | washing machine
tumble dryer             | .3  | dryer                           | washing machine
counter                  | 2   | counter                         | sideboard, kitchen cabinet, table, desk
countertop               | .4  | counter                         | table, kitchen cabinet
range hood               | 2   | range hood                      |
extractor hood           | .5  | range hood                      |
kettle                   | 2   | kettle                          | coffee machine, pot
toaster                  | 2   | toaster                         |
coffee machine           | 2   | coffee machine                  |
coffee maker             | 1   | coffee machine                  |
pot                      | 2   | pot                             | vase, kettle, bowl, plant
saucepan                 | .4  | pot                             |
sink                     | 3   | sink                            |
washbasin                | .4  | sink                            | bathtub
basin                    | .3  | sink                            | bathtub, bowl
toilet                   | 3   | toilet                          |
bathtub                  | 2   | bathtub                         | shower
tub                      | .7  | bathtub                         | shower
bath                     | .5  | bathtub                         | shower
shower                   | 2   | shower                          | bathtub
shower cabin             | .4  | shower                          |
towel rack               | 2   | towel rack                      | radiator, coat rack
towel rail               | .4  | towel rack                      | radiator
towel                    | 1   | towel                           | towel rack, blanket
mirror                   | 3   | mirror                          | picture
picture                  | 2   | picture                         |
painting                 | 1   | picture                         |
wall art/wall art        | .1  | picture                         | clock, mirror
clock                    | 3   | clock                           |
curtain                  | 2   | curtain                         | blinds
drape                    | .3  | curtain                         | blinds
blinds/blinds            | 2   | blinds                          | curtain
door                     | 3   | door                            |
doorway                  | .2  | door                            |
window                   | 3   | window                          |
radiator                 | 3   | radiator                        | towel rack
heater                   | .7  | radiator                        | fireplace, stove, fan
rug                      | 2   | rug                             |
carpet                   | 1   | rug                             |
mat                      | .3  | rug                             | keyboard
piano                    | 3   | piano                           | keyboard
guitar                   | 3   | guitar                          |
speaker                  | 3   | speaker                         | stereo
loudspeaker              | .5  | speaker                         | stereo
stereo                   | 2   | stereo                          | speaker
hi-fi                    | .3  | stereo                          | speaker
fireplace                | 3   | fireplace                       | stove
fan                      | 3   | fan                             | range hood
ventilator               | .2  | fan                             | air conditioner, range hood
air conditioner          | 2   | air conditioner                 | fan, radiator
ac unit                  | .5  | air conditioner                 | fan, radiator
bottle                   | 3   | bottle                          | vase
cup                      | 2   | cup                             | glass, bowl
mug                      | 1.5 | cup                             | glass
glass/glasses            | 2   | glass                           | cup, vase
tumbler                  | .2  | glass                           | cup
plate                    | 2   | plate                           | bowl
dish/dishes              | .4  | plate, bowl                     | pot, cup, glass
bowl                     | 2   | bowl                            | plate, vase, pot, fruit, cup
fruit/fruit              | 2   | fruit                           | bowl
fruit bowl               | .5  | fruit                           | bowl
book                     | 3   | book                            | books
books/books              | 3   | books                           | book
pile of books/piles of books | .6 | books                        | book
box/boxes                | 3   | box                             | basket, suitcase
carton                   | .5  | box                             |
basket                   | 3   | basket                          | trash can, box, bag
hamper                   | .3  | basket                          | trash can, box
suitcase                 | 3   | suitcase                        | bag, box
case                     | .2  | suitcase                        | bag, box, bookshelf, guitar
bag                      | 3   | bag                             | suitcase, basket
handbag                  | .3  | bag                             | suitcase
teddy bear               | 3   | teddy bear                      | toy
teddy                    | .8  | teddy bear                      | toy
stuffed bear             | .3  | teddy bear                      | toy
toy                      | 2   | toy, teddy bear                 | ball, chess set
ball                     | 3   | ball                            | toy, globe
easel                    | 3   | easel                           | whiteboard
whiteboard               | 3   | whiteboard                      | easel, screen, picture
board                    | .3  | whiteboard                      | ironing board, easel, picture, shelf, chess set
coat rack                | 2   | coat rack                       | towel rack, umbrella stand
coat stand               | .7  | coat rack                       | umbrella stand
umbrella stand           | 3   | umbrella stand                  | coat rack, trash can, vase
ironing board            | 3   | ironing board                   | table
vacuum cleaner           | 2   | vacuum cleaner                  |
vacuum                   | 1   | vacuum cleaner                  |
treadmill                | 3   | treadmill                       |
running machine          | .3  | treadmill                       |
candle                   | 3   | candle                          | table lamp
statue                   | 2   | statue                          | toy
sculpture                | 1   | statue                          | vase
figurine                 | .3  | statue                          | toy, teddy bear
globe                    | 3   | globe                           | ball
chess set                | 2   | chess set                       | toy
chess board              | .7  | chess set                       | toy
backpack                 | 2   | backpack                        | bag, suitcase
"""

# Asked for now and then though no room holds them.
FOREIGN_NOUNS = (
    "bicycle", "aquarium", "dog", "cat", "pool table", "ladder", "wheelchair", "hammock",
    "sewing machine", "drum kit", "surfboard", "christmas tree", "water dispenser", "safe",
    "lawn mower", "fire extinguisher", "projector", "telescope", "bird cage", "wine rack",
)  # fmt: skip


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(", ")) if text else frozenset()


def _read(line: str) -> Noun:
    words, weight, means, may_mean = (cell.strip() for cell in line.split("|"))
    singular, _, plural = words.partition("/")
    return Noun(singular, plural or singular + "s", _names(means), _names(may_mean), float(weight))


NOUNS: tuple[Noun, ...] = tuple(_read(line) for line in _TABLE.strip().splitlines())
CATEGORIES = frozenset().union(*(noun.means for noun in NOUNS))


@cache
def nouns_of(category: str) -> tuple[Noun, ...]:
    """All nouns for a category; one that the table does not know is called by its own name."""
    found = tuple(noun for noun in NOUNS if category in noun.means)
    return found or (Noun(category, category + "s", frozenset({category})),)


def may_be_called(category: str, noun: Noun) -> bool:
    """Whether some would call a category so, though not everyone would.

    A category that is not in the table may be called by its last word: a "lava lamp" is a lamp.
    """
    if category in noun.may_mean:
        return True
    return category not in CATEGORIES and noun.singular in category.split()
