"""What ``gristmill clean`` does with a batch of rows: parse, clean, write out again; in this process or in others."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel

from jobs.cleaning.cleaner import Cleaner, Outcome
from jobs.formats.registry import FORMATS, render_row
from jobs.record import Record, RecordError
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.collect_rows import place_in, to_row
from jobs.sources.rows import RawRow
from jobs.sources.source_rows import SourceLike, SourceRows
from jobs.tools.quarantine import quarantined

Shape = Literal["own", "canonical"]
Batch = list[tuple[Path, RawRow]]
# Rows that travel to a worker together: few enough for memory, enough that handing them over costs little.
BATCH = 256
# What a row becomes whose own format cannot hold it any more, or has no name: by its kind.
_FALLBACKS = {
    "text": "text",
    "chat": "chatml",
    "preference": "preference",
    "unpaired_preference": "preference",
    "stepwise": "stepwise",
    "prompt": "prompt_only",
}


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is done to rows, and how they are written.

    Attributes:
        params: the steps, each with its parameters (``jobs.cleaning.cleaner.STEPS``).
        source: how the files are read.
        media: the folder to store images in.
        shape: ``own`` writes a row as its format had it, ``canonical`` in the shape of ``ROW_SCHEMA``.
    """

    params: Mapping[str, BaseModel]
    source: SourceLike
    media: Path
    shape: Shape = "own"


@dataclass(slots=True)
class Tally:
    """Counts of rows, and of what was done to them.

    Attributes:
        changes: what the steps changed, by kind: entities removed, texts that a step of normalising changed.
        rejected, quarantined, flagged: rows by reason.
        reshaped: kept rows that their own format could not hold, by the format that they were written in.
    """

    rows: int = 0
    kept: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    reshaped: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Adds the counts of another batch."""
        self.rows += other.rows
        self.kept += other.kept
        for name in ("changes", "rejected", "quarantined", "flagged", "reshaped"):
            getattr(self, name).update(getattr(other, name))


@dataclass(slots=True)
class Cleaned:
    """A batch as lines to write: to the output, to the rejected rows, to the quarantine."""

    kept: list[bytes] = field(default_factory=list)
    rejected: list[bytes] = field(default_factory=list)
    quarantined: list[bytes] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class BatchCleaner:
    """Cleans batches of the rows of ``files``."""

    def __init__(self, files: Sequence[Path], cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        self._parse = SourceRows(files, cleaning.source, cleaning.media).parse
        self._cleaner = Cleaner(cleaning.params)
        self._place = lru_cache(maxsize=64)(lambda file: place_in(file, cleaning.source, str(file)))

    def clean(self, batch: Batch) -> Cleaned:
        """The batch's lines, in order."""
        out = Cleaned()
        for file, raw in batch:
            out.tally.rows += 1
            if raw.error is not None:
                _set_aside(out, file, raw, raw.error)
                continue
            try:
                row = to_row(raw, self._cleaning.source, self._place(file), self._parse)
            except (RecursionError, TypeError) as error:
                _set_aside(out, file, raw, _too_deep(error))
                continue
            self._write(out, file, raw, self._cleaner.clean(row))
        return out

    def _write(self, out: Cleaned, file: Path, raw: RawRow, outcome: Outcome) -> None:
        row, tally = outcome.row, out.tally
        if outcome.fate == "quarantined":
            said = row["quarantine"]
            # A row that a step failed on is told by its place alone: nothing vouches for what it says.
            unread = raw if said["raw"] is not None else RawRow(raw.row, raw.line, raw.path, None, None, b"")
            _set_aside(out, file, unread, RecordError(said["reason"], said["detail"], said["path"]))
            return
        try:
            value, name = self._shaped(row)
            line = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
        except RecordError as error:
            _set_aside(out, file, RawRow(raw.row, raw.line, raw.path, None, None, b""), error)
            return
        except (RecursionError, TypeError) as error:
            _set_aside(out, file, RawRow(raw.row, raw.line, raw.path, None, None, b""), _too_deep(error))
            return
        decision = outcome.decision or {}
        tally.changes.update(row["changes"])
        if outcome.fate == "rejected":
            tally.rejected[decision["reason"]] += 1
            out.rejected.append(_rejection(file, raw, decision, value))
            return
        tally.kept += 1
        if name != row["source"]["format"] and self._cleaning.shape == "own":
            tally.reshaped[name] += 1
        if decision.get("reason"):
            tally.flagged[decision["reason"]] += 1
        out.kept.append(line)

    def _shaped(self, row: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """The row as it is written, and the format that it is in."""
        own = row["source"]["format"]
        if self._cleaning.shape == "canonical":
            return {name: row.get(name) for name in ROW_SCHEMA.names if name != "quarantine"}, own
        record = Record.from_dict(row)
        names = [name for name in (own, _FALLBACKS[record.kind]) if name in FORMATS]
        for name in names[:-1]:
            try:
                return render_row(record, name), name
            except RecordError:
                continue
        return render_row(record, names[-1]), names[-1]


def _rejection(file: Path, raw: RawRow, decision: Mapping[str, Any], value: Any) -> bytes:
    evidence = decision["evidence"] or {}
    told = {
        "file": str(file),
        "row": raw.row,
        "line": raw.line,
        "reason": decision["reason"],
        "rule": evidence.get("rule"),
        "detail": evidence.get("detail"),
        "content": value,
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _set_aside(out: Cleaned, file: Path, raw: RawRow, error: RecordError) -> None:
    out.tally.quarantined[error.reason] += 1
    try:
        out.quarantined.append(quarantined(file, raw, error))
    except TypeError:
        out.quarantined.append(quarantined(file, RawRow(raw.row, raw.line, raw.path, None, None, b""), error))


def _too_deep(error: Exception) -> RecordError:
    # orjson writes 254 levels of nesting and Python's own reader takes about a thousand.
    return RecordError("not_json_value", f"nested too deeply, or holds what JSON cannot carry ({type(error).__name__})")


def clean_batches(
    batches: Iterable[Batch], files: Sequence[Path], cleaning: Cleaning, processes: int = 1
) -> Iterator[Cleaned]:
    """Each batch cleaned, in order; with more than one process the work is spread, memory bounded all the same."""
    if processes <= 1:
        yield from map(BatchCleaner(files, cleaning).clean, batches)
        return
    waiting: deque[Future[Cleaned]] = deque()
    with ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(files, cleaning)) as pool:
        for batch in batches:
            waiting.append(pool.submit(_clean_in_worker, batch))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_worker: list[BatchCleaner] = []


def _start_worker(files: Sequence[Path], cleaning: Cleaning) -> None:
    _worker[:] = [BatchCleaner(files, cleaning)]


def _clean_in_worker(batch: Batch) -> Cleaned:
    return _worker[0].clean(batch)
