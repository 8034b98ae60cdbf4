"""Where the personal data of a file stands: ``gristmill pii scan rows.jsonl spans.jsonl --column text``.

Every readable row is written with its spans, in the order of the input. The output is a private file: it says where the
personal data is and, unless told otherwise, repeats the rows.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any

import orjson

from jobs.formats.registry import AUTO
from jobs.privacy.analyzer import Analyzer
from jobs.privacy.presidio import load_presidio
from jobs.record import RecordError
from jobs.sources.row_parser import RowParser
from jobs.sources.rows import RawRow
from jobs.tools.command import UsageError
from jobs.tools.dedup_rows import every_row
from jobs.tools.dedup_write import dump, written_together
from jobs.tools.progress import progress
from jobs.tools.quarantine import quarantine_of, quarantined

_TURNS = ("messages", "chosen", "rejected")
_BATCH_ROWS, _BATCH_CHARS = 200, 1 << 20
# Workers cost a fraction of a second to start (some three seconds where they are not forked): they pay from here on.
_BYTES_FOR_WORKERS = 1 << 20
# (path, text): a path is None where one column is read.
Texts = list[tuple[str | None, str]]
# The spans of a row, or the name of the error type that a recognizer raised.
Found = list[dict[str, Any]] | str


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as ``Analyzer`` takes it; small, so that it travels to worker processes."""

    entities: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ("zh", "en")
    min_score: float = 0.4
    models: Mapping[str, str] | None = None

    def analyzer(self) -> Analyzer:
        """The analyzer.

        Raises:
            ValueError: an entity, a language or a model that does not exist.
        """
        return Analyzer(self.entities, self.languages, self.min_score, self.models)


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
class Scanned:
    """Counts, by entity of spans; ``replaced`` rows had a field ``spans`` of their own."""

    output: Path
    quarantine: Path | None = None
    rows: int = 0
    hit: int = 0
    silent: int = 0
    replaced: int = 0
    spans: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Row:
    file: Path
    raw: RawRow
    name: str | int
    shown: dict[str, Any]
    texts: Texts


def scan(inputs: Sequence[Path], output: Path, scanning: Scanning) -> Scanned:
    """Scan the rows of files, streaming; nothing half written is left when it fails.

    Raises:
        UsageError: no row has a text in the column.
    """
    done, quarantine = Scanned(output), quarantine_of(output)
    columns: dict[str, None] = {}
    with (
        _searcher(scanning, inputs) as search,
        written_together(output, quarantine) as (good, bad),
        progress("scanning", inputs) as shown,
    ):

        def refuse(file: Path, raw: RawRow, error: RecordError) -> None:
            done.reasons[error.reason] += 1
            bad.write(quarantined(file, raw, error))

        def rows() -> Iterator[_Row]:
            parser = RowParser(inputs, scanning.source_format, scanning.fields)
            for number, (file, raw) in enumerate(every_row(inputs, shown.seen), 1):
                shown.step()
                if len(columns) < 50:
                    columns.update(dict.fromkeys(map(str, raw.value or {})))
                try:
                    yield _read(file, raw, number if len(inputs) > 1 else None, scanning, parser)
                except RecordError as error:
                    refuse(file, raw, error)

        for batch, found in search(_batches(rows())):
            for row, spans in zip(batch, found, strict=True):
                if isinstance(spans, str):
                    refuse(row.file, row.raw, RecordError("recognizer_failed", f"a recognizer raised {spans}"))
                else:
                    _write(good, row, spans, scanning, done)
        if scanning.column is not None and done.rows and done.silent == done.rows:
            there = ", ".join(list(columns)[:20])
            raise UsageError(f"--column: no row has a text in a column {scanning.column!r}; there are {there}")
    if done.reasons:
        done.quarantine = quarantine
    else:
        quarantine.unlink(missing_ok=True)
    return done


def name_of(raw: RawRow, number: int | None = None) -> str | int:
    """A row's own id; else its line, where each row has lines of its own, else its number in the file, from 1.

    Args:
        number: its number over several files, whose lines would name two rows alike.
    """
    own = (raw.value or {}).get("id")
    if own != "" and isinstance(own, str | int) and not isinstance(own, bool):
        return own
    if number is not None:
        return number
    return raw.line if raw.line is not None and raw.path == "$" else raw.row


def texts_of_record(row: Mapping[str, Any]) -> Texts:
    """Every text of a record with its path: ``messages[2].content``, ``text``, and the strings and numbers in the JSON
    of ``tool_calls``, ``tools`` and ``extras`` (``messages[1].tool_calls[0].function.arguments.phone``).
    """
    found: Texts = []
    for part in _TURNS:
        for i, message in enumerate(row.get(part) or []):
            for name in ("content", "name"):
                if message.get(name):
                    found.append((f"{part}[{i}].{name}", message[name]))
            if message.get("tool_calls"):
                found += _json_texts(f"{part}[{i}].tool_calls", message["tool_calls"])
    if row.get("text"):
        found.append(("text", row["text"]))
    for name in ("tools", "extras"):
        if row.get(name):
            found += _json_texts(name, row[name])
    found += [(f"meta.{name}", value) for name, value in (row.get("meta") or {}).items() if value]
    return found


def _json_texts(path: str, text: str) -> Texts:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return [(path, text)]
    return [(path, text)] if isinstance(value, str) else list(_leaves(path, value))


def _leaves(path: str, value: Any) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}", item)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(f"{path}[{i}]", item)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        yield from _json_texts(path, value)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)


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


_SHOWN = ("kind", *_TURNS, "text", "tools", "extras", "meta")


def _write(out: IO[bytes], row: _Row, spans: list[dict[str, Any]], scanning: Scanning, done: Scanned) -> None:
    done.rows += 1
    done.silent += not row.texts
    done.hit += bool(spans)
    done.spans.update(span["entity"] for span in spans)
    if not scanning.repeat_rows:
        out.write(dump({"id": row.name, "spans": spans}))
        return
    done.replaced += "spans" in row.shown
    shown = {key: what for key, what in row.shown.items() if key not in ("id", "spans")}
    out.write(dump({"id": row.name, **shown, "spans": spans}))


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


_Searcher = Callable[[Iterator[list[_Row]]], Iterator[tuple[list[_Row], list[Found]]]]


@contextmanager
def _searcher(scanning: Scanning, inputs: Sequence[Path]) -> Iterator[_Searcher]:
    """Looks batches through, in order: in this process, or in several where the input is large enough to pay."""
    workers = scanning.workers or _workers_for(inputs)
    if workers < 2:
        analyzer = scanning.search.analyzer()
        yield lambda batches: ((batch, _find(analyzer, [row.texts for row in batch])) for batch in batches)
        return
    # A mistake in the options is told here, once; and where a process is forked, it has Presidio from here.
    scanning.search.analyzer()
    load_presidio()
    # A command has one thread, so that forking is safe; elsewhere than on Linux system libraries have more.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:

        def search(batches: Iterator[list[_Row]]) -> Iterator[tuple[list[_Row], list[Found]]]:
            # So many batches wait at most: the pool would read the whole file ahead.
            waiting: deque[tuple[list[_Row], Future[list[Found]]]] = deque()
            for batch in batches:
                waiting.append((batch, pool.submit(_find_there, scanning.search, [row.texts for row in batch])))
                if len(waiting) > 2 * workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
            for first, future in waiting:
                yield first, future.result()

        yield search


def _workers_for(inputs: Sequence[Path]) -> int:
    large = sum(file.stat().st_size for file in inputs) > _BYTES_FOR_WORKERS
    return len(os.sched_getaffinity(0)) if large and hasattr(os, "sched_getaffinity") else 1


@cache
def _analyzer_of(search: tuple[Any, ...]) -> Analyzer:
    entities, languages, min_score, models = search
    return Search(entities, languages, min_score, dict(models)).analyzer()


def _find_there(search: Search, rows: list[Texts]) -> list[Found]:
    models = tuple((search.models or {}).items())
    return _find(_analyzer_of((search.entities, search.languages, search.min_score, models)), rows)


def _find(analyzer: Analyzer, rows: list[Texts]) -> list[Found]:
    found: list[Found] = []
    for texts in rows:
        try:
            found.append([told for path, text in texts for told in _spans(analyzer, path, text)])
        except Exception as error:
            # Whatever went wrong may quote the text, so only the error's type is told.
            found.append(type(error).__name__)
    return found


def _spans(analyzer: Analyzer, path: str | None, text: str) -> Iterator[dict[str, Any]]:
    for span in analyzer.analyze(text):
        told = {"start": span.start, "end": span.end, "entity": span.entity}
        told |= {"score": span.score, "recognizer": span.recognizer}
        yield told if path is None else {"path": path, **told}
