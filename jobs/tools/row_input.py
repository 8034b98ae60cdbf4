"""The rows of the files that a command was given, and what each is called in its output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.sources.files import read_rows
from jobs.sources.rows import RawRow

Name = str | int


def every_row(files: Sequence[Path], seen: Callable[[int], None] | None = None) -> Iterator[tuple[Path, RawRow]]:
    """The rows of all files, good and bad, in order."""
    for file in files:
        for raw in read_rows(file, seen):
            yield file, raw


@dataclass(slots=True)
class Columns:
    """The first columns that rows have, in their order: what to name when a column that was asked for is not there."""

    names: dict[str, None] = field(default_factory=dict)

    def see(self, row: Mapping[str, Any] | None) -> None:
        """Take in a row's columns; past the fiftieth name no further ones."""
        if len(self.names) < 50:
            self.names.update(dict.fromkeys(map(str, row or {})))

    def __str__(self) -> str:
        return ", ".join(list(self.names)[:20])


def own_id(value: Mapping[str, Any], column: str = "id") -> Name | None:
    """A row's own id: a text that is not empty, or a whole number; None where it has none."""
    own = value.get(column)
    return own if own != "" and isinstance(own, str | int) and not isinstance(own, bool) else None


def name_of(raw: RawRow, number: int | None = None) -> Name:
    """A row's own id; else its line, where each row has lines of its own, else its number in the file, from 1.

    Args:
        number: its number over several files, whose lines would name two rows alike.
    """
    own = own_id(raw.value or {})
    if own is not None:
        return own
    if number is not None:
        return number
    return raw.line if raw.line is not None and raw.path == "$" else raw.row
