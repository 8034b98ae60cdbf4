"""A refused removal says how much, for whom, and what was shared; a sample of removals is the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.removal import SMALL, Cluster, explain, removed_sample
from jobs.lake.schemas import decision_schema, row_schema
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.common_part import CommonPart


def test_the_explanation_has_numbers_ids_and_what_to_do() -> None:
    common = CommonPart(50, 0.931, (("system turn 1", 1.0), ("user turn 2", 0.04)), ("never shown",))
    said = explain("deduplicate_near", 10_000, 8_412, 0.6, [Cluster("ab12", 5_120, common)], Path("lake/raw/x.txt"))
    assert "8,412 of 10,000 rows (84.1%)" in said
    assert "allows 60.0%" in said
    assert "5,120 rows would go for row ab12: 93%" in said
    assert "every one of 50 of them (system turn 1 100%, user turn 2 4%)" in said
    assert "lake/raw/x.txt" in said
    assert "max_removed_share" in said
    assert "never shown" not in said


@pytest.fixture(scope="module")
def tables(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    ids = [f"{n:032x}" for n in range(SMALL)]
    rows = [
        tuple({"record_id": id_, "text": id_, "kind": "text"}.get(name) for name in ROW_SCHEMA.names) for id_ in ids
    ]
    decisions = [
        (id_, "logs", i < 40, None, None)
        if i < 40
        else (id_, "logs", False, "near_copy", (ids[i % 40], 0.9 + i / 1000, "rule", None, None))
        for i, id_ in enumerate(ids)
    ]
    return spark.createDataFrame(decisions, decision_schema()), spark.createDataFrame(rows, row_schema())


def test_a_sample_pairs_removed_rows_with_their_witnesses(tables: tuple[DataFrame, DataFrame]) -> None:
    decisions, rows = tables
    sample = removed_sample(decisions, rows, size=7)
    assert sample.removed.num_rows == sample.witnesses.num_rows == 7
    numbers = [int(id_, 16) for id_ in sample.removed.column("record_id").to_pylist()]
    assert [int(id_, 16) for id_ in sample.witnesses.column("text").to_pylist()] == [n % 40 for n in numbers]
    assert sample.similarity.tolist() == [0.9 + n / 1000 for n in numbers]
    assert sample.reason == ("near_copy",) * 7
    shuffled = removed_sample(decisions.repartition(5), rows, size=7)
    assert shuffled.removed.equals(sample.removed)
    nothing = removed_sample(decisions.where("kept"), rows)
    assert nothing.removed.num_rows == 0
