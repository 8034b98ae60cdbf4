"""A file of JSON, however its rows are laid out in it: lines, one array, an object around arrays, objects one
below the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from jobs.formats.detect import detect
from jobs.formats.role_keys import RoleKeys
from jobs.sources.json_elements import Buffer, ElementReader
from jobs.sources.json_lines import read_json_lines
from jobs.sources.rows import RawRow

_SPACE = b" \t\r\n"
_KEY = re.compile(rb'\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.S)
_SKIPPED_VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},"]', re.S)
# Columns of a row that are themselves lists of objects: an object with one of them is a row, not a file's frame.
_ROW_KEYS = frozenset(
    {"messages", "conversations", "conversation", "chosen", "rejected", "tools", "prompt", "completion", "instruction"}
    | {"output", "text", "input", "question", "answer", "chosen_messages", "rejected_messages"}
    | {"spans", "full_text"}
)


def read_json(head: bytes, chunks: Iterable[bytes]) -> Iterator[RawRow]:
    """Rows of a JSON file, told by its first bytes ``head``, which ``chunks`` give again.

    A file that begins with ``[`` is an array. One that begins with an object is JSON Lines, unless that object does
    not end on its
    line (objects one below the other) or holds lists of objects under names that no row has (``{"data": [...]}``).
    """
    start = head.lstrip(_SPACE)
    if start.startswith(b"["):
        buffer = Buffer(iter(chunks))
        buffer.skip(_SPACE)
        buffer.advance(1)
        reader = ElementReader(buffer)
        yield from reader.read("$", in_array=True)
        yield from _after(reader, buffer)
    elif start.startswith(b"{") and _is_frame(start):
        yield from _read_frame(Buffer(iter(chunks)))
    elif start.startswith(b"{") and _first_object_spans_lines(start):
        yield from ElementReader(Buffer(iter(chunks))).read("$", in_array=False)
    else:
        yield from read_json_lines(chunks)


def _after(reader: ElementReader, buffer: Buffer) -> Iterator[RawRow]:
    """What follows an array's end: nothing, or more arrays and rubbish, none of which is dropped unseen."""
    while (byte := buffer.skip(b" \t\r\n,]")) is not None:
        if byte == 0x5B:  # [
            buffer.advance(1)
            yield from reader.read("$", in_array=True)
        else:
            yield from reader.read("$", in_array=False)


def _first_object_spans_lines(start: bytes) -> bool:
    line, found, rest = start.partition(b"\n")
    line = line.rstrip()
    # A broken first line of JSON Lines ends anywhere; a pretty-printed object breaks its lines after these.
    return bool(found) and line[-1:] in (b"{", b"[", b",", b":") and not rest.lstrip(_SPACE).startswith(b'{"')


def _is_frame(start: bytes) -> bool:
    line, _, rest = start.partition(b"\n")
    row = _loads(line)
    if row is not None and rest.strip(_SPACE):
        return False
    row = row or _loads(start)
    if row is None:
        return _frame_key(start) is not None and not rest.lstrip(_SPACE).startswith(b"{" + line[1:9])
    return (
        detect(row) is None
        and _ROW_KEYS.isdisjoint(row)
        and not _is_dialogue(row)
        and any(isinstance(v, list) and v and isinstance(v[0], dict | list) for v in row.values())
    )


def _is_dialogue(row: dict[str, Any]) -> bool:
    """Whether a column holds turns under keys of their own: the object is a row, and not a frame around rows."""
    keys = RoleKeys()
    keys.add(row)
    return keys.mapping() is not None


def _loads(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def _frame_key(start: bytes) -> bytes | None:
    """The first key of the object at hand whose value is a list of objects or lists, if only scalars stand before
    it.
    """
    at = 1
    while key := _KEY.match(start, at):
        if key.group(1)[1:-1].decode("utf-8", "replace") in _ROW_KEYS:
            return None
        value = start[key.end() :]
        if value.startswith(b"["):
            inside = value[1:].lstrip(_SPACE)
            if inside[:1] in (b"{", b"["):
                return key.group(1)
        end = _skip_value(start, key.end())
        if end is None:
            return None
        at = end
    return None


def _skip_value(data: bytes, at: int) -> int | None:
    """One past a value that is not a list of rows, or None when it does not end in ``data``."""
    depth = 0
    for token in _SKIPPED_VALUE.finditer(data, at):
        text = token.group()
        if text in (b"{", b"["):
            depth += 1
        elif text in (b"}", b"]"):
            depth -= 1
            if depth < 0:
                return token.start()
        elif text == b"," and depth == 0:
            return token.start()
        elif text == b'"':
            return None
    return None


def _read_frame(buffer: Buffer) -> Iterator[RawRow]:
    buffer.skip(_SPACE)
    buffer.advance(1)
    reader = ElementReader(buffer)
    while buffer.skip(b" \t\r\n,}") is not None:
        key = _KEY.match(buffer.data, buffer.at)
        if key is None and buffer.more():
            continue
        if key is None:
            yield from reader.read("$", in_array=False)
            return
        name = orjson.loads(key.group(1))
        buffer.advance(key.end() - buffer.at)
        if buffer.skip(_SPACE) == 0x5B and _holds_rows(buffer):
            buffer.advance(1)
            yield from reader.read(f"$.{name}", in_array=True)
            continue
        end = _skip_value(buffer.data, buffer.at)
        while end is None and buffer.more():
            end = _skip_value(buffer.data, buffer.at)
        buffer.advance((len(buffer.data) if end is None else end) - buffer.at)


def _holds_rows(buffer: Buffer) -> bool:
    """Whether the array at hand begins with an object or a list; one of scalars is a note of the file's."""
    while not (inside := buffer.data[buffer.at + 1 : buffer.at + 64].lstrip(_SPACE)):
        if not buffer.more():
            return False
    return inside[:1] in (b"{", b"[")
