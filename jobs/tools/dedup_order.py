"""Which of two alike rows of a file stays: the criteria of ``--keep``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobs.tools.command import UsageError

DEFAULT = ("longest",)
_PLAIN = ("longest", "first")
EXPECTED = "longest, first, newest=COLUMN, highest=COLUMN or order=COLUMN:VALUE,VALUE"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: ``longest`` most characters of the compared text, ``first`` the order of the input, ``newest`` the
    latest time in a column (ISO 8601, or seconds since 1970), ``highest`` the largest number in it, ``order`` the place
    of its value among ``values``. Rows that lack the column, or hold something else there, come last.
    """

    name: str
    column: str = ""
    values: tuple[str, ...] = ()

    def of(self, row: Mapping[str, Any], text: str, number: int) -> float:
        """The sort key of a row; the smaller is kept first."""
        if self.name == "longest":
            return -float(len(text))
        if self.name == "first":
            return float(number)
        value = row.get(self.column)
        if self.name == "order":
            return float(self.values.index(str(value)) if str(value) in self.values else len(self.values))
        return -(_seconds(value) if self.name == "newest" else _number(value))


def read_criteria(given: Sequence[str]) -> tuple[Criterion, ...]:
    """The criteria of ``--keep``, in order.

    Raises:
        UsageError: a word is none of them.
    """
    return tuple(map(_criterion, given))


def _criterion(given: str) -> Criterion:
    name, equals, rest = given.partition("=")
    if name in _PLAIN and not equals:
        return Criterion(name)
    column, colon, values = rest.partition(":")
    if name == "order" and column and colon and values:
        return Criterion(name, column, tuple(values.split(",")))
    if name in ("newest", "highest") and rest:
        return Criterion(name, rest)
    raise UsageError(f"--keep: expected {EXPECTED}; came {given!r}")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return -math.inf
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return -math.inf
    return -math.inf if math.isnan(number) else number


def _seconds(value: Any) -> float:
    """Seconds since 1970, -inf where there is no time to read; a time without a zone counts as UTC."""
    if isinstance(value, str):
        try:
            when = datetime.fromisoformat(value.strip())
        except ValueError:
            return _number(value)
        try:
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        except (OverflowError, ValueError):
            return -math.inf
    return _number(value)
