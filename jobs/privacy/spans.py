"""Spans of personal data: which languages' rules read a text, and which of overlapping spans stay."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LANGUAGES = ("zh", "en")
_HAN = re.compile("[\u4e00-\u9fa5]")
# Two Latin words or a run of digits: what the English recognizers could read inside a Chinese text.
_LATIN = re.compile(r"[A-Za-z]{2}[ ,.:]+(?:[A-Za-z]{2}|[0-9+(])|[0-9] [A-Z][a-z]|\+[0-9]|[A-Z]{2}[0-9]{2}")


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
    taken = Taken()
    best = sorted(spans, key=lambda s: (s.start - s.end, -s.score, s.start, s.entity, s.recognizer))
    return sorted((span for span in best if taken.take(span.start, span.end)), key=lambda s: s.start)


class Taken:
    """Stretches of a text of which none overlaps another; asking takes the logarithm of how many there are, so that a
    text of a million values costs no square of it."""

    def __init__(self, stretches: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in stretches:
            self.take(start, end)

    def is_free(self, start: int, end: int) -> bool:
        """Whether no stretch reaches into ``start`` to ``end`` (exclusive)."""
        at = bisect_left(self._starts, start)
        return (at == len(self._starts) or end <= self._starts[at]) and (at == 0 or self._ends[at - 1] <= start)

    def take(self, start: int, end: int) -> bool:
        """Takes a stretch if it is free; says whether it was."""
        if not self.is_free(start, end):
            return False
        at = bisect_left(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True
