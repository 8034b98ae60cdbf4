"""The facts that guards compare: numbers, negations, placeholders and names of a text, as sorted tuples.

Typing errors elsewhere in the text do not matter: of two texts that say 3天 and 三天 the facts are the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from jobs.similarity.folding import PART, fold, is_single

Facts = tuple[str, ...]

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
# "one" is left out: as often a pronoun as a number, and "one day" against "two days" still differs by the two.
_WORD_VALUES = {
    "zero": "0",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "fifteen": "15",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "half": "1/2",
    "twice": "2",
}

# An identifier or a number: ASCII letters and digits joined by - _ . : / and holding a digit.
_TOKEN = re.compile(r"[0-9A-Za-z]+(?:[-_.:/,][0-9A-Za-z]+)*")
_LONE_CAPITAL = re.compile(r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][-_.:/,])[B-HJ-Z](?![0-9A-Za-z]|[-_.:/,][0-9A-Za-z])")
_DIGIT = re.compile(r"[0-9]")
# A whole word's beginning is checked after a match: a pattern that begins with letters is searched for far faster.
_NUMBER_WORD = re.compile(rf"(?:{'|'.join(_WORD_VALUES)})(?![a-z])")
# A Chinese numeral counts as a number before a unit, after 第/周/星期, or when it has a multiplier (十五, 三百). Alone
# it is too often part of a word: 一下, 一直, 万一, 三番五次.
_NUMERAL = "零〇一二两三四五六七八九十百千万亿"
_ANY_NUMERAL = re.compile(f"[{_NUMERAL}]")
_UNIT = (
    "天日号月年周点时分秒期届元块角毛折成倍"
    + "件个款双只台条张次遍层楼米斤克升寸码页岁人位名步种本瓶盒箱袋套辆间室栋单代级星"
)
_CHINESE_NUMBER = re.compile(
    rf"(?:(?<=第)|(?<=周)|(?<=分之)|(?<=星期)|(?<=礼拜))[{_NUMERAL}]+"
    rf"|[{_NUMERAL}]+(?=[{_UNIT}]|小时|公斤|公里|毫升|厘米|工作日)"
    rf"|[二两三四五六七八九]?[十百千][{_NUMERAL}]*[{_NUMERAL}]"
)
# 一 that is no number: 一个问题 and 个问题 mean the same, 一点 is "a little", 一次性 is a word.
_LOOSE_ONE = re.compile(r"一(?=[个点种级代次期位]|$)")
_NO_NUMBER = re.compile(r"十分(?![钟之钱])|千万(?=[别不要记注])|百(?=分之)|万一|一一|一五一十|乱七八糟|三番五次")
_HALF = re.compile(r"半(?=[天年月个小])")

_SLOT = re.compile(
    r"\{\{?\s*[\w.]{1,40}\s*\}?\}"  # {order_id}, {{name}}
    r"|<\s*/?\s*[A-Za-z_][\w:.-]{0,40}\s*/?>"  # <PHONE_1>, <image>
    r"|\[[A-Z][A-Z0-9_]{1,40}\]"  # [NAME_1]
    r"|【[A-Z][A-Z0-9_]{1,40}】"
    r"|\$\{[\w.]{1,40}\}"
)

# Words in which a character of negation denies nothing, and A-not-A questions (能不能退 asks what 能退吗 asks).
_NOT_NEGATION = re.compile(
    r"不好意思|不客气|不用谢|不过|不但|不仅|不只|不管|不论|不如|不久|不错|不断|不少|不禁|不愧|不由|不妨|不得不|对不起|了不起|差不多|要不然"
    r"|无论|无非|无线|无人机|无疑|是否|能否|可否|否则|与否|非常|除非|非洲|并非不|莫非|莫名"
    r"|别人|别的|别名|别墅|特别|区别|分别|差别|级别|类别|识别|辨别|鉴别|性别|个别|告别|派别|国别|未来|未必不|没关系|没事"
    r"|莫[斯尔]|未[婚知]"
    r"|(?P<asked>[\u4e00-\u9fff])[不没](?P=asked)"
)
_NEGATION = {"不": "no", "无": "no", "非": "no", "否": "no", "没": "not yet", "未": "not yet"} | dict.fromkeys(
    "别勿莫甭", "do not"
)
_ANY_NEGATION = re.compile(f"[{''.join(_NEGATION)}]")
_ENGLISH_NEGATION = re.compile(
    r"\b(?:n(?:ot?|ever|one|obody|othing|either|or)|without|cannot|un(?:able|available|paid|used|opened|like)"
    r"|(?:is|are|was|were|do|does|did|has|have|had|ca|can|could|wo|would|should|must|need|ai)n['’]?t)\b"
    r"|n['’]t\b"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?。!?:;\n\"“(\[]\s*|[\u4e00-\u9fff])$")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+\b")


def numbers_of(text: str) -> Facts:
    """Numbers, dates, order ids, model names and codes in ``text``, sorted: ``3天`` and ``三天`` both give ``("3",)``.

    A short Latin name that touches Chinese (订单A, 尺码XL) counts as a code, as does a lone capital (plan B).
    """
    plain = _plain(_SLOT.sub(" ", text))
    # In ASCII without a digit only a lone capital can be a code, and no word need be looked at.
    tokens = _LONE_CAPITAL if plain.isascii() and not _DIGIT.search(plain) else _TOKEN
    found = [_canonical_token(m.group()) for m in tokens.finditer(plain) if _is_code(m, plain)]
    lower = plain.lower()
    for match in _NUMBER_WORD.finditer(lower):
        if not "a" <= lower[match.start() - 1 : match.start()] <= "z":
            found.append(_WORD_VALUES[match.group()])
    if _ANY_NUMERAL.search(plain):
        chinese = _LOOSE_ONE.sub(" ", _NO_NUMBER.sub(" ", plain))
        found += [str(chinese_number(m.group())) for m in _CHINESE_NUMBER.finditer(chinese)]
    if "半" in plain:
        found += ["1/2"] * len(_HALF.findall(plain))
    return tuple(sorted(found))


def negation_of(text: str) -> Facts:
    """Negations in ``text`` by kind, sorted: ``no`` (不, 无, not), ``not yet`` (没, 未), ``do not`` (别, 勿).

    Kinds and not words, so that 还没到 and 还未到 agree; counted, so that a double negation is not a single one.
    """
    plain = _plain(text)
    # Every English one has an n, which most Chinese texts lack.
    found = ["no"] * len(_ENGLISH_NEGATION.findall(plain.lower())) if "n" in plain or "N" in plain else []
    if _ANY_NEGATION.search(plain):
        found += [_NEGATION[char] for char in _ANY_NEGATION.findall(_NOT_NEGATION.sub(" ", plain))]
    return tuple(sorted(found))


def slots_of(text: str) -> Facts:
    """Placeholders in ``text``, sorted: ``{order_id}``, ``<PHONE_1>``, ``[NAME_1]``, ``<image>``."""
    return tuple(sorted("".join(m.group().split()) for m in _SLOT.finditer(text)))


def names_of(text: str) -> Facts:
    """Capitalised English words inside sentences, sorted and folded: places, people, makes. No Chinese names."""
    return tuple(
        sorted(
            match.group().casefold()
            for match in _CAPITALISED.finditer(text)
            if not _SENTENCE_START.search(text, max(0, match.start() - 4), match.start())
        )
    )


def pair_of(text: str) -> Facts:
    """Digests of the answers of a preference row, chosen before rejected; empty for any other row.

    Not sorted: the same two answers with the verdict turned round are the opposite lesson.
    """
    answers = text.split(PART)[1:]
    return tuple(hashlib.blake2b(fold(a).encode(errors="replace"), digest_size=8).hexdigest() for a in answers)


def chinese_number(numeral: str) -> int:
    """The value of a Chinese numeral: 十五 15, 三百二 320 is read as 302, 二〇二六 2026."""
    if not any(char in _UNITS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = section = digit = 0
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif _UNITS[char] >= 10_000:
            total = (total + section + digit or 1) * _UNITS[char]
            section = digit = 0
        else:
            section += (digit or 1) * _UNITS[char]
            digit = 0
    return total + section + digit


# Characters that NFKC leaves as they are, and full-width ones, each of which it changes by itself. Text of these alone,
# most Chinese, need not be normalised in full, at a tenth of a microsecond a character.
_NOT_PLAIN = re.compile("[^\\x00-\\x7f\u2013\u2014\u2018\u2019\u201c\u201d\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]")
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_FULL_TO_ASCII = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}


@lru_cache(maxsize=4)  # several guards read one text
def _plain(text: str) -> str:
    """``text`` in NFKC."""
    if text.isascii():
        return text
    if _NOT_PLAIN.search(text):
        return unicodedata.normalize("NFKC", text)
    return _FULL_WIDTH.sub(lambda match: _FULL_TO_ASCII[match.group()], text)


def _is_code(match: re.Match[str], text: str) -> bool:
    token = match.group()
    if not token.isalpha() and any(char.isdigit() for char in token):
        return True
    if len(token) > 4:
        return False
    lone_capital = len(token) == 1 and token.isupper() and token not in "AI"
    if lone_capital or text.isascii():
        return lone_capital
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return any(char and is_single(char) for char in (before, after))


def _canonical_token(token: str) -> str:
    digits = token.replace(",", "")
    return digits.lstrip("0") or "0" if digits.isdigit() else token.upper()
