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

from functools import lru_cache
from typing import Any

import orjson

from jobs.record import NO_META, Meta, Record, RecordError, canonical_json

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
_META_OBJECTS = frozenset({"metadata", "meta"})
# Values that nobody can change behind our back.
_FLAT = frozenset({str, int, bool, type(None)})
_last_dumped: tuple[str, dict[str, Any], Meta] = ("", {}, NO_META)


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
        if type(value) is str and value and not value.isspace():
            del self.fields[name]
            return value
        if value is None or isinstance(value, str):
            self.note_blank(name)
            return None
        raise RecordError("wrong_type", f"expected text, came {type_name(value)}", f"$.{name}")

    def note_blank(self, name: str) -> None:
        """Move a column that is there but says nothing into the shape: it belongs to the format, not to the record."""
        self.shape.setdefault("blank", {})[name] = self.fields.pop(name)

    def note_turn(self, slot: str, index: int, **notes: Any) -> None:
        self.shape.setdefault("turns", {}).setdefault(slot, {}).setdefault(str(index), {}).update(notes)

    def part_turns(self, slot: str, at: int, first: str | None, second: str) -> None:
        """Count what is noted of a list's turns from ``at`` on anew, as of the list ``second``.

        A row may hold prompt and answer in one list, the record never does. What stands before goes to ``first``; None
        where another list has the same.
        """
        for store in (self.turns, self.shape.get("turns", {})):
            noted = store.pop(slot, {})
            before = {i: kept for i, kept in noted.items() if int(i) < at}
            if before and first is not None:
                store[first] = before
            if after := _moved(noted, -at):
                store[second] = after
        if self.shape.get("turns") == {}:
            del self.shape["turns"]

    def same_turn(self, one: tuple[str, int], other: tuple[str, int]) -> bool:
        """Whether the same is noted of two turns, each given as (list, index)."""
        stores = (self.turns, self.shape.get("turns", {}))
        return all(s.get(one[0], {}).get(str(one[1])) == s.get(other[0], {}).get(str(other[1])) for s in stores)

    def notes_of(self, slot: str, index: int) -> dict[str, Any]:
        return self.shape.get("turns", {}).get(slot, {}).get(str(index), {})

    def keep_of_turn(self, slot: str, index: int, rest: dict[str, Any]) -> None:
        self.turns.setdefault(slot, {}).setdefault(str(index), {}).update(rest)

    def record(self, kind: Any, name: str, **values: Any) -> Record:
        """The record of ``values``, with everything not taken in its extras and the metadata that they tell."""
        if not (self.fields or self.turns or self.shape):
            return Record(kind=kind, **values)
        extras = self.fields
        meta = read_meta(extras) if extras else NO_META
        if self.turns:
            extras[TURNS] = self.turns
        if self.shape:
            extras[SHAPE] = {"format": name, **self.shape}
        return Record(kind=kind, meta=meta, extras=dump_extras(extras, meta), **values)


class Rendering:
    """The way back: the extras of a record, taken apart for one target format."""

    __slots__ = ("_other_shape", "_told", "fields", "meta", "shape", "turns")

    def __init__(self, record: Record, name: str) -> None:
        dumped, _, told = _last_dumped
        # What parsing read of the metadata need not be read again.
        self._told = told if record.extras is dumped else None
        extras = load_extras(record)
        self.turns: Turns = extras.pop(TURNS, {})
        shape: dict[str, Any] = extras.pop(SHAPE, {})
        self._other_shape = shape
        self.shape: dict[str, Any] = shape if shape and shape.get("format") == name else {}
        self.fields: dict[str, Any] = extras
        self.meta = record.meta

    def join_turns(self, first: str, second: str, at: int, into: str) -> None:
        """The inverse of ``Leftovers.part_turns``: count ``second``'s notes on after the ``at`` turns of ``first``."""
        self.turns = {**self.turns, into: {**self.turns.get(first, {}), **_moved(self.turns.get(second, {}), at)}}
        if noted := self.shape.get("turns"):
            joined = {**noted.get(first, {}), **_moved(noted.get(second, {}), at)}
            self.shape = {**self.shape, "turns": {**noted, into: joined}}

    def turn_notes(self, slot: str) -> dict[str, dict[str, Any]]:
        return self.shape.get("turns", {}).get(slot, {})

    def finish(self, row: dict[str, Any]) -> dict[str, Any]:
        """``row`` with the columns that the record does not model; a column that the format writes itself wins."""
        if self.shape:
            for name, value in self.shape.get("blank", {}).items():
                row.setdefault(name, value)
        for name, value in self.fields.items():
            row.setdefault(name, value)
        if self.meta is not self._told and self.meta != NO_META:
            self._write_meta(row)
        return row

    def _write_meta(self, row: dict[str, Any]) -> None:
        told = read_meta(self.fields) if self._told is None else self._told
        if told == self.meta:
            return
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


def finish_plain(record: Record, name: str, row: dict[str, Any]) -> bool:
    """``Rendering(record, name).finish(row)`` for a record that was just read and about which ``name`` has noted
    nothing; False, and the row as it was, for any other.
    """
    dumped, extras, told = _last_dumped
    if record.extras is not dumped or record.meta is not told:
        return False
    shape = extras.get(SHAPE)
    if shape is not None and shape.get("format") == name:
        return False
    for key, value in extras.items():
        if key != SHAPE:
            row.setdefault(key, value)
    return True


def _moved(noted: dict[str, Any], by: int) -> dict[str, Any]:
    return {str(int(i) + by): kept for i, kept in noted.items() if int(i) + by >= 0}


def read_meta(fields: dict[str, Any]) -> Meta:
    """What the columns, or the objects ``metadata`` and ``meta``, tell about a row; the columns stay where they are."""
    found: dict[str, tuple[int, str]] = {}
    if not _META_OBJECTS.isdisjoint(fields):
        for key in sorted(_META_OBJECTS, reverse=True):
            if isinstance(fields.get(key), dict):
                _read_meta_of(fields[key], found)
    _read_meta_of(fields, found)
    return Meta(**{slot: text for slot, (_, text) in found.items()}) if found else NO_META


def _read_meta_of(source: dict[str, Any], found: dict[str, tuple[int, str]]) -> None:
    for name, value in source.items():
        place = _meta_place(name)
        if place is None:
            continue
        if type(value) is int:
            value = str(value)
        if type(value) is str and value and (place[0] not in found or place[1] < found[place[0]][0]):
            found[place[0]] = (place[1], value)


@lru_cache(maxsize=1024)
def _meta_place(name: str) -> tuple[str, int] | None:
    return _META_FIELD.get(name) or _META_FIELD.get(name.lower())


def dump_extras(extras: dict[str, Any], meta: Meta) -> str:
    """The text of ``Record.extras``; ``meta`` is the metadata read from them.

    Raises:
        RecordError: ``not_json_value``, as ``dump_json``.
    """
    global _last_dumped
    try:
        # As canonical_json, in two thirds of the time, since the keys of a row are text.
        text = orjson.dumps(extras, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        text = dump_json(extras, "$")
    for key, value in extras.items():
        if type(value) not in _FLAT and key != SHAPE:
            return text
    _last_dumped = (text, extras, meta)
    return text


def load_extras(record: Record) -> dict[str, Any]:
    """The extras of a record as an object of the caller's own."""
    return dict(look_at_extras(record))


def look_at_extras(record: Record) -> dict[str, Any]:
    """The extras of a record as an object for reading only."""
    text = record.extras
    if not text:
        return {}
    dumped, extras, _ = _last_dumped
    # Converting renders each record right after parsing it; what was just written need not be read again.
    return extras if text is dumped else orjson.loads(text)


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
