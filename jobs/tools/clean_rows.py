"""What ``gristmill clean`` does with a batch of rows: parse, clean, write out again; in this process or in others."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from jobs.tools.quarantine import not_json, quarantined
from jobs.tools.workers import in_order

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
        boilerplate: source -> keys of the lines that a build learnt of it (``jobs.lake.learnt``).
    """

    params: Mapping[str, BaseModel]
    source: SourceLike
    media: Path
    shape: Shape = "own"
    boilerplate: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def keeps_mapping(self) -> bool:
        """Whether what was replaced is written down, sealed."""
        return bool(getattr(self.params.get("remove_pii"), "mapping", False))


@dataclass(slots=True)
class Tally:
    """Counts of rows, and of what was done to them.

    Attributes:
        changes: what the steps changed, by kind: entities removed, texts that a step of normalising changed.
        rejected, quarantined, flagged: rows by reason.
        reshaped: kept rows that their own format could not hold, by the format that they were written in.
        sealed: rows whose mapping was written down.
    """

    rows: int = 0
    kept: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    reshaped: Counter[str] = field(default_factory=Counter)
    sealed: int = 0

    def add(self, other: Tally) -> None:
        """Adds the counts of another batch."""
        self.rows += other.rows
        self.kept += other.kept
        self.sealed += other.sealed
        for name in ("changes", "rejected", "quarantined", "flagged", "reshaped"):
            getattr(self, name).update(getattr(other, name))


@dataclass(slots=True)
class Cleaned:
    """A batch as lines to write: to the output, to the rejected rows, to the quarantine.

    Attributes:
        sealed: of each row in which something was replaced and that a mapping is asked for: its id, the sealed mapping,
            the list that it stands in (``kept`` or ``rejected``), and which line of that list it is, from 1.
    """

    kept: list[bytes] = field(default_factory=list)
    rejected: list[bytes] = field(default_factory=list)
    quarantined: list[bytes] = field(default_factory=list)
    sealed: list[tuple[str, bytes, str, int]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class BatchCleaner:
    """Cleans batches of the rows of ``files``."""

    def __init__(self, files: Sequence[Path], cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        self._parse = SourceRows(files, cleaning.source, cleaning.media).parse
        self._cleaner = Cleaner(cleaning.params, boilerplate=cleaning.boilerplate)
        self._place = lru_cache(maxsize=64)(lambda file: place_in(file, cleaning.source, str(_named(file))))

    def clean(self, batch: Batch) -> Cleaned:
        """The batch's lines, in order."""
        out = Cleaned()
        for given, raw in batch:
            file = _named(given)
            out.tally.rows += 1
            if raw.error is not None:
                _set_aside(out, file, raw, raw.error)
                continue
            try:
                row = to_row(raw, self._cleaning.source, self._place(given), self._parse)
            except (RecursionError, TypeError) as error:
                _set_aside(out, file, raw, not_json(error))
                continue
            # An id that its copies do not share: those of a build count copies, which here no process sees all of.
            row["record_id"] = f"{file}#{raw.row}"
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
            _set_aside(out, file, RawRow(raw.row, raw.line, raw.path, None, None, b""), not_json(error))
            return
        decision = outcome.decision or {}
        tally.changes.update(row["changes"])
        if outcome.fate == "rejected":
            tally.rejected[decision["reason"]] += 1
            out.rejected.append(_rejection(file, raw, decision, value))
            _note_sealed(out, row, "rejected", len(out.rejected))
            return
        tally.kept += 1
        if name != row["source"]["format"] and self._cleaning.shape == "own":
            tally.reshaped[name] += 1
        if decision.get("reason"):
            tally.flagged[decision["reason"]] += 1
        out.kept.append(line)
        _note_sealed(out, row, "kept", len(out.kept))

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


def _named(file: Path) -> Path:
    """The file as it can be told in JSON: a name need not be UTF-8."""
    name = str(file)
    return file if name.isascii() else Path(os.fsencode(name).decode("utf-8", "backslashreplace"))


def _note_sealed(out: Cleaned, row: Mapping[str, Any], stands_in: str, line: int) -> None:
    if "sealed" in row:
        out.tally.sealed += 1
        out.sealed.append((row["record_id"], row["sealed"], stands_in, line))


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
    out.quarantined.append(quarantined(file, raw, error))


def clean_batches(
    batches: Iterable[Batch], files: Sequence[Path], cleaning: Cleaning, processes: int = 1
) -> Iterator[Cleaned]:
    """Each batch cleaned, in order; with more than one process the work is spread, memory bounded all the same."""
    if processes <= 1:
        yield from map(BatchCleaner(files, cleaning).clean, batches)
        return
    with ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(files, cleaning)) as pool:
        for _, cleaned in in_order(lambda batch: pool.submit(_clean_in_worker, batch), batches, 2 * processes):
            yield cleaned


_worker: list[BatchCleaner] = []


def _start_worker(files: Sequence[Path], cleaning: Cleaning) -> None:
    _worker[:] = [BatchCleaner(files, cleaning)]


def _clean_in_worker(batch: Batch) -> Cleaned:
    return _worker[0].clean(batch)
