"""The columns ``images``, ``videos`` and ``audios`` <-> a record's media, in the order of the tags in its turns."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jobs.formats.content_parts import TAG
from jobs.formats.shape import Leftovers, Rendering, type_name
from jobs.record import MEDIA_TYPES, Media, Message, Record, RecordError

COLUMNS = {"images": "image", "videos": "video", "audios": "audio"}
_NO_COLUMNS = frozenset(COLUMNS)
# Of an entry that is an object: Hugging Face's feature ``Image`` ({"bytes", "path"}) and OpenAI's ({"url"}).
_PATH_KEYS = ("path", "url")


def read_media(left: Leftovers, messages: list[Message]) -> list[Media]:
    """Take the media columns.

    Paths of different types are interleaved as the tags ask; where tags and paths differ in number (LLaMA-Factory's
    mm_plugin raises there, the health check reports it) the remaining paths come last.

    Raises:
        RecordError: ``bad_media`` for an entry that is neither a path nor an object with one.
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
            noted = rendering.shape.get("objects", {}).get(column, ())
            if len(noted) == len(paths):
                row[column] = [_put(path, note) for path, note in zip(paths, noted, strict=True)]
            else:
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
    paths, notes = [], []
    for i, item in enumerate(value):
        key = next((k for k in _PATH_KEYS if isinstance(item.get(k), str)), None) if isinstance(item, dict) else None
        path = item[key] if key and not item.get("bytes") else item
        if not isinstance(path, str) or not path:
            raise RecordError("bad_media", f"expected a path, came {type_name(path)}", f"$.{column}[{i}]")
        paths.append(path)
        notes.append([key, {k: v for k, v in item.items() if k != key}] if key else None)
    if any(notes):
        left.shape.setdefault("objects", {})[column] = notes
    del left.fields[column]
    return paths


def _put(path: str, note: list[Any] | None) -> Any:
    return path if note is None else {note[0]: path, **note[1]}
