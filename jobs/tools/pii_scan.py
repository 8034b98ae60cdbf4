"""Where the personal data of a file stands: ``gristmill pii scan rows.jsonl spans.jsonl --column text``.

Every readable row is written with its spans, in the order of the input. The output is a private file: it says where the
personal data is and, unless told otherwise, repeats the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jobs.formats.registry import AUTO
from jobs.record import RecordError
from jobs.sources.row_parser import RowParser
from jobs.sources.rows import RawRow
from jobs.tools.command import UsageError
from jobs.tools.json_output import json_line
from jobs.tools.pii_search import Search, searcher
from jobs.tools.pii_texts import TURNS, Texts, texts_of_record
from jobs.tools.progress import progress
from jobs.tools.quarantine import FileOutcome
from jobs.tools.row_input import Columns, Name, every_row, name_of

_BATCH_ROWS, _BATCH_CHARS = 200, 1 << 20
# What is written of a record when rows are read as records.
_SHOWN = ("kind", *TURNS, "text", "tools", "extras", "meta")


@dataclass(frozen=True, slots=True)
class Scanning:
    """How rows are read and written: ``column`` None reads rows as records and looks through all their texts."""

    search: Search
    column: str | None = None
    source_format: str = AUTO
    fields: Mapping[str, str] = field(default_factory=dict)
    repeat_rows: bool = True
    workers: int | None = None


@dataclass(slots=True)
class Scanned(FileOutcome):
    """Counts of rows, and of spans by entity.

    Attributes:
        rows: written; ``hit`` of them hold personal data, ``silent`` no text to look at.
        replaced: had a field ``spans`` of their own.
    """

    rows: int = 0
    hit: int = 0
    silent: int = 0
    replaced: int = 0
    spans: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Row:
    file: Path
    raw: RawRow
    name: Name
    shown: dict[str, Any]
    texts: Texts


def scan(inputs: Sequence[Path], output: Path, scanning: Scanning) -> Scanned:
    """Scan the rows of files, streaming; nothing half written is left when it fails.

    Raises:
        UsageError: no row has a text in the column.
    """
    done = Scanned(output)
    columns = Columns()
    with (
        searcher(scanning.search, inputs, scanning.workers) as search,
        done.written() as (good, bad),
        progress("scanning", inputs) as shown,
    ):

        def rows() -> Iterator[_Row]:
            parser = RowParser(inputs, scanning.source_format, scanning.fields)
            for number, (file, raw) in enumerate(every_row(inputs, shown.seen), 1):
                shown.step()
                columns.see(raw.value)
                try:
                    yield _read(file, raw, number if len(inputs) > 1 else None, scanning, parser)
                except RecordError as error:
                    done.refuse(bad, file, raw, error)

        for batch, found in search(_batches(rows())):
            for row, spans in zip(batch, found, strict=True):
                if isinstance(spans, str):
                    error = RecordError("recognizer_failed", f"a recognizer raised {spans}")
                    done.refuse(bad, row.file, row.raw, error)
                else:
                    _write(good, row, spans, scanning, done)
        if scanning.column is not None and done.rows and done.silent == done.rows:
            raise UsageError(f"--column: no row has a text in a column {scanning.column!r}; there are {columns}")
    return done


def _read(file: Path, raw: RawRow, number: int | None, scanning: Scanning, parser: RowParser) -> _Row:
    """Raises:
    RecordError: the row could not be read, or is no record.
    """
    if raw.error is not None:
        raise raw.error
    value, name = raw.value or {}, name_of(raw, number)
    if scanning.column is None:
        record = parser.parse(value).to_dict()
        shown = {key: what for key, what in record.items() if what not in (None, []) and key in _SHOWN}
        return _Row(file, raw, name, shown, texts_of_record(record))
    text = value.get(scanning.column)
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)
    return _Row(file, raw, name, value, [(None, text)] if isinstance(text, str) else [])


def _write(out: IO[bytes], row: _Row, spans: list[dict[str, Any]], scanning: Scanning, done: Scanned) -> None:
    done.rows += 1
    done.silent += not row.texts
    done.hit += bool(spans)
    done.spans.update(span["entity"] for span in spans)
    if not scanning.repeat_rows:
        out.write(json_line({"id": row.name, "spans": spans}))
        return
    done.replaced += "spans" in row.shown
    shown = {key: what for key, what in row.shown.items() if key not in ("id", "spans")}
    out.write(json_line({"id": row.name, **shown, "spans": spans}))


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(text) for _, text in row.texts)
        if len(batch) == _BATCH_ROWS or size > _BATCH_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
