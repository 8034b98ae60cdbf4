"""Slots of a template: the values that a ``{name}`` can take, counted and indexed, so that combinations can be
drawn by number.

A slot is a list of values; or an object with one of
``pattern: "ORD-#####"`` (``#`` a digit, ``?`` a capital letter), ``range: [first, last]`` or ``[first, last,
step]`` (both ends included; with
``format: "{:02d}"`` if wanted), ``dates: ["2025-01-01", "2025-03-31"]`` (with ``format: "%m月%d日"``). A value may
use no slots itself.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SLOT = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})")


class TemplateError(ValueError):
    """A mistake in a template file; the message names the template and the slot."""


@dataclass(frozen=True, slots=True)
class Values(Sequence[str]):
    """A list as given."""

    items: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]


@dataclass(frozen=True, slots=True)
class Pattern(Sequence[str]):
    """Every text of a pattern, in counting order of its digits and letters."""

    pattern: str

    def __len__(self) -> int:
        return 10 ** self.pattern.count("#") * 26 ** self.pattern.count("?")

    def __getitem__(self, index: Any) -> Any:
        out = []
        for mark in reversed(self.pattern):
            if mark in "#?":
                index, digit = divmod(index, 10 if mark == "#" else 26)
                mark = string.digits[digit] if mark == "#" else string.ascii_uppercase[digit]
            out.append(mark)
        return "".join(reversed(out))


@dataclass(frozen=True, slots=True)
class Numbers(Sequence[str]):
    """Whole numbers of a range."""

    numbers: range
    form: str

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: Any) -> Any:
        return self.form.format(self.numbers[index])


@dataclass(frozen=True, slots=True)
class Dates(Sequence[str]):
    """Days from the first to the last."""

    first: date
    days: int
    form: str

    def __len__(self) -> int:
        return self.days

    def __getitem__(self, index: Any) -> Any:
        day = self.first + timedelta(days=index)
        # strftime of the C library takes no Chinese format on every platform; these three are enough for dates.
        parts = {"%Y": f"{day.year:04d}", "%m": f"{day.month:02d}", "%d": f"{day.day:02d}"}
        return re.sub("%[Ymd]", lambda found: parts[found.group()], self.form)


def read_slot(name: str, given: Any, where: str) -> Sequence[str]:
    """The values of a slot as written in YAML.

    Raises:
        TemplateError: when it is none of the four kinds, or has no values.
    """
    slot = _read(given)
    if slot is None or len(slot) == 0:
        raise TemplateError(
            f"{where}: slot `{name}`: expected a list of values, or one of pattern, range: [first, last], "
            f"dates: [first, last]"
        )
    return slot


def _read(given: Any) -> Sequence[str] | None:
    if isinstance(given, list):
        return Values(tuple(dict.fromkeys(str(v) for v in given)))
    if isinstance(given, str | int | float):
        return Values((str(given),))
    if not isinstance(given, dict):
        return None
    if isinstance(given.get("pattern"), str):
        return Pattern(given["pattern"])
    ends = given.get("range")
    if isinstance(ends, list) and len(ends) in (2, 3) and all(isinstance(n, int) for n in ends) and 0 not in ends[2:]:
        first, last, step = (*ends, 1)[:3]
        return Numbers(range(first, last + (1 if step > 0 else -1), step), str(given.get("format", "{}")))
    ends = given.get("dates")
    if isinstance(ends, list) and len(ends) == 2:
        first_day, last_day = (date.fromisoformat(str(day)) for day in ends)
        return Dates(first_day, (last_day - first_day).days + 1, str(given.get("format", "%Y-%m-%d")))
    return None
