"""What a row says beside the record: unknown fields, unknown keys of turns, and how its format wrote it down.

``Record.extras`` is one JSON object. Unknown columns stand in it under their own names; two reserved keys hold the
rest:

* ``$turns``: keys of turns that the record does not model, as ``{list: {index: {key: value}}}``. Any format whose
  turns are objects writes them back.
* ``$shape``: how the source format spelt what the record holds (a system prompt in a column, a role called
  ``developer``, the line at which an Alpaca input begins). Only the format that wrote it reads it, and it holds no
  text of the row, so that cleaning never has to look there.
"""

from __future__ import annotations

from typing import Any

import orjson

from jobs.record import Meta, Record, RecordError, canonical_json

SHAPE, TURNS = "$shape", "$turns"
RESERVED = frozenset({SHAPE, TURNS})
Turns = dict[str, dict[str, dict[str, Any]]]

# Column names under which data sets keep what ``Meta`` holds, the more telling name first.
_META_COLUMNS = {
    "domain": ("domain", "topic", "category"),
    "intent": ("intent",),
    "complexity": ("complexity", "difficulty"),
    "language": ("language", "lang"),
    "dialogue_id": ("dialogue_id", "conversation_id", "session_id", "id"),
}
_META_FIELD = {name: (slot, rank) for slot, names in _META_COLUMNS.items() for rank, name in enumerate(names)}
_META_OBJECTS = ("metadata", "meta")


class Leftovers:
    """What of a row no parser has taken yet, and the notes needed to write it back as it was."""

    __slots__ = ("fields", "shape", "turns")

    def __init__(self, obj: Any) -> None:
        if not isinstance(obj, dict):
            raise RecordError("not_an_object", f"expected a JSON object, came {type_name(obj)}")
        if not RESERVED.isdisjoint(obj):
            raise RecordError(
                "reserved_field", f"the column names {SHAPE} and {TURNS} are Gristmill's own; rename them"
            )
        self.fields: dict[str, Any] = dict(obj)
        self.turns: Turns = {}
        self.shape: dict[str, Any] = {}

    def take_text(self, name: str) -> str | None:
        """The column as text and out of the fields, or None when absent or blank (a blank is noted to come back).

        Raises:
            RecordError: ``wrong_type`` when the column holds anything but text.
        """
        if name not in self.fields:
            return None
        value = self.fields[name]
        if value is None or (isinstance(value, str) and is_blank(value)):
            self.note_blank(name)
            return None
        if not isinstance(value, str):
            raise RecordError("wrong_type", f"expected text, came {type_name(value)}", f"$.{name}")
        del self.fields[name]
        return value

    def note_blank(self, name: str) -> None:
        """Move a column that is there but says nothing into the shape: it belongs to the format, not to the record."""
        self.shape.setdefault("blank", {})[name] = self.fields.pop(name)

    def note_turn(self, slot: str, index: int, **notes: Any) -> None:
        self.shape.setdefault("turns", {}).setdefault(slot, {}).setdefault(str(index), {}).update(notes)

    def keep_of_turn(self, slot: str, index: int, rest: dict[str, Any]) -> None:
        self.turns.setdefault(slot, {}).setdefault(str(index), {}).update(rest)

    def record(self, kind: Any, name: str, **values: Any) -> Record:
        """The record of ``values``, with everything not taken in its extras and the metadata that they tell."""
        if not (self.fields or self.turns or self.shape):
            return Record(kind=kind, **values)
        return Record(kind=kind, meta=read_meta(self.fields), extras=self._pack(name), **values)

    def _pack(self, name: str) -> str:
        extras = dict(self.fields)
        if self.turns:
            extras[TURNS] = self.turns
        if self.shape:
            extras[SHAPE] = {"format": name, **self.shape}
        return dump_json(extras, "$")


class Rendering:
    """The way back: the extras of a record, taken apart for one target format."""

    __slots__ = ("_other_shape", "fields", "meta", "shape", "turns")

    def __init__(self, record: Record, name: str) -> None:
        extras = orjson.loads(record.extras) if record.extras else {}
        self.turns: Turns = extras.pop(TURNS, {})
        shape = extras.pop(SHAPE, {})
        self._other_shape: dict[str, Any] = shape
        self.shape: dict[str, Any] = shape if shape.get("format") == name else {}
        self.fields: dict[str, Any] = extras
        self.meta = record.meta

    def turn_notes(self, slot: str) -> dict[str, dict[str, Any]]:
        return self.shape.get("turns", {}).get(slot, {})

    def finish(self, row: dict[str, Any]) -> dict[str, Any]:
        """``row`` with the columns that the record does not model; a column that the format writes itself wins."""
        for name, value in self.shape.get("blank", {}).items():
            row.setdefault(name, value)
        for name, value in self.fields.items():
            row.setdefault(name, value)
        self._write_meta(row)
        return row

    def _write_meta(self, row: dict[str, Any]) -> None:
        told = read_meta(self.fields)
        mirrored = self._other_shape.get("meta", {})
        news = {
            slot: getattr(self.meta, slot)
            for slot in _META_COLUMNS
            if getattr(self.meta, slot) is not None
            and getattr(self.meta, slot) != getattr(told, slot)
            and slot not in mirrored
        }
        if not news:
            return
        known = row.get("metadata")
        if known is None or isinstance(known, dict):
            row["metadata"] = {**(known or {}), **news}


def read_meta(fields: dict[str, Any]) -> Meta:
    """What the columns, or the objects ``metadata`` and ``meta``, tell about a row; the columns stay where they are."""
    meta = Meta()
    ranks: dict[str, int] = {}
    for source in [*(fields.get(name) for name in _META_OBJECTS), fields]:
        if not isinstance(source, dict):
            continue
        for name, value in source.items():
            slot, rank = _META_FIELD.get(name.lower(), (None, 0))
            says = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
            if slot and says and rank < ranks.get(slot, 99):
                ranks[slot] = rank
                setattr(meta, slot, str(value))
    return meta


def is_blank(text: str) -> bool:
    """True for no text at all and for white space."""
    return not text or text.isspace()


def type_name(value: Any) -> str:
    """A value's type in JSON's words; what errors say instead of the value."""
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def dump_json(value: Any, path: str) -> str:
    """Canonical JSON text of ``value``.

    Raises:
        RecordError: ``not_json_value`` for what JSON cannot carry (numbers over 64 bits, 254 levels of nesting,
            lone surrogates).
    """
    try:
        return canonical_json(value).decode()
    except TypeError as error:
        raise RecordError("not_json_value", f"cannot be kept as JSON: {error}", path) from None
