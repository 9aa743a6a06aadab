"""Sentences about a scene, as DetailRefer, ScanRefer and our rooms write them.

A record is `{scene_id, ann_id, token, t2o}`: `t2o` maps the index of each phrase's head word to
the ids of its objects, and "-1" to those of the whole sentence. ScanRefer has `object_id` and no
`t2o`, Multi3DRefer `object_ids` (perhaps none) and `description` instead of `token`. Our rooms
add `text` and `phrases` with spans, and how the sentence was made.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import GIT_LFS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

logger = logging.getLogger(__name__)

SENTENCE_KEY = "-1"
_LARGEST_ID = 2**31 - 1
_WORDS = re.compile(r"\w+(?:['-]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class DescribedPhrase:
    """A phrase's query row and what it refers to.

    Attributes:
        row: text row of its head word (word index + 1).
        ids: object ids; empty where the scene holds no such thing.
        structure: whether it names floor, wall or ceiling.
        absent: whether it names something that the scene does not hold.
        hard: absent, and yet the scene holds others of its kind.
        begin, end: its character range in the text, Unicode code points; 0, 0 = not told.
        words: its words, [first, end); (0, 0) = not told.
    """

    row: int
    ids: tuple[int, ...]
    structure: bool = False
    absent: bool = False
    hard: bool = False
    begin: int = 0
    end: int = 0
    words: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Description:
    """One sentence about a scene.

    Attributes:
        words: its words, text rows 1, 2, ...
        phrases: in order.
        sentence_ids: objects that the whole sentence is about; None where that is not said.
        text: as written; "" = not told.
        kind, style, template: how our generator made it ("" = not told); style "spoken" has the
            noise of speech.
        modifiers, relations: which of either it uses, by name.
        describes: per word, whether it says something of a thing rather than what the speaker
            wants; None = not told.
    """

    words: tuple[str, ...]
    phrases: tuple[DescribedPhrase, ...]
    sentence_ids: tuple[int, ...] | None
    text: str = ""
    kind: str = ""
    style: str = ""
    template: str = ""
    modifiers: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    describes: tuple[bool, ...] | None = None

    @property
    def target_row(self) -> int | None:
        """Text row of the first phrase that means what the whole sentence is about; None = none."""
        if not self.sentence_ids:
            return None
        wanted = set(self.sentence_ids)
        return next((p.row for p in self.phrases if set(p.ids) == wanted), None)

    def wording_of(self, phrase: DescribedPhrase) -> tuple[tuple[str, ...], str]:
        """The words of one of its phrases, and its head."""
        return self.words[slice(*phrase.words)], self.words[phrase.row - 1]

    def targets(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """(text row, object ids) of the sentence, where said, and of every phrase.

        Structure without an object of its own ("the corner") is left out: it is there, and yet
        no points are its.
        """
        if self.sentence_ids is not None:
            yield 0, self.sentence_ids
        for phrase in self.phrases:
            if phrase.ids or not phrase.structure:
                yield phrase.row, phrase.ids

    def word_spans(self) -> list[tuple[int, int, int]]:
        """(first word, last word, head word) of each phrase that tells its words."""
        return [(p.words[0], p.words[1] - 1, p.row - 1) for p in self.phrases if p.words[1]]

    def spans_or_heads(self) -> list[tuple[int, int, int]]:
        """The same of every phrase; one that does not tell its words is its head alone."""
        return [
            (p.words[0], p.words[1] - 1, p.row - 1) if p.words[1] else (p.row - 1,) * 3
            for p in self.phrases
        ]


def read_descriptions(
    path: str | Path, skip_bad: bool = False
) -> dict[str, tuple[Description, ...]]:
    """The descriptions of each scene of a DetailRefer, ScanRefer or Multi3DRefer file, in order.

    Args:
        path: of the JSON.
        skip_bad: leave records out that cannot be used; their number is logged by reason.

    Raises:
        BadFileError: missing, no JSON list, or a record that is none (its number is named).
    """
    found: dict[str, list[Description]] = {}
    skipped: Counter[str] = Counter()
    for number, record in enumerate(read_records(path)):
        try:
            description, scene_id = parse_record(record), record["scene_id"]
        except (BadFileError, KeyError) as error:
            reason = "no field 'scene_id'" if isinstance(error, KeyError) else str(error)
            if not skip_bad:
                raise BadFileError(
                    f"{path}: record {number}: {reason}; --skip-bad-records leaves such out"
                ) from error
            skipped[_kind_of(reason)] += 1
            continue
        found.setdefault(str(scene_id), []).append(description)
    for reason, count in skipped.most_common():
        logger.warning("%s: left out %d records: %s", path, count, reason)
    if not found:
        raise BadFileError(f"{path}: an empty list; there is nothing to learn from it")
    return {scene_id: tuple(descriptions) for scene_id, descriptions in found.items()}


def _kind_of(reason: str) -> str:
    """A reason without the record and the numbers that it quotes."""
    return re.sub(r"\d+", "N", reason.partition("): ")[0].partition("record (")[2] or reason)


def read_records(path: str | Path) -> list[Any]:
    """The JSON list of a file.

    Raises:
        BadFileError: missing, not readable, or something else.
    """
    try:
        records = read_json(Path(path))
    except (OSError, ValueError, RecursionError) as error:
        raise BadFileError(f"{path}: no descriptions can be read: {error}") from error
    if not isinstance(records, list):
        raise BadFileError(f"{path}: the JSON is no list of records")
    return records


def read_json(path: Path) -> Any:
    """What a JSON file says, in UTF-8, 16 or 32.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read.
    """
    data = path.read_bytes()
    if data.startswith(b"version https://git-lfs"):
        raise ValueError(f"it is {GIT_LFS}")
    return json.loads(data)  # which knows byte order marks


def parse_record(record: Mapping[str, Any]) -> Description:
    """One DetailRefer record (or ScanRefer's, which has `object_id` and no `t2o`).

    Raises:
        BadFileError: a field is missing or of another kind, or a key names no word.
    """
    try:
        return _parsed(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise BadFileError(f"not a DetailRefer record ({reason}): {str(record)[:200]}") from error


def _parsed(record: Mapping[str, Any]) -> Description:
    text = str(record.get("text", ""))
    if "token" in record or "description" not in record:
        words = _strings(record["token"], "`token` is no list of words")
    else:
        text = text or str(record["description"])
        words = tuple(_WORDS.findall(text))
    if not any(character.isalnum() for word in words for character in word):
        raise ValueError("a sentence without words")
    t2o = _objects_by_word(record)
    told = {phrase["head"]: phrase for phrase in record.get("phrases", ())}
    places = word_places(words, text)
    phrases = tuple(
        _phrase(_word_index(key, len(words)), _object_ids(ids), told.get(int(key)), places)
        for key, ids in t2o.items()
        if key != SENTENCE_KEY
    )
    whole = t2o.get(SENTENCE_KEY)
    return Description(
        words,
        phrases,
        None if whole is None else _object_ids(whole),
        text,
        str(record.get("kind") or ""),
        str(record.get("style") or ""),
        str(record.get("template") or ""),
        _strings(record.get("modifiers") or [], "`modifiers` is no list of names"),
        _strings(record.get("relations") or [], "`relations` is no list of names"),
        _flags(record.get("describes"), len(words)),
    )


def _objects_by_word(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """`t2o`, or the whole sentence's objects as ScanRefer and Multi3DRefer tell them."""
    if record.get("t2o"):
        t2o: Mapping[str, Any] = record["t2o"]
        return t2o
    if record.get("object_ids") is not None:
        return {SENTENCE_KEY: record["object_ids"]}
    if "object_id" in record or record.get("t2o") is None:
        return {SENTENCE_KEY: [record["object_id"]]}
    return {}  # it refers to nothing that is told


def _phrase(
    head: int,
    ids: tuple[int, ...],
    told: Mapping[str, Any] | None,
    places: Sequence[tuple[int, int]],
) -> DescribedPhrase:
    if told is None:
        return DescribedPhrase(head + 1, ids)
    begin, end = int(told.get("begin", 0)), int(told.get("end", 0))
    inside = [k for k, (b, e) in enumerate(places) if b < end and e > begin]
    return DescribedPhrase(
        head + 1,
        ids,
        bool(told["structure"]),
        bool(told.get("absent", False)),
        bool(told.get("hard", False)),
        begin,
        end,
        (inside[0], inside[-1] + 1) if inside else (0, 0),
    )


def word_places(words: Sequence[str], text: str) -> list[tuple[int, int]]:
    """[begin, end) of each word in the text, code points; none where they are not all there."""
    places: list[tuple[int, int]] = []
    position = 0
    for word in words:
        begin = text.find(word, position)
        if begin < 0:
            return []
        position = begin + len(word)
        places.append((begin, position))
    return places


def _strings(values: object, problem: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(problem)
    return tuple(values)


def _flags(values: object, count: int) -> tuple[bool, ...] | None:
    """One flag per word; None where the record has none, as those of before had."""
    if values is None:
        return None
    if not isinstance(values, list) or len(values) != count or any(v not in (0, 1) for v in values):
        raise ValueError(f"`describes` is no list of {count} zeros and ones")
    return tuple(map(bool, values))


def _word_index(key: str, count: int) -> int:
    index = int(key)
    if not 0 <= index < count:
        raise ValueError(f"key {key!r} names none of the {count} words")
    return index


def _object_ids(ids: list[Any]) -> tuple[int, ...]:
    if not isinstance(ids, list):
        raise ValueError(f"{ids!r} is no list of object ids")
    return tuple(map(object_id, ids))


def object_id(value: Any) -> int:
    """An object's id: a whole number from 0, also as text or as 3.0.

    Raises:
        ValueError: anything else.
    """
    is_text = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value.strip())
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not (is_text or is_number or (isinstance(value, float) and value.is_integer())):
        raise ValueError(f"{value!r} is no object id")
    number = int(value)
    if number < 0:
        raise ValueError(f"object id {number} below 0")
    if number > _LARGEST_ID:
        raise ValueError(f"object id {number} is no 32-bit number")
    return number
