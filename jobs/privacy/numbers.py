"""Rules for values that look the same in Chinese and English text: numbers, addresses of machines, account ids."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from jobs.privacy.checksums import digits_of, id_card_ok, id_card_plausible, luhn_ok
from jobs.privacy.rules import (
    GAP,
    JOIN,
    NOT_AFTER_WORD,
    NOT_BEFORE_WORD,
    Rule,
    is_quantity,
    names_another_number,
    pattern_rule,
    value_span,
)

_SEVEN_DIGITS = r"[0-9](?:[^0-9]{0,3}[0-9]){6}"
_ID_WORDS = re.compile(r"(?:身份证|证件|身份号|居民证)[^0-9。！？!?\n]{0,12}$")
_CARD_WORDS = re.compile(
    r"(?:卡号|银行卡|信用卡|储蓄卡|借记卡|工资卡|社保卡|[工农中建交招]行|银行|card)[^0-9。！？!?\n]{0,14}$",
    re.IGNORECASE,
)
# Issuer prefixes: 62 UnionPay, 4 Visa, 51-55 and 2221-2720 Mastercard, 34/37 Amex, 30/36/38/39 Diners, 35 JCB,
# 60/64/65 Discover and Chinese debit cards, 50/56-58 Maestro, 9558 and 95x older Chinese debit cards.
_ISSUER = re.compile(r"62|4|5[0-8]|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)|3[04-9]|6[045]|955[0-9]")
_FILE_ENDINGS = """
    png jpg jpeg gif svg webp js ts css py json html md txt zip mp3 mp4 pdf
"""
_NOT_TOP_LEVEL = frozenset(_FILE_ENDINGS.split())
_VERSION = re.compile(r"(?:版本号?|version|ver|v|固件|firmware|build)\s?[:.]?\s?$", re.IGNORECASE)


def _phone(score: float) -> Callable[[str, re.Match[str]], float | None]:
    def accept(text: str, match: re.Match[str]) -> float | None:
        start, end = value_span(match)
        if names_another_number(text, start) or is_quantity(text, end):
            return None
        return score

    return accept


def _id_card(text: str, match: re.Match[str]) -> float | None:
    number = digits_of(match.group())
    if not id_card_plausible(number):
        return None
    if id_card_ok(number):
        return 0.95
    # A number that its owner calls an ID card is one digit away from a real one: it goes, at a lower score.
    return 0.5 if _ID_WORDS.search(text, max(0, match.start() - 20), match.start()) else None


def _bank_card(text: str, match: re.Match[str]) -> float | None:
    number = digits_of(match.group())
    if not 13 <= len(number) <= 19 or is_quantity(text, match.end()):
        return None
    announced = _CARD_WORDS.search(text, max(0, match.start() - 24), match.start()) is not None
    # Cards have 16 or 19 digits, older and foreign ones 13 to 15; 17 and 18 are IDs and order numbers more often.
    unlikely = len(number) in (17, 18) or not _ISSUER.match(number) or names_another_number(text, match.start())
    if unlikely and not announced:
        return None
    if luhn_ok(number):
        return 0.9
    return 0.5 if announced and len(number) >= 15 else None


def _email(text: str, match: re.Match[str]) -> float | None:
    return None if match.group().rsplit(".", 1)[1].lower() in _NOT_TOP_LEVEL else 0.95


def _ip(text: str, match: re.Match[str]) -> float | None:
    try:
        address = ipaddress.ip_address(match.group())
    except ValueError:
        return None
    if (
        address.is_loopback
        or address.is_unspecified
        or _VERSION.search(text, max(0, match.start() - 10), match.start())
    ):
        return None
    return 0.8


def _wechat(text: str, match: re.Match[str]) -> float | None:
    value = match.group("v")
    # "微信WeChat" names the product; an id has a digit or an underscore, or a word that says that it is one.
    has_mark = any(c.isdigit() or c in "_-" for c in value)
    return 0.8 if has_mark or match.group("join").strip() else None


def _plate(text: str, match: re.Match[str]) -> float | None:
    return 0.8 if any(c.isdigit() for c in match.group()) else None


_SEP = r"[ \-.]{0,2}"
_PHONE_PREFIX = r"(?:\(?(?:\+|00)?86\)?[ \-]{0,2})?"
_ZH = ("zh",)

PHONES: tuple[Rule, ...] = (
    pattern_rule(
        "PHONE_NUMBER",
        "mobile",
        _SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.])(?:(?:\(?(?:\+|00)86\)?|86)[ \-]{{0,2}})?"
        rf"(?:1[3-9]\d(?:{_SEP}\d{{4}}){{2}}|1[3-9]\d{_SEP}\d{{3}}{_SEP}\d{{5}}|1[3-9]\d{{2}}{_SEP}\d{{3}}{_SEP}\d{{4}}"
        rf"|1(?P<s>[ \-.])[3-9](?:(?P=s)\d){{9}}){NOT_BEFORE_WORD}(?!\.\d)",
        0.85,
        accept=_phone(0.85),
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "landline",
        _SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.\-]){_PHONE_PREFIX}"
        r"\(?(?:0(?:10|2\d)\)?[ \-]{0,2}[2-9]\d{3}[ \-]?\d{4}|0[3-9]\d{2}\)?[ \-]{0,2}[2-9]\d{2,3}[ \-]?\d{4})"
        rf"(?:{GAP}(?:[\-*#]|转|分机号?|ext\.?)+{GAP}\d{{1,6}})?{NOT_BEFORE_WORD}",
        0.75,
        accept=_phone(0.75),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "service_number",
        _SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.\-])[48]00(?:\d{{7}}|[ \-]\d{{3}}[ \-]?\d{{4}}|[ \-]\d{{4}}[ \-]?\d{{3}})"
        rf"{NOT_BEFORE_WORD}",
        0.6,
        accept=_phone(0.6),
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "announced_phone",
        _SEVEN_DIGITS,
        rf"(?:电话|座机|固话|手机号?|号码|热线|联系方式|传真|[Tt][Ee][Ll]|[Pp]hone|[Ff]ax){JOIN}"
        rf"(?P<v>[2-9]\d{{2,3}}[ \-]?\d{{4}}(?:\s?[,、/;]\s?[2-9]\d{{6,7}})*(?:\s?(?:转|分机|-)\s?\d{{1,6}})?)"
        rf"{NOT_BEFORE_WORD}",
        0.7,
        accept=_phone(0.7),
    ),
)

PHONES += (
    pattern_rule(
        "PHONE_NUMBER",
        "international",
        _SEVEN_DIGITS,
        rf"(?<![0-9A-Za-z+])\+(?!86)[1-9]\d{{0,2}}(?:[ .\-]?\(?\d{{1,5}}\)?){{2,6}}{NOT_BEFORE_WORD}",
        0.7,
        accept=lambda _text, match: 0.7 if 8 <= sum(c.isdigit() for c in match.group()) <= 15 else None,
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "announced_phone_en",
        _SEVEN_DIGITS,
        r"\b(?:phone|telephone|tel|cell|cellphone|mobile|whatsapp|fax|call me|call us|reach me"
        r"|number is|contact number)\b"
        rf"[^0-9\n]{{0,20}}(?P<v>\(?\d{{2,4}}\)?(?:[ .\-]?\d{{2,4}}){{2,4}}){NOT_BEFORE_WORD}",
        0.55,
        accept=_phone(0.55),
        languages=("en",),
        flags=re.IGNORECASE,
    ),
)

IDENTITY = (
    pattern_rule(
        "CN_ID_CARD",
        "id_card_18",
        _SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}[1-9]\d{{5}}[ \-]?(?:19|20)\d{{2}}[ \-]?(?:0[1-9]|1[0-2])[ \-]?(?:0[1-9]|[12]\d|3[01])[ \-]?"
        rf"\d{{3}}[0-9Xx]{NOT_BEFORE_WORD}",
        0.95,
        accept=_id_card,
    ),
    pattern_rule(
        "CN_ID_CARD",
        "id_card_15",
        _SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}[1-9]\d{{7}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}{NOT_BEFORE_WORD}",
        0.5,
        accept=_id_card,
    ),
    pattern_rule(
        "PASSPORT",
        "passport",
        "护照|通行证|passport",
        rf"(?:护照|通行证|passport)(?:号码?|\s*(?:no\.?|number))?{JOIN}(?P<v>[A-Za-z]{{1,2}}\d{{7,9}})"
        rf"{NOT_BEFORE_WORD}",
        0.8,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CREDIT_CARD",
        "bank_card",
        _SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.\-])(?:\d{{13,19}}|\d{{4}}(?:[ \-]\d{{4}}){{2,3}}(?:[ \-]\d{{1,4}})?"
        rf"|\d{{6}} \d{{10,13}}"
        rf"|3\d{{3}}[ \-]\d{{6}}[ \-]\d{{4,5}}){NOT_BEFORE_WORD}(?!\.\d)",
        0.9,
        accept=_bank_card,
    ),
    pattern_rule(
        "CN_LICENSE_PLATE",
        "licence_plate",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z]",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•.\- ]?"
        r"(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK])(?![0-9A-Za-z])",
        0.8,
        accept=_plate,
        languages=_ZH,
        flags=re.IGNORECASE,
    ),
)

ONLINE = (
    pattern_rule(
        "EMAIL_ADDRESS",
        "email",
        r"@",
        r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_][0-9A-Za-z._%+-]{0,63}\s?@\s?(?:[0-9A-Za-z-]{1,63}\.){1,6}[A-Za-z]{2,24}"
        r"(?![0-9A-Za-z_-])",
        0.95,
        accept=_email,
    ),
    pattern_rule(
        "IP_ADDRESS",
        "ipv4",
        r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        r"(?<![0-9A-Za-z.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z]|\.\d)",
        0.8,
        accept=_ip,
    ),
    pattern_rule(
        "IP_ADDRESS",
        "ipv6",
        r"[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:",
        r"(?<![0-9A-Za-z:.])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])",
        0.8,
        accept=_ip,
    ),
    pattern_rule(
        "MAC_ADDRESS",
        "mac",
        r"[0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-]",
        r"(?<![0-9A-Za-z:\-])[0-9A-Fa-f]{2}(?P<s>[:\-])(?:[0-9A-Fa-f]{2}(?P=s)){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:\-])",
        0.85,
    ),
    pattern_rule(
        "WECHAT_ID",
        "wechat",
        "微信|薇信|威信|wechat|weixin|[vw]x|v信|加v",
        rf"(?:微信|薇信|威信|v信|加v|(?<![0-9A-Za-z])(?:wechat|weixin|wx|vx))"
        rf"(?P<join>(?:账号|帐号|号码|号|id|同号)?{JOIN})(?P<v>[A-Za-z][-_A-Za-z0-9]{{5,19}}){NOT_BEFORE_WORD}(?!@)",
        0.8,
        accept=_wechat,
        flags=re.IGNORECASE,
    ),
    pattern_rule("WECHAT_ID", "wxid", r"wxid_", rf"{NOT_AFTER_WORD}wxid_[0-9a-z]{{8,24}}", 0.95),
    pattern_rule(
        "QQ_ID",
        "qq",
        "qq|扣扣|企鹅|微信|[vw]x|wechat",
        rf"(?:扣扣|企鹅|微信|(?<![0-9A-Za-z])(?:QQ|vx|wx|wechat))(?:群|账号|帐号|号码|号|id)*{JOIN}"
        rf"(?P<v>[1-9]\d{{4,10}}){NOT_BEFORE_WORD}(?!@)",
        0.75,
        accept=_phone(0.75),
        flags=re.IGNORECASE,
    ),
)

# Order and parcel numbers say nothing about a person by themselves, and customer-service models need them in place:
# off unless asked for.
OPTIONAL = (
    pattern_rule(
        "ORDER_NUMBER",
        "order_number",
        "订单|交易|流水|order",
        rf"(?:(?:订单|交易|流水)(?:编号|号码|号)?|(?<![A-Za-z])order(?:\s*(?:number|no\.?|id))?){GAP}#?{JOIN}"
        rf"(?P<v>[A-Za-z]{{0,6}}[-_]?\d[0-9A-Za-z-]{{4,30}}){NOT_BEFORE_WORD}",
        0.7,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "PARCEL_NUMBER",
        "parcel_number",
        r"快递|运单|运号|运编|物流|包裹|tracking|(?:SF|YT|ZTO|STO|JDV?|EMS|JT)[0-9]{10}",
        rf"(?:(?:快递|运|物流|包裹)(?:单号|单|编号|号码|号)|tracking(?:\s*(?:number|no\.?|id))?)#?{JOIN}"
        rf"(?P<v>[A-Za-z]{{0,6}}\d[0-9A-Za-z]{{7,24}}){NOT_BEFORE_WORD}|{NOT_AFTER_WORD}(?-i:SF"
        rf"|YT|ZTO|STO|JDV?|EMS|JT)\d{{10,15}}"
        rf"{NOT_BEFORE_WORD}",
        0.7,
        flags=re.IGNORECASE,
    ),
)

RULES: tuple[Rule, ...] = PHONES + IDENTITY + ONLINE + OPTIONAL
OPTIONAL_ENTITIES = frozenset(rule.entity for rule in OPTIONAL)
