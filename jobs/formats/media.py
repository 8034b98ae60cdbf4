"""The columns ``images``, ``videos`` and ``audios`` <-> a record's media, in the order of the tags in its turns."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jobs.formats.content_parts import TAG
from jobs.formats.shape import Leftovers, Rendering, type_name
from jobs.record import MEDIA_TYPES, Media, Message, Record, RecordError

COLUMNS = {"images": "image", "videos": "video", "audios": "audio"}
_NO_COLUMNS = frozenset(COLUMNS)


def read_media(left: Leftovers, messages: list[Message]) -> list[Media]:
    """Take the media columns.

    Paths of different types are interleaved as the tags ask; where tags and paths differ in number (LLaMA-Factory's
    mm_plugin raises there, the health check reports it) the remaining paths come last.

    Raises:
        RecordError: ``bad_media`` for an entry that is no path.
    """
    if _NO_COLUMNS.isdisjoint(left.fields):
        return []
    queues: dict[str, list[str]] = {}
    for column, kind in COLUMNS.items():
        if column in left.fields:
            queues[kind] = _take_paths(left, column)
    media: list[Media] = []
    for message in messages:
        for tag in TAG.findall(message.content or ""):
            if queues.get(tag):
                media.append(Media(tag, queues[tag].pop(0)))
    for kind, paths in queues.items():
        media += [Media(kind, path) for path in paths]
    return media


def media_mismatch(record: Record) -> dict[str, tuple[int, int]]:
    """Types of which the turns have another number of tags than the record has files: type -> (tags, files).

    Which file belongs to which tag cannot be told then, and trainers refuse the row (LLaMA-Factory ``mm_plugin.py``).
    """
    tags: Counter[str] = Counter()
    for message in (*record.messages, *record.chosen):
        if message.content and "<" in message.content:
            tags.update(TAG.findall(message.content))
    files = Counter(item.type for item in record.media)
    return {kind: (tags[kind], files[kind]) for kind in MEDIA_TYPES if tags[kind] != files[kind]}


def write_media(rendering: Rendering, media: list[Media], row: dict[str, Any]) -> None:
    """The inverse of ``read_media``."""
    if not media:
        return
    for column, kind in COLUMNS.items():
        paths = [m.path for m in media if m.type == kind]
        if paths:
            single = column in rendering.shape.get("single", ()) and len(paths) == 1
            row[column] = paths[0] if single else paths


def _take_paths(left: Leftovers, column: str) -> list[str]:
    value = left.fields[column]
    if not value:
        left.note_blank(column)
        return []
    if isinstance(value, str):
        left.shape.setdefault("single", []).append(column)
        value = [value]
    if not isinstance(value, list):
        raise RecordError("bad_media", f"expected a list of paths, came {type_name(value)}", f"$.{column}")
    for i, path in enumerate(value):
        if not isinstance(path, str) or not path:
            raise RecordError("bad_media", f"expected a path, came {type_name(path)}", f"$.{column}[{i}]")
    del left.fields[column]
    return list(value)
