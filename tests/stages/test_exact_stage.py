"""Deduplicate exactly, on frames and on pinned tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import Inputs, StageJob
from jobs.lake.schemas import DECISION_SCHEMA
from jobs.lake.tables import read
from jobs.lake.versions import TableVersion
from jobs.stages import deduplicate_exact as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]


def decided(frame: DataFrame, **params: Any) -> dict[int, Row]:
    rows = stage.transform(frame, stage.Params(**params)).toArrow().to_pylist()
    return {int(row["record_id"], 16): row for row in rows}


def some_rows(row: MakeRow) -> list[Row]:
    return [
        row(1, "能退货吗?", "可以,七天内可以退货。"),
        row(2, "能退货吗?", "可以,七天内可以退货。"),
        row(3, " 能退货吗?\n", "可以,七天内\t可以退货。  "),
        row(4, "能退货吗?", "可以, 七天内可以退货。"),
        row(5, "能退货吗!", "可以,七天内可以退货。"),
        row(6, "能退货吗?可以,七天内可以退货。"),
        row(7),
        row(8),
        row(9, " ", "\n"),
    ]


def test_a_copy_goes_and_names_a_row_that_stays(row: MakeRow, frame: Frame) -> None:
    answers = [decided(frame(rows, partitions)) for partitions, rows in _arrangements(some_rows(row))]
    assert answers[0] == answers[1] == answers[2]

    found = answers[0]
    assert found.keys() == set(range(1, 10))
    # Any white space is one blank, but none is none: 3 and 4 have a blank where 1 has not, 6 has other turns.
    assert {n for n, d in found.items() if not d["kept"]} == {2}
    assert found[2]["reason"] == "exact_copy"
    assert found[2]["evidence"] == {
        "witness": f"{1:032x}",
        "similarity": 1.0,
        "rule": "same dialogue",
        "detail": None,
        "cluster": f"{1:032x}",
    }
    assert all(d["reason"] is None and d["evidence"] is None for d in found.values() if d["kept"])


def test_rows_that_differ_in_white_space_alone_are_copies_and_the_longer_stays(row: MakeRow, frame: Frame) -> None:
    found = decided(
        frame([row(1, "How can I  return it?", "Send it\nback."), row(2, "How can I return it? ", "Send it back.")])
    )
    assert {n for n, d in found.items() if d["kept"]} == {1}
    assert decided(frame([row(1, "你好", "您好"), row(2, " 你好 ", "您好")]))[1]["evidence"]["witness"] == f"{2:032x}"


def test_what_is_compared_and_what_stays_are_parameters(row: MakeRow, frame: Frame) -> None:
    rows = frame([row(1, "能退货吗?", "可以的,请放心。", source="a"), row(2, "能退货吗?", "可以。", source="b")])
    assert all(d["kept"] for d in decided(rows).values())
    assert {n for n, d in decided(rows, by="prompt").items() if d["kept"]} == {1}
    ordered = decided(rows, by="prompt", keep=("source",), sources=("b", "a"))
    assert {n for n, d in ordered.items() if d["kept"]} == {2}
    assert ordered[1]["evidence"]["rule"] == "same prompt"


def test_a_row_that_is_out_already_is_neither_judged_nor_a_witness(
    spark: SparkSession,
    row: MakeRow,
    decision: MakeRow,
    job: Callable[..., StageJob],
    rows_table: Callable[[list[Row]], TableVersion],
    decisions_table: Callable[..., TableVersion],
) -> None:
    same = [row(n, "能退货吗?", "可以。") for n in range(1, 6)]
    same[1]["quarantine"] = {"uri": "logs.json", "reason": "remove_pii_failed"}
    inputs = Inputs(
        rows=rows_table(same),
        decisions=(
            decisions_table("quality", [decision(1, kept=False, reason="too_short"), decision(3), decision(4)]),
        ),
    )
    table = stage.run(spark, job("deduplicate_exact", inputs))

    found = {int(d["record_id"], 16): d for d in read(spark, table).toArrow().to_pylist()}
    assert found.keys() == {3, 4, 5}
    assert {n for n, d in found.items() if d["kept"]} == {3}
    assert {d["evidence"]["witness"] for d in found.values() if not d["kept"]} == {f"{3:032x}"}
    assert read(spark, table).columns == DECISION_SCHEMA.names


def _arrangements(rows: list[Row]) -> list[tuple[int, list[Row]]]:
    """The same rows in one, two and seven partitions, the order another each time."""
    return [(1, rows), (2, rows[::-1]), (7, rows[3:] + rows[:3])]
