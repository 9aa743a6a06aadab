"""The closed-class English words by which phrases.py finds noun phrases.

Everything that is not listed here is an open-class word: a noun, or an adjective before one.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PREDETERMINERS = _words("all both half such")
DETERMINERS = PREDETERMINERS | _words(
    "the a an this these those my your his her its our their some any every each no another "
    "either neither many several few whose"
)
OTHERS = _words("other another")
NUMBERS = _words(
    "one two three four five six seven eight nine ten eleven twelve dozen zero hundred"
)
# "that" and its kind: determiners, relative or question words, depending on what surrounds them.
THAT_WORDS = _words("that which what")
RELATIVES = _words(
    "who whom where when while why how whether if because since until unless whatever"
)
SUBJECTS = _words(
    "i you we they he she it i'm i'd i've i'll you're you'd you'll we're we'll they're they've "
    "it'll im id ya"
)
PRONOUNS = _words(
    "me us them him hers mine yours ours theirs itself themselves myself yourself there here "
    "something anything nothing everything someone anyone everyone nobody somebody"
)
COPULAS = _words(
    "is are was were be been being am isn't aren't wasn't weren't it's that's there's what's "
    "where's here's they're thats theres whats wheres isnt looks look seems seem appears appear "
    "becomes"
)
MODALS = _words(
    "can could would should shall will must may might do does did has have had don't doesn't "
    "didn't can't cannot couldn't wouldn't won't shouldn't let let's please want wants need needs "
    "like'd going hasn't haven't dont lemme gimme wanna gonna"
)
PREPOSITIONS = _words(
    "in on at by with without near under underneath beneath below above over behind beside "
    "besides between betwixt among amongst across against along alongside around round-about from "
    "into onto inside outside within through throughout toward towards to of off for up down out "
    "past via than as like before after during about except beyond upon amid per minus plus "
    "versus till despite nearby"
)
CONJUNCTIONS = _words("and or but nor yet & then so")
ADVERBS = _words(
    "not well very really quite rather too also just still already again now away together apart "
    "almost else even ever never always maybe perhaps ahead forward forwards backward backwards "
    "sideways upright upside enough more most less least much alone only upstairs downstairs yes "
    "hello hi hey ok okay thanks thank somewhere anywhere everywhere once twice uh um er hmm"
)
# Modifiers that name a place or an order, never an object: "the left chair", not "the left".
PLACE_WORDS = _words(
    "left right front back rear top bottom middle center centre side sides far farther further "
    "close closer closest nearest nearer farthest furthest next last opposite adjacent parallel "
    "perpendicular edge end ends other same own only upper lower inner outer "
    "left-hand right-hand lefthand righthand leftside rightside hand direction directions "
    "vicinity proximity background foreground distance lefthandside diagonal"
)
# Place words that follow their noun and begin a relation: "the chair closest to the window".
RELATION_PLACES = _words(
    "close closer closest nearest nearer farthest furthest farther further far next opposite "
    "adjacent parallel perpendicular"
)
ADJECTIVES = _words(
    "red green blue yellow orange purple violet pink brown black white gray grey beige tan cyan "
    "magenta maroon teal turquoise navy golden silver dark bright pale colorful colourful big "
    "small large little tiny huge tall short long wide narrow thin thick high low deep shallow "
    "heavy round square circular rectangular triangular oval oblong curved flat straight slim fat "
    "wooden metallic woollen stony transparent shiny glossy matte soft hard smooth rough old new "
    "modern empty full open closed clean dirty broken visible available able main single double "
    "triple multiple various identical similar different entire whole wet dry warm cold nice "
    "beautiful ugly comfortable first second third fourth fifth sixth seventh eighth ninth tenth "
    "medium medium-sized free busy blank bare"
)
# These are adjectives before a noun but objects or materials after one: "the ceiling light".
NOUN_ADJECTIVES = _words("orange square silver tan")
ADJECTIVE_ENDINGS = ("ish", "ous", "less", "ular", "-shaped", "-sized", "-colored", "-coloured")

# Never nouns in this domain, whatever stands beside them.
FIRM_VERBS = _words(
    "go goes find finds bring brings take takes get gets fetch grab pick locate locates navigate "
    "give tell see sees know say ask choose identify detect come comes stands sits lies lie hangs "
    "leans rests contains contain belongs belong sit lean lying made hung stuck seen shown found "
    "kept put puts placed located situated positioned remains remain surround surrounds occupies "
    "touches includes include consists exists let make makes use uses used keep become holds"
)
# Verbs at the start of a command, otherwise perhaps nouns: "point to the lamp", "the face".
COMMANDS = _words(
    "show move drive head walk run look point highlight segment select approach follow avoid stop "
    "check clean wipe open close push pull hand turn face place mark ground search return drop "
    "leave pass reach touch lift carry deliver describe count list position label watch inspect "
    "visit enter start begin try help guess box outline retrieve spot hold switch stand sit wait "
    "compare water sweep straighten load play dust photograph listen"
)
# Verbs after a noun when a preposition, determiner or adverb follows: "the shelf holds the book".
SOFT_VERBS = _words(
    "stand sit hang lie faces face hold supports support covers cover touch looks points point "
    "rests rest leads lead connects connect separates separate belong block blocks serves serve "
    "matches match reaches reach lines line fills fill faced set left shows stays runs divides "
    "overlooks opens starts begins"
)
COMPOUNDS_WITH_STAND = _words(
    "tv television night plant monitor umbrella coat hat wash display flower"
)
# "the trash can" is no question.
CAN_NOUNS = _words("trash garbage rubbish waste soda beer tin watering recycling paint cola coke")
# -ing words that take an object: "the chair facing windows".
TRANSITIVE_PARTICIPLES = _words(
    "facing touching holding supporting covering containing surrounding blocking showing having "
    "adjoining bordering overlooking wearing carrying using"
)
IRREGULAR_PARTICIPLES = _words(
    "built hidden driven known lit bent broken drawn set left thrown laid"
)
# Nouns that only look like participles.
ING_ED_NOUNS = _words(
    "ceiling painting building railing king ring string spring wing clothing bedding opening "
    "lighting drawing carving awning landing molding moulding shelving flooring thing sling swing "
    "piping wiring plumbing paneling panelling earring siding bed beds shed sled seed reed weed "
    "bunkbed daybed airbed sofabed wedding pudding stocking evening morning"
)
LY_NOUNS = _words("family belly trolly assembly lily jelly dolly supply butterfly fly bully")
# What a thing is like, not a thing: "brown in color", "a kind of chair".
ABSTRACT_NOUNS = _words(
    "color colour colors colours shape size height width length material style kind type sort way "
    "time front left-side orientation position order terms addition general total contrast "
    "relation"
)
MATERIALS = _words(
    "wood metal plastic glass leather stone fabric cloth steel concrete brick marble"
)
# "a pair of chairs" is about chairs.
MEASURES = _words(
    "pair couple set stack pile row group bunch lot lots number cluster collection piece"
)
COUNTS = {
    "one": 1, "two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
# With a word of BUNDLES they are one thing.
PAIRS = _words("shoes boots sneakers slippers sandals trainers gloves glasses scissors flowers")
BUNDLES = _words("pair bunch")
# They make a phrase speak of several things, or of perhaps several, whatever its noun's ending.
PLURAL_WORDS = _words(
    "all both every each any these those many several few some multiple them they everything "
    "anything stuff furniture people children men women feet"
)
NAMES_OF_US = _words("robot robots computer assistant")
