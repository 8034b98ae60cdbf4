"""What stands in a value's place: the operators of one policy, with one row's memory of what it has given."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from jobs.privacy.comparable import comparable
from jobs.privacy.masks import is_masked, mask
from jobs.privacy.placeholders import LABELS, Numbering
from jobs.privacy.policy import SALTED, operator_of
from jobs.privacy.secrets import SecretError
from jobs.privacy.surrogates import RowSurrogates, is_surrogate
from jobs.record import texts_of

# 48 bits: a million different values have a pair that meets by chance in one data set of 560 (n^2 / 2 / 2^48).
_HASH_DIGITS = 12
Found = Sequence[tuple[str, str]]


class Operators:
    """A policy that can be carried out.

    Args:
        policy: operator by entity, and ``default``.
        salt: what surrogates and hashes follow from; needed where the policy names one of them.
        scope: "dialogue" gives a value one surrogate in all rows of one ``meta.dialogue_id``; "row" one in each row
            and in those that say the same.
    """

    def __init__(
        self, policy: Mapping[str, str] | None = None, salt: bytes | None = None, scope: str = "dialogue"
    ) -> None:
        self._policy, self._salt, self._scope = dict(policy or {}), salt, scope
        if salt is None and SALTED & set(self._policy.values()):
            raise SecretError("surrogates and hashes need a salt, and none was given")

    def of(self, entity: str) -> str:
        """The operator for an entity."""
        return operator_of(self._policy, entity)

    def is_done(self, entity: str, text: str, start: int, end: int) -> bool:
        """Whether what stands there is an operator's work already, so that a second run leaves it alone.

        A surrogate is only left where the policy would put one: elsewhere it goes like any value of its kind.
        """
        operator = self.of(entity)
        if operator == "surrogate":
            return is_surrogate(entity, text[start:end])
        return operator == "mask" and is_masked(entity, text, end)

    def for_row(self, row: Mapping[str, Any], found: Found) -> RowOperators:
        """The operators with the memory of one row.

        Args:
            found: entity and value of everything that will be replaced in it.
        """
        return RowOperators(self._policy, self._salt, row, found, self._scope_of(row))

    def _scope_of(self, row: Mapping[str, Any]) -> str:
        dialogue = (row.get("meta") or {}).get("dialogue_id")
        if self._scope == "dialogue" and dialogue:
            return f"dialogue {(row.get('source') or {}).get('name')} {dialogue}"
        # What the row says, and not its id: equal rows stay equal, and a row is cleaned alike wherever it is cleaned.
        said = "\x1f".join(texts_of(row)).encode("utf-8", "surrogatepass")
        return f"row {hashlib.blake2b(said, digest_size=16).hexdigest()}"


class RowOperators:
    """Gives each value of one row what stands in its place."""

    def __init__(
        self, policy: Mapping[str, str], salt: bytes | None, row: Mapping[str, Any], found: Found, scope: str
    ) -> None:
        self._policy, self._salt = policy, salt
        self._numbering = Numbering.of_row(dict(row))
        salted = [value for value in found if operator_of(policy, value[0]) == "surrogate"]
        self._surrogates = RowSurrogates(salt, scope, salted, "\n".join(texts_of(row))) if salt and salted else None

    def replacement(self, entity: str, value: str) -> str:
        """What stands in the place of ``value``."""
        operator = operator_of(self._policy, entity)
        if operator == "surrogate" and self._surrogates is not None:
            return self._surrogates.surrogate(entity, value)
        if operator == "mask":
            return mask(entity, value)
        if operator == "hash" and self._salt is not None:
            return hashed(entity, value, self._salt)
        return self._numbering.placeholder(entity, value)


def hashed(entity: str, value: str, salt: bytes) -> str:
    """``<PHONE_3f9a0c2b71d4>``: HMAC-SHA256 of the value, the same in all rows that were cleaned with this salt."""
    label = LABELS.get(entity, entity)
    message = f"hash\0{label}\0{comparable(entity, value)}".encode("utf-8", "replace")
    return f"<{label}_{hmac.new(salt, message, hashlib.sha256).hexdigest()[:_HASH_DIGITS]}>"
