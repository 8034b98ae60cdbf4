"""Check digits and plausibility of numbers that identify people."""

from __future__ import annotations

import re
from datetime import date

# GB 11643-1999, Table 1: weights of the 17 digits, and the check character for the weighted sum modulo 11.
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

# GB/T 2260: the first two digits of a resident ID are those of a province-level division (81-83: residence permits
# for Hong Kong, Macau and Taiwan; 91: foreign permanent residents).
_PROVINCE_CODES = """
    11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91
"""
_PROVINCES = frozenset(_PROVINCE_CODES.split())
# Prefectures 01 to 53, 90 for counties under the province; counties 01 to 59 and cities 81 to 99.
_AREA_REST = re.compile(r"(?:[0-4]\d|5[0-3]|90)(?:[0-5]\d|[89]\d)")


def digits_of(value: str) -> str:
    """The ASCII digits and a final X of a number that was written with separators."""
    return "".join(c for c in value if c.isdigit() or c in "Xx").upper()


def luhn_ok(digits: str) -> bool:
    """ISO/IEC 7812-1, Annex B: from the right, every second digit doubled, digit sum divisible by ten."""
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0 and len(set(digits)) > 1


def id_card_check(first17: str) -> str:
    """The 18th character of a resident ID whose first 17 digits are given (ISO 7064 MOD 11-2)."""
    return _ID_CHECKS[sum(int(d) * w for d, w in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def id_card_plausible(number: str) -> bool:
    """18 or 15 digits (the last of 18 may be X) that begin like an area code of GB/T 2260 and hold a birthday.

    Of the area code the province is looked up; of prefecture and county only the range of numbers in use is asked. The
    birthday is a date between 1900 and today.
    """
    if number[:2] not in _PROVINCES or not _AREA_REST.match(number, 2) or not number[:-1].isdigit():
        return False
    return len(number) in (15, 18) and _is_birthday(number[6:14] if len(number) == 18 else "19" + number[6:12])


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born <= date.today()


def id_card_ok(number: str) -> bool:
    """A plausible 18-character resident ID with a correct check character."""
    return len(number) == 18 and id_card_plausible(number) and id_card_check(number[:17]) == number[17].upper()


# GB 32100-2015, 4.7: the 31 characters (no I, O, S, V, Z) by value; weights 3^i modulo 31 of the first 17.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
# The registering authority (4.2) and the kind of body.
_USCC_KIND = frozenset(
    a + b for a, kinds in {"1": "1239", "2": "19", "3": "123459", "4": "19", "5": "12349", "6": "129", "7": "129",
    "8": "19", "9": "1239", "A": "19", "N": "1239", "Y": "1"}.items() for b in kinds
)  # fmt: skip


def credit_code_ok(code: str) -> bool:
    """A unified social credit code: 18 characters, a known kind of body and province, a right check character."""
    if not credit_code_plausible(code):
        return False
    total = sum(_USCC.index(c) * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    return _USCC[-total % 31] == code[17]


def credit_code_plausible(code: str) -> bool:
    """18 characters of the alphabet, in upper case, that begin with a kind of body and a division's six digits."""
    return (
        len(code) == 18
        and code[:2] in _USCC_KIND
        and code[2:8].isdigit()
        and code[2:4] in _PROVINCES | {"10"}
        and all(char in _USCC for char in code)
    )


def permanent_residence_ok(number: str) -> bool:
    """A foreigner's permanent residence card of 18 digits: 9, a province, a country, a birthday and ID card's check.

    国家移民管理局, 2023: the digits are laid out as in GB 11643 with 9 in front of the province.
    """
    return (
        len(number) == 18
        and number[0] == "9"
        and number[1:3] in _PROVINCES
        and _is_birthday(number[6:14])
        and number[:17].isdigit()
        and id_card_check(number[:17]) == number[17].upper()
    )
