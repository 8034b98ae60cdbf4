"""Agents' boilerplate, learnt from a source's own rows, taken off there only, and listed for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from pyspark.sql import SparkSession

from jobs.lake.job import Inputs, StageJob
from jobs.lake.layout import boilerplate_file
from jobs.stages import normalize_text

THANKS = "感谢您的咨询，祝您生活愉快！"


def test_is_learnt_by_source_and_removed(
    spark: SparkSession,
    row: Callable[..., dict[str, Any]],
    inputs: Callable[..., Inputs],
    job: Callable[..., StageJob],
) -> None:
    texts = [(f"第{i}个问题?", f"第{i}种情况请看说明。{THANKS if i % 10 else ''}") for i in range(20)]
    rows = [row(i, *pair) for i, pair in enumerate(texts)]
    other = [row(100 + i, *pair) for i, pair in enumerate(texts[:3])]
    for r in other:
        r["source"] = {**r["source"], "name": "another_shop"}
    asked = {"boilerplate": "remove", "boilerplate_min_rows": 12, "boilerplate_min_share": 0.5}
    stage_job = job("normalize_text", inputs([*rows, *other]), **asked)

    written = normalize_text.run(spark, stage_job)

    listed = json.loads(Path(boilerplate_file(stage_job.table, stage_job.run_id)).read_text("utf-8"))
    assert listed == {rows[0]["source"]["name"]: {"感谢您的咨询祝您生活愉快": 18}}
    out = DeltaTable(written.path, version=written.version).to_pyarrow_table().to_pylist(maps_as_pydicts="strict")
    answers = {r["record_id"]: r["messages"][-1]["content"] for r in out}
    assert [answers[r["record_id"]].endswith("说明。") for r in rows] == [True] * 20
    assert [answers[r["record_id"]].endswith(THANKS) for r in other] == [False, True, True]
    assert sum(r["changes"].get("boilerplate", 0) for r in out) == 18
