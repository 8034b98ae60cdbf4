"""What a reader gives for each row of a file, good or bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs.record import RecordError

# A row that cannot be read is kept for a person to look at; beyond this the place says where the rest is.
RAW_LIMIT = 1 << 20
# A longer row is not read: it bounds memory, and what is longer is a file without its line breaks.
ROW_LIMIT = 1 << 26


@dataclass(slots=True)
class RawRow:
    """A row as it stood in its file.

    Attributes:
        row: counts from 1; bad rows count too.
        line: the row's first line, from 1, or None where the file has no lines.
        path: JSON path of the row in its file, ``$`` where each row is its own.
        value: the row as JSON values, or None when it could not be read.
        error: why it could not be read, else None.
        raw: its bytes (in UTF-8 where the file was in another encoding); empty for good rows of Parquet.
    """

    row: int
    line: int | None
    path: str
    value: dict[str, Any] | None
    error: RecordError | None
    raw: bytes


def bad_row(row: int, line: int | None, path: str, reason: str, detail: str, raw: bytes = b"") -> RawRow:
    """A row that could not be read."""
    return RawRow(row, line, path, None, RecordError(reason, detail), raw[:RAW_LIMIT])


def too_long(row: int, line: int | None, path: str, raw: bytes) -> RawRow:
    """A row beyond ``ROW_LIMIT``, of which ``raw`` is the beginning."""
    return bad_row(row, line, path, "too_long", f"expected a row of at most {ROW_LIMIT >> 20} MiB", raw)


def join_path(outer: str, inner: str) -> str:
    """A JSON path inside a row's own: ``$[3]`` and ``$.output`` -> ``$[3].output``."""
    return outer + inner.removeprefix("$")
