"""Masks: what is left of a value tells its kind and, to its owner, which one it is; the rest are asterisks."""

from __future__ import annotations

import re
from collections.abc import Callable

from jobs.privacy.numbers.digits import DIGIT_OF, digits_in
from jobs.privacy.surrogates.people import surname_of
from jobs.privacy.view import fold

MASK = "*"
# An address ends in so many, whatever it was: neither its length nor its detail shows.
ADDRESS_MASK = MASK * 4
_TO_DISTRICT = re.compile(
    r"(?:[^省市区县\s]{1,8}(?:省|自治区|特别行政区))?(?:[^省市区县\s]{1,8}市)?(?:[^省市区县\s]{1,8}[区县])?"
)
_EXTENSION = re.compile(r"转|分机|ext|[#*xX]", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fa5]")


def mask(entity: str, value: str) -> str:
    """The value with most of its characters replaced by ``*``: 138****1234, 王*, z***@example.com.

    Separators stay where they were. Never the value itself: one too short or too odd for its mask is covered whole.
    """
    masked = _MASKS.get(entity, _ends)(value)
    return masked if masked != value else _covered(value, list(range(len(value))))


def is_masked(entity: str, text: str, end: int) -> bool:
    """Whether the value that ends at ``end`` is what a mask left: the front of an address, the letter of a name."""
    if entity == "ADDRESS":
        return text.startswith(ADDRESS_MASK, end)
    return entity == "PERSON" and text.startswith(MASK, end) and text[max(0, end - 2) : end - 1] != MASK


def _digits(first: int, last: int) -> Callable[[str], str]:
    """Keeps so many letters and digits at each end, and at least a half hidden."""

    def hide(value: str) -> str:
        places = [i for i, char in enumerate(value) if char.isalnum()]
        if len(places) < 2 * (first + last):
            return _covered(value, places)
        return _covered(value, places[first : len(places) - last])

    return hide


def _phone(value: str) -> str:
    """The first three digits and the last four of the number; nothing of its extension."""
    mark = _EXTENSION.search(value)
    end = mark.start() if mark else len(value)
    places = [i for i, char in enumerate(value) if char in DIGIT_OF]
    number = [i for i in places if i < end]
    country = len(number) - 11 if re.match(r"(?:00)?86\d{11}$", digits_in(value[:end])) else 0
    shown = number[: country + 3] + number[-4:] if len(number) >= 10 else number[-2:]
    return _covered(value, [i for i in places if i not in shown])


def _person(value: str) -> str:
    if _HAN.search(value) and not re.search("[·•・.]", value):
        kept = max(1, len(surname_of(fold(value).text))) if len(value) > 1 else 0
        return value[:kept] + MASK * (len(value) - kept)
    return re.sub(r"[^\W_]+", lambda word: _first_of(word.group()), value)


def _first_of(word: str) -> str:
    return word[0] + MASK * (len(word) - 1) if len(word) > 1 else MASK


def _email(value: str) -> str:
    name, at, domain = re.split("([@＠])", value, maxsplit=1) if re.search("[@＠]", value) else (value, "", "")
    return (name[0] if len(name) > 1 else "") + MASK * 3 + at + domain


def _address(value: str) -> str:
    found = _TO_DISTRICT.match(value)
    return (found.group() if found and found.end() < len(value) else "") + ADDRESS_MASK


def _groups(count: int) -> Callable[[str], str]:
    """Keeps so many groups of an address of a machine."""

    def hide(value: str) -> str:
        pieces = re.split(r"([.:\-])", value)
        hidden = [piece if i < 2 * count or i % 2 else MASK * min(len(piece), 3) for i, piece in enumerate(pieces)]
        return "".join(hidden)

    return hide


def _birth(value: str) -> str:
    """The year stays."""
    year = re.search(r"(?:19|20)\d\d", fold(value).text)
    kept = range(*year.span()) if year and len(fold(value).text) == len(value) else range(0)
    return _covered(value, [i for i, char in enumerate(value) if char in DIGIT_OF and i not in kept] or [0])


def _ends(value: str) -> str:
    return _digits(1, 1)(value)


def _covered(value: str, places: list[int]) -> str:
    hidden = set(places)
    return "".join(MASK if i in hidden else char for i, char in enumerate(value))


_MASKS: dict[str, Callable[[str], str]] = {
    "PHONE_NUMBER": _phone,
    "PERSON": _person,
    "EMAIL_ADDRESS": _email,
    "ADDRESS": _address,
    "CN_ID_CARD": _digits(2, 2),
    "CN_USCC": _digits(2, 2),
    "CREDIT_CARD": _digits(0, 4),
    "CN_LICENSE_PLATE": _digits(2, 1),
    "IP_ADDRESS": _groups(2),
    "MAC_ADDRESS": _groups(3),
    "DATE_OF_BIRTH": _birth,
    "ORDER_NUMBER": _digits(0, 4),
    "PARCEL_NUMBER": _digits(0, 4),
    "MEMBER_NUMBER": _digits(0, 2),
}
