"""Publish: one table of what passed, in the order of its ids, each row with its side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.lake.job import Inputs, StageJob
from jobs.lake.versions import scan
from jobs.record import Record
from jobs.record_schema import RECORD_SCHEMA
from jobs.stages import publish, split

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Job = Callable[..., StageJob]
MakeInputs = Callable[..., Inputs]


def test_rows_come_in_the_order_of_their_ids_with_their_side(
    spark: SparkSession, row: MakeRow, decision: MakeRow, job: Job, inputs: MakeInputs
) -> None:
    numbers = [n * 7919 % 500 for n in range(500)]
    rows = [row(n, f"第{n}个问题是什么?", "请看说明。", dialogue=f"d{n // 2}") for n in numbers]
    given = inputs(rows, quality=[decision(n, kept=n % 5 != 0, reason="too_short") for n in numbers])
    sides = split.run(spark, job("split", given, validation=0.2, test=0.2))

    table = publish.run(spark, job("publish", given.model_copy(update={"split": sides})))

    found = [r for batch in scan(table) for r in batch.to_pylist()]
    assert list(found[0]) == [*RECORD_SCHEMA.names, "split", "cluster"]
    assert [r["record_id"] for r in found] == [f"{n:032x}" for n in range(500) if n % 5]
    dealt = {r["record_id"]: r for batch in scan(sides) for r in batch.to_pylist()}
    by_id = {r["record_id"]: r for r in rows}
    for r in found:
        assert (r["split"], r["cluster"]) == (dealt[r["record_id"]]["split"], dealt[r["record_id"]]["cluster"])
        assert Record.from_dict(r) == Record.from_dict(by_id[r["record_id"]])


def test_publishing_without_a_split_says_what_is_missing(
    spark: SparkSession, row: MakeRow, job: Job, inputs: MakeInputs
) -> None:
    with pytest.raises(ValueError, match="needs the table of stage split"):
        publish.run(spark, job("publish", inputs([row(1, "在吗?", "在的。")])))
