"""One JSON value from bytes, or a reason why not: the strict reading behind every JSON reader."""

from __future__ import annotations

import re
from typing import Any

import orjson

from jobs.formats.shape import type_name
from jobs.record import RecordError

# From here on orjson reads whole numbers as floats, which changes them silently; those of others are rarely so big.
_BIGGEST = 2.0**63
_LONG_NUMBER = re.compile(rb"(?<![\d.+-])-?\d{19,}(?![\d.eE])")
_IN_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.S)


def load_object(raw: bytes) -> tuple[dict[str, Any] | None, RecordError | None]:
    """(object, None) or (None, error); the error never quotes the bytes.

    Reasons: ``not_utf8``, ``not_json``, ``truncated``, ``not_an_object``, ``number_out_of_range``.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return None, _explain(raw, error)
    if not isinstance(value, dict):
        return None, RecordError("not_an_object", f"expected a JSON object, came {type_name(value)}")
    if _has_big_float(value) and _LONG_NUMBER.search(_IN_STRING.sub(b'""', raw)):
        return None, RecordError("number_out_of_range", "a number has more than 64 bits; write it as text")
    return value, None


def _has_big_float(value: dict[str, Any]) -> bool:
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        for inner in item.values() if isinstance(item, dict) else item:
            kind = type(inner)
            if kind is dict or kind is list:
                waiting.append(inner)
            elif kind is float and not -_BIGGEST < inner < _BIGGEST:
                return True
    return False


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
