"""Surrogates for dates of birth: another day nearby, written as the old one was."""

from __future__ import annotations

import re
from datetime import date, timedelta

from jobs.privacy.numbers.digits import DIGIT_OF, SPOKEN_DIGITS
from jobs.privacy.surrogates.shape import alike, write_digits
from jobs.privacy.surrogates.stream import Stream

_MONTHS_TEXT = "january february march april may june july august september october november december"
_MONTHS = tuple(_MONTHS_TEXT.split())
_DIGIT = "[" + "".join(DIGIT_OF) + "十]"
_NUMERALS = frozenset("零〇一二三四五六七八九十")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# A number, or a month in words.
_PART = re.compile(f"{_DIGIT}+|{_MONTH}", re.IGNORECASE)
# By how many numbers there are and how long they are: what each is.
_COMPACT = {(8,): "ymd", (6,): "ym", (4,): "y"}


def date_of_birth(value: str, stream: Stream) -> str:
    """The date 30 to 429 days earlier in the same writing: year, month and day in any usual order, the month in digits
    or in English, day or month left out.

    A date that is not understood, such as one of the lunar calendar, gets other digits in their places.
    """
    written = [_plain(part) for part in _PART.findall(value)]
    kinds = _kinds(written)
    try:
        moved = _moved(dict(zip(kinds, _split(written, kinds), strict=True)), 30 + stream.below(400))
    except (ValueError, OverflowError, KeyError):
        return alike(value, stream)
    if len(written) < len(kinds):
        return write_digits(value, "".join(_number(moved, kind, "00") for kind in kinds).zfill(len(written[0])))
    left = iter(zip(kinds, written, strict=True))
    return _PART.sub(lambda found: _put(found.group(), moved, *next(left)), value)


def _plain(part: str) -> str:
    if "十" in part:
        tens, _, ones = part.partition("十")
        return f"{DIGIT_OF.get(tens, '1')}{DIGIT_OF.get(ones, '0')}"
    return "".join(DIGIT_OF.get(char, char) for char in part).lower()


def _kinds(written: list[str]) -> str:
    """For each part y, m or d; an empty string where that is not clear."""
    lengths = tuple(len(part) for part in written)
    if lengths in _COMPACT and (lengths != (6,) or written[0].startswith(("19", "20"))):
        return _COMPACT[lengths]
    months = [i for i, part in enumerate(written) if part.isalpha()]
    years = [i for i, part in enumerate(written) if len(part) == 4 and part.isdigit()]
    if len(written) not in (2, 3) or len(months) > 1 or len(years) > 1 or not (months or years or len(written) == 3):
        return ""
    if months:
        rest = [i for i in range(len(written)) if i != months[0]]
        year = years[0] if years else (rest[-1] if len(rest) == 2 else -1)
        return "".join("m" if i == months[0] else "y" if i == year else "d" for i in range(len(written)))
    if len(written) == 2:
        return "ym" if years == [0] else "my"
    if years == [2]:
        return "mdy" if int(written[1]) > 12 else "dmy"
    return "ymd"


def _split(written: list[str], kinds: str) -> list[str]:
    """The parts, those of a date in one run of digits too."""
    return written if len(written) == len(kinds) else [written[0][:4], written[0][4:6], written[0][6:]][: len(kinds)]


def _moved(parts: dict[str, str], days: int) -> date:
    if not parts:
        raise ValueError
    year = int(parts["y"]) if "y" in parts else 1988
    month = parts.get("m", "6")
    number = int(month) if month.isdigit() else 1 + [name[:3] for name in _MONTHS].index(month[:3])
    return date(year if year > 99 else 1900 + year, number, int(parts.get("d", "15"))) - timedelta(days=days)


def _put(part: str, moved: date, kind: str, plain: str) -> str:
    if plain.isalpha():
        name = _MONTHS[moved.month - 1] if len(plain) > 3 else _MONTHS[moved.month - 1][:3]
        return name.upper() if part.isupper() else name.capitalize() if part[0].isupper() else name
    if kind != "y" and set(part) <= _NUMERALS:
        return _in_characters(moved.month if kind == "m" else moved.day)
    return write_digits(part, _number(moved, kind, plain))


def _in_characters(number: int) -> str:
    """1 to 31 as 一 to 三十一."""
    tens, ones = divmod(number, 10)
    return (SPOKEN_DIGITS[tens] if tens > 1 else "") + "十" * (tens > 0) + (SPOKEN_DIGITS[ones] if ones else "")


def _number(moved: date, kind: str, like: str) -> str:
    """Year, month or day in as many digits as ``like``: with a leading zero where it had one."""
    if kind == "y":
        return f"{moved.year:04d}" if len(like) != 2 or like == "00" else f"{moved.year % 100:02d}"
    number = str(moved.month if kind == "m" else moved.day)
    return number.zfill(2) if len(like) == 2 and like[0] == "0" else number
