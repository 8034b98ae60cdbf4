"""The canonical record: nothing is lost on the way through it, and equal content is equal whatever its place."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.record import (
    Media,
    Message,
    Meta,
    Record,
    RecordError,
    Source,
    canonical_json,
    content_hash,
    map_texts,
    texts_of,
)
from jobs.record_schema import RECORD_SCHEMA, ROW_SCHEMA

# Lone surrogates are no text: UTF-8 cannot hold them, and readers quarantine what is not UTF-8.
text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
maybe = st.none() | text
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
messages = st.lists(
    st.builds(Message, role=text, content=maybe, name=maybe, tool_call_id=maybe, train=st.none() | st.booleans()),
    max_size=3,
)
sources = st.builds(
    Source,
    name=text,
    kind=text,
    uri=text,
    row=st.integers(0, 2**40),
    line=st.none() | st.integers(0, 2**40),
    synthetic=st.booleans(),
    parent=maybe,
)
records = st.builds(
    Record,
    kind=st.sampled_from(["text", "chat", "preference", "unpaired_preference"]),
    messages=messages,
    chosen=messages,
    rejected=messages,
    label=st.none() | st.booleans(),
    rating=st.none() | st.floats(allow_nan=False),
    media=st.lists(st.builds(Media, type=text, path=text, sha256=maybe), max_size=2),
    text=maybe,
    meta=st.builds(Meta, domain=maybe, intent=maybe, language=maybe, dialogue_id=maybe),
    extras=st.none() | st.dictionaries(text, json_values, max_size=2).map(lambda v: canonical_json(v).decode()),
    source=st.none() | sources,
    record_id=maybe,
)


@settings(deadline=None)  # the first example pays for imports
@given(records)
def test_a_record_comes_back_from_arrow_as_it_went_in(record: Record) -> None:
    table = pa.Table.from_pylist([record.to_dict()], schema=RECORD_SCHEMA)
    assert Record.from_dict(table.to_pylist()[0]) == record


def test_the_schema_and_the_dataclass_name_the_same_columns() -> None:
    assert set(RECORD_SCHEMA.names) == {field.name for field in fields(Record)}
    assert ROW_SCHEMA.names == [*RECORD_SCHEMA.names, "content_hash", "changes", "quarantine"]


def test_columns_that_are_not_a_records_own_are_ignored() -> None:
    row = {**Record(kind="text", text="a").to_dict(), "split": "train", "changes": None, "quarantine": None}
    assert Record.from_dict(row) == Record(kind="text", text="a")


@settings(deadline=None)
@given(st.dictionaries(text, json_values, max_size=4))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical_json(turned) == canonical_json(value)
    assert json.loads(canonical_json(value)) == value


@settings(deadline=None)
@given(records, sources, text)
def test_the_content_hash_knows_nothing_of_place_id_and_what_is_known_about_it(
    record: Record, source: Source, word: str
) -> None:
    row = record.to_dict()
    moved = Record.from_dict(row)
    moved.source, moved.record_id, moved.meta, moved.extras = source, word, Meta(intent=word), None
    assert content_hash(moved.to_dict()) == content_hash(row)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "preference"},
        {"messages": [{"role": "user", "content": "b"}]},
        {"chosen": [{"role": "assistant", "content": "a"}]},
        {"rejected": [{"role": "assistant", "content": "a"}]},
        {"label": True},
        {"rating": 1.0},
        {"tools": "[]"},
        {"media": [{"type": "image", "path": "a.png", "sha256": None}]},
        {"text": "a"},
    ],
)
def test_the_content_hash_sees_every_part_of_what_is_said(change: dict[str, Any]) -> None:
    row = Record(kind="chat", messages=[Message("user", "a")]).to_dict()
    assert content_hash({**row, **change}) != content_hash(row)


@settings(deadline=None)
@given(records)
def test_texts_are_what_map_texts_converts_and_the_rest_stays(record: Record) -> None:
    row = record.to_dict()
    before = canonical_json(row)
    marked = map_texts(row, lambda said: f"[{said}]")
    assert texts_of(marked) == [f"[{said}]" for said in texts_of(row)]
    assert canonical_json(row) == before, "the row that was given stays as it was"
    same = map_texts(row, lambda said: said, structured=True)
    assert {k: v for k, v in same.items() if k != "extras"} == {k: v for k, v in row.items() if k != "extras"}


def test_structured_texts_are_converted_only_when_asked_for() -> None:
    call = '[{"id":"c1","function":{"name":"find","arguments":{"phone":"abc","n":3}}}]'
    row = Record(
        kind="chat",
        messages=[Message("assistant", "abc", name="abc", tool_calls=call)],
        tools='[{"name":"abc"}]',
        extras='{"abc":"abc","list":["abc",1,null]}',
    ).to_dict()
    plain = map_texts(row, str.upper)
    assert plain["messages"][0]["content"] == "ABC"
    assert (plain["messages"][0]["tool_calls"], plain["tools"], plain["extras"]) == (call, row["tools"], row["extras"])
    deep = map_texts({**row, "meta": {"dialogue_id": "abc", "intent": None}}, str.upper, structured=True)
    # Keys may be personal data too: a table by telephone number is an object with such keys.
    assert json.loads(deep["messages"][0]["tool_calls"]) == json.loads(call.upper())
    assert deep["messages"][0]["name"] == "ABC"
    assert json.loads(deep["tools"]) == [{"NAME": "ABC"}]
    assert json.loads(deep["extras"]) == {"ABC": "ABC", "LIST": ["ABC", 1, None]}
    assert deep["meta"] == {"dialogue_id": "ABC", "intent": None}


def test_a_number_in_json_is_shown_as_its_digits_and_stays_a_number_unless_changed() -> None:
    row = Record(kind="text", text="", extras='{"a":13912345678,"b":[1.5,true]}').to_dict()
    shown: list[str] = []
    hidden = map_texts(
        row, lambda said: shown.append(said) or ("X" if said.startswith("139") else said), structured=True
    )
    assert json.loads(hidden["extras"]) == {"a": "X", "b": [1.5, True]}
    assert "13912345678" in shown


def test_texts_come_in_reading_order() -> None:
    record = Record(
        kind="preference",
        messages=[Message("system", "1"), Message("user", "2"), Message("assistant", None)],
        chosen=[Message("assistant", "3")],
        rejected=[Message("assistant", "4")],
        text="5",
    )
    assert texts_of(record.to_dict()) == ["1", "2", "3", "4", "5"]


def test_an_error_says_why_and_where() -> None:
    error = RecordError("unknown_role", "expected one of user, assistant", "$.messages[0].role")
    assert (error.reason, error.path) == ("unknown_role", "$.messages[0].role")
    assert str(error) == "unknown_role at $.messages[0].role: expected one of user, assistant"
