"""Rows that a command could not read: where they go, and what is told of each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from jobs.record import RecordError
from jobs.sources.rows import RawRow, join_path


def quarantine_of(output: Path) -> Path:
    """Where the refused rows of an output go: ``a.jsonl`` -> ``a.quarantine.jsonl``."""
    return output.with_name(output.name.removesuffix(".jsonl") + ".quarantine.jsonl")


def quarantined(file: Path, raw: RawRow, error: RecordError) -> bytes:
    """A refused row as a line of JSON: its place, the reason, and what it was."""
    content = raw.raw or orjson.dumps(raw.value, default=repr)
    told: dict[str, Any] = {
        "file": str(file),
        "row": raw.row,
        "line": raw.line,
        "path": join_path(raw.path, error.path),
        "reason": error.reason,
        "detail": error.detail,
        "raw": content.decode("utf-8", "backslashreplace"),
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def told_of_quarantine(quarantine: Path | None, reasons: Counter[str]) -> list[str]:
    """The lines of a summary that say where refused rows went, and how many for which reason; none where none were."""
    if quarantine is None:
        return []
    named = f"quarantined rows, with place and reason: {quarantine}"
    return [named, *(f"  {count:>9,}  {reason}" for reason, count in reasons.most_common())]
