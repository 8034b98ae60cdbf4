"""The form in which two spellings of one value are equal."""

from __future__ import annotations

import re

from jobs.privacy.numbers.digits import digits_in
from jobs.privacy.view import fold

_SEPARATORS = re.compile(r"[\s\-,、·•・]")
# Entities whose values are digits and letters alone, however they are grouped.
_GROUPED = frozenset({"CN_ID_CARD", "CREDIT_CARD", "CN_USCC", "CN_LICENSE_PLATE", "MAC_ADDRESS", "US_SSN", "IBAN_CODE"})


def comparable(entity: str, value: str) -> str:
    """The value folded, in lower case, without separators; a telephone number without +86 and in digits."""
    folded = fold(value).text.lower()
    if entity == "PHONE_NUMBER":
        digits = re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", digits_in(folded))
        # Behind +86 an area code stands without its zero.
        return re.sub(r"^(?:00)?86(?=[1-9]\d{9}$)", "0", digits)
    if entity in _GROUPED:
        return "".join(char for char in folded if char.isalnum())
    return _SEPARATORS.sub("", folded)
