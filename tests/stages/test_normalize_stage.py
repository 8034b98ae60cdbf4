"""Normalise text, on frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyspark.sql import DataFrame

from jobs.record import content_hash
from jobs.stages import normalize_text

SPOILT = [
    ("ＶＩＰ１２３　 订单　到哪里了？？？？？", "<p>您好&amp;欢迎</p><br/>您的订单已发出"),
    ("å°ºç \x81æ€Žä¹ˆé€‰", "请看\u200b尺码表\r\n\r\n\r\n\r\n谢谢  "),
    ("😀😀😀😀😀 太好了", "好的👍👍👍\x07"),
    ("if a < b and c > d:\n    print('<b>')", "```python\nx  =  1\n```"),
    ("幾點發貨?", "下午三點發貨。"),
    ("正常的一句话。", "正常的回答。"),
]


def test_running_on_the_result_changes_nothing(
    row: Callable[..., dict[str, Any]], frame: Callable[..., DataFrame]
) -> None:
    params = normalize_text.Params(traditional_to_simplified="t2s")
    rows = [row(i, *texts) for i, texts in enumerate(SPOILT)]

    once = normalize_text.transform(frame(rows, 1), params)
    twice = normalize_text.transform(once, params)

    first, second = (df.toArrow().sort_by("record_id").to_pylist(maps_as_pydicts="strict") for df in (once, twice))
    assert [{**r, "changes": {}} for r in first] == second
    assert [bool(r["changes"]) for r in first] == [True, True, True, False, True, False]
    assert first[4]["messages"][0]["content"] == "几点发货?"
    assert [r["content_hash"] for r in first] == [content_hash(r) for r in first]
    assert [(r["record_id"], r["source"]["row"]) for r in first] == [(r["record_id"], r["source"]["row"]) for r in rows]
