"""JSON objects one after another out of a stream: the elements of an array, or objects written one below the other.

The scanner only counts brackets outside strings, which one regular expression does; each element then goes to
orjson. A broken
element is cut off where the next one begins: at the next ``{`` followed by the same first key. Memory is bounded by the
largest element: whether an element that does not end is long or broken is asked of orjson, which says where it fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from jobs.record import RecordError
from jobs.sources.json_values import load_object
from jobs.sources.rows import RAW_LIMIT, ROW_LIMIT, RawRow, bad_row

# A whole string, a bracket, or a quote whose string has not ended in what is buffered.
_TOKEN = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|[\[\]{}"]', re.S)
_FIRST_KEY = re.compile(rb'\{\s*("[^"\\\n]{1,200}")\s*:')
_SKIPPED = b" \t\r\n,"
_CLOSE = ord("]")
_CLOSING = re.compile(rb"\]\s*\}?\s*\Z")
_SCALAR_END = re.compile(rb"[,{\[\]}\n]")
# From this size on an unfinished element is checked for being broken; far above a row, far below memory.
_DOUBT = 1 << 16

# Errors of the bytes themselves; what is wrong with a whole JSON value hides no other element.
_UNREADABLE = frozenset({"not_json", "truncated", "not_utf8", "nul_bytes"})
_TOO_LONG = RecordError("too_long", f"expected a row of at most {ROW_LIMIT >> 20} MiB")

_Parsed = tuple[bytes, dict[str, Any] | None, RecordError | None]


class Buffer:
    """The part of a stream in hand: grows at its end, is forgotten at its front."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.data = b""
        self.at = 0
        self.line = 1
        self.ended = False
        self._chunks = chunks

    def more(self) -> bool:
        """Append at least as much again as is pending, so that a long element is scanned a bounded number of times."""
        pending = self.data[self.at :]
        got, want = [pending], max(1, len(pending))
        while want > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
                break
            got.append(chunk)
            want -= len(chunk)
        grown = sum(map(len, got)) > len(pending)
        self.data, self.at = b"".join(got), 0
        return grown

    def skip(self, characters: bytes) -> int | None:
        """Move past any of ``characters``; the byte standing there, or None at the end of the stream."""
        while True:
            rest = self.data[self.at : self.at + 64]
            gap = len(rest) - len(rest.lstrip(characters))
            self.advance(gap)
            if gap < len(rest):
                return self.data[self.at]
            if self.at >= len(self.data) and not self.more():
                return None

    def advance(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        self.line += taken.count(b"\n")
        self.at += count
        return taken


class ElementReader:
    """Reads elements from a buffer and numbers them; several arrays of one file share its counts."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._row = 0
        self._key: bytes | None = None

    def read(self, base: str, *, in_array: bool) -> Iterator[RawRow]:
        """Elements up to the array's closing bracket, or to the end of the stream when not ``in_array``.

        Args:
            base: JSON path of the array, such as ``$`` or ``$.data``.
        """
        buffer = self._buffer
        index = 0
        broken_off = False
        while (byte := buffer.skip(_SKIPPED)) is not None:
            if byte == _CLOSE:
                buffer.advance(1)
                if in_array:
                    return
                continue
            path = f"{base}[{index}]" if in_array else "$"
            line = buffer.line
            raw, value, error = self._element() if byte in b"{[" else self._scalar()
            index += 1
            self._row += 1
            if error is None:
                if self._key is None and (key := _FIRST_KEY.match(raw)):
                    self._key = key.group(1)
                yield RawRow(self._row, line, path, value, None, raw)
                continue
            broken_off = buffer.ended and buffer.at >= len(buffer.data)
            yield bad_row(self._row, line, path, error.reason, error.detail, raw)
        if in_array and not broken_off:
            self._row += 1
            yield bad_row(self._row, buffer.line, base, "truncated", "the file ends before its array is closed")

    def _element(self) -> _Parsed:
        """The element at hand, read; or the bytes of a broken one up to where the next begins, and why it is broken."""
        buffer = self._buffer
        while True:
            end = _end_of_element(buffer.data, buffer.at)
            if end > 0:
                return self._closed(end)
            pending = len(buffer.data) - buffer.at
            if end < 0 or (pending > _DOUBT and _is_broken(buffer.data[buffer.at :])):
                cut = self._next_start(buffer.at + 1, len(buffer.data))
                while cut is None and pending < 4 * _DOUBT and buffer.more():
                    cut = self._next_start(buffer.at + 1, len(buffer.data))
                    pending = len(buffer.data) - buffer.at
                if cut is not None or pending >= 4 * _DOUBT:
                    return self._cut_at(cut if cut is not None else self._next_line())
            if pending > ROW_LIMIT:
                return self._too_long()
            if not buffer.more():
                cut = self._next_start(buffer.at + 1, len(buffer.data))
                if cut is None:
                    # The brackets that close the array and its frame are not the broken element's.
                    tail = _CLOSING.search(buffer.data, buffer.at + 1)
                    cut = tail.start() if tail else len(buffer.data)
                return self._cut_at(cut)

    def _too_long(self) -> _Parsed:
        """An element beyond ``ROW_LIMIT``: dropped up to where the next one begins, its own beginning kept."""
        buffer = self._buffer
        own = _FIRST_KEY.match(buffer.data, buffer.at)
        start = _start_pattern(own.group(1) if own else self._key)
        raw = buffer.data[buffer.at : buffer.at + RAW_LIMIT]
        buffer.advance(1)
        while (found := start.search(buffer.data, buffer.at)) is None:
            # A beginning that the end of what is buffered cuts in two is shorter than this.
            buffer.advance(max(0, len(buffer.data) - buffer.at - 512))
            if not buffer.more():
                break
        buffer.advance((found.start() if found else len(buffer.data)) - buffer.at)
        return raw, None, _TOO_LONG

    def _closed(self, end: int) -> _Parsed:
        """An element whose brackets close at ``end``; when it is no JSON, a following one may hide in it."""
        buffer = self._buffer
        if end - buffer.at > ROW_LIMIT:
            return buffer.advance(end - buffer.at)[:RAW_LIMIT], None, _TOO_LONG
        raw = buffer.data[buffer.at : end]
        value, error = load_object(raw)
        if error is not None and error.reason in _UNREADABLE:
            cut = self._next_start(buffer.at + 1, end)
            if cut is not None:
                return self._cut_at(cut)
        buffer.advance(end - buffer.at)
        return raw, value, error

    def _next_start(self, low: int, high: int) -> int | None:
        data = self._buffer.data
        own = _FIRST_KEY.match(data, self._buffer.at)
        key = own.group(1) if own else self._key
        if key is None:
            return None
        found = _start_pattern(key).search(data, low, high)
        return found.start() if found else None

    def _next_line(self) -> int:
        found = self._buffer.data.find(b"\n", self._buffer.at + 1)
        return found if found > 0 else len(self._buffer.data)

    def _cut_at(self, end: int) -> _Parsed:
        raw = self._buffer.advance(end - self._buffer.at).rstrip(_SKIPPED)
        value, error = load_object(raw)
        return raw, value, error

    def _scalar(self) -> _Parsed:
        """A value that is neither object nor array, or rubbish: up to the next comma, bracket or line."""
        buffer = self._buffer
        while True:
            token = _TOKEN.match(buffer.data, buffer.at)
            if token and len(token.group()) > 1:
                return self._cut_at(token.end())
            found = None if token and not buffer.ended else _SCALAR_END.search(buffer.data, buffer.at + 1)
            if found or len(buffer.data) - buffer.at > _DOUBT or not buffer.more():
                found = found or _SCALAR_END.search(buffer.data, buffer.at + 1)
                return self._cut_at(found.start() if found else len(buffer.data))


def _start_pattern(key: bytes | None) -> re.Pattern[bytes]:
    """The beginning of an object whose first key (in its quotes) is ``key``; of any object for None."""
    return re.compile(rb"\{\s*" + (re.escape(key) if key else rb'"[^"\\\n]{1,200}"') + rb"\s*:")


def _end_of_element(data: bytes, start: int) -> int:
    """One past the element's closing bracket; 0 when it does not end here; -1 when a string in it runs over a
    line's end.
    """
    depth = 0
    for token in _TOKEN.finditer(data, start):
        text = token.group()
        if text in (b"{", b"["):
            depth += 1
        elif text in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return token.end()
        elif text == b'"':
            return -1 if b"\n" in data[token.end() :] else 0
    return 0


def _is_broken(prefix: bytes) -> bool:
    """Whether a value cut off at an arbitrary byte is broken before the cut."""
    try:
        orjson.loads(prefix)
    except orjson.JSONDecodeError as error:
        # The cut may stand inside a character, an escape or a word such as tru(e).
        return "end of data" not in error.msg and "surrogate" not in error.msg and error.pos < len(error.doc) - 16
    return False
