"""Marks: what stands in a text between finding a value and replacing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from jobs.privacy.placeholders import LABELS, PLACEHOLDER
from jobs.privacy.spans import Span
from jobs.record import map_texts

# Ten characters for private use stand for the digits of a mark's number: no rule reads them as a number or a word.
_FIRST = 0xE0D0
_TO_PRIVATE = {ord(str(digit)): chr(_FIRST + digit) for digit in range(10)}
_FROM_PRIVATE = {_FIRST + digit: str(digit) for digit in range(10)}
# A mark looks to the rules as a placeholder does, so that words around it mean what they mean around one.
_MARK = re.compile(f"<[A-Z][A-Z_]*_([{chr(_FIRST)}-{chr(_FIRST + 9)}]{{1,12}})>")


class Marks:
    """The marks of one row, each with the entity and the value that it stands for, as the value was written.

    Args:
        first: the number of the first one; marks of lower numbers are the row's own text.
    """

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self.found: list[tuple[str, str]] = []

    @classmethod
    def for_row(cls, row: dict[str, Any]) -> Marks:
        """Marks whose numbers do not stand in the row."""
        numbers = [-1]

        def note(text: str) -> str:
            numbers.extend(cls.in_order(text))
            return text

        map_texts(row, note, structured=True)
        return cls(max(numbers) + 1)

    @staticmethod
    def in_order(text: str) -> list[int]:
        """The numbers of the marks in a text."""
        if text.isascii():
            return []
        return [int(number.translate(_FROM_PRIVATE)) for number in _MARK.findall(text)]

    def mark(self, entity: str, value: str) -> str:
        """A new mark for a value."""
        self.found.append((entity, value))
        number = str(self._first + len(self.found) - 1).translate(_TO_PRIVATE)
        return f"<{LABELS.get(entity, entity)}_{number}>"

    def resolve(self, text: str, put: Callable[[str, str], str]) -> str:
        """The text with each mark replaced by what ``put`` gives for its entity and value."""

        def one(found: re.Match[str]) -> str:
            place = int(found.group(1).translate(_FROM_PRIVATE)) - self._first
            return put(*self.found[place]) if 0 <= place < len(self.found) else found.group()

        return text if text.isascii() else _MARK.sub(one, text)


def taken_in(text: str) -> list[tuple[int, int]]:
    """Where placeholders and marks stand in a text."""
    if "<" not in text:
        return []
    return sorted(match.span() for pattern in (PLACEHOLDER, _MARK) for match in pattern.finditer(text))


def cut_around(span: Span, text: str, taken: list[tuple[int, int]]) -> Iterator[Span]:
    """The span less the placeholders in it: what stands before, between and behind them is personal data too."""
    start = span.start
    for first, last in [*(place for place in taken if place[1] > span.start and place[0] < span.end), (span.end, 0)]:
        end = min(first, span.end)
        # Of a piece the separators at its ends stay in the text: they were between it and the placeholder.
        while start < end and not text[start].isalnum() and taken:
            start += 1
        while end > start and not text[end - 1].isalnum() and first != span.end:
            end -= 1
        if start < end:
            yield Span(start, end, span.entity, span.score, span.recognizer)
        start = max(start, last)
