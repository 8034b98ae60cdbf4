"""Check digits and plausibility of numbers that identify people."""

from __future__ import annotations

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
    """18 or 15 characters whose province exists and whose birthday is a date between 1900 and today."""
    if number[:2] not in _PROVINCES:
        return False
    birth = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        born = date(int(birth[:4]), int(birth[4:6]), int(birth[6:8]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born <= date.today()


def id_card_ok(number: str) -> bool:
    """A plausible 18-character resident ID with a correct check character."""
    return len(number) == 18 and id_card_plausible(number) and id_card_check(number[:17]) == number[17].upper()
