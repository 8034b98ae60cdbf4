"""Remove personal data, on frames: the numbering of placeholders, and what happens to a row that cannot be cleaned."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame

from jobs.lake.batches import guarded
from jobs.record import content_hash
from jobs.stages import remove_pii

PHONE, OTHER, MAIL = "13912345678", "13812345679", "lan.fang@example.com"
Row = Callable[..., dict[str, Any]]
Frame = Callable[..., DataFrame]


def cleaned(frame: DataFrame, **params: Any) -> list[dict[str, Any]]:
    found = remove_pii.transform(frame, remove_pii.Params(**params))
    rows: list[dict[str, Any]] = found.orderBy("record_id").toArrow().to_pylist(maps_as_pydicts="strict")
    return rows


def test_a_value_has_one_placeholder_throughout_its_dialogue(row: Row, frame: Frame) -> None:
    call = json.dumps([{"type": "function", "function": {"name": "call", "arguments": {"number": PHONE}}}])
    asked = row(1, f"我的手机是{PHONE}", f"好的,是{PHONE}吗?", f"也可以打{OTHER},邮箱{MAIL}", f"已记下{OTHER}和{PHONE}")
    asked["messages"][1]["tool_calls"] = call
    asked["extras"] = json.dumps({"agent_note": f"回拨{PHONE}"})

    first, second, clean = cleaned(frame([asked, row(2, f"请打{OTHER}", "好的"), row(3, "几点发货?", "下午三点。")]))

    texts = [message["content"] for message in first["messages"]]
    assert texts == [
        "我的手机是<PHONE_1>",
        "好的,是<PHONE_1>吗?",
        "也可以打<PHONE_2>,邮箱<EMAIL_1>",
        "已记下<PHONE_2>和<PHONE_1>",
    ]
    assert "<PHONE_1>" in first["messages"][1]["tool_calls"]
    assert json.loads(first["extras"]) == {"agent_note": "回拨<PHONE_1>"}
    assert second["messages"][0]["content"] == "请打<PHONE_1>", "each dialogue counts anew"
    assert PHONE not in repr(first)
    assert second["changes"] == {"PHONE_NUMBER": 1}
    assert (clean["changes"], clean["messages"][1]["content"]) == ({}, "下午三点。")
    assert [r["content_hash"] for r in (first, second, clean)] == [content_hash(r) for r in (first, second, clean)]


def test_an_entity_that_is_not_asked_for_stays(row: Row, frame: Frame) -> None:
    rows = cleaned(frame([row(1, f"电话{PHONE},邮箱{MAIL}", "好的")]), entities=("EMAIL_ADDRESS",))
    assert rows[0]["messages"][0]["content"] == f"电话{PHONE},邮箱<EMAIL_1>"


def test_a_row_that_fails_is_quarantined_without_what_it_says(row: Row, frame: Frame) -> None:
    # JSON is read to a greater depth than it is written, so this one can be looked into but not put together again.
    deep = row(1, f"我的手机是{PHONE}", "好的", extras="[" * 400 + f'"{PHONE}"' + "]" * 400)

    failed, passed = cleaned(frame([deep, row(2, f"我的手机是{PHONE}", "好的")]))

    assert failed["quarantine"]["reason"] == "remove_pii_failed"
    assert failed["quarantine"]["uri"] == "logs.json"
    assert (failed["record_id"], failed["source"]["name"]) == (deep["record_id"], "logs")
    said = ("messages", "chosen", "rejected", "text", "extras", "tools")
    assert not any(failed[name] for name in said)
    assert PHONE not in repr(failed)
    assert "我的手机" not in repr(failed)
    assert (passed["quarantine"], passed["changes"]) == (None, {"PHONE_NUMBER": 1})


@pytest.mark.parametrize("error", [ValueError(PHONE), KeyError(PHONE), RecursionError(PHONE)])
def test_an_error_is_told_by_its_type_only(row: Row, error: Exception) -> None:
    def fail(_: dict[str, Any]) -> dict[str, Any]:
        raise error

    left = guarded("remove_pii", fail)(row(1, f"我的手机是{PHONE}", "好的"))
    assert left["quarantine"]["detail"] == type(error).__name__
    assert PHONE not in repr(left)
