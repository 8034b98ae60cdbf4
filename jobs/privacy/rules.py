"""What a rule is: an entity, the cue without which it cannot match, and a function that finds spans.

Rules are plain Python over a folded view of the text (see ``view``), so that they are tested in milliseconds;
``recognizers`` hands them to Presidio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

# (start, end, score) in characters of the text that was searched, end exclusive; score in 0..1.
Found = tuple[int, int, float]

# Presidio's own recognizers use \b, which sees no border between a Chinese character and a digit: values that touch
# Chinese text are missed. These two look at Latin letters and digits only.
NOT_AFTER_WORD = r"(?<![0-9A-Za-z])"
NOT_BEFORE_WORD = r"(?![0-9A-Za-z])"

# A cue: seven digits with little between them.
SEVEN_DIGITS = r"[0-9](?:[^0-9]{0,3}[0-9]){6}"

# What may stand between an announcing word and its value: space, a lower-case tag, an entity. Placeholders are
# upper case, so a value is never looked for behind one.
# Possessive: two gaps beside each other must not share a long run out in every way.
GAP = r"(?:\s|</?[a-z][^<>]{0,60}>|&[a-z]{2,6};|&\#\d{2,5};)*+"
JOIN = rf"(?:{GAP}(?:[:=\-\"'“”「【\[(*|]|是|为|叫做|叫|就是|的话|写的?){GAP}){{0,3}}{GAP}"

_NOT_A_PERSON_NUMBER = re.compile(
    r"(?:(?:订|运|工|保|退款|售后|快递|物流|包裹|提货|流水|交易|商户|支付|发票|批|物料|商品|产品|设备|采购|合同|案件|服务单)单?"
    r"(?:编号|单号|号码|号|码|编码|代码|id)|(?:订单|单号|编号|编码|货号|型号|款号|条码|条形码|序列号"
    r"|批次号?|商品码|商品id|时间戳|验证码|券码|兑换码|优惠码|版本号?|校验码|哈希值?|文号|案号|书号|刊号|房号|工号|学号|期号)"
    r"|order|orders|tracking|invoice|sku|serial|item|ref|reference|case|ticket|timestamp|isbn|issn|ean|upc|imei|imsi|sn"
    r"|uuid|guid|hash|md5|sha\d{0,3}|version|build|model|part|product|barcode|batch|trace|po)"
    r"(?:\s*(?:number|no|id|code))?(?:\s*is|\s*was)?[\s\"':#.\-=(是为]{0,6}[a-z]{0,4}[\-_]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rule:
    """One way in which one entity shows itself.

    Attributes:
        entity: Presidio's entity name where it has one (PERSON, PHONE_NUMBER, ...).
        name: unique snake_case name, reported with each span.
        cue: regular expression in portable syntax (no look-around), case ignored, so that an engine without Python
            can prefilter rows by it; a text without it holds no match of this rule.
        find: yields spans of a folded text.
        languages: the languages in which the rule is of use.
    """

    entity: str
    name: str
    cue: str
    find: Callable[[str], Iterable[Found]]
    languages: tuple[str, ...] = ("zh", "en")

    @cached_property
    def cued(self) -> Callable[[str], re.Match[str] | None]:
        """Searches a folded text for the cue."""
        return re.compile(self.cue, re.IGNORECASE).search


def pattern_rule(
    entity: str,
    name: str,
    cue: str,
    pattern: str,
    score: float,
    *,
    accept: Callable[[str, re.Match[str]], float | None] | None = None,
    languages: tuple[str, ...] = ("zh", "en"),
    flags: int = 0,
) -> Rule:
    """A rule from one regular expression; the span is its group ``v``, ``w`` or ``u`` where one matched, else all.

    Args:
        accept: gets the text and the match; returns the score to use instead, or None to refuse the match.
    """
    # ASCII: a digit is 0-9. The view has folded full-width digits and spaces already.
    compiled = re.compile(pattern, flags | re.ASCII)

    def find(text: str) -> Iterator[Found]:
        for match in compiled.finditer(text):
            given = score if accept is None else accept(text, match)
            if given is not None:
                yield *value_span(match), given

    return Rule(entity, name, cue, find, languages)


def value_of(match: re.Match[str]) -> str:
    """The text of a match's value: its group ``v``, ``w`` or ``u``, else all of it."""
    return str(match.group(_value_group(match)))


def value_span(match: re.Match[str]) -> tuple[int, int]:
    """Where a match's value lies."""
    return match.span(_value_group(match))


def _value_group(match: re.Match[str]) -> str | int:
    return next((name for name in ("v", "w", "u") if match.groupdict().get(name) is not None), 0)


def names_another_number(text: str, start: int) -> bool:
    """True where the words just before ``start`` announce an order, parcel, product or the like."""
    return _NOT_A_PERSON_NUMBER.search(text, max(0, start - 28), start) is not None


def is_quantity(text: str, end: int) -> bool:
    """True where a unit or a currency follows the number that ends at ``end``."""
    return _UNIT.match(text, end) is not None


_UNIT = re.compile(
    r"\s?(?:元|块钱|块|万|亿|次(?!日)|件|个(?!人)|台(?!湾)|箱|套|积分|人次|人(?![工在家呢吗])|分(?=[,。!？?\s]|$)|%|(?:rmb|cny|usd|ms)(?![a-z])|美元|港币|毫秒)",
    re.IGNORECASE,
)
