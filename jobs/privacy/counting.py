"""How much personal data of which kind is left in a text: the rules alone, without Presidio, in a blink.

The rules are those of remove_pii. Of its kinds three are missing here, which Presidio's own recognizers find: telephone
numbers outside China without a plus sign, US social security numbers and IBANs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jobs.privacy.recognizers import OPTIONAL_ENTITIES, RULES
from jobs.privacy.rules import Rule
from jobs.privacy.spans import Span, languages_in, without_overlaps
from jobs.privacy.view import fold

# The score from which remove_pii acts.
_MIN_SCORE = 0.4
_Cued = tuple[tuple[Callable[[str], re.Match[str] | None], tuple[Rule, ...]], ...]


def count_personal_data(text: str) -> dict[str, int]:
    """Kinds of personal data -> how many of them, never the values; kinds are Presidio's names in lower case."""
    view = fold(text)
    found = [
        Span(start, end, rule.entity, score, rule.name)
        for cued, rules in _RULES[tuple(languages_in(view.text))]
        if cued(view.text)
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
    """The rules of these languages, those with the same cue together: many ask for seven digits, and one look tells."""
    grouped: dict[str, list[Rule]] = {}
    for rule in RULES:
        if rule.entity not in OPTIONAL_ENTITIES and set(rule.languages) & set(languages):
            grouped.setdefault(rule.cue, []).append(rule)
    return tuple((rules[0].cued, tuple(rules)) for rules in grouped.values())


_RULES: dict[tuple[str, ...], _Cued] = {chosen: _rules_for(*chosen) for chosen in (("zh",), ("en",), ("zh", "en"))}
