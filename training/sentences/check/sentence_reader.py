"""Reads a generated sentence as a person would: what it claims of each of its phrases.

Nothing is taken from the generator but the sentence and where its phrases are. Every word between
them must be understood, else UnreadableError tells which were not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.sentences.check import sentence_words as words
from training.sentences.openings import closings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SPEAKERS_FRONT, FROM_DOOR = "front", "door"  # points of view that no phrase names


class UnreadableError(ValueError):
    """A sentence with words that the reader does not know."""


@dataclass
class Claim:
    """Claim of a sentence about one phrase.

    Attributes:
        relation: key of sentence_words.RELATIONS, or "color", "part", "empty", "order".
        anchors: indices of the phrases that it is related to.
        detail: the colour or the part; "left" or "right" for where an order begins.
        negative: whether it is denied.
        viewer: index of the phrase one looks from, SPEAKERS_FRONT, FROM_DOOR, or None.
    """

    relation: str
    anchors: list[int] = field(default_factory=list)
    detail: str = ""
    negative: bool = False
    viewer: int | str | None = None


@dataclass
class ReadPhrase:
    """A noun phrase as read, and the claims about it.

    Attributes:
        noun: as written; "one" or "ones" stands for that of phrase `like`.
        determiner: "the", "a", "all", ...; "" = none.
        count: how many it says there are, or None.
        size, color, material, shape: adjectives, "" = not said.
        order: "first", "leftmost", "second closest", ...; "" = not said.
        other: whether it says "the other one".
        like: index of the phrase whose noun it shares, or None.
        claims: made by the rest of the sentence.
    """

    noun: str
    determiner: str = ""
    count: int | None = None
    size: str = ""
    color: str = ""
    material: str = ""
    shape: str = ""
    order: str = ""
    other: bool = False
    like: int | None = None
    claims: list[Claim] = field(default_factory=list)


_ORDER = re.compile(
    r"^((?:(?:first|second|third|fourth|fifth) )?(?:closest|farthest)|first|second|third|fourth|"
    r"fifth|leftmost|rightmost|left|right|middle) "
)
_DETERMINER = re.compile(
    r"^(all the|both the|the|all|both|every|any|an|a|this|that|these|those|my|your|our) "
)


def read_phrase(text: str) -> ReadPhrase:
    """A noun phrase by its own words."""
    rest = text.lower()
    phrase = ReadPhrase("")
    if match := _DETERMINER.match(rest):
        phrase.determiner, rest = match[1], rest[match.end() :]
        phrase.count = 2 if "both" in match[1] else None
    first, _, after = rest.partition(" ")
    if first in words.NUMBERS and after:
        phrase.count, rest = words.NUMBERS[first], after
    if match := _ORDER.match(rest):
        phrase.order, rest = match[1], rest[match.end() :]
    if rest.startswith("other "):
        phrase.other, rest = True, rest[6:]
    for kind, known in (
        ("size", words.SIZES),
        ("shape", words.SHAPES),
        ("color", words.COLORS),
        ("material", words.MATERIALS),
    ):
        first, _, after = rest.partition(" ")
        if first in known and after:
            setattr(phrase, kind, first)
            rest = after
    phrase.noun = rest if words.is_known(rest) else rest.replace("-", " ")
    return phrase


def _one_of(options: Iterable[str]) -> str:
    return "|".join(re.escape(o) for o in sorted(options, key=len, reverse=True))


_BY_WORDS = {way: name for name, ways in words.RELATIONS.items() for way in ways}
_REL = rf"(?P<rel>{_one_of(_BY_WORDS)})"
_COLOR = rf"(?P<color>{_one_of(words.COLORS)})\b"
_IT_IS = r"(?:[.?!]|,? and|,|^) ?it(?:'s| is)(?: also)?"

# What may follow a phrase and needs no other phrase.
_AFTER = {
    name: re.compile(pattern)
    for name, pattern in {
        "remark": r",? that is not what i mean",
        "color": rf" (?:that|which) (?:is|isn't)(?: not)? {_COLOR}",
        "it color": rf"{_IT_IS} (?:not )?{_COLOR}",
        "and color": rf" and (?:not )?{_COLOR}(?=[.,?!]|$)",
        "empty": r" (?:with|that has) nothing on (?:it|top)\b",
        "on it": r" on it\b",
        "front": r" (?:when you face it|as you look at it|when facing it|as seen from the front)",
        "door": r" (?:when you come in|as you walk in|as you come in)\b",
        "from side": r" from the (?P<side>left|right)\b,?",
        "on side": r" on the (?P<side>left|right)\b",
        "them": r" (?:in between|between|midway between) them\b",
        "it": rf" (?:(?:that|which) is )?(?:that is )?{_REL} it\b",
        "part": r" (?:with no|without|that has no|lacking|with|that has) (?:a )?(?P<part>[a-z]+)\b",
    }.items()
}
_VIEW = re.compile(r",? (?:as seen from|seen from|looking from|when you look from) ")
_ENTER = re.compile(r",? (?:when you enter|as you enter|as you walk into) ")
_OF_THIS = re.compile(
    rf"(?: (?:(?:that|which) is )?(?:that is )?|,? which is | (?:is|was|(?:must|should) be) )"
    rf"(?:the one )?{_REL} "
)
_AND_ALSO = re.compile(rf" and {_REL} ")
_OF_IT = re.compile(rf"{_IT_IS} (?:the one )?{_REL} ")
_OPENING = re.compile(rf"(?:it is (?:the one )?)?{_REL} ")
_LOOKING = re.compile(r"(?:facing|when you face|as you look at|if you stand in front of) ")
# Words between phrases that lead to another thing and claim nothing of it.
_NEXT = re.compile(
    r",? (?:(?:and|then|and then|and also|not|and not|but not|but|or actually,|no wait, i meant|"
    r"sorry, i mean|and look at|then at|and go to|then find|and then look at) )?"
    r"|\. find | to | over to | onto | and (?:bring it to|take it to|put it on|set it down on) "
    r"|\. (?:don't go to|i don't mean|please don't mix it up with|you will also see|there is also"
    r"|on your way you pass|from there go to|then drive past|after that head over to|next, go to"
    r"|in the end, stop at) |\. "
)
# The same where what is claimed came first: "on the desk there is a lamp".
_ARRIVAL = re.compile(
    r"\. what i want is |, so look for |\. i am talking about | there is | you will see "
    r"| there stands | i see | is |, (?:it is |i mean )?"
)
_END = re.compile(
    rf"{_one_of(closings())}"
    r"|[.?!]?|, please\.|, go there\.|, that is what i want\.|[,.] can you (?:find|fetch) it\?"
    r"|\. (?:please go there and wait for me|that is the one i want you to find"
    r"|go there now, please|tell me when you have found it"
    r"|once you are there, turn around and come back to me)\."
)


_DANGLING = re.compile(r"\b(?:at|to|from|of|by|past|the|a) ?[.,?]")


class Reader:
    """Reads one sentence.

    Args:
        text: the sentence as written, with its marks.
        spans: (begin, end) of its phrases, in order.

    Attributes:
        phrases: what it says of each.

    Raises:
        UnreadableError: words between the phrases that it does not know.
    """

    def __init__(self, text: str, spans: Sequence[tuple[int, int]]) -> None:
        self.phrases = [read_phrase(text[begin:end]) for begin, end in spans]
        ends = [0, *(end for _, end in spans)]
        begins = [*(begin for begin, _ in spans), len(text)]
        text = text.replace("\u2019", "'")
        gaps = [text[e:b].lower() for e, b in zip(ends, begins, strict=True)]
        self._subject = 0  # the phrase that is being spoken of
        self._waiting: list[Claim] = []  # about a phrase that is yet to come
        self._claim: Claim | None = None  # the last one made
        self._pair: Claim | None = None  # a "between" that lacks its second anchor
        if _DANGLING.search("|".join(gaps)):
            raise UnreadableError("a word that leads to nothing")
        self._read_opening(gaps[0])
        for i, phrase in enumerate(self.phrases):
            if phrase.noun in ("one", "ones"):
                phrase.like = self._subject
                self._subject = i
            rest = self._read_after(i, gaps[i + 1])
            if i + 1 < len(self.phrases):
                self._read_before(i + 1, rest)
            elif not _END.fullmatch(rest):
                raise UnreadableError(f"{rest!r} at the end")

    def _read_opening(self, gap: str) -> None:
        """Words before the first phrase: a command, which claims nothing, or a relation."""
        color = _AFTER["it color"].match(gap)
        if color:
            self._waiting = [_color_claim(color)]
            gap = gap[color.end() :]
            if gap and (match := _AND_ALSO.fullmatch(gap)):
                self._relate(0, 0, match["rel"])
            elif _ARRIVAL.fullmatch(gap):
                self._arrive(0)
            else:
                raise UnreadableError(f"{gap!r} at the beginning")
        elif _LOOKING.fullmatch(gap):
            self._waiting = [Claim("side", [0], viewer=SPEAKERS_FRONT)]
        elif match := _OPENING.fullmatch(gap):
            self._claim = Claim(_BY_WORDS[match["rel"]], [0])
            self._waiting = [self._claim]
            self._expect_pair(self._claim)

    def _read_after(self, i: int, gap: str) -> str:
        """Take off what follows phrase i and needs no other phrase; the rest of the gap."""
        taken = True
        while taken:
            taken = False
            for name, pattern in _AFTER.items():
                match = pattern.match(gap)
                if match and self._note(i, name, match):
                    gap, taken = gap[match.end() :], True
                    break
        return gap

    def _note(self, i: int, name: str, match: re.Match[str]) -> bool:
        """One thing that followed phrase i; False where its words were about something else."""
        if name in ("color", "it color", "and color"):
            subject = {"color": i, "it color": 0, "and color": self._subject}[name]
            self._add(subject, _color_claim(match))
        elif name == "empty":
            self._add(i, Claim("empty"))
        elif name in ("front", "door"):
            self._seen_from(i, SPEAKERS_FRONT if name == "front" else FROM_DOOR)
        elif name == "from side":
            self._add(i, Claim("order", detail=match["side"]))
        elif name == "on it":
            return self._claim is not None and self._claim.relation == "with"
        elif name == "on side":
            if self._claim is None or self._claim.relation != "side":
                return False
            self._claim.relation = match["side"]
        elif name == "them":
            self._add(i, Claim("between", [i - 2, i - 1]))
        elif name == "it":
            self._add(i, Claim(_BY_WORDS[match["rel"]], [i - 1]))
        elif name == "part":
            no = re.search(r"\bno\b|without|lacking", match[0]) is not None
            self._add(i, Claim("part", detail=match["part"], negative=no))
        return True

    def _read_before(self, i: int, gap: str) -> None:
        """The words that lead from what went before to phrase i."""
        order = self.phrases[i - 1].order.rpartition(" ")[2]
        if self._pair is not None and gap == " and ":
            self._pair.anchors.append(i)
            self._pair = None
        elif _VIEW.fullmatch(gap):
            self._seen_from(i - 1, i)
        elif _ENTER.fullmatch(gap):
            self._seen_from(i - 1, FROM_DOOR)
        elif (order, gap) in (("closest", " to "), ("farthest", " from ")):
            self._relate(i, i - 1, "nearest to" if order == "closest" else "farthest from")
        elif match := _OF_THIS.fullmatch(gap):
            self._relate(i, i - 1, match["rel"])
        elif match := _OF_IT.fullmatch(gap):
            self._relate(i, 0, match["rel"])
        elif match := _AND_ALSO.fullmatch(gap):
            self._relate(i, self._subject, match["rel"])
        elif self._waiting and _ARRIVAL.fullmatch(gap):
            self._arrive(i)
        elif _NEXT.fullmatch(gap):
            self._subject = self._subject if self.phrases[i].noun in ("one", "ones") else i
        else:
            raise UnreadableError(f"{gap!r} before its phrase {i + 1}")

    def _relate(self, anchor: int, subject: int, way: str) -> None:
        """Claim a relation, of a phrase that was read or of the one that is waited for."""
        claim = Claim(_BY_WORDS[way], [anchor])
        self._expect_pair(claim)
        if not self._waiting:
            self._subject = subject
        self._add(subject, claim)

    def _add(self, subject: int, claim: Claim) -> None:
        (self._waiting or self.phrases[subject].claims).append(claim)
        self._claim = claim

    def _arrive(self, i: int) -> None:
        """Phrase i is what all was said about that waits."""
        self.phrases[i].claims += self._waiting
        self._claim = self._waiting[-1]
        self._waiting = []
        self._subject = i

    def _expect_pair(self, claim: Claim) -> None:
        single = self.phrases[claim.anchors[0]].count is None
        self._pair = claim if claim.relation == "between" and single else None

    def _seen_from(self, i: int, viewer: int | str) -> None:
        """A point of view: for the order that phrase i has in itself, or for the last claim."""
        phrase = self.phrases[i]
        in_order = phrase.order and "st" not in phrase.order[-3:-1]
        if in_order and not any(claim.relation == "order" for claim in phrase.claims):
            self._add(i, Claim("order"))
        if self._claim is None or self._claim.relation not in ("left", "right", "order"):
            raise UnreadableError(f"a point of view of nothing ({viewer})")
        self._claim.viewer = viewer


def _color_claim(match: re.Match[str]) -> Claim:
    no = "not " in match[0] or "isn't" in match[0]
    return Claim("color", detail=match["color"], negative=no)
