"""Rules for telephone numbers as they are dictated: digits in words, letters for digits, the number in two parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.numbers.digits import ANY_DIGIT, DIGIT_OF, DIGIT_RUN_CUE, HAN_DIGITS, PARTING
from jobs.privacy.numbers.phones import is_called
from jobs.privacy.rules import (
    JOIN,
    NOT_AFTER_WORD,
    NOT_BEFORE_WORD,
    SEVEN_DIGITS,
    Found,
    Rule,
    names_another_number,
    pattern_rule,
)

_RUN = re.compile(f"(?<!{ANY_DIGIT})(?<![A-Za-z]){ANY_DIGIT}(?:{PARTING}{{0,3}}{ANY_DIGIT}){{9,11}}")
_AFTER = re.compile(f"{ANY_DIGIT}|[A-Za-z]|{PARTING}{{0,2}}{ANY_DIGIT}|[年十百千万亿]|分之")
# A last 一 that begins a word is none of the number: 一直, 一下.
_WORD = re.compile("一[直下起共定般样些个次天会点旦律]")
_NUMBER = re.compile(r"1[3-9]\d{9}|0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}[2-9]\d{6,7}|[48]00\d{7}")


def _in_words(text: str) -> Iterator[Found]:
    """Numbers read out, 幺三八零零一三八零零零 or 1三8..., of which at least one digit is written in words."""
    for match in _RUN.finditer(text):
        start, end = match.span()
        if _WORD.match(text, end - 1):
            end -= 1
        written = text[start:end]
        number = "".join(DIGIT_OF.get(char, "") for char in written)
        if (
            any(char in HAN_DIGITS for char in written)
            and _NUMBER.fullmatch(number)
            and (end < match.end() or _WORD.match(text, end) or not _AFTER.match(text, end))
            and not names_another_number(text, start)
        ):
            yield start, end, 0.8


_LETTERS = re.compile(rf"{NOT_AFTER_WORD}[1lI][3-9][0-9oO]{{9}}{NOT_BEFORE_WORD}")


def _with_letters(text: str) -> Iterator[Found]:
    """A mobile number with l for one or o for nought, where the words before it speak of calling."""
    for match in _LETTERS.finditer(text):
        digits = sum(map(str.isdigit, match.group()))
        if 8 <= digits < 11 and is_called(text, match.start()):
            yield *match.span(), 0.6


_TWO_PARTS = re.compile(
    r"(?:前(?:面)?[三四七3-7几]?位?[是为:]?[ ]?(?=1)|(?<![0-9A-Za-z])(?=1\d{2}(?:\d{4})?,?[ ]?(?:后|然后)))"
    r"(?P<a>1[3-9]\d(?:\d{4})?)[^0-9\n]{1,8}?(?P<b>\d{4,8})(?![0-9A-Za-z])"
)


def _in_two_parts(text: str) -> Iterator[Found]:
    """前三位138后八位00138000: eleven digits in two parts, each a span of its own."""
    for match in _TWO_PARTS.finditer(text):
        if len(match["a"]) + len(match["b"]) == 11:
            yield *match.span("a"), 0.7
            yield *match.span("b"), 0.7


RULES: tuple[Rule, ...] = (
    Rule("PHONE_NUMBER", "spoken_number", DIGIT_RUN_CUE, _in_words),
    Rule("PHONE_NUMBER", "number_with_letters", SEVEN_DIGITS, _with_letters),
    Rule(
        "PHONE_NUMBER",
        "number_in_two_parts",
        r"前[^0-9]{0,4}1[3-9][0-9]|1[3-9][0-9](?:[0-9]{4})?[^0-9]{0,3}后",
        _in_two_parts,
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "announced_in_words",
        f"(?:电话|座机|固话|号码)[^{HAN_DIGITS}]{{0,12}}[{HAN_DIGITS}]{{7}}",
        rf"(?:电话号?码?|座机号?码?|固话|号码){JOIN}(?P<v>[{HAN_DIGITS}]{{7,8}})(?![{HAN_DIGITS}年月日千万亿])",
        0.6,
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "area_code_apart",
        "区号",
        rf"区号[是为:]?[ ]?(?P<v>0(?:10|2\d|[3-9]\d{{2}})[^0-9A-Za-z。\n]{{1,8}}[2-9]\d{{6,7}}){NOT_BEFORE_WORD}",
        0.75,
    ),
)
