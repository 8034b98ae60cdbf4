"""Remove personal data, on frames: the numbering of placeholders, and what happens to a row that cannot be cleaned."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession

from jobs.cleaning.steps import guarded, remover
from jobs.lake.job import Inputs, StageJob
from jobs.lake.layout import mapping_table
from jobs.privacy.mapping import open_sealed
from jobs.privacy.secrets import KEY_VARIABLE, SALT_VARIABLE
from jobs.record import content_hash
from jobs.record_schema import ROW_SCHEMA
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


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Salt and key in the environment; the key."""
    key = bytes(range(32))
    monkeypatch.setenv(SALT_VARIABLE, "a salt for tests, and for them only")
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(key).decode())
    return key


def test_a_policy_is_carried_out_and_its_mapping_kept(
    spark: SparkSession,
    row: Row,
    inputs: Callable[..., Inputs],
    job: Callable[..., StageJob],
    secrets: bytes,
    lake: Path,
) -> None:
    policy = {"PERSON": "surrogate", "PHONE_NUMBER": "mask", "CN_ID_CARD": "drop_row"}
    rows = [
        row(1, f"我叫陈晓梅，手机{PHONE}", "陈女士您好", dialogue="d7"),
        row(2, "收件人陈晓梅", "好的", dialogue="d7"),
        row(3, f"我叫陈晓梅，身份证11010519491231002X，手机{PHONE}", "好的"),
        row(4, "几点发货?", "下午三点。"),
        row(5, f"我的手机是{PHONE}", "好的", extras="[" * 400 + f'"{PHONE}"' + "]" * 400),
    ]
    asked = job("remove_pii", inputs(rows), policy=policy, mapping=True)
    asked = asked.model_copy(update={"table": str(lake / "clean" / "shop" / "remove_pii")})
    written = remove_pii.run(spark, asked)

    found = DeltaTable(written.path).to_pyarrow_table().sort_by("record_id").to_pylist(maps_as_pydicts="strict")
    assert set(found[0]) == set(ROW_SCHEMA.names)
    name = found[1]["messages"][0]["content"].removeprefix("收件人")
    assert name != "陈晓梅" and not set(name) & set("陈晓梅")
    assert [m["content"] for m in found[0]["messages"]] == [f"我叫{name}，手机139****5678", f"{name[0]}女士您好"]
    assert found[0]["changes"] == {"PERSON": 2, "PHONE_NUMBER": 1}
    reasons = [(r["quarantine"] or {}).get("reason") for r in found]
    assert reasons == [None, None, "personal_data_dropped", None, "remove_pii_failed"]
    assert found[2]["quarantine"]["detail"] == "CN_ID_CARD"
    assert "陈晓梅" not in repr(found) and PHONE not in repr(found) and "11010519491231002X" not in repr(found)

    sealed = DeltaTable(mapping_table(asked.table)).to_pyarrow_table().to_pylist()
    assert {r["record_id"] for r in sealed} == {found[0]["record_id"], found[1]["record_id"]}
    opened = {r["record_id"]: open_sealed(r["record_id"], r["sealed"], secrets) for r in sealed}
    first = {item.replacement: item.original for item in opened[found[0]["record_id"]]}
    assert first == {name: "陈晓梅", name[0]: "陈", "139****5678": PHONE}
    log = "".join(p.read_text("utf-8") for p in Path(written.path, "_delta_log").glob("*.json"))
    assert "for tests, and for them only" not in log and '"policy' in log.replace("\\", "")
    with pytest.raises(ValueError, match="holds another table, of record_id, kind"):
        remove_pii.run(spark, asked.model_copy(update={"params": {**asked.params, "mapping": written.path}}))


def test_executors_need_neither_variable_nor_file(row: Row, secrets: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    params = remove_pii.Params(policy={"PHONE_NUMBER": "hash"}, mapping=True)
    known = params.secrets()
    sent = cloudpickle.dumps(lambda: remover(params, known))
    expected = remover(params, known)(row(1, f"手机{PHONE}", "好的"))
    monkeypatch.delenv(SALT_VARIABLE)
    monkeypatch.delenv(KEY_VARIABLE)

    there = cloudpickle.loads(sent)()(row(1, f"手机{PHONE}", "好的"))

    assert there["messages"] == expected["messages"] and there["sealed"]
    assert "for tests, and for them only" not in repr(params) + repr(known)
