"""Native expressions count as Python does: code points, NULs, emoji, accents, space of every kind."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from jobs.lake.schemas import row_schema
from jobs.record_schema import ROW_SCHEMA
from jobs.text.parts import Parts
from jobs.text.quality import make_rule
from jobs.text.quality_expressions import EXPRESSIONS, PLAIN, value_expressions
from jobs.text.quality_params import QualityParams, RuleLine

ENGLISH = "the cat sat on the mat, and 3 dogs looked at us with # great care... " * 5
HOSTILE = [
    "",
    " \u3000\xa0\x1c您好\u2028\x85 ",
    "a\x00b\x00" * 9,
    "\U0001f600\U0001f44d\U0001f3fd\u2764\ufe0f好的好的好的好的！！",
    "e\u0301\u0301\u0301 cafe\u0301, na\u00efve ½ Ⅷ ٣٤٥",
    "订单在途，预计明天送达。\n订单在途，预计明天送达。\n- 一\n订单在途，预计明天送达。\n……\n共计12345678元…",
    "鐨勬垜浠槸鍦ㄤ腑鍥界殑锛岄兘寰堝ソ。",
    "\U00020000\U0002a6d6𠮷野家在北京和上海都有分店的",
    "- one\n* two\n• three\nfour...\nfive…",
    "\ue000\ufffd\u2588\u2588\x1b[2J readable",
    ENGLISH,
    "()_+*&^%$#@!~，。；：！？",
]


def rows() -> list[dict[str, object]]:
    blank = dict.fromkeys(ROW_SCHEMA.names)
    chats = [
        {"messages": [_turn("user", HOSTILE[i - 1]), _turn("assistant", text)], "text": None}
        for i, text in enumerate(HOSTILE)
    ]
    texts = [{"messages": [], "text": text} for text in HOSTILE]
    odd = [
        {"messages": [_turn("user", "问"), _turn("assistant", None, "[]{}"), _turn("assistant", "答")], "label": False},
        {"messages": [_turn("user", "问")], "chosen": [_turn("assistant", "好的，明天。")], "rejected": []},
    ]
    return [{**blank, "record_id": str(i), "changes": [], **row} for i, row in enumerate([*chats, *texts, *odd])]


def _turn(role: str, content: str | None, calls: str | None = None) -> dict[str, str | None]:
    return {"role": role, "content": content, "tool_calls": calls}


def test_native_values_equal_python_s(spark: SparkSession) -> None:
    every = {
        f"{measure}_{reads}": RuleLine(measure=measure, reads=reads, max=1)
        for measure, reads in zip(
            EXPRESSIONS, ("learnt", "any", "whole", "prompt", "response", "text") * 3, strict=False
        )
    }
    params = QualityParams().model_copy(update={"rules": every})
    told = value_expressions(params)
    assert list(told) == list(every)
    table = pa.Table.from_pylist(rows(), schema=ROW_SCHEMA)
    frame = spark.createDataFrame(table, row_schema())
    found = frame.selectExpr("record_id", f"{PLAIN} as plain", *(f"{sql} as {name}" for name, sql in told.items()))
    measured = {row["record_id"]: row.asDict() for row in found.collect()}
    exact = 0
    for row in table.to_pylist():
        parts, native = Parts.of_row(row), measured[row["record_id"]]
        assert native["plain"] == parts.is_plain
        for name, line in every.items():
            value = make_rule(name, line).value(parts)
            if parts.is_plain:
                assert native[name] == (None if value is None else pytest.approx(value)), (name, row["record_id"])
                exact += value is not None
    assert exact > 100


def test_what_columns_cannot_say_has_no_expression() -> None:
    told = value_expressions(QualityParams())
    assert "max_response_chars" in told and "symbol_share" in told
    assert "refused_answers" not in told and "duplicate_ngram_share" not in told
    assert "stop_word_share" not in told, "off"
