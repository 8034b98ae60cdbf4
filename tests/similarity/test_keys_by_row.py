"""The keys of whole columns are those of a plain row by row reading, which stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.record import canonical_json, texts_of
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.folding import PART
from jobs.similarity.keys import By, exact_keys, key_text, key_texts, strict_key, strict_keys

Row = dict[str, Any]
Message = Mapping[str, Any]

words = st.text(alphabet="ab订 \n\x1e\u3000", max_size=5)
calls = st.sampled_from([None, None, "", " ", '{"b":1,"a":[2]}', '{"a": [2], "b": 1}', "no  json"])
messages = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["system", "user", "assistant", "assistant", "tool"]),
            "content": st.none() | words,
            "name": st.sampled_from([None, None, "f", "g"]),
            "tool_calls": calls,
        }
    ),
    max_size=4,
)
media = st.lists(
    st.fixed_dictionaries({"type": st.just("image"), "path": st.sampled_from("ab"), "sha256": st.none() | st.just("c")})
)
rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["chat", "stepwise"]),
        "messages": st.none() | messages,
        "chosen": st.just([]) | messages,
        "rejected": st.just([]) | messages,
        "label": st.none() | st.booleans(),
        "rating": st.sampled_from([None, None, 1.0, 2.5]),
        "tools": st.sampled_from([None, None, "[]", " [ ]", "[1]"]),
        "media": st.just([]) | media,
        "text": st.none() | words,
        "extras": st.sampled_from([None, '{"labels":[1]}', '{"x":1}']),
    }
)


def parts_of(row: Row, by: By, system: bool = False) -> list[Sequence[Message]]:
    turns = [m for m in row["messages"] or [] if system or m["role"] != "system"]
    if by == "text":
        return [[{"role": "text", "content": text} for text in texts_of(row)]]
    answers: list[Sequence[Message]] = [row["chosen"], row["rejected"]]
    paired = any(answers)
    answer = len(turns) if paired else last(turns, "assistant")
    if by == "dialogue":
        return [turns, *answers] if paired else [turns]
    if by == "prompt":
        return [turns[:answer]]
    if by == "response":
        return [[], *answers] if paired else [turns[answer : answer + 1]]
    ending = turns[last(turns[:answer], "user") : answer + 1]
    return [ending, *answers] if paired else [ending]


def last(turns: Sequence[Message], role: str) -> int:
    return next((i for i in range(len(turns) - 1, -1, -1) if turns[i]["role"] == role), len(turns))


def said(message: Message) -> str:
    return "\n".join(part for part in (message["content"], canonical(message.get("tool_calls"))) if part)


def canonical(text: str | None) -> str:
    try:
        return canonical_json(orjson.loads(text)).decode() if text else ""
    except orjson.JSONDecodeError:
        return squeeze(text)


def squeeze(text: str | None) -> str:
    return " ".join((text or "").split())


def text_of(row: Row, by: By) -> str:
    parts = ["\n".join(said(m) for m in part) for part in parts_of(row, by)]
    if not any(parts):
        parts = [row["text"] or ""]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    parts = [part.replace(PART, " ") for part in parts]
    return PART.join(parts)


def strict_of(row: Row, by: By) -> str:
    files = [[m["type"], m["sha256"] or m["path"]] for m in row["media"]]
    if by == "prompt":
        return repr(files)
    labels = orjson.loads(row["extras"]).get("labels") if row["kind"] == "stepwise" and row["extras"] else None
    return repr((files, row["label"], row["rating"], labels))


def identity_of(row: Row, by: By) -> str | None:
    parts = parts_of(row, by, system=by in ("dialogue", "text"))
    if not squeeze(row["text"]) and not any(said(m).strip() for part in parts for m in part):
        return None
    turns = [
        [(m["role"], m.get("name") or "", squeeze(m["content"]), canonical(m.get("tool_calls"))) for m in part]
        for part in parts
    ]
    tools = canonical(row["tools"]) if by == "dialogue" else None
    return repr((turns, squeeze(row["text"]), tools, strict_of(row, by)))


def assert_equal_alike(found: list[Any], expected: list[Any]) -> None:
    """Two rows have the same key exactly when the rows read one by one are the same."""
    assert [f is None for f in found] == [e is None for e in expected]
    for i, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        assert [f == mine for f in found[i:]] == [e == theirs for e in expected[i:]]


@pytest.mark.parametrize("by", get_args(By))
@given(st.lists(rows, max_size=8), st.integers(0, 2))
def test_keys_of_columns_are_those_of_rows(by: By, listed: list[Row], offset: int) -> None:
    # A slice of a table in several chunks: what a batch is.
    half = len(listed) // 2
    table = pa.concat_tables([pa.Table.from_pylist(part, schema=ROW_SCHEMA) for part in (listed[:half], listed[half:])])
    table, listed = table.slice(offset), listed[offset:]

    assert key_texts(table, by).to_pylist() == [text_of(row, by) for row in listed]
    assert_equal_alike(exact_keys(table, by).to_pylist(), [identity_of(row, by) for row in listed])
    assert_equal_alike(strict_keys(table, by).tolist(), [strict_of(row, by) for row in listed])
    for row in listed[:1]:
        assert key_text(row, by) == text_of(row, by)
        assert strict_key(row, by) == strict_keys(table, by)[0]
