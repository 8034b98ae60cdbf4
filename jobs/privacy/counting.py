"""How much personal data of which kind is left in a text: the rules alone, without Presidio, in a blink.

The rules are those of remove_pii. Of its kinds three are missing here, which Presidio's own recognizers find: telephone
numbers outside China without a plus sign, US social security numbers and IBANs.
"""

from __future__ import annotations

from functools import cache

from jobs.privacy.prefilter import Prefilter
from jobs.privacy.recognizers import OPTIONAL_ENTITIES, RULES
from jobs.privacy.spans import Span, languages_in, without_overlaps
from jobs.privacy.view import fold

# The score from which remove_pii acts.
_MIN_SCORE = 0.4


def count_personal_data(text: str) -> dict[str, int]:
    """Kinds of personal data -> how many of them, never the values; kinds are Presidio's names in lower case."""
    view = fold(text)
    found = [
        Span(start, end, rule.entity, score, rule.name)
        for rule in _rules_of(tuple(languages_in(view.text))).rules_for(view.text)
        for start, end, score in rule.find(view.text)
        if score >= _MIN_SCORE and end > start
    ]
    counts: dict[str, int] = {}
    for span in without_overlaps(found):
        kind = span.entity.lower()
        counts[kind] = counts.get(kind, 0) + 1
    return counts


@cache
def _rules_of(languages: tuple[str, ...]) -> Prefilter:
    return Prefilter(
        rule for rule in RULES if rule.entity not in OPTIONAL_ENTITIES and set(rule.languages) & set(languages)
    )
