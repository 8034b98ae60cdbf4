"""The laws of every format: what is parsed and rendered again is the same data, and what another cannot hold is
listed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from rows_of_formats import CORES, rows

from jobs.formats import alpaca
from jobs.formats.detect import detect
from jobs.formats.holds import ESSENTIAL
from jobs.formats.registry import FORMATS, get_format, parse_row, render_row, what_is_lost
from jobs.record import Message, Record, RecordError

# Axolotl's rows are told as ChatML's, which reads them as well.
DETECTED = {"axolotl": "chatml"}
TARGETS = [name for name in FORMATS if name != "table"]


def meaning(row: Any) -> Any:
    """A row with JSON texts of tools and calls read, so that white space in them does not count; beside a call no
    content and null say the same.
    """
    if isinstance(row, dict):
        if "tool_calls" in row:
            row = {"content": None, **row}
        return {k: json_of(v) if k in ("arguments", "value", "tools") else meaning(v) for k, v in row.items()}
    return [meaning(item) for item in row] if isinstance(row, list) else row


def json_of(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


@pytest.mark.parametrize("name", CORES)
def test_what_is_parsed_and_rendered_is_the_same(name: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(rows(CORES[name]))
    def law(row: dict[str, Any]) -> None:
        assert detect(row) == DETECTED.get(name, name)
        record = parse_row(row, name)
        assert meaning(render_row(record, name)) == meaning(row)
        assert Record.from_dict(record.to_dict()) == record

    law()


@pytest.mark.parametrize("name", CORES)
def test_what_another_format_loses_is_listed_and_nothing_else_is_lost(name: str) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows(CORES[name]))
    def law(row: dict[str, Any]) -> None:
        for other in TARGETS:
            check_pair(row, name, other)

    law()


def check_pair(row: dict[str, Any], name: str, other: str) -> None:
    """F -> G -> F: refused where the sense would change, else equal but for what is listed."""
    record = parse_row(row, name)
    lost = what_is_lost(record, other)
    if ESSENTIAL & set(lost):
        with pytest.raises(RecordError, match="cannot_hold"):
            render_row(record, other)
        return
    back = get_format(other).parse(render_row(record, other))
    assert said(back, lost) == said(record, lost), other
    if not lost and record.kind == back.kind:
        again = parse_row(render_row(back, name), name)
        assert said(again, []) == said(record, []), other


def said(record: Record, lost: list[str]) -> dict[str, Any]:
    """What a record says, less what is listed as lost; its spelling (``$shape``) apart."""
    extras = orjson.loads(record.extras) if record.extras else {}
    extras.pop("$shape", None)
    turns = extras.pop("$turns", {})
    for loss in lost:
        extras.pop(loss.removeprefix("extras."), None)
    messages = [*record.messages, *record.chosen] if "rejected" in lost else record.messages
    kept = {
        "messages": [_turn(m, lost) for m in messages],
        "chosen": [] if "rejected" in lost else [_turn(m, lost) for m in record.chosen],
        "rejected": [] if "rejected" in lost else [_turn(m, lost) for m in record.rejected],
        "label": None if "label" in lost else record.label,
        "tools": None if "tools" in lost or not record.tools else orjson.loads(record.tools),
        "media": _media(record, lost),
        "text": record.text,
        "extras": extras,
    }
    if not any(loss.startswith("message.") and loss != "message.developer" for loss in lost):
        slots = [slot for name, slot in turns.items() if name != "rejected" or "rejected" not in lost]
        kept["turns"] = sorted(json.dumps(noted, sort_keys=True) for slot in slots for noted in slot.values())
    return kept


def _media(record: Record, lost: list[str]) -> list[tuple[str, str]]:
    if "media" in lost:
        return []
    found = [(m.type, m.path) for m in record.media]
    return sorted(found) if "media_places" in lost else found


def _turn(message: Message, lost: list[str]) -> tuple[Any, ...]:
    m = replace(message)
    if "content_beside_tool_calls" in lost and m.tool_calls is not None:
        m.content = None
    calls = orjson.loads(m.tool_calls) if m.tool_calls else None
    if "tool_call_id" in lost:
        m.tool_call_id = None
        for call in calls or []:
            call.pop("id", None)
    name = None if "message.name" in lost else m.name
    train = None if "message.train" in lost else m.train
    return (m.role, m.content, name, calls, m.tool_call_id, train)


@settings(max_examples=150, deadline=None)
@given(rows(CORES["alpaca"]))
def test_the_quick_ways_say_what_the_long_ones_say(row: dict[str, Any]) -> None:
    quick, record = alpaca._parse_texts(row), alpaca._parse_any(row)
    assert quick is None or quick == record
    for name in TARGETS:
        if ESSENTIAL.isdisjoint(what_is_lost(record, name)):
            # Extras of another identity are read anew, and never taken for those that were just dumped.
            anew = replace(record, extras=record.extras and "".join(list(record.extras)))
            assert render_row(parse_row(row, "alpaca"), name) == render_row(anew, name)


def test_every_format_of_the_registry_is_under_the_law() -> None:
    assert set(FORMATS) - set(CORES) == {"ranking", "table"}
