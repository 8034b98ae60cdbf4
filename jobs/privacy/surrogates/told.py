"""Telling a surrogate from a person's value, by the reserved range that it is from."""

from __future__ import annotations

import re

from jobs.privacy.numbers.checksums import luhn_ok
from jobs.privacy.numbers.digits import DIGIT_OF
from jobs.privacy.surrogates import people, places
from jobs.privacy.surrogates.numbers import EXTENSION, PLATE_CHARACTERS
from jobs.privacy.view import fold

# Entity -> pattern of its surrogates without their separators, letters in upper case. The syntax is common to Python
# and Java. Names and addresses are told by their word lists; entities that are missing have no reserved range.
SURROGATE_PATTERNS: dict[str, str] = {
    "PHONE_NUMBER": r"(?:[+]?(?:00)?86)?154[0-9]{8}|[+]?(?:00)?86(?:26|64[0-9])[2-8][0-9]{6,13}"
    r"|026[2-8][0-9]{6,13}|064[0-9][2-8][0-9]{6,13}|1?100[0-9]{7}|(?:[+]|00)999[0-9]{5,12}|10[0-9]{5,6}|000[0-9]{4,12}",
    "CN_ID_CARD": r"99[0-9]{4}(?:[0-9]{11}[0-9X]|[0-9]{9})",
    "CN_USCC": r"9199[0-9]{4}[0-9A-Z]{10}",
    "CREDIT_CARD": r"00[0-9]{11,17}",
    "CN_LICENSE_PLATE": rf"[{PLATE_CHARACTERS}]I[0-9A-Z]{{4,6}}[{PLATE_CHARACTERS}]{{0,2}}",
    "PASSPORT": r"E[IO][0-9]{5,9}",
    # A permit for permanent residence has an ID card's form: 9, then a province, of which none begins with 9.
    "CN_PERMIT": r"I[0-9]{5,11}|0000[0-9]{4,14}|99[0-9]{15}[0-9X]",
    "US_SSN": r"666[0-9]{6}",
    "IBAN_CODE": r"ZZ[0-9]{10,32}",
    "EMAIL_ADDRESS": r"[0-9A-Z._%+]+@EXAMPLE[.](?:COM|NET|ORG)",
    "DOMAIN_NAME": r"(?:[A-Z]{2,6}://)?[0-9A-Z]+[.]EXAMPLE[.](?:COM|NET|ORG)",
    "IP_ADDRESS": r"(?:192[.]0[.]2|198[.]51[.]100|203[.]0[.]113)[.][0-9]{1,3}|2001:0?DB8:[0-9A-F:]+",
    "MAC_ADDRESS": r"020000[0-9A-F]{6}",
    "WECHAT_ID": r"(?:WXID_EXAMPLE|EXAMPLE_)[0-9A-Z]{8}",
    "QQ_ID": r"000[0-9]{2,9}",
    "ALIPAY_ID": r"EXAMPLE_[0-9A-Z]{8}|0000[0-9]{12}",
    "URL": r"000[0-9]{1,253}|EXAMPLE[0-9A-Z]{8}|[0-9A-Z._%+]+@EXAMPLE[.](?:COM|NET|ORG)",
}
_COMPILED = {entity: re.compile(pattern) for entity, pattern in SURROGATE_PATTERNS.items()}
_KEPT_MARKS = {
    "PHONE_NUMBER": "+",
    "EMAIL_ADDRESS": "@._%+",
    "DOMAIN_NAME": ".:/",
    "IP_ADDRESS": ".:",
    "WECHAT_ID": "_",
    "ALIPAY_ID": "_",
    "URL": "@._%+",
    "CN_LICENSE_PLATE": PLATE_CHARACTERS,
}
_BY_WORDS = {"PERSON": people.is_invented, "ADDRESS": places.is_invented}


def is_surrogate(entity: str, value: str) -> bool:
    """Whether ``value`` is from the range that surrogates of ``entity`` are made in, and so belongs to nobody.

    Always False for what has no such range: a surname by itself, dates of birth, order, parcel and member numbers.
    """
    if entity in _BY_WORDS:
        return _BY_WORDS[entity](fold(value).text)
    if entity == "ALIPAY_ID" and any(is_surrogate(other, value) for other in ("EMAIL_ADDRESS", "PHONE_NUMBER")):
        return True
    if entity not in _COMPILED:
        return False
    kept = _KEPT_MARKS.get(entity, "")
    written = EXTENSION.split(value)[0] if entity == "PHONE_NUMBER" else value
    written = fold(written).text.upper()
    plain = "".join(DIGIT_OF.get(c, c) for c in written if c in DIGIT_OF or (c.isascii() and c.isalnum()) or c in kept)
    if _COMPILED[entity].fullmatch(plain) is None:
        return False
    return entity != "CREDIT_CARD" or luhn_ok(plain)
