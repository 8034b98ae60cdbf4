"""Where in a data set something stands, and the first few of many such places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file.

    Attributes:
        row: counts from 1.
        line: its first line, where the file has lines.
        field: a JSON path in it, if one is known.
        like: of a copy, the earlier row, with its file where that is another.
    """

    file: str
    row: int
    line: int | None = None
    field: str | None = None
    like: str | None = None


@dataclass(slots=True)
class Places:
    """How many rows there are, and the first ``SHOWN`` of them."""

    total: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, place: Place) -> None:
        """Count a row, and keep it while there is room."""
        self.total += 1
        if len(self.first) < SHOWN:
            self.first.append(place)


def name_rows(places: Iterable[Place], total: int) -> str:
    """Row numbers for reading: ``rows 3, 8 ($.output), ...``; with the file's name where they lie in several."""
    shown = list(places)
    files = Counter(place.file for place in shown)
    told = []
    for place in shown:
        where = f"{place.file}:{place.row}" if len(files) > 1 else str(place.row)
        if place.like is not None:
            where += f" (like {place.like})"
        told.append(f"{where} ({place.field})" if place.field and place.field != "$" else where)
    more = f", ... ({total:,} in all)" if total > len(shown) else ""
    return f"{'rows' if total > 1 else 'row'} {', '.join(told)}{more}"
