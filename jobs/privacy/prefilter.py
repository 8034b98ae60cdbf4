"""Which rules may match in a text: a look for the words that they need, then for their cues.

The one prefilter of detection: ``Analyzer`` and ``count_personal_data`` ask it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from jobs.privacy.literals import Words, needed_words
from jobs.privacy.rules import Rule

_Search = Callable[[str], re.Match[str] | None]


class Prefilter:
    """Rules with the same cue are asked for together; before a cue stand the words of which it needs one.

    Args:
        rules: what to choose from; their order is kept.
        cues: cues without a rule, of recognizers that are not ours.
    """

    def __init__(self, rules: Iterable[Rule], cues: Iterable[str] = ()) -> None:
        grouped: dict[str, list[Rule]] = {cue: [] for cue in cues}
        for rule in rules:
            grouped.setdefault(rule.cue, []).append(rule)
        self._groups: tuple[tuple[Words | None, _Search, tuple[Rule, ...]], ...] = tuple(
            (needed_words(cue), re.compile(cue, re.IGNORECASE).search, tuple(asked)) for cue, asked in grouped.items()
        )
        words = sorted({word for needed, _, _ in self._groups for word in needed or ()})
        self._ascii = tuple(word for word in words if word.isascii())
        # Every word by its first character: of most, a look at a text's characters tells that they are not there.
        self._by_first: dict[str, list[str]] = {}
        for word in words:
            self._by_first.setdefault(word[0], []).append(word)
        self._last: tuple[str, tuple[Rule, ...], bool] = ("", (), False)

    def rules_for(self, folded: str) -> tuple[Rule, ...]:
        """The rules whose cue stands in a folded text."""
        return self._look(folded)[1]

    def passes(self, folded: str) -> bool:
        """Whether any cue stands in a folded text."""
        return self._look(folded)[2]

    def _look(self, folded: str) -> tuple[str, tuple[Rule, ...], bool]:
        # The prefilter of a text and the search in it ask one after the other.
        if folded != self._last[0]:
            said = self._said(folded.casefold())
            cued = [
                rules
                for words, search, rules in self._groups
                if (words is None or not words.isdisjoint(said)) and search(folded)
            ]
            self._last = folded, tuple(rule for rules in cued for rule in rules), bool(cued)
        return self._last

    def _said(self, folded: str) -> set[str]:
        if folded.isascii():
            return {word for word in self._ascii if word in folded}
        firsts = self._by_first.keys() & set(folded)
        return {word for first in firsts for word in self._by_first[first] if word in folded}
