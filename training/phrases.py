"""Ask a checkpoint for the phrases of sentences written by hand: python -m training.phrases

The sentences are in config/phrases_by_hand.yaml. They name things that training never showed, so
this measures what a sentence is taken to ask for, not what is then found. Grammar alone (the rule
parser) is asked beside it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import DetailBaseError
from detailbase_core.grounder import Grounder
from detailbase_core.language.rule_parser import RuleParser
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT
from training.config import read_lists
from training.report.sections import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detailbase_core.types import Sentence

SENTENCES_FILE = Path(__file__).parents[1] / "config" / "phrases_by_hand.yaml"
_MARKED = re.compile(r"(\*?)\[([^\]]*)\]|\{([^}]*)\}|[^*\[{]+")


class KnownPhrases(NamedTuple):
    """A sentence and where its phrases are.

    Attributes:
        text: the sentence.
        phrases: character range [begin, end) of each, Unicode code points.
        free: the same of what may be a phrase or none.
        wanted: those of the phrases that the sentence asks for; empty where that is not told.
    """

    text: str
    phrases: tuple[tuple[int, int], ...]
    free: tuple[tuple[int, int], ...]
    wanted: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of_marked(cls, marked: str) -> KnownPhrases:
        """A sentence whose phrases are marked: "*[the cup] on [the table] in {the kitchen}"."""
        text = ""
        phrases: list[tuple[int, int]] = []
        free: list[tuple[int, int]] = []
        wanted: list[tuple[int, int]] = []
        for found in _MARKED.finditer(marked):
            said = found[2] or found[3] or found[0]
            span = (len(text), len(text) + len(said))
            phrases += [span] if found[2] else []
            free += [span] if found[3] else []
            wanted += [span] if found[1] else []
            text += said
        return cls(text, tuple(phrases), tuple(free), tuple(wanted))


class PhraseCount(NamedTuple):
    """Phrases found in sentences.

    Attributes:
        phrases, sentences: how many there are.
        exact: phrases found, no word more or less.
        extra: phrases found where there is none.
        whole: sentences all of whose phrases were found, and nothing else.
        asking: sentences of which it is known which phrases they ask for.
        answered: those of them that were taken to ask for just these.
    """

    phrases: int = 0
    exact: int = 0
    extra: int = 0
    sentences: int = 0
    whole: int = 0
    asking: int = 0
    answered: int = 0

    def plus(self, known: KnownPhrases, parsed: Sentence) -> PhraseCount:
        """With one sentence more."""
        seen = [(p.begin, p.end) for p in parsed.phrases]
        seen = [span for span in seen if not _touches(span, known.free)]
        exact = len(set(known.phrases) & set(seen))
        extra = sum(not _touches(span, known.phrases) for span in seen)
        whole = exact == len(known.phrases) == len(seen)
        targets = zip(parsed.phrases, parsed.targets or (), strict=False)
        wanted = {(p.begin, p.end) for p, about in targets if about}
        asking = bool(known.wanted) and parsed.targets is not None
        answered = asking and wanted == set(known.wanted)
        counted = (len(known.phrases), exact, extra, 1, int(whole), int(asking), int(answered))
        return PhraseCount(*(a + b for a, b in zip(self, counted, strict=True)))


def _touches(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and begin < span[1] for begin, end in others)


def read_known_phrases(path: Path = SENTENCES_FILE) -> dict[str, list[KnownPhrases]]:
    """The sets of marked sentences of a YAML file.

    Raises:
        ConfigError, BadFileError: it cannot be read, or is no mapping to lists of sentences.
    """
    sets = read_lists(path, "names to lists of sentences")
    return {name: [KnownPhrases.of_marked(str(one)) for one in own] for name, own in sets.items()}


def count_phrases(known: Sequence[KnownPhrases], parsed: Iterable[Sentence]) -> PhraseCount:
    """How many phrases of these sentences a parser found."""
    count = PhraseCount()
    for one, found in zip(known, parsed, strict=True):
        count = count.plus(one, found)
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; its exit status: 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", default=str(SHIPPED_CHECKPOINT))
    given = parser.parse_args(arguments)
    rows = []
    try:
        reader = Grounder(GrounderConfig(checkpoint=given.checkpoint)).reader
        for name, known in read_known_phrases().items():
            texts = [one.text for one in known]
            of_model = count_phrases(known, reader.parse(texts))
            of_grammar = count_phrases(known, map(RuleParser().parse, texts))
            for who, count in (("checkpoint", of_model), ("grammar alone", of_grammar)):
                cells = (
                    f"{count.exact} of {count.phrases}",
                    str(count.extra),
                    f"{count.whole} of {count.sentences}",
                    f"{count.answered} of {count.asking}" if count.asking else "",
                )
                rows.append((name.replace("_", " "), who, *cells))
    except (DetailBaseError, OSError) as error:
        print(f"phrases: {error}", file=sys.stderr)
        return 1
    head = ("sentences", "phrases by", "found", "in vain", "sentences all right", "asked for")
    print(table(head, rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
