"""Rows that are refused, with reason and place; field mappings; what is lost between formats."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from jobs.formats.registry import parse_row, render_row, what_is_lost
from jobs.record import RecordError

H, G = {"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}
U, A = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
CALL = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}]


@pytest.mark.parametrize(
    ("row", "reason", "path"),
    [
        ("text", "not_an_object", "$"),
        ([1], "not_an_object", "$"),
        ({}, "unknown_shape", "$"),
        ({"question": "q", "answer": "a"}, "unknown_shape", "$"),
        ({"text": ""}, "empty_text", "$.text"),
        ({"text": 5}, "wrong_type", "$.text"),
        ({"instruction": "q", "input": "", "output": ""}, "empty_output", "$.output"),
        ({"instruction": "q", "input": "", "output": None}, "empty_output", "$.output"),
        ({"instruction": "q", "input": "", "output": "NaN"}, "empty_output", "$.output"),
        ({"instruction": "q", "output": 3}, "wrong_type", "$.output"),
        ({"instruction": " ", "input": "", "output": "a"}, "empty_turn", "$.instruction"),
        ({"instruction": "q", "output": "a", "history": [["only one"]]}, "bad_history", "$.history[0]"),
        ({"instruction": "q", "output": "a", "history": [["x", ""]]}, "empty_turn", "$.history[0][1]"),
        ({"conversations": []}, "empty_dialogue", "$.conversations"),
        ({"conversations": None}, "wrong_type", "$.conversations"),
        ({"conversations": [H, {"from": "narrator", "value": "x"}]}, "unknown_role", "$.conversations[1].from"),
        ({"conversations": [H, {"from": "gpt", "value": "  "}]}, "empty_turn", "$.conversations[1].value"),
        ({"conversations": [H, {"from": "gpt"}]}, "empty_turn", "$.conversations[1].value"),
        ({"conversations": [G]}, "no_user_turn", "$"),
        ({"conversations": [H]}, "no_assistant_turn", "$"),
        ({"conversations": [H, G], "tools": "{"}, "bad_tools", "$.tools"),
        (
            {"conversations": [H, {"from": "function_call", "value": "f()"}]},
            "bad_tool_call",
            "$.conversations[1].value",
        ),
        ({"messages": [U, A, {"role": "critic", "content": "x"}]}, "unknown_role", "$.messages[2].role"),
        ({"messages": [U, {"role": "assistant", "content": None}]}, "empty_turn", "$.messages[1].content"),
        ({"messages": [U, A, "x"]}, "wrong_type", "$.messages[2]"),
        (
            {"messages": [{"role": "user", "content": [{"type": "smell"}]}, A]},
            "bad_part",
            "$.messages[0].content[0].type",
        ),
        ({"messages": [U, {**A, "tool_calls": [{"id": "1"}]}]}, "bad_tool_call", "$.messages[1].tool_calls[0]"),
        ({"messages": [U, A], "images": [1]}, "bad_media", "$.images[0]"),
        ({"conversation": [{"input": "q", "output": ""}]}, "empty_turn", "$.conversation[0].output"),
        ({"prompt": "q", "chosen": "a", "rejected": ""}, "empty_turn", "$.rejected"),
        ({"prompt": "q", "chosen": [U], "rejected": [A]}, "wrong_role", "$.chosen"),
        ({"text": "t", "$shape": {}}, "reserved_field", "$"),
        ({"text": "t", "n": 2**70}, "not_json_value", "$"),
    ],
)
def test_a_bad_row_is_refused_with_reason_and_place(row: Any, reason: str, path: str) -> None:
    with pytest.raises(RecordError) as refused:
        parse_row(row)
    assert (refused.value.reason, refused.value.path) == (reason, path)


def test_alpaca_joins_instruction_and_input_as_trainers_do() -> None:
    row = {"instruction": "a\nb", "input": "c\nd", "output": "e"}
    record = parse_row(row)
    assert [m.content for m in record.messages] == ["a\nb\nc\nd", "e"]
    record.messages[0].content = "A\nB\nC\nD"
    assert render_row(record, "alpaca") == {"instruction": "A\nB", "input": "C\nD", "output": "e"}


def test_known_metadata_fills_meta_and_comes_back() -> None:
    row = {"instruction": "q", "input": "", "output": "a", "id": 7, "metadata": {"domain": "d", "intent": "i", "x": 1}}
    record = parse_row(row)
    assert (record.meta.domain, record.meta.intent, record.meta.dialogue_id) == ("d", "i", "7")
    assert render_row(record, "alpaca") == row
    record.meta = record.meta._replace(complexity="simple")
    assert render_row(record, "alpaca")["metadata"] == {"domain": "d", "intent": "i", "x": 1, "complexity": "simple"}


def test_a_chat_without_notes_renders_in_each_format() -> None:
    record = parse_row(
        {"messages": [{"role": "system", "content": "s"}, U, A, {**U, "content": "q2"}, {**A, "content": "a2"}]}
    )
    assert record.extras is None
    assert render_row(record, "alpaca") == {
        "instruction": "q2",
        "input": "",
        "system": "s",
        "history": [["q", "a"]],
        "output": "a2",
    }
    assert render_row(record, "sharegpt")["conversations"][:2] == [{"from": "system", "value": "s"}, H]
    assert render_row(record, "turns") == {
        "conversation": [{"system": "s", "input": "q", "output": "a"}, {"input": "q2", "output": "a2"}]
    }


def test_tool_calls_pass_between_sharegpt_and_chatml() -> None:
    sharegpt = parse_row(
        {
            "conversations": [
                H,
                {"from": "function_call", "value": '{"name": "f", "arguments": {"x": 1}}'},
                {"from": "observation", "value": "1"},
                G,
            ]
        }
    )
    chatml = parse_row(render_row(sharegpt, "chatml"))
    assert orjson.loads(chatml.messages[1].tool_calls or "")[0]["function"] == {"name": "f", "arguments": {"x": 1}}
    assert render_row(chatml, "sharegpt") == render_row(sharegpt, "sharegpt")


@pytest.mark.parametrize(
    ("row", "target", "lost"),
    [
        ({"conversations": [H, G], "tools": "[{}]"}, "alpaca", ["tools"]),
        ({"messages": [U, {**A, "name": "n", "weight": 1}]}, "alpaca", ["message.name", "message.train"]),
        (
            {"messages": [U, {"role": "assistant", "content": "x", "tool_calls": CALL}, A]},
            "sharegpt",
            ["content_beside_tool_calls", "tool_call_id"],
        ),
        ({"messages": [U, U, A]}, "alpaca", ["turn_order"]),
        ({"messages": [U, A, U, A]}, "table", ["history"]),
        ({"text": "t"}, "chatml", ["kind"]),
        ({"messages": [U, A], "label": False}, "chatml", ["negative_label"]),
        ({"messages": [U, A], "output": "x"}, "alpaca", ["extras.output"]),
        ({"prompt": "q", "chosen": "a", "rejected": "b"}, "chatml", ["rejected"]),
        ({"messages": [U, A]}, "sharegpt", []),
    ],
)
def test_what_a_format_cannot_hold_is_listed(row: dict[str, Any], target: str, lost: list[str]) -> None:
    assert what_is_lost(parse_row(row), target) == lost


def test_a_format_refuses_what_would_change_the_sense() -> None:
    with pytest.raises(RecordError, match="turn_order") as refused:
        render_row(parse_row({"messages": [U, U, A]}), "alpaca")
    assert refused.value.reason == "cannot_hold"


def test_field_mappings() -> None:
    record = parse_row(
        {"question": "q", "answer": 5, "label": "greet"},
        fields={"instruction": "question", "output": "answer", "meta.intent": "label"},
    )
    assert ([m.content for m in record.messages], record.meta.intent) == (["q", "5"], "greet")
    assert render_row(record, "table") == {"question": "q", "answer": 5, "label": "greet"}
    assert render_row(record, "alpaca") == {"instruction": "q", "input": "", "output": "5", "label": "greet"}
    turns = {"dialog": [{"q": "1", "a": "2", "sys": "s"}]}
    record = parse_row(turns, fields={"turns": "dialog", "user": "q", "assistant": "a", "system": "sys"})
    assert ([m.role for m in record.messages], render_row(record, "turns")) == (["system", "user", "assistant"], turns)
    spoken = {"log": [{"who": "customer", "said": "q"}, {"who": "agent", "said": "a"}]}
    record = parse_row(
        spoken, fields={"messages": "log", "role": "who", "content": "said", "user": "customer", "assistant": "agent"}
    )
    assert [(m.role, m.content) for m in record.messages] == [("user", "q"), ("assistant", "a")]


def test_mistakes_in_a_mapping_say_so() -> None:
    with pytest.raises(ValueError, match="unknown name 'instructions'"):
        parse_row({}, fields={"instructions": "q"})
    with pytest.raises(RecordError, match="missing_field"):
        parse_row({"x": 1}, fields={"text": "body"})
    with pytest.raises(ValueError, match="unknown format"):
        parse_row({"text": "t"}, "parquet")


def test_a_call_without_content_is_written_with_null() -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
    row = {"messages": [U, {"role": "assistant", "tool_calls": [call]}]}
    assert render_row(parse_row(row), "chatml")["messages"][1] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [call],
    }


def test_calls_of_the_time_before_tools_become_tool_calls() -> None:
    row = {
        "messages": [
            U,
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"x": 1}'}},
            {"role": "function", "name": "f", "content": "2"},
            A,
        ],
        "functions": [{"name": "f", "parameters": {}}],
    }
    record = parse_row(row)
    assert render_row(record, "chatml") == row
    turns = render_row(record, "sharegpt")["conversations"]
    assert [turn["from"] for turn in turns] == ["human", "function_call", "observation", "gpt"]
    assert orjson.loads(record.tools or "") == [{"type": "function", "function": row["functions"][0]}]


def test_query_and_response_of_ms_swift() -> None:
    row = {"query": "q2", "response": "a2", "history": [["q1", "a1"]], "system": "s", "rejected_response": "b2"}
    record = parse_row(row)
    assert record.kind == "preference"
    assert [m.content for m in record.messages] == ["s", "q1", "a1", "q2"]
    assert render_row(record, "swift") == row
    with pytest.raises(RecordError, match=r"empty_output at \$\.response"):
        parse_row({"query": "q", "response": None})


def test_images_given_as_objects() -> None:
    row = {"messages": [{"role": "user", "content": "<image>?"}, A], "images": [{"bytes": None, "path": "a.png"}]}
    record = parse_row(row)
    assert [m.path for m in record.media] == ["a.png"]
    assert render_row(record, "chatml") == row
    assert render_row(record, "sharegpt")["images"] == ["a.png"]
