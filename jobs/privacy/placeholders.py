"""Replaces personal data by typed placeholders that stay the same within one row (one dialogue)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from jobs.privacy.analyzer import Analyzer, Span
from jobs.privacy.view import fold
from jobs.record import map_texts

# What a reader sees for each entity; an entity without a line here shows its own name.
LABELS = {
    "PERSON": "NAME",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "CN_ID_CARD": "ID_CARD",
    "CREDIT_CARD": "BANK_CARD",
    "CN_LICENSE_PLATE": "PLATE",
    "WECHAT_ID": "WECHAT",
    "QQ_ID": "QQ",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
    "US_SSN": "SSN",
    "IBAN_CODE": "IBAN",
    "ORDER_NUMBER": "ORDER",
    "PARCEL_NUMBER": "PARCEL",
}
PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_([0-9]{1,6})>")

# A value of these that was recognized once in a row is known wherever it stands in that row, announced or not.
_SPREADING = ("PERSON", "WECHAT_ID", "QQ_ID", "EMAIL_ADDRESS", "ADDRESS")
_MIN_SPREADING_LENGTH = {"PERSON": 2, "WECHAT_ID": 6, "QQ_ID": 6, "EMAIL_ADDRESS": 6, "ADDRESS": 6}
# Removing a value can bring its neighbours together; each pass shortens the text, so a few are enough.
_MAX_PASSES = 5


class Desensitiser:
    """Replaces personal data in rows.

    Args:
        analyzer: finds it.
        repair: undoes encoding damage (``jobs.text.mojibake.repair_mojibake``). A text whose repaired form shows more
            personal data than itself goes on repaired, so that nothing hides behind damage that a later stage undoes.
    """

    def __init__(self, analyzer: Analyzer, repair: Callable[[str], str] | None = None) -> None:
        self.analyzer, self.repair = analyzer, repair

    def desensitise_row(self, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
        """A copy of the row without its personal data, and how many spans were replaced by entity.

        Messages, text, tool calls, tools and extras are read; the same value becomes the same placeholder in all of
        them (values are compared without separators, case and full-width forms). Placeholders that stand in the row
        already are left alone and numbering goes on after them, so a second call changes nothing.
        """
        counts: Counter[str] = Counter()
        numbering: _Numbering | None = None
        for _ in range(_MAX_PASSES):
            found: dict[str, tuple[str, list[Span]]] = {}
            map_texts(row, lambda text, found=found: self._look(text, found), structured=True)  # type: ignore[misc]
            if not any(spans for _text, spans in found.values()):
                break
            if numbering is None:
                numbering = _Numbering.of_row(row)
            known = _known_values(found)
            replace = _replacer(found, known, numbering, counts)
            row = map_texts(row, replace, structured=True)
        return row, dict(counts)

    def desensitise_text(self, text: str) -> tuple[str, dict[str, int]]:
        """The same for one text by itself."""
        row, counts = self.desensitise_row({"text": text})
        return row["text"], counts

    def _look(self, text: str, found: dict[str, tuple[str, list[Span]]]) -> str:
        if text not in found:
            read, spans = text, self._spans(text)
            if self.repair is not None and not text.isascii():
                repaired = self.repair(text)
                if repaired != text and len(in_repaired := self._spans(repaired)) > len(spans):
                    read, spans = repaired, in_repaired
            found[text] = read, spans
        return text

    def _spans(self, text: str) -> list[Span]:
        spans = self.analyzer.analyze(text)
        if not spans:
            return spans
        taken = [match.span() for match in PLACEHOLDER.finditer(text)]
        return [span for span in spans if all(span.end <= start or span.start >= end for start, end in taken)]


class _Numbering:
    """Which placeholder each value of a row has."""

    def __init__(self, used: dict[str, int]) -> None:
        self._last = used
        self._given: dict[tuple[str, str], str] = {}

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> _Numbering:
        used: dict[str, int] = {}

        def note(text: str) -> str:
            for label, number in PLACEHOLDER.findall(text):
                used[label] = max(used.get(label, 0), int(number))
            return text

        map_texts(row, note, structured=True)
        return cls(used)

    def placeholder(self, entity: str, value: str) -> str:
        label = LABELS.get(entity, entity)
        key = (label, comparable(entity, value))
        if key not in self._given:
            self._last[label] = self._last.get(label, 0) + 1
            self._given[key] = f"<{label}_{self._last[label]}>"
        return self._given[key]


def comparable(entity: str, value: str) -> str:
    """The form in which two spellings of one value are equal: folded, lower case, without separators or +86."""
    folded = fold(value).text.lower()
    if entity == "PHONE_NUMBER":
        digits = re.sub(r"\D", "", folded)
        return re.sub(r"^(?:00)?86(?=1\d{10}$)", "", digits)
    return re.sub(r"[\s\-,、·]", "", folded)


def _known_values(found: dict[str, tuple[str, list[Span]]]) -> dict[str, str]:
    """Values that are looked for as they stand in every text of the row, with their entities; longest first."""
    known: dict[str, str] = {}
    for text, spans in found.values():
        for span in spans:
            value = text[span.start : span.end]
            if span.entity in _SPREADING and len(value) >= _MIN_SPREADING_LENGTH[span.entity]:
                known.setdefault(value, span.entity)
    return dict(sorted(known.items(), key=lambda item: (-len(item[0]), item[0])))


def _replacer(
    found: dict[str, tuple[str, list[Span]]], known: dict[str, str], numbering: _Numbering, counts: Counter[str]
) -> Callable[[str], str]:
    pattern = re.compile("|".join(_as_word(value) for value in known)) if known else None

    def replace(text: str) -> str:
        read, spans = found.get(text, (text, []))
        spans = spans + _unseen(read, spans, pattern, known)
        if not spans:
            return text
        pieces, position = [], 0
        for span in sorted(spans, key=lambda s: s.start):
            pieces += [read[position : span.start], numbering.placeholder(span.entity, read[span.start : span.end])]
            position = span.end
            counts[span.entity] += 1
        return "".join([*pieces, read[position:]])

    return replace


def _as_word(value: str) -> str:
    """A pattern for the value that does not find it inside a longer Latin word or number."""
    before = r"(?<![0-9A-Za-z])" if re.match(r"[0-9A-Za-z]", value) else ""
    after = r"(?![0-9A-Za-z])" if re.search(r"[0-9A-Za-z]$", value) else ""
    return before + re.escape(value) + after


def _unseen(text: str, spans: list[Span], pattern: re.Pattern[str] | None, known: dict[str, str]) -> list[Span]:
    if pattern is None:
        return []
    taken = [(span.start, span.end) for span in spans] + [match.span() for match in PLACEHOLDER.finditer(text)]
    return [
        Span(match.start(), match.end(), known[match.group()], 0.6, "known_in_row")
        for match in pattern.finditer(text)
        if all(match.end() <= start or match.start() >= end for start, end in taken)
    ]
