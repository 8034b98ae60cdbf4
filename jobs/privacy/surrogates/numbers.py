"""Surrogates for numbers: of the same form, with check digits that fit, from ranges that nobody can have.

Telephone numbers: ``154`` stands in no operator's row of the ministry's table of mobile prefixes (工业和信息化部,
我国公众移动通信网网号及H0分配情况, state of March 2023). Area code ``026`` is held back for Taipei, and no ``064x`` is
in use (both by libphonenumber's metadata, by which the tests judge). No subscriber's number begins with 1, which leads
to services and mobile networks, no North American area code begins with 1 (NANPA), and 999 is a country code held in
reserve (ITU-T E.164).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from jobs.privacy.numbers.checksums import id_card_check
from jobs.privacy.numbers.digits import digits_in
from jobs.privacy.surrogates.shape import write_digits, write_over
from jobs.privacy.surrogates.stream import Stream
from jobs.privacy.view import fold

# GB 32100-2015: the characters of a unified social credit code, and the weights 3^i mod 31 of its first 17.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
# GB 11714-1997: the organisation's own eight characters and their check character.
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# Provinces, and what the plates of trailers, learners, police, Hong Kong, Macau, consulates and the like end in.
PLATE_CHARACTERS = _PROVINCES + "挂学警港澳领试超应急"
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
# What leads up to an extension.
EXTENSION = re.compile(r"[ (（,，]{0,3}(?:转|分机|ext|[x#＃])", re.IGNORECASE)


def phone(value: str, stream: Stream) -> str:
    """A telephone number of the same kind and length; the prefix +86 and the extension's mark stay."""
    extension = EXTENSION.search(value)
    if extension is not None and extension.start() > 0:
        number, rest = value[: extension.start()], value[extension.start() :]
        return phone(number, stream) + write_digits(rest, stream.digits(len(digits_in(rest))))
    digits = digits_in(value)
    international = value.lstrip("(（ ").startswith(("+", "＋", "00"))
    found = re.match(r"(?:00)?86(?=1[3-9]\d{9}$|\d{10})", digits)
    if found and (international or len(digits) == 13):
        country, number = found.group(), digits[found.end() :]
        # Behind +86 the area code stands without its zero.
        without_zero = not number.startswith(("0", "13", "14", "15", "16", "17", "18", "19"))
        return write_digits(value, country + _national("0" * without_zero + number, stream)[without_zero:])
    if international and not digits.startswith("0086"):
        zeros = len(digits) - len(digits.lstrip("0"))
        return write_digits(value, "0" * zeros + "999" + stream.digits(max(0, len(digits) - zeros - 3)))
    return write_digits(value, _national(digits, stream))


def _national(number: str, stream: Stream) -> str:
    rest = len(number)
    if re.match(r"1[3-9]\d{9}$", number):
        return "154" + stream.digits(8)
    if re.match(r"0(?:10|2\d)[2-9]\d{6,}$", number):
        return "026" + stream.choice("2345678") + stream.digits(rest - 4)
    if re.match(r"0[3-9]\d{2}[2-9]\d{6,}$", number):
        return f"064{stream.below(10)}" + stream.choice("2345678") + stream.digits(rest - 5)
    if re.match(r"[48]00\d{7}$", number):
        return "100" + stream.digits(7)
    if re.match(r"1?[2-9]\d{2}[2-9]\d{6}$", number):
        return "1" * (rest - 10) + "100" + stream.digits(7)
    if re.match(r"[2-9]\d{6}", number):
        return "10" + stream.digits(rest - 2)
    return ("000" + stream.digits(max(0, rest - 3)))[:rest]


def id_card(value: str, stream: Stream) -> str:
    """A resident ID of 18 or 15 characters: the area is ``99xxxx``, which GB/T 2260 knows not (its first two digits end
    at 91), the birthday another one, the check character right (GB 11643-1999)."""
    digits = digits_in(value)
    short = len(digits) < 17
    birth = _other_day(("19" if short else "") + digits[6 : 12 if short else 14], stream)
    number = ""
    # One in 31 would pass for a credit code of an area that does not exist either; those are passed over.
    while not number or credit_code_check(number[:17]) == number[17:]:
        first = "99" + stream.digits(4) + birth[2 if short else 0 :] + stream.digits(3)
        number = first if short else first + id_card_check(first)
    return write_over(value, number)


def _other_day(text: str, stream: Stream) -> str:
    """A day within a year or so of the one that eight digits name; any day where they name none."""
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        born = date(1985, 6, 15)
    return (born - timedelta(days=30 + stream.below(400))).strftime("%Y%m%d")


def credit_code(value: str, stream: Stream) -> str:
    """A unified social credit code: area ``99xxxx``, both check characters right (GB 32100-2015, GB 11714-1997)."""
    own = "".join(stream.choice(_USCC) for _ in range(8))
    total = sum(int(c, 36) * w for c, w in zip(own, _ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    first = "91" + "99" + stream.digits(4) + own + {10: "X", 11: "0"}.get(check, str(check))
    return write_over(value, first + credit_code_check(first))


def credit_code_check(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015, 4.7)."""
    total = sum(_USCC.index(c) * w for c, w in zip(first17, _USCC_WEIGHTS, strict=False))
    return _USCC[-total % 31]


def bank_card(value: str, stream: Stream) -> str:
    """A card number that passes Luhn. It begins with 0, which ISO/IEC 7812-1 gives to no issuer of cards."""
    count = len(digits_in(value))
    first = "00" + stream.digits(max(0, count - 3))
    total = sum(d if i % 2 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(map(int, reversed(first))))
    return write_digits(value, first + str(-total % 10))


def plate(value: str, stream: Stream) -> str:
    """A licence plate whose second character is the letter I, which is never issued (GA 36-2018 leaves out I and O).

    Plates of embassies and of the forces become civil ones.
    """
    if re.match(f"[{_PROVINCES}][ ·•-]?[A-Za-z]", fold(value).text) is None:
        return stream.choice(_PROVINCES) + "I" + stream.digits(5)
    drawn = [stream.choice(_PROVINCES), "I"]
    for char in value[2:]:
        if char.isdigit():
            drawn.append(stream.digits(1))
        else:
            drawn.append(stream.choice(_PLATE_LETTERS) if char.isascii() and char.isalpha() else char)
    return "".join(drawn)


def passport(value: str, stream: Stream) -> str:
    """``EI`` or ``EO`` and digits: the second letter of a Chinese passport's number is never I or O."""
    return write_over(value, "E" + stream.choice("IO") + stream.digits(max(1, _length(value) - 2)))


def permit(value: str, stream: Stream) -> str:
    """A travel permit of a letter that none bears (I, left out as it looks like 1), or a number that begins 0000. One
    for permanent residence has the form of a resident ID and gets the surrogate of one."""
    if _length(value) == 18:
        return id_card(value, stream)
    if value[:1].isdigit():
        return write_over(value, "0000" + stream.digits(max(0, _length(value) - 4)))
    return write_over(value, "I" + stream.digits(max(1, _length(value) - 1)))


def _length(value: str) -> int:
    return sum(char.isascii() and char.isalnum() for char in fold(value).text)


def social_security(value: str, stream: Stream) -> str:
    """A US number of area 666, which is never assigned (Social Security Administration, POMS RM 10201.035)."""
    return write_over(value, "666" + stream.digits(6))


def iban(value: str, stream: Stream) -> str:
    """An account number of country ZZ, which ISO 3166-1 leaves to users, with its check digits (ISO 7064 MOD 97-10)."""
    length = _length(value)
    own = stream.digits(max(1, length - 4))
    return write_over(value, f"ZZ{98 - int(own + '353500') % 97:02d}{own}")
