"""Rows that a command could not read: where they go, and what is told of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from jobs.record import RecordError
from jobs.sources.rows import RawRow, join_path
from jobs.tools.json_output import json_line, written_together


@dataclass(slots=True)
class FileOutcome:
    """What a command that writes one file for its input came to; each command adds its own counts.

    Attributes:
        output: the file that was asked for.
        quarantine: where refused rows went, None while there are none.
        reasons: reason -> refused rows.
    """

    output: Path
    quarantine: Path | None = None
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """Rows that could not be read or used."""
        return self.reasons.total()

    def refuse(self, bad: IO[bytes], file: Path, raw: RawRow, error: RecordError) -> None:
        """Count a row and write it to ``bad``, the file of refused rows."""
        self.reasons[error.reason] += 1
        bad.write(quarantined(file, raw, error))

    @contextmanager
    def written(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """The output and the file of refused rows, to write to: both take their names when all went well, the second
        only with a row in it.
        """
        quarantine = quarantine_of(self.output)
        with written_together(self.output, quarantine) as (good, bad):
            yield good, bad
        self.quarantine = settled(quarantine, self.reasons)

    def told_last(self) -> list[str]:
        """The last lines of a summary: where refused rows went, and how many for which reason."""
        return told_of_quarantine(self.quarantine, self.reasons)

    def json_last(self) -> dict[str, Any]:
        """The last fields of a summary for programs."""
        quarantine = str(self.quarantine) if self.quarantine else None
        return {"reasons": dict(self.reasons), "output": str(self.output), "quarantine": quarantine}


def quarantine_of(output: Path) -> Path:
    """Where the refused rows of an output go: ``a.jsonl`` -> ``a.quarantine.jsonl``."""
    return output.with_name(output.name.removesuffix(".jsonl") + ".quarantine.jsonl")


def settled(quarantine: Path, reasons: Counter[str]) -> Path | None:
    """A file of refused rows that was written, or None where there are none, and the empty file goes."""
    if reasons:
        return quarantine
    quarantine.unlink(missing_ok=True)
    return None


def quarantined(file: Path, raw: RawRow, error: RecordError) -> bytes:
    """A refused row as a line of JSON: its place, the reason, and what it was, where that can be written."""
    told: dict[str, Any] = {
        "file": str(file),
        "row": raw.row,
        "line": raw.line,
        "path": join_path(raw.path, error.path),
        "reason": error.reason,
        "detail": error.detail,
        "raw": _content(raw).decode("utf-8", "backslashreplace"),
    }
    return json_line(told)


def _content(raw: RawRow) -> bytes:
    try:
        return raw.raw or orjson.dumps(raw.value, default=repr)
    except TypeError:  # nested too deeply; the row's place tells where to look
        return b""


def not_json(error: Exception) -> RecordError:
    """Why a row is refused that JSON cannot carry, by the ``RecursionError`` or ``TypeError`` that said so.

    orjson writes 254 levels of nesting, and Python's own reader takes about a thousand.
    """
    return RecordError("not_json_value", f"nested too deeply, or holds what JSON cannot carry ({type(error).__name__})")


def told_of_quarantine(quarantine: Path | None, reasons: Counter[str]) -> list[str]:
    """The lines of a summary that say where refused rows went, and how many for which reason; none where none were."""
    if quarantine is None:
        return []
    named = f"quarantined rows, with place and reason: {quarantine}"
    return [named, *(f"  {count:>9,}  {reason}" for reason, count in reasons.most_common())]
