"""Telephone numbers outside China by libphonenumber, as a Presidio recognizer: Presidio's own answers, sooner.

Presidio reads the whole text once for each of eight regions, at 1.4 ms a number. Here only stretches of nine digits and
more are read, no further region is asked once a number takes up the whole stretch, and a stretch that was read before
is remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jobs.privacy.presidio import load_presidio
from jobs.privacy.rules import is_quantity, names_another_number

_NAME = "phone_number_libphonenumber"
# More digits in a row are a table: two numbers side by side have no more.
_MOST_DIGITS = 26
_NINE_DIGITS = re.compile(r"[0-9](?:[-/ ().\[\]~]{0,4}[0-9]){8,40}")
# How much is read around a stretch: a plus sign and a bracket before it, an extension behind it.
_BEFORE, _AFTER = 4, 8
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# Decimals, addresses of machines and of nets, ranges of years, lists of small numbers, timestamps.
_OTHER = re.compile(
    rf"\d+\.\d+|(?:{_BYTE}\.){{3}}{_BYTE}(?:/\d{{1,2}})?|\(?\d{{4}}\s?-\s?\d{{4}}|[1-9]\d(?: \d\d)+|\d{{13,}}"
)
# What may go on with a number.
_EXTENSION = re.compile(r"[ ,;]{0,3}[#x*~;,e]", re.IGNORECASE)
_LEAD = re.compile(r"[+(\[0-9]")
# libphonenumber's VALID, which Presidio asks for.
_LENIENCY = 1


def phone_recognizer() -> Any:
    """Presidio's recognizer, less the numbers that the words around them call an order or an amount."""
    load_presidio()
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    class LibraryPhoneRecognizer(PhoneRecognizer):
        """Finds what ``PhoneRecognizer`` finds, stretch by stretch."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """Telephone numbers of the supported regions; none overlaps another."""
            return [
                load_presidio().RecognizerResult(
                    entity_type=self.supported_entities[0],
                    start=start,
                    end=end,
                    score=self.SCORE,
                    recognition_metadata={"recognizer_name": _NAME, "recognizer_identifier": self.id},
                )
                for start, end in phone_numbers(text, tuple(self.supported_regions))
            ]

    return LibraryPhoneRecognizer(name=_NAME)


def phone_numbers(text: str, regions: tuple[str, ...]) -> list[tuple[int, int]]:
    """(start, end) of telephone numbers of the regions in a folded text, in order; end exclusive, in characters."""
    found: list[tuple[int, int]] = []
    order = regions
    for run in _NINE_DIGITS.finditer(text):
        if sum(map(str.isdigit, run[0])) > _MOST_DIGITS or _is_no_number(text, run):
            continue
        begin = max(0, run.start() - _BEFORE)
        spans, region = _read(text[begin : run.end() + _AFTER], order)
        if region is not None and region != order[0]:
            # The next number is likely one of the same country.
            order = (region, *(other for other in regions if other != region))
        for start, end in spans:
            span = _checked(text, start + begin, end + begin)
            if span is not None and (not found or span[0] >= found[-1][1]):
                found.append(span)
    return found


def _is_no_number(text: str, run: re.Match[str]) -> bool:
    """Whether an undivided stretch would be refused however it is read: too long, or called an order."""
    if not run[0].isdigit() or text[run.start() - 1 : run.start()] in ("+", "("):
        return False
    return (len(run[0]) > 12 and not _EXTENSION.match(text, run.end())) or names_another_number(text, run.start())


@lru_cache(maxsize=4096)
def _read(window: str, regions: tuple[str, ...]) -> tuple[tuple[tuple[int, int], ...], str | None]:
    """What the regions find in a window, in order, and the region whose number takes up all of the window's digits.

    Of spans of which one contains the other the longer stays; so once one takes up all, no other region is asked, and
    which was asked first makes no difference.
    """
    from phonenumbers import PhoneNumberMatcher

    lead = _LEAD.search(window)
    first = lead.start() if lead else 0
    last = max(at for at, char in enumerate(window) if char.isdigit()) + 1
    spans: set[tuple[int, int]] = set()
    for region in regions:
        for match in PhoneNumberMatcher(window, region, leniency=_LENIENCY):
            if match.start <= first and match.end >= last:
                return ((match.start, match.end),), region
            spans.add((match.start, match.end))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not any(other[0] <= start and end <= other[1] for other in kept):
            kept.append((start, end))
    return tuple(kept), None


def _checked(text: str, start: int, end: int) -> tuple[int, int] | None:
    """None for what libphonenumber takes for a number and is not: decimals, ranges of years, orders, amounts."""
    if text.startswith("(", start) and ")" not in text[start:end]:
        start += 1  # the bracket is the sentence's
    value = text[start:end]
    if (
        sum(map(str.isdigit, value)) < 9
        or _OTHER.fullmatch(value)
        or text[start - 1 : start] in ("/", ".", "=")
        or text[end : end + 3].lstrip().startswith("=")
        or names_another_number(text, start)
        or is_quantity(text, end)
    ):
        return None
    return start, end
