"""Keep order: what each criterion reads, and that whole columns give what row by row reading gives."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.record import Message, Meta, Record, Source, texts_of
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.keep import KEEP_COLUMNS, KeepParams, KeepPolicy, priorities, priority
from jobs.similarity.survivors import keep_order

Row = dict[str, Any]


def row(text: str, source: str = "a", collected_at: str | None = None, **more: Any) -> Row:
    where = Source(source, "internal", "file", 1, collected_at=collected_at)
    return Record(kind="chat", messages=[Message("user", text)], source=where, **more).to_dict()


def order_by(policy: KeepPolicy, rows: list[Row]) -> list[int]:
    table = pa.Table.from_pylist(rows, schema=ROW_SCHEMA).select(KEEP_COLUMNS)
    return keep_order(priorities(table, policy), [f"id{i}" for i in range(len(rows))]).tolist()


def test_longest_newest_and_source() -> None:
    assert order_by(KeepPolicy(("longest",)), [row("ab"), row("abcd"), row("abc")]) == [2, 0, 1]
    dated = [row("x", collected_at=t) for t in (None, "2026-01-01", "2026-01-01T08:00:00+08:00", "2026-02-01", "soon")]
    assert order_by(KeepPolicy(("newest",)), dated) == [3, 1, 2, 0, 4]
    sources = [row("x", "web"), row("x", "audited"), row("x", "logs")]
    assert order_by(KeepPolicy(("source",), ("audited", "logs")), sources) == [2, 0, 1]
    both = KeepPolicy(("source", "longest"), ("logs",))
    assert order_by(both, [row("ab", "web"), row("a", "logs"), row("abc", "web")]) == [2, 0, 1]


def test_quality_is_read_from_the_rating_the_metadata_or_the_extras() -> None:
    rated = [row("x", rating=0.1), row("x"), row("x", rating=0.9), row("x", rating=math.nan)]
    assert order_by(KeepPolicy(("quality",)), rated) == [1, 2, 0, 3]
    labelled = [row("x", meta=Meta(complexity=value)) for value in ("2", None, "3.5", "hard")]
    assert order_by(KeepPolicy(("quality",), quality_field="meta.complexity"), labelled) == [1, 2, 0, 3]
    scored = [
        row("x", extras=text) for text in ('{"judge":{"score":2}}', None, '{"judge":{"score":"7"}}', '{"score":9}')
    ]
    assert order_by(KeepPolicy(("quality",), quality_field="judge.score"), scored) == [1, 2, 0, 3]


def test_rows_that_a_person_has_judged_come_first() -> None:
    rows = [row("x"), row("x", extras='{"audited":false}'), row("x", extras='{"audited":true}')]
    rows += [row("x", extras='{"audited":"Yes"}'), row("x", extras='{"audited":null,"checked":1}')]
    assert order_by(KeepPolicy(("audited",)), rows) == [2, 3, 0, 1, 4]
    assert order_by(KeepPolicy(("audited", "longest"), audited_field="checked"), rows) == [1, 2, 3, 4, 0]


@given(
    st.lists(
        st.builds(
            row,
            st.text(max_size=4),
            st.sampled_from("abc"),
            st.sampled_from([None, "", "2026-01-01", "2026-03-01T00:00:00Z", "never"]),
            rating=st.none() | st.floats(0, 9),
            label=st.none() | st.booleans(),
        ),
        max_size=6,
    )
)
def test_priorities_of_columns_are_those_of_rows(rows: list[Row]) -> None:
    policy = KeepPolicy(("longest", "newest", "source", "quality"), ("b", "a"))
    found = priorities(pa.Table.from_pylist(rows, schema=ROW_SCHEMA), policy)
    assert found.shape == (len(rows), 4)
    for line, one in zip(found.tolist(), rows, strict=True):
        place = {"b": 0, "a": 1}.get(one["source"]["name"], 2)
        quality = math.inf if one["rating"] is None else -one["rating"]
        expected = (-sum(map(len, texts_of(one))), _newest(one["source"]["collected_at"]), place, quality)
        assert tuple(line) == expected == priority(one, policy)


def _newest(text: str | None) -> float:
    if not text or text == "never":
        return math.inf
    when = datetime.fromisoformat(text)
    return -(when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def test_impossible_policies_are_errors() -> None:
    with pytest.raises(ValueError, match="'best'"):
        KeepPolicy(("best",))  # type: ignore[arg-type]  # that is the point
    with pytest.raises(ValueError, match="needs the order of sources"):
        KeepParams(keep=("source",))
    with pytest.raises(ValueError, match=r"meta\.complexity"):
        KeepPolicy(("quality",), quality_field="meta.mood")
    with pytest.raises(ValueError, match="name of a key in extras"):
        KeepPolicy(("audited",), audited_field="")
