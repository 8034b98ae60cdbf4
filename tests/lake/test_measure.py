"""Counts of what was committed: each row is counted once, under what befell it and under its source."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs.lake.measure import summarise_decisions, summarise_rows, summarise_split
from jobs.lake.summary import SourceCount, StageSummary

ROWS = "record_id string, source struct<name: string>, changes map<string, bigint>, quarantine struct<reason: string>"
DECISIONS = "record_id string, source string, kept boolean, reason string, evidence struct<witness: string>"


def assert_adds_up(summary: StageSummary) -> None:
    """The law that every gate checks, on the whole and on each source."""
    assert summary.rows_in == summary.kept + sum(summary.removed.values()) + sum(summary.quarantined.values())
    assert summary.sheet()["unaccounted"] == 0
    for count in summary.sources.values():
        assert count.rows_in == count.kept + count.removed + count.quarantined
    for name in ("rows_in", "kept"):
        assert sum(getattr(count, name) for count in summary.sources.values()) == getattr(summary, name)


def test_rows_are_counted_by_change_and_quarantine_reason(spark: SparkSession) -> None:
    frame = spark.createDataFrame(
        [
            ("a", ("logs",), {"PHONE_NUMBER": 2, "PERSON": 1}, None),
            ("b", ("logs",), {"PHONE_NUMBER": 1}, None),
            ("c", ("logs",), {}, None),
            ("d", ("web",), None, None),
            ("e", ("web",), None, ("truncated",)),
            ("f", ("logs",), None, ("empty_turn",)),
            ("g", ("logs",), None, ("truncated",)),
        ],
        ROWS,
    )
    summary = summarise_rows("collect", frame, None)
    assert_adds_up(summary)
    assert (summary.rows_in, summary.kept, summary.changed_rows) == (7, 4, 2)
    assert list(summary.quarantined.items()) == [("truncated", 2), ("empty_turn", 1)], "the most frequent first"
    assert list(summary.changes.items()) == [("PHONE_NUMBER", 3), ("PERSON", 1)]
    assert summary.sources["logs"] == SourceCount(rows_in=5, kept=3, quarantined=2)
    assert summary.sources["web"] == SourceCount(rows_in=2, kept=1, quarantined=1)


def test_rows_that_a_later_stage_lost_are_missed(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a", ("logs",), None, None)], ROWS)
    assert summarise_rows("remove_pii", frame, rows_in=3).sheet()["unaccounted"] == 2


def test_where_nobody_looked_nothing_is_said_to_be_left(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a", ("logs",), None, None)], ROWS)
    assert summarise_rows("collect", frame, None).sheet()["residual_share"] is None
    assert summarise_rows("remove_pii", frame, None, []).residual_rows == 0


def test_decisions_are_counted_by_reason_and_a_reason_on_a_kept_row_is_a_flag(spark: SparkSession) -> None:
    frame = spark.createDataFrame(
        [
            ("a", "logs", True, None, None),
            ("b", "logs", False, "near_copy", ("a",)),
            ("c", "web", False, "near_copy", ("a",)),
            ("d", "web", True, "lexically_alike", ("e",)),
            ("e", "web", True, None, None),
            ("f", "web", False, None, None),
        ],
        DECISIONS,
    )
    summary = summarise_decisions("deduplicate_near", frame, 6)
    assert_adds_up(summary)
    assert summary.removed == {"near_copy": 2, "unstated": 1}
    assert summary.flagged == {"lexically_alike": 1}
    assert summary.largest_cluster == 3, "a and the two that went because of it"
    assert summary.sources["web"] == SourceCount(rows_in=4, kept=2, removed=2, flagged=1)


def test_the_largest_cluster_of_decisions_without_witnesses_is_one_row(spark: SparkSession) -> None:
    kept = [("a", "logs", True, None, None)]
    assert summarise_decisions("filter", spark.createDataFrame(kept, DECISIONS), 1).largest_cluster == 1
    by_rule = [*kept, ("b", "logs", False, "empty_answer", None)]
    assert summarise_decisions("filter", spark.createDataFrame(by_rule, DECISIONS), 2).largest_cluster == 1


def test_sides_of_a_split_are_counted(spark: SparkSession) -> None:
    values: list[Any] = [
        ("a", "logs", "train", "a"),
        ("b", "logs", "train", "a"),
        ("c", "web", "test", "c"),
        ("d", "web", "train", "a"),
    ]
    frame = spark.createDataFrame(values, "record_id string, source string, split string, cluster string")
    summary = summarise_split("split", frame, 4, F.col("source"))
    assert_adds_up(summary)
    assert (summary.splits, summary.largest_cluster) == ({"train": 3, "test": 1}, 3)


def test_an_empty_table_counts_nothing_and_fails_no_count(spark: SparkSession) -> None:
    assert summarise_rows("collect", spark.createDataFrame([], ROWS), None).rows_in == 0
    nothing = summarise_decisions("filter", spark.createDataFrame([], DECISIONS), 0)
    assert (nothing.kept, nothing.removed, nothing.largest_cluster) == (0, {}, 1)
    split = spark.createDataFrame([], "record_id string, source string, split string, cluster string")
    assert summarise_split("split", split, 0, F.col("source")).largest_cluster == 1
