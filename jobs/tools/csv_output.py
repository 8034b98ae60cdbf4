"""Flat records as CSV that a spreadsheet opens without running a formula, and the way back.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return is a formula to a spreadsheet (OWASP,
"CSV Injection"); it gets a ``'`` before it, and so does a cell that begins with such quotes and then a formula sign.
Taking one ``'`` off exactly those cells gives the text back as it was.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import orjson

from jobs.formats.export import Export
from jobs.formats.registry import render_row, what_is_lost
from jobs.record import Record

NAME = "csv"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# Excel takes a file without it for one in the machine's old code page, and garbles Chinese.
_BOM = b"\xef\xbb\xbf"


def neutralise(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """The inverse of ``neutralise``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def restore_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of CSV cells with ``restore`` applied to each name and text."""
    return {restore(name): restore(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


class CsvWriter:
    """Writes records as ``jobs.formats.export.Exporter`` does, as flat rows of a table.

    The header needs every column that some row has, so rows wait in a file beside the output until all are known.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting = path.with_name(path.name + ".rows.part")
        self._part = path.with_name(path.name + ".part")
        self._file: BinaryIO | None = None
        self._columns: dict[str, None] = {}
        self._lost: Counter[str] = Counter()
        self._rows = 0
        self._bytes, self._sha256 = 0, ""

    def __enter__(self) -> CsvWriter:
        self._file = self._waiting.open("wb")
        return self

    def write(self, record: Record) -> list[str]:
        """Append a record; gives the names of what a table of texts could not hold of it.

        Raises:
            RecordError: ``cannot_hold`` for what is not flat (several turns, tool calls, pairs).
        """
        row = render_row(record, "table")
        lost = what_is_lost(record, "table")
        # Text of a cell that is empty, a number or an object reads back as text.
        if any(not isinstance(value, str) for value in row.values()):
            lost.append("value_types")
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        if self._file is None:
            raise ValueError("write inside the writer's `with` block")
        self._file.write(line)
        self._rows += 1
        self._columns |= dict.fromkeys(row)
        self._lost.update(lost)
        return lost

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._file is not None:
                self._file.close()
            if kind is None:
                self._write_table()
                self._part.replace(self._path)
        finally:
            self._waiting.unlink(missing_ok=True)
            self._part.unlink(missing_ok=True)

    @property
    def result(self) -> Export:
        """What was written; whole once the ``with`` block has ended."""
        return Export(
            path=self._path,
            format=NAME,
            rows=self._rows,
            bytes=self._bytes,
            sha256=self._sha256,
            lost=dict(self._lost),
            columns=frozenset(self._columns),
        )

    def _write_table(self) -> None:
        with self._part.open("w", encoding="utf-8", newline="") as file:
            file.write(_BOM.decode())
            table = csv.writer(file)  # its line ends have both characters, and so cells with either are quoted
            if self._columns:
                table.writerow([neutralise(name) for name in self._columns])
            for row in self._waiting_rows():
                table.writerow([neutralise(_as_text(row.get(name))) for name in self._columns])
        self._bytes = self._part.stat().st_size
        with self._part.open("rb") as written:
            self._sha256 = hashlib.file_digest(written, "sha256").hexdigest()

    def _waiting_rows(self) -> Iterator[dict[str, Any]]:
        with self._waiting.open("rb") as lines:
            for line in lines:
                yield orjson.loads(line)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
