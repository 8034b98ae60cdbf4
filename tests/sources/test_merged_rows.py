"""Tables of many columns as dialogues, by a merged prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.formats.merged_prompt import compile_prompt
from jobs.record import RecordError
from jobs.sources.collect_rows import collect_file
from jobs.sources.source_rows import SourceFields

PROMPT = "乘客信息:[[年龄:{age}。]][[票价:{fare},{deck}层。]]还活着吗?"


def source(**more: Any) -> SourceFields:
    return SourceFields("t", merged_prompt=PROMPT, output_column_name="survived", **more)


def collected(tmp_path: Path, text: str, **more: Any) -> list[dict[str, Any]]:
    file = tmp_path / "t.csv"
    file.write_text(text, "utf-8")
    return list(collect_file(file, source(**more)))


@pytest.mark.parametrize(
    ("row", "question"),
    [
        ({"age": 22.0, "fare": 7.25, "deck": "C"}, "乘客信息:年龄:22。票价:7.25,C层。还活着吗?"),
        ({"age": None, "fare": 7.25, "deck": "C"}, "乘客信息:票价:7.25,C层。还活着吗?"),
        ({"age": 22, "fare": 7.25, "deck": ""}, "乘客信息:年龄:22。还活着吗?"),
        ({"age": "nan", "fare": float("nan"), "deck": "None"}, "乘客信息:还活着吗?"),
    ],
)
def test_a_segment_disappears_when_any_of_its_columns_is_empty(row: dict[str, Any], question: str) -> None:
    assert compile_prompt(PROMPT).fill(row) == question


def test_an_empty_column_outside_of_a_segment_is_an_error() -> None:
    prompt = compile_prompt("{{{name}}}: {age}")
    assert prompt.fill({"name": "x", "age": 3}) == "{x}: 3"
    with pytest.raises(RecordError) as refused:
        prompt.fill({"name": "x", "age": None})
    assert (refused.value.reason, refused.value.path) == ("empty_column", "$.age")
    with pytest.raises(RecordError, match="missing_field"):
        prompt.fill({"name": "x"})
    with pytest.raises(RecordError, match="empty_turn"):
        compile_prompt("[[{a}]]").fill({"a": None})


@pytest.mark.parametrize("template", ["no column", "[[{a}", "[[x]]{a}", "{a", "[[a [[ {b} ]] ]]"])
def test_a_prompt_that_cannot_be_read_is_an_error(template: str) -> None:
    with pytest.raises(ValueError, match="merged_prompt"):
        compile_prompt(template)


@given(st.dictionaries(st.sampled_from("abc"), st.none() | st.text(max_size=4) | st.integers() | st.floats()))
def test_no_question_ever_says_none(row: dict[str, Any]) -> None:
    prompt = compile_prompt("[[{a}]][[{b}-{c}]]")
    try:
        question = prompt.fill({"a": "x", "b": None, "c": None, **row})
    except RecordError:
        return
    assert "None" not in question
    assert "nan" not in question.replace(str(row.get("a")), "").replace(str(row.get("b")), "")


def test_a_table_becomes_dialogues_and_a_missing_answer_is_quarantined(tmp_path: Path) -> None:
    rows = collected(tmp_path, "age,fare,deck,survived,port\n22,7.25,C,yes,S\n,,,no,\n30,1,A,,C\n")
    assert [m["content"] for m in rows[0]["messages"]] == ["乘客信息:年龄:22。票价:7.25,C层。还活着吗?", "yes"]
    assert rows[0]["source"]["format"] == "table"
    assert rows[0]["extras"] == '{"columns":{"port":"S"}}'
    assert rows[1]["messages"][0]["content"] == "乘客信息:还活着吗?"
    assert (rows[2]["quarantine"]["reason"], rows[2]["quarantine"]["path"]) == ("empty_output", "$.survived")


def test_metadata_comes_from_a_column(tmp_path: Path) -> None:
    (row,) = collected(tmp_path, "age,fare,deck,survived\n22,7,C,yes\n", fields={"meta.intent": "survived"})
    assert row["meta"]["intent"] == "yes"


def test_rows_are_joined_into_dialogues_each_once_by_seed(tmp_path: Path) -> None:
    text = "age,fare,deck,survived\n" + "".join(f"{i},1,A,yes\n" for i in range(10, 20))
    rows = collected(tmp_path, text, conversation_extension=4, seed=3)
    assert [len(row["messages"]) for row in rows] == [8, 8, 4]
    ages = [m["content"] for row in rows for m in row["messages"] if m["role"] == "user"]
    assert sorted(ages) == sorted(f"乘客信息:年龄:{i}。票价:1,A层。还活着吗?" for i in range(10, 20))
    assert rows == collected(tmp_path, text, conversation_extension=4, seed=3)
    assert rows != collected(tmp_path, text, conversation_extension=4, seed=4)
    assert '"joined_rows":' in rows[0]["extras"]
