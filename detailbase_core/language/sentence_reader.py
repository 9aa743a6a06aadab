"""Sentences as the network takes them: their phrases, what they want, and the words it reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detailbase_core.language.learned_parser import LearnedParser
from detailbase_core.language.rule_parser import RuleParser
from detailbase_core.language.words import described_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.language.rule_parser import PhraseParser
    from detailbase_core.language.words import DescribedWords
    from detailbase_core.types import Sentence


class SentenceReader:
    """Reads sentences for one network.

    Args:
        own: the network's phrase head; the rule parser for one without.
        hides_wording: whether the decoder hears only the words that describe (ModelConfig).
        parser: finds the noun phrases in place of `own`.
    """

    def __init__(
        self,
        own: LearnedParser | RuleParser,
        hides_wording: bool,
        parser: PhraseParser | None = None,
    ) -> None:
        self.own = own
        self.parser: PhraseParser = parser or own
        self._hides_wording = hides_wording

    def parse(self, sentences: Sequence[str]) -> list[Sentence]:
        """Words and phrases of each; the network's own parser reads all in one pass.

        Raises:
            BadQueryError: one of them is empty or too long.
        """
        if isinstance(self.parser, LearnedParser):
            parsed = self.parser.parse_many(sentences)
        else:
            parsed = [self.parser.parse(sentence) for sentence in sentences]
        return [self._with_targets(one) for one in parsed]

    def described(self, parsed: Sentence) -> DescribedWords:
        """The words of a sentence that the decoder reads."""
        describes = parsed.describes if self._hides_wording else None
        return described_words([word.text for word in parsed.words], parsed.spans, describes)

    def limit_words(self, most: int) -> None:
        """Refuse longer sentences from now on, where the parser is one of this library."""
        if isinstance(self.parser, (RuleParser, LearnedParser)):
            self.parser.max_words = most

    def _with_targets(self, parsed: Sentence) -> Sentence:
        """A sentence, and what the network's own head tells where the parser does not."""
        if not self._hides_wording or parsed.describes is not None:
            return parsed
        assert isinstance(self.own, LearnedParser), "ModelConfig wants a phrase head"
        tags = self.own.tags([word.text for word in parsed.words])
        targets = tags.targets([phrase.head for phrase in parsed.phrases])
        return replace(parsed, describes=tags.describes, targets=targets)
