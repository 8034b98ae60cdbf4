"""Spans of personal data: which languages' rules read a text, and which of overlapping spans stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LANGUAGES = ("zh", "en")
_HAN = re.compile("[\u4e00-\u9fa5]")
# Two Latin words or a run of digits: what the English recognizers could read inside a Chinese text.
_LATIN = re.compile(r"[A-Za-z]{2,}[ ,.:]+(?:[A-Za-z]{2,}|[0-9+(])|[0-9] [A-Z][a-z]|\+[0-9]|[A-Z]{2}[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of personal data: ``text[start:end]``, in characters, end exclusive; score 0 to 1."""

    start: int
    end: int
    entity: str
    score: float
    recognizer: str


def languages_in(text: str, languages: Sequence[str] = LANGUAGES) -> list[str]:
    """Chinese rules for a text with Chinese in it; English rules where there is English."""
    has_han = _HAN.search(text) is not None
    chosen = []
    if "zh" in languages and (has_han or "en" not in languages):
        chosen.append("zh")
    if "en" in languages and (not has_han or "zh" not in languages or _LATIN.search(text)):
        chosen.append("en")
    return chosen


def without_overlaps(spans: list[Span]) -> list[Span]:
    """The longest first, then the surest, in the order of the text; none overlaps another."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, -s.score, s.start, s.entity, s.recognizer)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda s: s.start)
