"""Rows of files as deduplication needs them: each row's name, its place in keep order and what it says.

Rows that say the same up to white space are one class from here on, so that a text stands in memory once. What a row
takes: its own id (some 60 bytes), 8 bytes a keep criterion and 30 more; what a class takes: its text in UTF-8 and 170
bytes. The rows themselves are not held; they are read again when they are written.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.formats.registry import AUTO
from jobs.record import RecordError
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.folding import PART
from jobs.similarity.keys import KEY_COLUMNS, By, exact_keys, key_texts, strict_keys
from jobs.sources.row_parser import RowParser
from jobs.sources.rows import RawRow
from jobs.tools.dedup_order import Criterion
from jobs.tools.places import Place, Places
from jobs.tools.progress import progress
from jobs.tools.row_input import Columns, Name, every_row, own_id

_I64 = npt.NDArray[np.int64]
_NOTHING = -1
_BATCH_ROWS, _BATCH_BYTES = 2048, 1 << 25


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read.

    Attributes:
        files: in this order.
        column: the column to compare; None parses each row as a record and compares it by ``by``.
        exactly: compare by equality alone (``exact_keys``): no text is held unless ``hold_texts``.
        keep: criteria in order, the first one first.
        id_column: where a row's own id stands.
    """

    files: Sequence[Path]
    column: str | None
    by: By = "dialogue"
    exactly: bool = False
    hold_texts: bool = False
    keep: Sequence[Criterion] = ()
    id_column: str = "id"
    source_format: str = AUTO
    fields: Mapping[str, str] | None = None


@dataclass(slots=True)
class Rows:
    """The n readable rows of some files and the m classes of what they say.

    Attributes:
        names: (n,) a row's own id, else its number from 1: an integer where no row has an id, ``row 7`` where others
            have. An id that stands on several rows names none of them.
        class_of: (n,) the class, -1 for a row with nothing to compare.
        first: (m,) the row of each class that is kept first.
        rank: (m,) keep order of the classes, 0 first; ties by id.
        texts: (m,) large_string; comparison texts, runs of white space made one space. Empty ones where none are held.
        strict: (m,) ``strict_keys``; None where rows are compared by a column.
        nothing: rows with nothing to compare: no such column, no string in it, or an empty one.
        refused: number of the row over all files, from 0 -> why it could not be parsed as a record.
        quarantined: reason -> rows that could not be read or parsed.
        repeated_ids: rows whose id stands on another row too.
    """

    names: list[Name]
    class_of: _I64
    first: _I64
    rank: _I64
    texts: pa.LargeStringArray
    strict: _I64 | None
    nothing: Places
    refused: dict[int, RecordError]
    quarantined: Counter[str]
    repeated_ids: int
    columns: Columns

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> _I64:
        """(m,) rows of each class."""
        return np.bincount(self.class_of[self.class_of >= 0], minlength=len(self.first)).astype(np.int64)


def load(reading: Reading) -> Rows:
    """Read the files once.

    Raises:
        OSError: a file cannot be opened.
    """
    collected = _Collected(reading)
    parser = RowParser(reading.files, reading.source_format, reading.fields)
    waiting: list[tuple[Path, RawRow, dict[str, Any]]] = []
    size = 0
    with progress("reading", reading.files) as shown:
        for number, (file, raw) in enumerate(every_row(reading.files, shown.seen)):
            shown.step()
            if raw.error is not None:
                collected.quarantined[raw.error.reason] += 1
            elif reading.column is not None:
                text = (raw.value or {}).get(reading.column)
                collected.add(file, raw, _of_text(text, None) if isinstance(text, str) else None)
            else:
                try:
                    waiting.append((file, raw, parser.parse(raw.value).to_dict()))
                except RecordError as error:
                    collected.refused[number] = error
                    collected.quarantined[error.reason] += 1
                size += len(raw.raw)
                if len(waiting) == _BATCH_ROWS or size > _BATCH_BYTES:
                    collected.add_records(waiting)
                    waiting, size = [], 0
    collected.add_records(waiting)
    return collected.rows()


def squeeze(text: str) -> str:
    """``text`` with each run of white space made one space, and none at the ends; borders of parts stay."""
    if PART not in text:
        return " ".join(text.split())
    return PART.join(" ".join(part.split()) for part in text.split(PART))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says: what makes its class, its comparison text and its strict key."""

    key: bytes
    text: str
    strict: int | None


def _of_text(text: str, strict: int | None) -> _Said | None:
    text = squeeze(text)
    if not text.strip(" " + PART):
        return None
    mark = b"" if strict is None else strict.to_bytes(8, "big", signed=True)
    told = text.encode("utf-8", "surrogatepass")
    return _Said(hashlib.blake2b(told, digest_size=16, key=mark).digest(), text, strict)


def _of_records(records: Sequence[dict[str, Any]], reading: Reading) -> list[_Said | None]:
    schema = pa.schema([ROW_SCHEMA.field(name) for name in KEY_COLUMNS])
    table = pa.Table.from_pylist([{name: row[name] for name in KEY_COLUMNS} for row in records], schema=schema)
    texts = key_texts(table, reading.by).to_pylist()
    if reading.exactly:
        keys = exact_keys(table, reading.by).to_pylist()
        return [_Said(key, squeeze(text), None) if key else None for key, text in zip(keys, texts, strict=True)]
    return [_of_text(*row) for row in zip(texts, strict_keys(table, reading.by).tolist(), strict=True)]


@dataclass(slots=True)
class _Collected:
    """What grows while rows are read."""

    reading: Reading
    ids: list[Name | None] = field(default_factory=list)
    class_of: array[int] = field(default_factory=lambda: array("q"))
    classes: dict[bytes, int] = field(default_factory=dict)
    strict: list[int] = field(default_factory=list)
    priorities: array[float] = field(default_factory=lambda: array("d"))
    data: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("q", [0]))
    nothing: Places = field(default_factory=Places)
    refused: dict[int, RecordError] = field(default_factory=dict)
    quarantined: Counter[str] = field(default_factory=Counter)
    columns: Columns = field(default_factory=Columns)

    def add(self, file: Path, raw: RawRow, said: _Said | None) -> None:
        value = raw.value or {}
        self.columns.see(value)
        self.ids.append(own_id(value, self.reading.id_column))
        text = said.text if said else ""
        self.priorities.extend(criterion.of(value, text, len(self.ids)) for criterion in self.reading.keep)
        if said is None:
            self.nothing.add(Place(str(file), raw.row, raw.line, self.reading.column))
            self.class_of.append(_NOTHING)
            return
        known = self.classes.setdefault(said.key, len(self.classes))
        self.class_of.append(known)
        if known == len(self.ends) - 1:
            if self.reading.hold_texts or not self.reading.exactly:
                self.data += text.encode("utf-8", "replace")
            self.ends.append(len(self.data))
            if said.strict is not None:
                self.strict.append(said.strict)

    def add_records(self, parsed: Sequence[tuple[Path, RawRow, dict[str, Any]]]) -> None:
        if parsed:
            for (file, raw, _), said in zip(
                parsed, _of_records([row for *_, row in parsed], self.reading), strict=True
            ):
                self.add(file, raw, said)

    def rows(self) -> Rows:
        class_of = np.array(self.class_of, dtype=np.int64)
        names, own, repeated = _names(self.ids)
        order = self._order(names, own, class_of)
        compared = order[class_of[order] >= 0]
        kinds, first_place = np.unique(class_of[compared], return_index=True)
        rank = np.empty(len(kinds), dtype=np.int64)
        rank[np.argsort(first_place)] = np.arange(len(kinds))
        edges = pa.py_buffer(np.array(self.ends, dtype=np.int64))
        texts = pa.LargeStringArray.from_buffers(len(self.ends) - 1, edges, pa.py_buffer(self.data))
        by_record = self.reading.column is None and not self.reading.exactly
        strict = np.array(self.strict, dtype=np.int64) if by_record else None
        return Rows(
            names,
            class_of,
            compared[first_place],
            rank,
            texts,
            strict,
            self.nothing,
            self.refused,
            self.quarantined,
            repeated,
            self.columns,
        )

    def _order(self, names: list[Name], own: npt.NDArray[np.bool_], class_of: _I64) -> _I64:
        """Rows in keep order: by the criteria, then by id; rows without an id after those with one, by what they say,
        so that the order of the file decides between equal texts only."""
        keys = list(self.classes)

        def tie(row: int) -> tuple[Any, ...]:
            name = names[row]
            if own[row]:
                return (0, name, "") if isinstance(name, int) else (1, 0, name)
            known = class_of[row]
            return (2, 0, keys[known].hex() if known >= 0 else "", row)

        ties = np.array(sorted(range(len(names)), key=tie), dtype=np.int64)
        by_tie = np.empty(len(names), dtype=np.int64)
        by_tie[ties] = np.arange(len(names))
        criteria = np.array(self.priorities, dtype=np.float64).reshape(len(names), len(self.reading.keep))
        return np.lexsort((by_tie, *criteria.T[::-1])).astype(np.int64)


def _names(ids: list[Name | None]) -> tuple[list[Name], npt.NDArray[np.bool_], int]:
    """Names of rows, which of them are the row's own id, and how many rows have an id that is not theirs alone."""
    seen: set[Name] = set()
    repeated: set[Name] = set()
    for name in ids:
        if name is not None:
            (repeated if name in seen else seen).add(name)
    own = np.array([name is not None and name not in repeated for name in ids], dtype=bool)
    named = [
        name if name is not None and mine else f"row {row}" if seen else row
        for row, (name, mine) in enumerate(zip(ids, own.tolist(), strict=True), 1)
    ]
    return named, own, sum(name is not None for name in ids) - int(own.sum())
