"""The canonical record: the one lossless shape that every format is read into and written from.

Plain Python only, so that the converter and the health check start in a blink: its columns in Arrow are
``jobs.record_schema``, from which ``jobs.lake.schemas`` derives Spark's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, NamedTuple

import orjson

Kind = Literal["text", "chat", "preference", "unpaired_preference", "stepwise", "prompt"]
ROLES = ("system", "user", "assistant", "tool")
MEDIA_TYPES = ("image", "video", "audio")


@dataclass(slots=True)
class Message:
    """One turn. ``tool_calls`` is canonical JSON text of the OpenAI list shape; ``train`` None means "by default"."""

    role: str
    content: str | None = None
    name: str | None = None
    tool_calls: str | None = None
    tool_call_id: str | None = None
    train: bool | None = None


@dataclass(slots=True)
class Media:
    """One image, video or audio file, in the order of the tags (``<image>``...) in the messages."""

    type: str
    path: str
    sha256: str | None = None


@dataclass(slots=True)
class Source:
    """Where a record came from: ``row`` counts from 1 inside ``uri``, ``line`` is its first line where it has one."""

    name: str
    kind: str
    uri: str
    row: int
    line: int | None = None
    format: str | None = None
    licence: str | None = None
    collected_at: str | None = None
    synthetic: bool = False
    parent: str | None = None


class Meta(NamedTuple):
    """What is known about a record's content; every field is optional text."""

    domain: str | None = None
    intent: str | None = None
    complexity: str | None = None
    language: str | None = None
    dialogue_id: str | None = None


NO_META = Meta()


@dataclass(slots=True)
class Record:
    """A training example. ``extras`` is a JSON object of what the format had and this shape does not model."""

    kind: Kind
    messages: list[Message] = field(default_factory=list)
    chosen: list[Message] = field(default_factory=list)
    rejected: list[Message] = field(default_factory=list)
    label: bool | None = None
    rating: float | None = None
    tools: str | None = None
    media: list[Media] = field(default_factory=list)
    text: str | None = None
    meta: Meta = NO_META
    extras: str | None = None
    source: Source | None = None
    record_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """A row as plain values, in the shape of ``jobs.record_schema.RECORD_SCHEMA``."""
        # Spelt out, since dataclasses.asdict copies each value and takes five times as long.
        row = {name: getattr(self, name) for name in _RECORD_FIELDS}
        for name in ("messages", "chosen", "rejected"):
            row[name] = [{key: getattr(m, key) for key in _MESSAGE_FIELDS} for m in row[name]]
        row["media"] = [asdict(m) for m in self.media]
        row["meta"] = self.meta._asdict()
        row["source"] = asdict(self.source) if self.source else None
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Record:
        """The inverse of ``to_dict``; ignores columns that are not a record's own (changes, quarantine, split)."""
        known = {f.name for f in fields(cls)}
        values = {k: v for k, v in row.items() if k in known}
        for name in ("messages", "chosen", "rejected"):
            values[name] = [Message(**m) for m in values.get(name) or []]
        values["media"] = [Media(**m) for m in values.get("media") or []]
        values["meta"] = Meta(**(values.get("meta") or {}))
        values["source"] = Source(**values["source"]) if values.get("source") else None
        return cls(**values)


_RECORD_FIELDS = tuple(f.name for f in fields(Record))
_MESSAGE_FIELDS = tuple(f.name for f in fields(Message))


class RecordError(ValueError):
    """A row that has no place in the canonical record.

    Args:
        reason: a stable snake_case word (``empty_turn``, ``unknown_role``, ...) that reports count by.
        detail: what was expected and what came; never text of the row.
        path: JSON path inside the row, ``$`` for the whole of it.
    """

    def __init__(self, reason: str, detail: str, path: str = "$") -> None:
        super().__init__(f"{reason} at {path}: {detail}")
        self.reason, self.detail, self.path = reason, detail, path


def canonical_json(value: Any) -> bytes:
    """JSON bytes that are equal for equal values: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def content_hash(row: Mapping[str, Any]) -> str:
    """32 hexadecimal digits over what a record says (not where it came from): BLAKE2b-128 of its canonical JSON."""
    names = ("kind", "messages", "chosen", "rejected", "label", "rating", "tools", "media", "text")
    said = {name: row.get(name) for name in names}
    if row.get("kind") == "stepwise" and row.get("extras"):
        said["labels"] = orjson.loads(row["extras"]).get("labels")
    return hashlib.blake2b(canonical_json(said), digest_size=16).hexdigest()


def map_texts(row: dict[str, Any], convert: Callable[[str], str], *, structured: bool = False) -> dict[str, Any]:
    """A copy of ``row`` with ``convert`` applied to each text, in the order in which a reader meets them.

    Args:
        structured: also convert the strings, keys and numbers inside ``tool_calls``, ``tools`` and ``extras`` (JSON
            text), and the fields of ``meta``. Desensitising needs that; normalising must leave machine-readable
            arguments alone. A number is shown to ``convert`` as its digits, and stays a number unless they come back
            changed.
    """
    out = dict(row)
    for name in ("messages", "chosen", "rejected"):
        out[name] = [_map_message(m, convert, structured) for m in row.get(name) or []]
    if row.get("text") is not None:
        out["text"] = convert(row["text"])
    if structured:
        for name in ("tools", "extras"):
            if row.get(name):
                out[name] = _map_json_text(row[name], convert)
        if row.get("meta"):
            out["meta"] = {name: convert(value) if value else value for name, value in row["meta"].items()}
    return out


def texts_of(row: Mapping[str, Any]) -> list[str]:
    """Every text a model would be trained on, in reading order."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    map_texts(dict(row), keep)
    return found


def _map_message(message: Mapping[str, Any], convert: Callable[[str], str], structured: bool) -> dict[str, Any]:
    out = dict(message)
    if out.get("content") is not None:
        out["content"] = convert(out["content"])
    if structured and out.get("name"):
        out["name"] = convert(out["name"])
    if structured and out.get("tool_calls"):
        out["tool_calls"] = _map_json_text(out["tool_calls"], convert)
    return out


def _map_json_text(text: str, convert: Callable[[str], str]) -> str:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return convert(text)
    # In the order in which the keys stand: formats write these texts back.
    return orjson.dumps(_map_json(value, convert)).decode()


def _map_json(value: Any, convert: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return convert(value)
    if isinstance(value, list):
        return [_map_json(item, convert) for item in value]
    if isinstance(value, dict):
        return {convert(key): _map_json(item, convert) for key, item in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        converted = convert(str(value))
        return value if converted == str(value) else converted
    return value
