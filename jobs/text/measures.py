"""Measures of a text that quality rules bound. Each takes a text and gives a number; shares are 0 to 1."""

from __future__ import annotations

import re
import unicodedata

from jobs.text.emoji import count_emoji
from jobs.text.protect import without_code, without_protected

_UNIT = re.compile("[\u3400-\u9fff]|[A-Za-z\u00c0-\u024f]+|[0-9]+")
_LINE_RULE = re.compile(r"[\W_]*")
_MIN_UNITS = 30
_NGRAM = 10
_MIN_LINES = 4


def length(text: str) -> int:
    """Characters without surrounding space."""
    return len(text.strip())


def symbol_share(text: str) -> float:
    """Share of characters that are neither letter, digit, space nor emoji, outside code; texts of 10 characters on.

    After Gopher's symbol-to-word ratio (Rae et al. 2021, A1.1), by characters, since Chinese has no words to divide by.
    """
    prose = without_protected(text)
    if len(prose) < 10:
        return 0.0
    plain = sum(c.isalnum() or c.isspace() or unicodedata.category(c) in ("Mn", "Mc") for c in prose)
    return max(0.0, 1 - (plain + count_emoji(prose)) / len(prose))


def duplicate_line_share(text: str) -> float:
    """Share of the lines that stand earlier in the text (Gopher, Rae et al. 2021, Table A1: at most 0.30).

    Lines without a letter or digit (rules, brackets) do not count; texts of fewer than four lines give 0.
    """
    lines = [line.strip() for line in without_code(text).split("\n")]
    lines = [line for line in lines if len(line) > 3 and not _LINE_RULE.fullmatch(line)]
    if len(lines) < _MIN_LINES:
        return 0.0
    return 1 - len(set(lines)) / len(lines)


def duplicate_ngram_share(text: str) -> float:
    """Share of units inside runs of ten that stand earlier in the text (Gopher, Rae et al. 2021: 10-grams, 0.10).

    A unit is a Chinese character, a Latin word or a number. The default bound is wider than Gopher's, because ten
    characters are a phrase where ten words are a sentence; texts of fewer than 30 units give 0.
    """
    units = _UNIT.findall(without_code(text))
    if len(units) < _MIN_UNITS:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    covered, reached = 0, 0
    for start in range(len(units) - _NGRAM + 1):
        gram = tuple(units[start : start + _NGRAM])
        if gram in seen:
            covered += start + _NGRAM - max(start, reached)
            reached = start + _NGRAM
        seen.add(gram)
    return covered / len(units)


def repeated_run_share(text: str) -> float:
    """Share of the text that one piece of 2 to 30 characters fills by following itself four times or more.

    For "您好您好您好您好您好您好". Laughter and dashes (one character over and over) count from ten on.
    """
    prose = without_protected(text).strip()
    if len(prose) < 12:
        return 0.0
    longest = max((len(match.group()) for match in _REPEATED.finditer(prose)), default=0)
    return longest / len(prose)


_REPEATED = re.compile(r"([^\s]{2,30}?)\1{3,}|([^\s\-=_*#.~—…])\2{9,}")
