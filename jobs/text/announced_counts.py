"""Answers whose list is longer or shorter than what they announce ("以下三点："), or than what was asked for."""

from __future__ import annotations

import re

from jobs.text.protect import without_code

_DIGITS_ZH = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_NUMBERS_EN = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER_ZH = "[两二三四五六七八九十]|[2-9]|1[0-9]"
_NUMBER_EN = "two|three|four|five|six|seven|eight|nine|ten|[2-9]|1[0-9]"
_ANNOUNCED = re.compile(
    rf"(?:以下|如下|下列|下面)(?:的|是|这|有|几|为|列出|提供|给出|总共|共)?(?P<zh>{_NUMBER_ZH})"
    r"(?:个|點|点|条|條|种|種|项|項|步|大|类|方|处)[^。！？!?\n：:]{0,24}[：:]"
    rf"|(?:有|包括|分为|分|遵循|注意|一共|总共|共)(?:以下|如下)?(?P<zh2>{_NUMBER_ZH})"
    r"(?:个|點|点|条|種|种|项|步|大|类|方)[^。！？!?\n：:，,]{0,16}[：:]"
    r"|\b(?:here are|there are|the following|these are|following are)(?: the| some)? "
    rf"(?P<en>{_NUMBER_EN})\b[^.!?\n:]{{0,60}}:"
    rf"|\bthe (?P<en2>{_NUMBER_EN}) [^.!?\n:]{{0,40}}\b(?:are|include)\b[^.!?\n:]{{0,20}}:",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|\n)[ \t]*(?:\*\*)?[（(]?(\d{1,2})(?:[.、)）:：]|\.\s)(?!\d)")
_NUMBERED_ZH = re.compile(r"(?:^|\n)[ \t]*[（(]?([一二三四五六七八九十])[、.．）)]")
_IN_LINE = re.compile(r"(?<![\d.])(\d{1,2})[、.)）](?![\d])")
_ORDINAL = re.compile(
    r"第([一二三四五六七八九十])(?:点|条|种|项|步|个|类|，|,|、|：|:)|(?<![其唯万之同统专单])([一二三四五六七八九十])(?:、|是)"
)
_NEAR = 10
_ORDINALS = {"一": 1, **_DIGITS_ZH}

# "列出五个城市", "give me 5 tips": so many items, and no other number of them.
_ASKED = re.compile(
    r"(?:列出|列举|列舉|举出|给出|給出|给我|提供|推荐|说出|提出|想出|生成|请列|写出|写)"
    rf"[^，。！？；\n\d一二两三四五六七八九十第前每约]{{0,6}}(?P<zh>{_NUMBER_ZH})(?:个|個|条|種|种|点|项|款|部|本|首|位|家|道|则|篇|座|件)(?![人月]|小时|星期|字|段|词|句)"
    r"|\b(?:list|name|give|provide|suggest|recommend|generate|come up with|tell me|share|propose|brainstorm)"
    rf"(?: (?:me|us|with|out|the|a list of|exactly))* (?P<en>{_NUMBER_EN})\b"
    r"(?! ?(?:[%\-–]|days?\b|hours?\b|minutes?\b|words?\b|sentences?\b|paragraphs?\b|years?\b|lines?\b|or\b"
    r"|to\b|people\b))",
    re.IGNORECASE,
)
# With these a list of another length is right.
_LOOSELY = re.compile(
    r"至少|不少于|最少|最多|不超过|以上|以内|左右|大约|每个|每种|每一|各|分别|\b(?:at least|at most|up to"
    r"|or more|no more|each|about|around|per)\b",
    re.IGNORECASE,
)


def contradicted_count(text: str) -> int:
    """1 where a text announces a number of items ("以下三点：") and then counts to another one.

    Only a list that is numbered from 1 without a gap is a count; a text with two such lists is left alone.
    """
    if "：" not in text and ":" not in text:
        return 0
    prose = without_code(text)
    announced = list(_ANNOUNCED.finditer(prose))
    if len(announced) != 1:
        return 0
    match = announced[0]
    found = _counted(prose[match.end() :])
    return int(found is not None and found != _number_of(match))


def misses_asked_count(question: str, answer: str) -> int:
    """1 where a question asks for so many items, no more and no fewer, and the answer numbers more or fewer of them.

    The list must be the answer's only one, numbered from 1 without a gap, each item on lines of its own.
    """
    if "\n" not in answer or ("2" not in answer and "二" not in answer):
        return 0
    asked = list(_ASKED.finditer(question))
    if len(asked) != 1 or _LOOSELY.search(question):
        return 0
    prose = without_code(answer)
    found = _whole([int(match[1]) for match in _NUMBERED.finditer(prose)]) or _whole(
        [_ORDINALS[match[1]] for match in _NUMBERED_ZH.finditer(prose)]
    )
    return int(found is not None and found != _number_of(asked[0]))


def _number_of(match: re.Match[str]) -> int:
    word = next(group for group in match.groups() if group).lower()
    return _DIGITS_ZH.get(word) or _NUMBERS_EN.get(word) or int(word)


def _counted(rest: str) -> int | None:
    """Up to which number the list runs that begins here; None where none does, or there are several, or gaps."""
    for pattern in (_NUMBERED, _IN_LINE, _ORDINAL):
        first = pattern.search(rest)
        if first is not None:
            numbers = [_ordinal(match) for match in pattern.finditer(rest)]
            # Further on stands a list of something else.
            return _whole(numbers) if first.start() <= _NEAR else None
    return None


def _ordinal(match: re.Match[str]) -> int:
    word = next(group for group in match.groups() if group)
    return _ORDINALS.get(word) or int(word)


def _whole(numbers: list[int]) -> int | None:
    return len(numbers) if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)) else None
