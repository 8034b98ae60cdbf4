"""Typed placeholders: what a reader sees in place of a value, and their numbering within one row."""

from __future__ import annotations

import re
from typing import Any

from jobs.privacy.comparable import comparable
from jobs.record import map_texts

# What a reader sees for each entity; an entity without a line here shows its own name.
LABELS = {
    "PERSON": "NAME",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "CN_ID_CARD": "ID_CARD",
    "CN_USCC": "CREDIT_CODE",
    "CN_PERMIT": "PERMIT",
    "CREDIT_CARD": "BANK_CARD",
    "CN_LICENSE_PLATE": "PLATE",
    "WECHAT_ID": "WECHAT",
    "QQ_ID": "QQ",
    "ALIPAY_ID": "ALIPAY",
    "URL": "URL_VALUE",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
    "DATE_OF_BIRTH": "BIRTH_DATE",
    "US_SSN": "SSN",
    "IBAN_CODE": "IBAN",
    "ORDER_NUMBER": "ORDER",
    "PARCEL_NUMBER": "PARCEL",
    "MEMBER_NUMBER": "MEMBER",
}
# Numbered within its row, or the salted hash of its value (12 hexadecimal digits).
PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_(?:([0-9]{1,6})|[0-9a-f]{12})>")


class Numbering:
    """Which placeholder each value of a row has.

    Args:
        used: the highest number that stands in the row already, by label.
    """

    def __init__(self, used: dict[str, int]) -> None:
        self._last = used
        self._given: dict[tuple[str, str], str] = {}

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Numbering:
        """A numbering that goes on after the placeholders of the row."""
        used: dict[str, int] = {}

        def note(text: str) -> str:
            for label, number in PLACEHOLDER.findall(text):
                used[label] = max(used.get(label, 0), int(number or 0))
            return text

        map_texts(row, note, structured=True)
        return cls(used)

    def placeholder(self, entity: str, value: str) -> str:
        """The same for every spelling of the same value."""
        label = LABELS.get(entity, entity)
        key = (label, comparable(entity, value))
        if key not in self._given:
            self._last[label] = self._last.get(label, 0) + 1
            self._given[key] = f"<{label}_{self._last[label]}>"
        return self._given[key]
