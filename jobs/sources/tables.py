"""Tables: CSV with any common delimiter, and Parquet."""

from __future__ import annotations

import csv
import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import orjson

from jobs.sources.json_lines import split_lines
from jobs.sources.rows import ROW_LIMIT, RawRow, bad_row, too_long

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
_QUOTINGS: dict[str, tuple[Quoting, ...]] = {
    "\t": (0, 3)
}  # only tab-separated files are commonly written without quoting
csv.field_size_limit(1 << 24)  # a field beyond 16 MiB is a quote that was never closed
# Columns whose cells are lists: a table can only hold them as JSON text.
_LIST_COLUMNS = frozenset(
    {"messages", "conversations", "conversation", "history", "chosen", "rejected", "images", "videos", "audios"}
)
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 2000
# A delimiter that no text has: one column, whatever else stands in its cells.
_NONE = "\x1f"


def sniff_csv(head: bytes, *, whole: bool, sure: bool = False) -> tuple[str, Quoting] | None:
    """(delimiter, quoting) under which most of the sample's rows have as many cells as its header.

    Args:
        whole: whether ``head`` is the whole file; otherwise its last, cut line is left out.
        sure: ask for agreement of nine rows in ten, for a file whose name does not say that it is a table.

    Returns:
        None when the header has no delimiter: the table has one column.
    """
    lines = head.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    lines = lines if whole else lines[:-1] or lines
    best: tuple[float, int, str, Quoting] | None = None
    for delimiter in _DELIMITERS:
        for quoting in _QUOTINGS.get(delimiter, (0,)):
            score, columns = _agreement(lines, delimiter, quoting)
            if columns > 1 and (best is None or (score, columns) > best[:2]):
                best = (score, columns, delimiter, quoting)
    return (best[2], best[3]) if best and not (sure and best[0] < 0.9) else None


def read_csv(head: bytes, chunks: Iterable[bytes], *, whole: bool) -> Iterator[RawRow]:
    """Rows of a table with a header; cells are text, lists in the columns that hold lists as JSON.

    A row whose quotes do not close is one bad row of one line, and reading goes on at the next line. Memory is
    bounded by
    the largest row.
    """
    delimiter, quoting = sniff_csv(head, whole=whole) or (_NONE, 0)
    feed = _Lines(split_lines(chunks))
    header: list[str] | None = None
    row = 0
    while True:
        cells, error = feed.record(delimiter, quoting)
        if cells is None and error is None:
            return
        if cells is not None and not any(cells) and len(cells) < 2:
            continue
        if header is None:
            if cells is None:
                yield bad_row(1, feed.first, "$", "bad_header", f"the line of column names: {error}", feed.raw)
                return
            header = _unique([_readable(name).strip().lstrip("\ufeff") for name in cells])
            continue
        row += 1
        if len(feed.raw) > ROW_LIMIT:
            yield too_long(row, feed.first, "$", feed.raw)
        elif error or cells is None:
            yield bad_row(row, feed.first, "$", "not_csv", error or "unreadable", feed.raw)
        else:
            yield _table_row(row, feed, header, cells)


def read_parquet(path: Path) -> Iterator[RawRow]:
    """Rows of a Parquet file, batch by batch; missing values are null, and NaN too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=512):
                for value in batch.to_pylist():
                    row += 1
                    yield RawRow(row, None, "$", {k: plain(v) for k, v in value.items()}, None, b"")
    except (pa.ArrowException, OSError, ValueError) as error:
        yield bad_row(row + 1, None, "$", "not_parquet", f"expected a whole Parquet file ({type(error).__name__})")


def plain(value: Any) -> Any:
    """An Arrow value as JSON has it: times, decimals and other scalars as text, bytes as Base64 text, NaN as null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class _Lines:
    """Physical lines for ``csv``, one record at a time, with those of a failed record given back."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._again: deque[bytes] = deque()
        self._used: list[bytes] = []
        self._next_line = 1
        self.first = 1

    @property
    def raw(self) -> bytes:
        return b"\n".join(self._used)

    def record(self, delimiter: str, quoting: Quoting) -> tuple[list[str] | None, str | None]:
        """(cells, None), (None, why not) for a broken record of one line, or (None, None) at the end."""
        self._used, self.first = [], self._next_line
        try:
            cells = next(csv.reader(self._feed(), delimiter=delimiter, quoting=quoting, strict=True))
        except StopIteration:
            return None, None
        except csv.Error as error:
            self._again.extendleft(reversed(self._used[1:]))
            self._next_line = self.first + 1
            self._used = self._used[:1]
            if delimiter == "\t" and quoting == 0:
                # A quotation mark in a tab-separated file is most often just that.
                self._again.appendleft(self._used.pop())
                self._next_line = self.first
                return self.record(delimiter, 3)
            return None, str(error)
        return cells, None

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._used.append(line)
            self._next_line += 1
            yield line.decode("utf-8", "surrogateescape") + "\n"


def _agreement(lines: list[str], delimiter: str, quoting: Quoting) -> tuple[float, int]:
    """The share of sample rows with as many cells as the header, and that number."""
    counts = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True):
            if cells:
                counts.append(len(cells))
            if len(counts) > _SAMPLE_ROWS:
                break
    except csv.Error:
        counts.append(-1)
    if not counts:
        return 0.0, 0
    return Counter(counts)[counts[0]] / len(counts), counts[0]


def _table_row(row: int, feed: _Lines, header: list[str], cells: list[str]) -> RawRow:
    if len(cells) != len(header):
        reason = "too_many_columns" if len(cells) > len(header) else "too_few_columns"
        return bad_row(row, feed.first, "$", reason, f"expected {len(header)} cells, came {len(cells)}", feed.raw)
    try:
        feed.raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        detail = f"byte {bad.start + 1} of the row is not valid in the file's encoding"
        return bad_row(row, feed.first, "$", "not_utf8", detail, feed.raw)
    if b"\0" in feed.raw:
        return bad_row(row, feed.first, "$", "nul_bytes", "the row has NUL bytes", feed.raw)
    value = {name: _cell(name, cell) for name, cell in zip(header, cells, strict=True)}
    return RawRow(row, feed.first, "$", value, None, feed.raw)


def _readable(name: str) -> str:
    """A column's name with its undecodable bytes and NULs as replacement characters: each row says what is wrong."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")


def _cell(name: str, cell: str) -> Any:
    if name in _LIST_COLUMNS and cell[:1] in "[{" and cell:
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
    return cell


def _unique(names: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    out = []
    for i, name in enumerate(names, 1):
        name = name or f"column_{i}"
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return out
