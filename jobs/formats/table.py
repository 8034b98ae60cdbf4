"""A flat row of a table whose columns a field mapping names: ``{instruction: question, output: answer}``.

Left of each pair stands our name, right the table's column; a dotted column reaches into objects. Names: those of
Alpaca and preference rows, ``text``, ``messages`` (with ``role``, ``content`` for the keys of a turn, ``user``,
``assistant`` for its
role words), ``turns`` (with ``user``, ``assistant``, ``system`` for the keys of an exchange), and ``meta.*``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from jobs.formats.alpaca import HOLDS as _ALPACA_HOLDS
from jobs.formats.alpaca import render as _render_alpaca
from jobs.formats.holds import Holds
from jobs.formats.shape import SHAPE, dump_json, type_name
from jobs.formats.text import render as _render_text
from jobs.formats.turn_list import ROLE_WORDS
from jobs.formats.turns import Dialect
from jobs.formats.turns import parse as _parse_turns
from jobs.record import ROLES, Meta, Record, RecordError

NAME = "table"
HOLDS = Holds(kinds=_ALPACA_HOLDS.kinds | {"text"}, columns=_ALPACA_HOLDS.columns | {"text"}, history=False, media=True)
_TEXTS = ("instruction", "input", "output", "system", "prompt", "completion", "chosen", "rejected", "text")
_COLUMNS = (*_TEXTS, "history", "messages", "turns", "tools", "images", "videos", "audios", "label")
_TURN_KEYS = ("role", "content", "user", "assistant")
_META = tuple(f"meta.{slot}" for slot in Meta._fields)
# An image and its caption need a folder to store images in: jobs.sources.captioned_images reads them.
_CAPTIONS = ("image", "caption")
MAPPABLE = (*_COLUMNS, *_TURN_KEYS, *_META, *_CAPTIONS)


def check_fields(fields: Mapping[str, str]) -> None:
    """Refuse a mapping that names what we do not have.

    Raises:
        ValueError: naming the key and what can stand there.
    """
    for name in fields:
        if name not in MAPPABLE:
            raise ValueError(f"field mapping: unknown name {name!r}; expected one of {', '.join(MAPPABLE)}")


def rename(obj: Any, fields: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row under our names, and the note of what was renamed; unmapped columns stay as they are.

    Raises:
        RecordError: ``not_an_object``, ``missing_field`` for a mapped column that the row lacks.
    """
    if not isinstance(obj, dict):
        raise RecordError("not_an_object", f"expected a JSON object, came {type_name(obj)}")
    row = dict(obj)
    taken: dict[str, Any] = {}
    note: dict[str, Any] = {"columns": {}}
    for name, column in fields.items():
        if name not in _COLUMNS or (name == "system" and "turns" in fields and column not in row):
            continue
        value = _take(row, column)
        if name in _TEXTS and isinstance(value, int | float) and value == value:
            note.setdefault("types", {})[name] = "json"
            value = orjson.dumps(value).decode()
        taken[name] = value
        note["columns"][name] = column
    clash = sorted(taken.keys() & row.keys())
    if clash:
        raise RecordError("ambiguous_field", f"both mapped and present as a column of its own: {', '.join(clash)}")
    return {**taken, **row}, note


def parse(obj: Any, fields: Mapping[str, str], parse_renamed: Any) -> Record:
    """A table's row read by ``parse_renamed`` (the parser of its renamed form), with the note of its columns.

    Raises:
        RecordError: as ``rename``, ``turns.parse`` and ``parse_renamed``.
    """
    row, note = rename(obj, fields)
    if "turns" in fields:
        defaults = Dialect()
        names = (fields.get(n, getattr(defaults, n)) for n in ("user", "assistant", "system"))
        row[fields["turns"]] = row.pop("turns")
        note["columns"].pop("turns")
        record = _parse_turns(row, key=fields["turns"], dialect=Dialect(*names))
    else:
        if "messages" in row and any(name in fields for name in _TURN_KEYS):
            row["messages"] = [_rename_turn(turn, fields) for turn in _as_list(row["messages"])]
        try:
            record = parse_renamed(row)
        except RecordError as error:
            raise _at_their_column(error, note["columns"]) from None
    meta = {name.removeprefix("meta."): column for name, column in fields.items() if name in _META}
    told = {slot: _look(obj, column) for slot, column in meta.items()}
    if news := {slot: str(v) for slot, v in told.items() if isinstance(v, str | int) and v != ""}:
        record.meta = record.meta._replace(**news)
    note = {key: value for key, value in {**note, "meta": meta}.items() if value}
    if note:
        extras = orjson.loads(record.extras) if record.extras else {}
        # A table that names no column for the input still makes a whole Alpaca row.
        shape = {key: value for key, value in extras.get(SHAPE, {}).items() if key != "absent"}
        extras[SHAPE] = {**shape, **note}
        record.extras = dump_json(extras, "$")
    return record


def _at_their_column(error: RecordError, columns: Mapping[str, str]) -> RecordError:
    """The error with its path in the row as it stands in the file, where nobody knows our names."""
    name = error.path.removeprefix("$.").partition("[")[0].partition(".")[0]
    path = f"$.{columns[name]}{error.path[len(name) + 2 :]}" if name in columns else error.path
    return RecordError(error.reason, error.detail, path)


def render(record: Record) -> dict[str, Any]:
    """A flat row under the table's own column names, where the record came from one; else under Alpaca's."""
    HOLDS.demand(record, NAME)
    row = _render_text(record) if record.kind == "text" else _render_alpaca(record)
    shape = orjson.loads(record.extras).get(SHAPE, {}) if record.extras else {}
    columns: dict[str, str] = shape.get("columns", {})
    out: dict[str, Any] = {}
    for name, value in row.items():
        if columns and name not in columns and name in ("instruction", "input") and not value:
            continue
        typed = orjson.loads(value) if name in shape.get("types", {}) and _is_number(value) else value
        _place(out, columns.get(name, name), typed)
    return out


def _take(row: dict[str, Any], column: str) -> Any:
    if column in row:
        return row.pop(column)
    head, _, tail = column.partition(".")
    inner = row.get(head)
    if not tail or not isinstance(inner, dict):
        raise RecordError("missing_field", "expected the mapped column", f"$.{column}")
    inner = dict(inner)
    value = _take(inner, tail)
    row[head] = inner
    return value


def _look(obj: dict[str, Any], column: str) -> Any:
    if column in obj or "." not in column:
        return obj.get(column)
    head, _, tail = column.partition(".")
    inner = obj.get(head)
    return _look(inner, tail) if isinstance(inner, dict) else None


def _place(out: dict[str, Any], column: str, value: Any) -> None:
    head, _, tail = column.partition(".")
    if tail and isinstance(out.get(head, {}), dict) and column not in out:
        _place(out.setdefault(head, {}), tail, value)
    elif not (isinstance(value, dict) and isinstance(out.get(column), dict)):
        out[column] = value
    else:
        out[column] |= value


def _as_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise RecordError("wrong_type", f"expected a list of turns, came {type_name(value)}", "$.messages")
    return value


def _rename_turn(turn: Any, fields: Mapping[str, str]) -> Any:
    if not isinstance(turn, dict):
        return turn
    role_key, content_key = fields.get("role", "role"), fields.get("content", "content")
    words = {fields[role]: role for role in ("user", "assistant") if role in fields}
    out = {k: v for k, v in turn.items() if k not in (role_key, content_key)}
    if role_key in turn:
        word = turn[role_key]
        out["role"] = _role_word(words.get(word, word)) if isinstance(word, str) else word
    if content_key in turn:
        out["content"] = turn[content_key]
    return out


def _role_word(word: str) -> str:
    """The word of role/content messages: keys that somebody named, or that were found, say nothing of its spelling."""
    role = ROLE_WORDS.get(word.strip().lower())
    return role if role in ROLES and word != "developer" else word


def _is_number(text: Any) -> bool:
    try:
        return not isinstance(orjson.loads(text), str | list | dict)
    except (orjson.JSONDecodeError, TypeError):
        return False
