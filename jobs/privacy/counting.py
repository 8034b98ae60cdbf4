"""How much personal data of which kind is left in a text: the rules alone, without Presidio, in a blink.

The rules are those of remove_pii. Of its kinds three are missing here, which Presidio's own recognizers find: telephone
numbers outside China without a plus sign, US social security numbers and IBANs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jobs.privacy.literals import Words, needed_words
from jobs.privacy.recognizers import OPTIONAL_ENTITIES, RULES
from jobs.privacy.rules import Rule
from jobs.privacy.spans import Span, languages_in, without_overlaps
from jobs.privacy.view import fold

# The score from which remove_pii acts.
_MIN_SCORE = 0.4
_Cued = tuple[tuple[Words | None, Callable[[str], re.Match[str] | None], tuple[Rule, ...]], ...]


def count_personal_data(text: str) -> dict[str, int]:
    """Kinds of personal data -> how many of them, never the values; kinds are Presidio's names in lower case."""
    view = fold(text)
    folded = view.text.casefold()
    if folded.isascii():
        said = {word for word in _ASCII_WORDS if word in folded}
    else:
        said = {word for first in _FIRSTS & set(folded) for word in _BY_FIRST[first] if word in folded}
    found = [
        Span(start, end, rule.entity, score, rule.name)
        for words, cued, rules in _RULES[tuple(languages_in(view.text))]
        if (words is None or not words.isdisjoint(said)) and cued(view.text)
        for rule in rules
        for start, end, score in rule.find(view.text)
        if score >= _MIN_SCORE and end > start
    ]
    counts: dict[str, int] = {}
    for span in without_overlaps(found):
        kind = span.entity.lower()
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _rules_for(*languages: str) -> _Cued:
    """The rules of these languages, those with the same cue together: many ask for seven digits, and one look tells.

    Before the cue stand the words of which it needs one.
    """
    grouped: dict[str, list[Rule]] = {}
    for rule in RULES:
        if rule.entity not in OPTIONAL_ENTITIES and set(rule.languages) & set(languages):
            grouped.setdefault(rule.cue, []).append(rule)
    return tuple((needed_words(cue), rules[0].cued, tuple(rules)) for cue, rules in grouped.items())


_RULES: dict[tuple[str, ...], _Cued] = {chosen: _rules_for(*chosen) for chosen in (("zh",), ("en",), ("zh", "en"))}
# Every word by its first character: of most, a look at a text's characters tells that they are not there.
_BY_FIRST: dict[str, list[str]] = {}
for _word in sorted({word for cued in _RULES.values() for words, _, _ in cued for word in words or ()}):
    _BY_FIRST.setdefault(_word[0], []).append(_word)
_FIRSTS = frozenset(_BY_FIRST)
_ASCII_WORDS = tuple(word for words in _BY_FIRST.values() for word in words if word.isascii())
