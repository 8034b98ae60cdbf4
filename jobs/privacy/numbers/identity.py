"""Rules for papers and property: resident IDs, passports, permits, bank cards, company codes, plates, birthdays."""

from __future__ import annotations

import re

from jobs.privacy.numbers.checksums import (
    credit_code_ok,
    credit_code_plausible,
    digits_of,
    id_card_ok,
    id_card_plausible,
    luhn_ok,
    permanent_residence_ok,
)
from jobs.privacy.rules import (
    NOT_AFTER_WORD,
    NOT_BEFORE_WORD,
    SEVEN_DIGITS,
    Rule,
    is_quantity,
    names_another_number,
    pattern_rule,
    value_of,
    value_span,
)

# What may stand between a word that announces a number of letters and digits and the number: a few words, no clause.
_UP_TO = r"[^0-9A-Za-z<>。！？!?\n]{0,12}"
_ID_WORDS = re.compile(r"(?:身份证|证件|身份号|居民证|id card|identity)[^0-9。！？!?\n]{0,12}$", re.IGNORECASE)
_CARD_WORDS = re.compile(
    r"(?:(?<!会员)(?<!贵宾)(?<!积分)(?<!购物)(?<!礼品)(?<!就诊)(?<!学生)卡号|银行卡|信用卡|储蓄卡|借记卡|工资卡|社保卡|卡[是为]"
    r"|收款账[户号]|银行账[户号]|[工农中建交招]行|银行|card)[^0-9。！？!?\n]{0,14}$",
    re.IGNORECASE,
)
# Prefixes and lengths that are told from other numbers by Luhn's digit alone: 62 UnionPay, 4 Visa, 51-55 Mastercard,
# 34/37 Amex, 35 JCB, 6011/64/65 Discover, 9558 and 60 older Chinese debit cards.
_KNOWN_CARD = re.compile(
    r"62\d{14}(?:\d{3})?|4\d{15}|5[1-5]\d{14}|3[47]\d{13}|35\d{14}|6(?:011|4[4-9]\d|5\d\d)\d{12}|9558\d{15}|60\d{14}(?:\d{3})?"
)
# Those that need a card's word before them or its groups of four: 2221-2720 Mastercard looks like a date, Maestro
# and Diners like anything.
_RARER_CARD = re.compile(
    r"62\d{11,17}|4\d{12}(?:\d{3}){0,2}|5[0-8]\d{10,17}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[04-9]\d{11,14}"
    r"|6[0-9]\d{11,17}|9[0-9]\d{14,17}|[1-9]\d{14,18}"
)


def announces_id_card(text: str, start: int) -> bool:
    """Whether the words before ``start`` speak of an ID card."""
    return _ID_WORDS.search(text, max(0, start - 20), start) is not None


def announces_bank_card(text: str, start: int) -> bool:
    """Whether the words before ``start`` speak of a bank card."""
    return _CARD_WORDS.search(text, max(0, start - 24), start) is not None


def _id_card(text: str, match: re.Match[str]) -> float | None:
    number = digits_of(match.group().replace("×", "X"))
    if not id_card_plausible(number):
        return None
    announced = announces_id_card(text, match.start())
    if not announced and names_another_number(text, match.start()):
        return None
    if id_card_ok(number):
        return 0.95
    if len(number) == 15:
        return None if is_quantity(text, match.end()) else 0.9 if announced else 0.5
    # A number that its owner calls an ID card is one digit away from a real one: it goes, at a lower score.
    return 0.5 if announced else None


def _bank_card(text: str, match: re.Match[str]) -> float | None:
    number = digits_of(match.group())
    if is_quantity(text, match.end()):
        return None
    announced = announces_bank_card(text, match.start())
    grouped = len(match.group()) > len(number)
    likely = _KNOWN_CARD.fullmatch(number) or (grouped and len(number) >= 15 and _RARER_CARD.fullmatch(number))
    if not announced and (not likely or names_another_number(text, match.start()) or id_card_plausible(number)):
        return None
    if luhn_ok(number) and (likely or _RARER_CARD.fullmatch(number)):
        return 0.9
    return 0.5 if announced and len(number) >= 15 else None


def _credit_code(text: str, match: re.Match[str]) -> float | None:
    code = re.sub("[ -]", "", value_of(match).upper())
    if match.group("v") is None:
        # Digits that are parted may be a list of numbers.
        listed = len(match.group()) > len(code) and code.isdigit()
        other = listed or names_another_number(text, match.start()) or id_card_plausible(code)
        return 0.9 if credit_code_ok(code) and not other else None
    return 0.9 if credit_code_ok(code) else 0.5 if credit_code_plausible(code) else None


_TRAVEL_WORDS = re.compile(
    r"护照|签证|出境|入境|出国|机票|航班|登机|值机|乘机|旅客|海关|边检|办理入住|证件|passport|visa", re.IGNORECASE
)


def _passport(text: str, match: re.Match[str]) -> float | None:
    start, end = value_span(match)
    if match.group("v") is not None:
        return 0.8
    near = _TRAVEL_WORDS.search(text, max(0, start - 40), start) or _TRAVEL_WORDS.search(text, end, end + 20)
    return 0.6 if near and not names_another_number(text, start) else None


def _permit(text: str, match: re.Match[str]) -> float | None:
    if match.group("v") is not None:
        return 0.8
    number = match.group().upper()
    return 0.85 if permanent_residence_ok(number) and not names_another_number(text, match.start()) else None


_PERMITS = (
    "港澳(?:居民)?来往内地通行证|(?:往来)?港澳通行证|(?:往来)?台湾通行证|台湾居民来往大陆通行证|大陆通行证|通行证"
    "|台胞证|回乡证|(?:外国人)?永久居留(?:身份)?证|永居[卡证]|港澳台居民居住证|居住证|居留许可"
    "|(?:香港|澳门|港澳)(?:特区|永久性?|非永久性?)?(?:居民)?身份证|HKID"
)
# C: to Hong Kong and Macau, W before; L and T: to Taiwan; H and M: from Hong Kong and Macau, with two digits for the
# issue at the end of older ones; eight or ten digits: from Taiwan; three letters and twelve digits: older cards of
# permanent residents; the last is Hong Kong's ID.
_PERMIT_NUMBER = (
    r"[CWLT][A-Z]?[ -]?\d{7,8}|[HM][ -]?\d{8}(?:\d{2})?|[A-Z]{3}\d{12}|\d{8}(?:[ ]?\d{2})?(?:[(][A-Z][)])?|\d{17}[0-9X]"
)
_HONG_KONG_ID = r"[A-Z]{1,2}\d{6}(?:[(][0-9A][)]|[0-9A])"
# Papers of soldiers, armed police and police officers: the force's character, 字第, seven or eight digits.
_SOLDIERS_PAPERS = (
    "军官证|士兵证|义务兵证|士官证|军士证|军人(?:身份|保障)?[证卡]"
    "|文职(?:干部|人员)?证|警官证|警察证|退役军人(?:优待)?证|退伍[军人]{0,2}证|学员证"
)
_FORCES = "军武士兵文空海南北沈兰济广成参政后装火东西中警退学"
_SOLDIERS_NUMBER = rf"[{_FORCES}]{{0,2}}字?第?[ ]?\d{{6,8}}号?"

RULES: tuple[Rule, ...] = (
    pattern_rule(
        "CN_ID_CARD",
        "id_card_18",
        SEVEN_DIGITS,
        rf"(?:{NOT_AFTER_WORD}|(?<=sfz)|(?<=id))(?<!\d[.])"
        rf"(?:[1-9]\d{{5}}[ \-]{{0,2}}(?:19|20)\d{{2}}[ \-]?\d{{2}}[ \-]?\d{{2}}[ \-]{{0,2}}"
        rf"\d{{3}}[ \-]?[0-9X×]|[1-9]\d{{3}}(?:[ \-]\d{{4}}){{3}}[ \-]\d[0-9X×]|[1-9]\d{{2}}(?:[ \-]\d{{3}}){{4}}[ \-]"
        rf"\d{{2}}[0-9X×]){NOT_BEFORE_WORD}(?!\.\d)",
        0.95,
        accept=_id_card,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CN_ID_CARD",
        "id_card_15",
        SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.\-])[1-9]\d{{5}}[ -]?\d{{6}}[ -]?\d{{3}}{NOT_BEFORE_WORD}(?!\.\d)",
        0.5,
        accept=_id_card,
    ),
    pattern_rule(
        "PASSPORT",
        "passport",
        r"护照|passport|[EGDSP][A-Z]?[0-9]{7}",
        rf"(?:护照|passport)(?:{_UP_TO}|\s?(?:no\.?|number)(?:\s?is)?[\s:#]{{0,3}})"
        rf"(?P<v>[A-Z]{{0,2}}[\s-]?(?:\d{{6,9}}|\d{{2,5}} \d{{3,5}})){NOT_BEFORE_WORD}"
        rf"|{NOT_AFTER_WORD}(?<![_\-])(?:[EGDSP]\d{{8}}|[EDSP][A-HJ-NP-Z]\d{{7}}){NOT_BEFORE_WORD}(?![_\-])",
        0.8,
        accept=_passport,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CN_PERMIT",
        "permit",
        r"通行证|台胞证|回乡证|居留|居住证|永居|(?:香港|澳门|港澳)[^0-9]{0,8}身份证|hkid|9[0-9]{16}",
        rf"(?:{_PERMITS}){_UP_TO}(?P<v>{_HONG_KONG_ID}|{_PERMIT_NUMBER}){NOT_BEFORE_WORD}"
        rf"|{NOT_AFTER_WORD}9\d{{16}}[0-9X]{NOT_BEFORE_WORD}",
        0.8,
        accept=_permit,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CN_PERMIT",
        "soldiers_paper",
        "军[官人]|[士官]兵证|士官|文职|警官证|警察证|退役|退伍|学员证|字第",
        rf"(?:{_SOLDIERS_PAPERS}){_UP_TO}?(?P<v>{_SOLDIERS_NUMBER}){NOT_BEFORE_WORD}"
        rf"|(?<![一-龥])(?P<w>[{_FORCES}]字第[ ]?\d{{7,8}}号?)",
        0.75,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CREDIT_CARD",
        "bank_card",
        SEVEN_DIGITS,
        rf"{NOT_AFTER_WORD}(?<!\d[.\-])(?:\d{{13,19}}|\d{{4}}(?P<s>[ \-]{{1,2}})\d{{4}}(?P=s)\d{{4}}(?:(?P=s)\d{{4}})?"
        rf"(?:(?P=s)\d{{1,4}})?|\d{{6}}[ \-]\d{{10,13}}|\d{{4}} \d{{12,15}}|\d{{5}}(?: \d{{5}}){{2}} \d{{4}}"
        rf"|3\d{{3}}[ \-]\d{{6}}[ \-]\d{{4,5}}){NOT_BEFORE_WORD}(?!\.\d)",
        0.9,
        accept=_bank_card,
    ),
    pattern_rule(
        "CN_USCC",
        "credit_code",
        r"[1-9ANY][1-9](?:[ -]?[0-9]){6}(?:[ -]?[0-9A-HJ-NPQRTUWXY]){10}|信用代码|税号|纳税人",
        rf"(?:信用代码|税号|纳税人识别号|纳税人){_UP_TO}(?P<v>[0-9A-Z]{{18}}"
        rf"|[0-9A-Z]{{2,10}}(?:[ -][0-9A-Z]{{1,10}}){{1,4}}){NOT_BEFORE_WORD}"
        rf"|{NOT_AFTER_WORD}(?<!\d[.\- ])[1-9ANY][1-9](?:[ -]?\d){{6}}"
        rf"(?:[ -]?[0-9A-HJ-NPQRTUWXY]){{10}}{NOT_BEFORE_WORD}",
        0.9,
        accept=_credit_code,
        flags=re.IGNORECASE,
    ),
)
