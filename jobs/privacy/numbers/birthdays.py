"""Rules for dates of birth: a date that the words around it call a birthday."""

from __future__ import annotations

import re
from datetime import date

from jobs.privacy.numbers.digits import DIGIT_OF
from jobs.privacy.rules import NOT_BEFORE_WORD, Rule, pattern_rule, value_of

_HAN_YEAR = "[一二〇零九八七六五四三]{4}"
_HAN_NUMBER = "[一二三四五六七八九十廿卅]{1,3}"
_CALENDAR = "(?:[农阴旧]历|[阳公新]历)"
_YEAR = rf"(?:(?:19|20)\d{{2}}|\d{{2}}|{_HAN_YEAR}|[〇零一二三四五六七八九]{{2}})\s?年"
_MONTH = rf"(?:\d{{1,2}}|闰?{_HAN_NUMBER}|[正冬腊])\s?月"
_DAY = rf"(?:\d{{1,2}}|初?{_HAN_NUMBER})"
_DATE = (
    # 1990年5月3日, also in words, without the day and in two digits; 1990-05-03 and its like; 19900503.
    # A year by itself is told of every public figure and tells little of anybody.
    rf"{_YEAR}\s?{_CALENDAR}?\s?{_MONTH}(?:份|\s?{_DAY}\s?[日号]?)?"
    r"|(?:19|20)\d{2}(?:\s?[-/.,，、]\s?|\s)(?:0?[1-9]|1[0-2])"
    r"(?:\s?[-/.,，、]\s?|\s)(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?"
)
# What counts only where a word for a birth stands before it: 90.5.3, 900503, 1990.5, 5/3/1990.
_SHORT_DATE = (
    r"\d{2}\s?[-/.]\s?(?:0?[1-9]|1[0-2])\s?[-/.]\s?(?:0?[1-9]|[12]\d|3[01])(?![-/.]\d)"
    r"|(?:19|20)\d{2}\s?[-/.]\s?(?:0?[1-9]|1[0-2])(?![-/.]?\d)"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![-/.]?\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d{2}"
)
_MONTH_DAY = rf"{_CALENDAR}?{_MONTH}\s?{_DAY}\s?[日号]?"
_NUMERIC_DAY = r"(?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\s?[天元个月-])"
_MONTHS = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DATE_EN = (
    rf"{_MONTHS}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTHS}\.?,?\s(?:19|20)\d{{2}}"
    r"|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}|(?:19|20)\d{6}"
)
# Nothing that makes a clause: 生日快乐, 5月3日送到 tells no birthday.
_JOIN = r"(?:\s|[\"'“”「【*|]|是在|是|为|在|于|填的?|写的?|[农阴旧]历|[阳公新]历|[:=]|[(（][^()（）\n]{0,12}[)）]){0,5}"
# 5月3号是我生日; 5月3日生日快乐 and a party on that day tell nothing.
_WHOSE_BIRTHDAY = r"[,，]?(?:就?是)?(?:过|(?:我|他|她|孩子|宝宝|本人)[^，。,\s]{0,3}?)生日(?![快蛋礼派聚宴活优])"


def _birthday(_text: str, match: re.Match[str]) -> float | None:
    value = value_of(match)
    year = re.search(rf"(?:19|20)\d{{2}}|{_HAN_YEAR}", value)
    if year is None:
        return 0.7
    written = int("".join(DIGIT_OF.get(char, "") for char in year.group()))
    return 0.8 if 1900 <= written <= date.today().year else None


RULES: tuple[Rule, ...] = (
    pattern_rule(
        "DATE_OF_BIRTH",
        "date_of_birth",
        r"出生|生日|生辰|诞生|生于|生人|生的|[0-9日月号]\s?生",
        rf"(?:(?:出生(?:日期|年月日?|时间|于|在)?|生辰(?:八字)?){_JOIN}(?P<v>{_DATE}|{_SHORT_DATE})"
        rf"|(?<![产发])生(?:日|于){_JOIN}(?P<w>{_DATE}|{_SHORT_DATE}|{_MONTH_DAY}(?!\s?\d)|{_NUMERIC_DAY}))(?!\d)"
        rf"|(?<!\d)(?P<u>(?:{_DATE}|(?<![.\d/-])(?:{_SHORT_DATE}))(?=\s?(?:[(（]?{_CALENDAR}[)）]?)?\s?(?:出生(?![证率医缺人])|诞?生(?=[人的,，。、;；)）\s]|于|$)))"
        rf"|(?:{_MONTH_DAY}|(?<![.\d-])(?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01]))(?={_WHOSE_BIRTHDAY}))",
        0.8,
        accept=_birthday,
        languages=("zh",),
    ),
    pattern_rule(
        "DATE_OF_BIRTH",
        "date_of_birth_en",
        "born|birth|dob",
        rf"\b(?:d\.?o\.?b\.?|date[ _]?of[ _]?birth|birth[ _]?(?:date|day)|birthday|born(?: on)?)\b"
        rf"(?:\s|[\"':=*|(,]|is|was|on){{0,6}}(?P<v>{_DATE_EN}|{_DATE}|{_SHORT_DATE}){NOT_BEFORE_WORD}",
        0.75,
        accept=_birthday,
        flags=re.IGNORECASE,
    ),
)
