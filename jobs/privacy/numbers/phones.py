"""Rules for telephone numbers: mobiles, landlines, 400/800, numbers read out in words, and what words announce."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from jobs.privacy.numbers.digits import PARTING
from jobs.privacy.rules import (
    JOIN,
    NOT_AFTER_WORD,
    NOT_BEFORE_WORD,
    SEVEN_DIGITS,
    Found,
    Rule,
    is_quantity,
    names_another_number,
    pattern_rule,
    value_span,
)

_CALLING = re.compile(
    r"(?:电话|手机|座机|固话|热线|号码|联系|致电|拨打|打给|回电|来电|传真|号是|记[一下]|tel|phone|mobile|cell|call|fax|whatsapp)"
    r"[^0-9。！？!?\n]{0,12}$",
    re.IGNORECASE,
)


def _phone(score: float) -> Callable[[str, re.Match[str]], float | None]:
    def accept(text: str, match: re.Match[str]) -> float | None:
        start, end = value_span(match)
        if names_another_number(text, start) or (is_quantity(text, end) and not is_called(text, start)):
            return None
        return score

    return accept


def is_called(text: str, start: int) -> bool:
    """Whether the words before ``start`` speak of calling."""
    return _CALLING.search(text, max(0, start - 24), start) is not None


# How people part the eleven digits of a mobile number. Other ways count where the words before it speak of calling.
_USUAL_GROUPS = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (4, 4, 3), (3, 3, 3, 2), (3, 2, 2, 2, 2), (1,) * 11}
)
_MARKS = PARTING.replace("[", "[*|")
_COUNTRY = re.compile(r"\D{0,2}(?:(?:\+|00?)86|86(?=\D{0,3}1[3-9]))\D{0,3}")


# Before a number: the whole part of a decimal (but "1." and "2." at the start of a line count its lines), or a link,
# whose numbers are those of things; its personal parameters are found by another rule.
_NOT_FREE = re.compile(
    r"\d\.(?<!^[1-9]\.)(?<!\s[1-9]\.)$|(?:https?://|www\.)[^\s\u4e00-\u9fa5,，。)\"'<>]{1,190}$", re.MULTILINE
)


def _mobile(text: str, match: re.Match[str]) -> float | None:
    start, end = match.span()
    if names_another_number(text, start) or _NOT_FREE.search(text, max(0, start - 200), start):
        return None
    country = _COUNTRY.match(text, start, end)
    digits = match.group()[country.end() - start :] if country else match.group()
    # A nought before a mobile number was dialled for a call to another town.
    parts = re.findall(r"\d+|\D+", digits.removeprefix("0"))
    groups, marks = tuple(len(part) for part in parts[::2]), {mark.strip() for mark in parts[1::2]}
    if marks == {"."} and len(groups) == 4 and country is None and max(groups) < 4:
        return None  # an IP address
    called = country is not None or is_called(text, start)
    if is_quantity(text, end) and not called:
        return None
    if groups == (1,) * 11 and _in_a_list(text, start, end):
        return None
    usual = groups in _USUAL_GROUPS and (len(marks) < 2 or groups == (3, 4, 4))
    # "13, 15, 16, 17, 180" is a list of numbers.
    listed = marks & set("、,，/") and groups not in ((3, 4, 4), (1,) * 11)
    return 0.85 if called or (usual and not listed) else None


def _in_a_list(text: str, start: int, end: int) -> bool:
    """Whether single digits go on, as parted as those from ``start`` to ``end``."""
    mark = text[start + 1]
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return (before[:1].isdigit() and before[1:] == mark) or (after[:1] == mark and after[1:].isdigit())


def _landline(text: str, match: re.Match[str]) -> float | None:
    """Numbers with the area code in use: 01062345678 is one, 012345678901 a code of twelve digits."""
    area = match.group("area")
    if area is not None and not _AREA.match(area) and not is_called(text, match.start()):
        return None
    return _phone(0.75)(text, match)


# Area codes of four digits that are in use, by their region (工业和信息化部, 长途区号): a dash or a bracket behind a
# code tells as much, so it is asked of undivided digits only.
_AREA = re.compile(
    r"03(?:1\d|35|49|5\d|7\d|9[1-8])|04(?:1[1-9]|2[179]|3[1-9]|5[1-9]|6[4-9]|7\d|8[23])"
    r"|05(?:[13569]\d|2[37]|4[36]|7\d|80)|06(?:3[1-5]|6[0238]|9[12])"
    r"|07(?:01|1\d|2[248]|3\d|4[3-6]|5\d|6[023689]|7\d|9\d)"
    r"|08(?:1[23678]|2[567]|3\d|5\d|7\d|8[1-8]|9[1-8])|09(?:0[123689]|1[1-79]|3\d|4[13]|5[1-5]|7\d|9\d)"
)
_TO_EXTENSION = r"(?:[\-*#x]|转分机|转|分机号?[:是]?|ext\.?){1,2}\s?\d{1,6}"
_EXTENSION = rf"(?:\s{{0,2}}[(]{_TO_EXTENSION}[)]|\s{{0,2}}(?:,(?=转))?{_TO_EXTENSION})?"
_AFTER_AREA = r"[ ]?[)\]]?[ \-.·_/~]{0,3}"
_LANDLINE = re.compile(
    rf"{NOT_AFTER_WORD}(?<!\d[.\-])(?:\(?(?:\+|00)?86\)?[ \-]{{0,2}})?"
    rf"(?:(?:[(\[][ ]?)?(?:0(?:10|2[0-57-9])(?:{_AFTER_AREA}[2-9]|[\-)]{{1,2}}1)\d{{3}}[ \-]?\d{{4}}"
    rf"|0[3-9]\d{{2}}[ ]?[)\]]?(?:[ \-.·_/~]{{1,3}}|(?<=[)\]]))[1-9]\d{{2,3}}[ \-]?\d{{4}})"
    r"|(?P<area>0[3-9]\d{2})[2-9]\d{6,7}"
    # Behind +86 an area code stands without its zero.
    r"|(?<=86[ \-)])\(?(?:10|2[0-57-9]|[3-9]\d{2})\)?[ \-]{1,2}[2-9]\d{2,3}[ \-]?\d{4})"
    rf"{_EXTENSION}{NOT_BEFORE_WORD}(?!\.\d)",
    re.IGNORECASE | re.ASCII,
)

_LOCAL = r"[2-9]\d{2,3}[ \-]?\d{4}"
_ANNOUNCED = re.compile(
    rf"(?:电话号?|座机号?|固话|手机号|热线|联系方式|号码|传真|总机|拨打|致电|tel|phone|fax){JOIN}(?P<v>{_LOCAL}{_EXTENSION})"
    rf"{NOT_BEFORE_WORD}(?!\.\d)",
    re.IGNORECASE | re.ASCII,
)
# Another number, or the last digits of one: 010-62345678/79.
_ANOTHER = re.compile(
    rf"(?:\s?[,，、/;；或和]\s?(?P<v>[2-9]\d{{6,7}}{_EXTENSION})|/(?P<w>\d{{1,4}})(?![年月日]))"
    rf"{NOT_BEFORE_WORD}(?!\.\d|[/-]\d)",
    re.ASCII,
)
_announced_score = _phone(0.7)


def _landlines(text: str) -> Iterator[Found]:
    """Numbers with an area code, and those that are listed after one without it: 010-62345678/62345679."""
    for first in _LANDLINE.finditer(text):
        if _landline(text, first) is None:
            continue
        yield *first.span(), 0.75
        match = _ANOTHER.match(text, first.end())
        while match is not None:
            yield *value_span(match), 0.7
            match = _ANOTHER.match(text, match.end())


def _announced(text: str) -> Iterator[Found]:
    """Numbers without an area code behind a word for them, and those that are listed after the first."""
    for first in _ANNOUNCED.finditer(text):
        if _announced_score(text, first) is None or is_quantity(text, first.end()):
            continue
        match: re.Match[str] | None = first
        while match is not None:
            yield *value_span(match), 0.7
            match = _ANOTHER.match(text, match.end())


def _international(text: str, match: re.Match[str]) -> float | None:
    digits = sum(char.isdigit() for char in match.group())
    if not 8 <= digits <= 15 or is_quantity(text, match.end()):
        return None
    # Two noughts begin other numbers as well, a plus sign begins none.
    return None if match.group().startswith("0") and names_another_number(text, match.start()) else 0.7


RULES: tuple[Rule, ...] = (
    pattern_rule(
        "PHONE_NUMBER",
        "mobile",
        SEVEN_DIGITS,
        rf"(?:{NOT_AFTER_WORD}|(?<=tel)|(?<=phone)|(?<=mobile)|(?<=call))(?:(?:[(\[](?:\+|00?)?86[)\]]|(?:\+|00?)?86){_MARKS}{{0,2}})?"
        rf"0?1{_MARKS}{{0,3}}[3-9](?:{_MARKS}{{0,3}}\d){{9}}{NOT_BEFORE_WORD}(?!\.\d)",
        0.85,
        accept=_mobile,
        flags=re.IGNORECASE,
    ),
    Rule("PHONE_NUMBER", "landline", SEVEN_DIGITS, _landlines),
    pattern_rule(
        "PHONE_NUMBER",
        "service_number",
        SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.\-])[(]?[48]00"
        r"(?:\d{7}|[ \-.)·]{0,2}(?:\d[ \-.·]\d{3}[ \-.·]\d{3}|\d{2}[ \-.·]\d{3}[ \-.·]\d{2}|\d{3}[ \-.·]{0,2}\d{4}"
        r"|\d{4}[ \-.·]{0,2}\d{3}|\d{2}[ \-.·]\d{2}[ \-.·]\d{3}))"
        rf"{_EXTENSION}{NOT_BEFORE_WORD}(?!\.\d)",
        0.6,
        accept=_phone(0.6),
        flags=re.IGNORECASE,
    ),
    Rule("PHONE_NUMBER", "announced_phone", SEVEN_DIGITS, _announced),
    pattern_rule(
        "PHONE_NUMBER",
        "international",
        SEVEN_DIGITS,
        r"(?<![0-9A-Za-z+])(?<!\d[\-.])(?:\+(?!86)|00(?=852|853|886|1[ \-]|44|81|82|65))[1-9]\d{0,2}"
        rf"(?:[ .\-]?\(?\d{{1,5}}\)?){{2,6}}{NOT_BEFORE_WORD}(?!\.\d)",
        0.7,
        accept=_international,
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "announced_phone_en",
        SEVEN_DIGITS,
        r"\b(?:phone|telephone|tel|cell|cellphone|mobile|whatsapp|fax|call me|call us|reach me"
        r"|number is|contact number)\b"
        rf"[^0-9\n]{{0,20}}(?P<v>\(?\d{{2,4}}\)?(?:[ .\-]?\d{{2,4}}){{2,4}}){NOT_BEFORE_WORD}",
        0.55,
        accept=_phone(0.55),
        languages=("en",),
        flags=re.IGNORECASE,
    ),
)
