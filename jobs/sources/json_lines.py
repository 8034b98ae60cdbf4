"""JSON Lines: one object a line, streaming; memory is bounded by the longest line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jobs.sources.json_values import load_object
from jobs.sources.rows import RAW_LIMIT, ROW_LIMIT, RawRow, too_long


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a stream, without their line feeds; a long line is gathered once, not over and over.

    Of a line beyond ``ROW_LIMIT`` comes what is gathered by then, which is longer than the limit; the rest is dropped.
    """
    pending: list[bytes] = []
    size = 0
    for chunk in chunks:
        lines = chunk.split(b"\n")
        if size <= ROW_LIMIT:
            pending.append(lines[0])
            size += len(lines[0])
        if len(lines) > 1:
            yield b"".join(pending)
            yield from lines[1:-1]
            pending, size = [lines[-1]], len(lines[-1])
    if last := b"".join(pending):
        yield last


def read_json_lines(chunks: Iterable[bytes]) -> Iterator[RawRow]:
    """One row for each line that is not blank; a line that is no object is a row with an error."""
    row = 0
    for number, line in enumerate(split_lines(chunks), 1):
        raw = line.strip(b" \t\r\v\f")
        if not raw:
            continue
        row += 1
        if len(raw) > ROW_LIMIT:
            yield too_long(row, number, "$", raw)
            continue
        value, error = load_object(raw)
        if error is not None and raw.endswith(b","):
            value, error_again = load_object(raw[:-1])
            error = error if error_again else None
        yield RawRow(row, number, "$", value, error, raw if error is None else raw[:RAW_LIMIT])
