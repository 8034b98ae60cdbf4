"""One JSON value from bytes, or a reason why not: the strict reading behind every JSON reader."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from jobs.formats.shape import type_name
from jobs.record import RecordError

# From here on orjson reads whole numbers as floats, which changes them silently; those of others are rarely so big.
_BIGGEST = 2.0**63
_LONG_NUMBER = re.compile(rb"(?<![\d.+-])-?\d{19,}(?![\d.eE])")
_NAME = re.compile(r"[A-Za-z_]{1,40}")
_IN_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.S)


def load_object(raw: bytes) -> tuple[dict[str, Any] | None, RecordError | None]:
    """(object, None) or (None, error); the error never quotes the bytes.

    Reasons: ``not_utf8``, ``nul_bytes``, ``not_json``, ``truncated``, ``not_an_object``, ``number_out_of_range``,
    ``duplicate_key`` (RFC 8259, section 4: what a reader makes of one is unforeseeable).
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return None, _explain(raw, error)
    if not isinstance(value, dict):
        return None, RecordError("not_an_object", f"expected a JSON object, came {type_name(value)}")
    strings, big = _survey(value)
    if big and _LONG_NUMBER.search(_IN_STRING.sub(b'""', raw)):
        return None, RecordError("number_out_of_range", "a number has more than 64 bits; write it as text")
    if _lacks_strings(raw, strings) and (name := _repeated_key(raw)) is not None:
        return None, RecordError("duplicate_key", f"{name} stands twice in one object, with different values")
    return value, None


def _survey(value: dict[str, Any]) -> tuple[int, bool]:
    """How many strings ``value`` has, keys included, and whether a number is beyond 64 bits."""
    for inner in value.values():
        if type(inner) is not str:
            break
    else:
        return 2 * len(value), False
    waiting: list[Any] = [value]
    strings, big = 0, False
    for item in waiting:  # which grows on the way
        if type(item) is dict:
            strings += len(item)
            inside = item.values()
        else:
            inside = item
        for inner in inside:
            kind = type(inner)
            if kind is str:
                strings += 1
            elif kind is dict or kind is list:
                waiting.append(inner)
            elif kind is float and not -_BIGGEST < inner < _BIGGEST:
                big = True
    return strings, big


def _lacks_strings(raw: bytes, strings: int) -> bool:
    """Whether more strings stand in the bytes of a JSON value than were read: a key stood twice.

    Each has two quotes; an escaped quote is none of them, and a backslash that is itself escaped escapes nothing.
    """
    if b"\\" not in raw:
        return raw.count(b'"') != 2 * strings
    if b"\\\\" in raw:
        raw = raw.replace(b"\\\\", b"")
    return raw.count(b'"') - raw.count(b'\\"') != 2 * strings


def _repeated_key(raw: bytes) -> str | None:
    """What stands twice in one object with different values, called by its name where that looks like one."""
    found: list[str] = []

    def take(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        taken = dict(pairs)
        if len(taken) < len(pairs):
            found.extend(key for key, value in pairs if value != taken[key])
        return taken

    try:
        json.loads(raw, object_pairs_hook=take)
    except RecursionError:
        return "a key"
    except ValueError:
        return None  # a number too long for Python, and orjson has read it
    if not found:
        return None
    return f"the key {found[0]}" if _NAME.fullmatch(found[0]) else "a key"


def _explain(raw: bytes, error: orjson.JSONDecodeError) -> RecordError:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        return RecordError("not_utf8", f"byte {bad.start + 1} of the row is not valid in the file's encoding")
    if b"\0" in raw:
        return RecordError("nul_bytes", f"the row has {raw.count(bytes(1))} NUL bytes")
    if "end of data" in error.msg:
        return RecordError("truncated", "the JSON value breaks off before its end")
    return RecordError("not_json", f"{error.msg}, at character {error.pos + 1} of the row")
