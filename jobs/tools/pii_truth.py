"""Files of texts with known spans, in the shapes that people have them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.record import RecordError
from jobs.sources.rows import RawRow
from jobs.tools.pii_entities import IGNORED, EntityMap
from jobs.tools.row_input import every_row, name_of

TEXT_COLUMNS = ("text", "full_text", "userInput", "sentence", "content", "source_text", "input")
SPAN_COLUMNS = ("spans", "labels", "entities", "label", "annotations", "privacy_mask", "span_labels")
_START = ("start", "start_position", "startIndex", "begin", "start_offset", "from")
_END = ("end", "end_position", "endIndex", "end_offset", "to", "stop")
_ENTITY = ("entity", "entity_type", "label", "type", "slot", "tag", "entity_group", "category")


@dataclass(frozen=True, slots=True, order=True)
class Labelled:
    """A known or predicted span, in characters, end exclusive.

    Attributes:
        named: what the file called the entity.
        recognizer: who found it; of predictions only.
    """

    start: int
    end: int
    entity: str
    named: str = ""
    recognizer: str = ""


@dataclass(frozen=True, slots=True)
class TruthRow:
    """A text and its spans: ``name`` is the row's id or place, as ``pii scan`` writes it.

    ``parts`` are the entities that the file has in parts (first name, last name), which are joined here and have to be
    in what is found too.
    """

    name: str | int
    file: Path
    raw: RawRow
    text: str
    spans: tuple[Labelled, ...]
    parts: frozenset[str]


def read_truth(
    inputs: Sequence[Path], entities: EntityMap, column: str | None = None
) -> Iterator[TruthRow | tuple[RawRow, RecordError]]:
    """Each row of truth files, or why it is none.

    Args:
        column: where the text stands; by default the first of ``TEXT_COLUMNS`` that holds one.
    """
    for number, (file, raw) in enumerate(every_row(inputs), 1):
        try:
            if raw.error is not None:
                raise raw.error
            value = raw.value or {}
            text = _text(value, column)
            spans = read_spans(value, entities, text)
        except RecordError as error:
            yield raw, error
            continue
        parts = frozenset(span.entity for span in spans if entities.is_part(span.named))
        name = name_of(raw, number if len(inputs) > 1 else None)
        yield TruthRow(name, file, raw, text, tuple(joined(spans, parts, text)), parts)


def read_spans(value: Mapping[str, Any], entities: EntityMap, text: str | None = None) -> list[Labelled]:
    """The spans of a row, by our names of entities, sorted.

    Args:
        text: None when it is not known (predictions): then the ends are not checked against it.

    Raises:
        RecordError: ``no_spans``, ``bad_span``, ``span_beyond_text``.
    """
    name = next((n for n in SPAN_COLUMNS if isinstance(value.get(n), list)), None)
    if name is None:
        if any(n in value and value[n] is None for n in SPAN_COLUMNS) or "userInput" in value:
            return []
        expected = ", ".join(SPAN_COLUMNS)
        raise RecordError("no_spans", f"expected a list of spans in a column {expected}")
    spans = [_span(item, f"$.{name}[{i}]", entities, text) for i, item in enumerate(value[name])]
    return sorted(span for span in spans if span.entity != IGNORED)


def _text(value: Mapping[str, Any], column: str | None) -> str:
    for name in TEXT_COLUMNS if column is None else (column,):
        told = value.get(name)
        if isinstance(told, dict) and isinstance(told.get("text"), str):
            return str(told["text"])
        if isinstance(told, str):
            return told
    expected = column if column is not None else ", ".join(TEXT_COLUMNS)
    raise RecordError("no_text", f"expected a text in a column {expected} (--column names another)")


def _span(item: Any, path: str, entities: EntityMap, text: str | None) -> Labelled:
    if isinstance(item, list | tuple) and len(item) >= 3:
        item = dict(zip(("start", "end", "entity"), item, strict=False))
    if not isinstance(item, dict):
        raise RecordError("bad_span", "expected an object with start, end and entity, or a list of the three", path)
    if item.get("path") not in (None, "text"):
        raise RecordError("bad_span", "expected spans of one text, came one with a path; scan with --column", path)
    inner = item.get("valueSpan")
    place: dict[str, Any] = inner if isinstance(inner, dict) else item
    # Protocol buffers leave a zero out, and restaurant8k is written by them.
    first = {"startIndex": 0, **place} if place is not item else place
    start, end = _first_of(first, _START), _first_of(place, _END)
    entity = next((item[n] for n in _ENTITY if isinstance(item.get(n), str)), None)
    if not _is_place(start) or not _is_place(end) or entity is None:
        raise RecordError("bad_span", f"expected {_START[0]}, {_END[0]} (integers) and {_ENTITY[0]} (text)", path)
    if not 0 <= start < end or (text is not None and end > len(text)):
        size = "" if text is None else f" within the text's {len(text)} characters"
        raise RecordError("span_beyond_text", f"expected 0 <= start < end{size}, came {start} to {end}", path)
    return Labelled(start, end, entities.entity(entity), entity, str(item.get("recognizer", "")))


def _first_of(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def joined(spans: Sequence[Labelled], entities: Iterable[str], text: str) -> list[Labelled]:
    """Neighbours of one of these entities as one span, where only white space, commas or quoting stand between them."""
    wanted, done = set(entities), list[Labelled]()
    for span in sorted(spans):
        last = done[-1] if done else None
        if (
            last is not None
            and span.entity in wanted
            and last.entity == span.entity
            and last.end <= span.start
            and not text[last.end : span.start].strip(" \t\n,>?")
        ):
            done[-1] = Labelled(last.start, span.end, last.entity, last.named, last.recognizer)
        else:
            done.append(span)
    return done
