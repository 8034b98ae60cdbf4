"""A source's file as rows in the shape of ``ROW_SCHEMA``: what could be read as records, the rest quarantined in
its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from jobs.formats.detect import detect
from jobs.formats.registry import AUTO
from jobs.record import Record, RecordError, content_hash
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.captioned_images import hash_of
from jobs.sources.rows import RAW_LIMIT, RawRow, bad_row, join_path
from jobs.sources.source_rows import TEMPLATES, SourceLike, SourceRows


def collect_file(
    path: str | Path,
    source: SourceLike,
    *,
    uri: str | None = None,
    collected_at: str | None = None,
    media: Path | None = None,
) -> Iterator[dict[str, Any]]:
    """Every row of a file, in order: a record with source and ``content_hash``, or a quarantined row with null content.

    Args:
        path: where the file is read from; for a source of kind ``templates``, the YAML file of templates.
        uri: how rows call the file, by default ``path``.
        collected_at: ISO 8601; by default the source's own, else the time at which the file was last changed, so that
            reading the same file again gives the same rows.
        media: the folder to store images in; only a source whose ``fields`` name an image needs it.

    Yields:
        Rows as plain values in the shape of ``ROW_SCHEMA``; ``record_id`` and ``changes`` are None.

    Raises:
        ValueError: a ``merged_prompt`` that cannot be read, or images and no folder to store them in.
    """
    file = Path(path)
    if "image" in source.fields and media is None:
        raise ValueError(f"source {source.name}: its images need a folder to be stored in; give `media`")
    known = place_in(file, source, uri or str(path), collected_at)
    rows = SourceRows([file], source, media)
    for raw in rows.read(file):
        yield to_row(raw, source, known, rows.parse)


def collect_or_say(
    path: str | Path, source: SourceLike, *, uri: str | None = None, media: Path | None = None
) -> Iterator[dict[str, Any]]:
    """``collect_file``, but a file that cannot be opened is one quarantined row: it may have gone meanwhile."""
    try:
        yield from collect_file(path, source, uri=uri, media=media)
    except OSError as error:
        raw = bad_row(1, None, "$", "unreadable_file", f"the file could not be read ({type(error).__name__})")
        known = place_in(Path(path), source, uri or str(path), datetime.now(UTC).isoformat(timespec="seconds"))
        yield to_row(raw, source, known, lambda value: Record("text"))


def place_in(file: Path, source: SourceLike, uri: str, collected_at: str | None = None) -> dict[str, Any]:
    """A row's ``source`` as far as the file alone tells it; row, line and format are the row's own."""
    return {
        "name": source.name,
        "kind": source.kind,
        "uri": uri,
        "row": 0,
        "line": None,
        "format": None,
        "licence": source.licence,
        "collected_at": collected_at or getattr(source, "collected_at", None) or _changed_at(file),
        "synthetic": source.kind in ("synthetic", TEMPLATES),
        "parent": None,
    }


def to_row(raw: RawRow, source: SourceLike, known: dict[str, Any], parse: Callable[[Any], Record]) -> dict[str, Any]:
    """A raw row in the shape of ``ROW_SCHEMA``: a record with ``content_hash``, or quarantined with null content.

    Args:
        known: what ``place_in`` says of its file.
        parse: makes a record of a row (``SourceRows.parse``).
    """
    place = {**known, "row": raw.row, "line": raw.line}
    error = raw.error
    if error is None:
        try:
            record = parse(raw.value)
        except RecordError as refused:
            error = refused
        else:
            for item in record.media:
                item.sha256 = hash_of(item.path)
            row = record.to_dict()
            place["format"] = _format_of(raw.value, source)
            row |= {"source": place, "content_hash": content_hash(row), "changes": None, "quarantine": None}
            return row
    row = dict.fromkeys(ROW_SCHEMA.names)
    row["source"] = place
    row["quarantine"] = {
        "uri": place["uri"],
        "line": raw.line,
        "path": join_path(raw.path, error.path),
        "reason": error.reason,
        "detail": error.detail,
        "raw": (raw.raw or _as_bytes(raw.value))[:RAW_LIMIT],
    }
    return row


def _format_of(value: Any, source: SourceLike) -> str:
    if source.fields or getattr(source, "merged_prompt", None):
        return "table"
    return source.format if source.format != AUTO else detect(value) or AUTO


def _as_bytes(value: Any) -> bytes:
    """What stands for the bytes of a row of Parquet, which has none of its own."""
    try:
        return orjson.dumps(value, default=repr)
    except TypeError:
        return repr(value).encode("utf-8", "replace")


def _changed_at(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
