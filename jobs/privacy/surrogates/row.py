"""The surrogates of one row: each value's own, none of them a value that stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jobs.privacy.comparable import comparable
from jobs.privacy.surrogates import dates, numbers, online, places
from jobs.privacy.surrogates.people import People
from jobs.privacy.surrogates.shape import alike, alike_in_words
from jobs.privacy.surrogates.stream import Stream

Maker = Callable[[str, Stream], str]
_MAKERS: dict[str, Maker] = {
    "PHONE_NUMBER": numbers.phone,
    "CN_ID_CARD": numbers.id_card,
    "CN_USCC": numbers.credit_code,
    "CN_PERMIT": numbers.permit,
    "PASSPORT": numbers.passport,
    "CREDIT_CARD": numbers.bank_card,
    "CN_LICENSE_PLATE": numbers.plate,
    "US_SSN": numbers.social_security,
    "IBAN_CODE": numbers.iban,
    "EMAIL_ADDRESS": online.email,
    "IP_ADDRESS": online.ip_address,
    "MAC_ADDRESS": online.mac_address,
    "WECHAT_ID": online.wechat,
    "QQ_ID": online.qq,
    "ALIPAY_ID": online.account,
    "ADDRESS": places.address,
    "DATE_OF_BIRTH": dates.date_of_birth,
    "LOCATION": places.name,
    "ORGANIZATION": places.name,
    "DOMAIN_NAME": online.domain,
    "ORDER_NUMBER": alike,
    "PARCEL_NUMBER": alike,
    "MEMBER_NUMBER": alike,
    "URL": online.url_value,
}
# Seven digits drawn anew hit one of a row's few values once in a million: so many tries are never used up.
_TRIES = 64


class RowSurrogates:
    """Surrogates for the values found in one row.

    Args:
        salt, scope: what they follow from: the same value in the same scope has the same surrogate in every run.
        found: all values of the row, with their entities.
        texts: what the row says; no surrogate is a part of it.
    """

    def __init__(self, salt: bytes, scope: str, found: Iterable[tuple[str, str]], texts: str = "") -> None:
        self._salt, self._scope, self._texts = salt, scope, texts
        values = list(found)
        self._originals = {comparable(entity, value) for entity, value in values}
        self._people = People(salt, scope, (value for entity, value in values if entity == "PERSON"))
        self._turns: dict[tuple[str, str], int] = {}
        self._taken: set[str] = set()

    def surrogate(self, entity: str, value: str) -> str:
        """The surrogate of a value, written as the value is."""
        if entity == "PERSON":
            return self._people.surrogate(value)
        key = entity, comparable(entity, value)
        make = _MAKERS.get(entity, alike_in_words)
        if key not in self._turns:
            self._turns[key] = next((turn for turn in range(_TRIES) if self._is_free(make, value, key, turn)), 0)
            self._taken.add(comparable(entity, make(value, self._stream(key, self._turns[key]))))
        return make(value, self._stream(key, self._turns[key]))

    def _stream(self, key: tuple[str, str], turn: int) -> Stream:
        return Stream(self._salt, self._scope, *key, str(turn))

    def _is_free(self, make: Maker, value: str, key: tuple[str, str], turn: int) -> bool:
        made = make(value, self._stream(key, turn))
        plain = comparable(key[0], made)
        return (
            plain not in self._taken
            and made not in self._texts
            and not any(len(original) > 1 and original in plain for original in self._originals)
        )
