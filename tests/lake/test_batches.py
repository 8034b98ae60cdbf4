"""The bridge between Spark's batches and plain Python: shapes hold, and a failing row is set aside without its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from jobs.cleaning.steps import guarded
from jobs.lake.batches import Row, map_batches, map_rows
from jobs.lake.schemas import row_schema
from jobs.record import Message, Record, Source, content_hash
from jobs.record_schema import ROW_SCHEMA

SECRET = "13912345678"
COUNTS = pa.schema([("record_id", pa.string()), ("n", pa.int64()), ("by", pa.map_(pa.string(), pa.int64()))])


def record(number: int, said: str) -> Row:
    source = Source(name="logs", kind="internal", uri="a.json", row=number, line=number + 10)
    row = Record(kind="chat", messages=[Message("user", said)], source=source, record_id=f"id{number}").to_dict()
    return {**row, "content_hash": content_hash(row), "changes": {"x": number}, "quarantine": None}


def frame(spark: SparkSession, *rows: Row) -> DataFrame:
    return spark.createDataFrame(pa.Table.from_pylist(list(rows), schema=ROW_SCHEMA), schema=row_schema())


def by_id(df: DataFrame) -> dict[str, Row]:
    return {row["record_id"]: row for row in df.toArrow().to_pylist()}


def test_a_row_that_nothing_changes_comes_back_as_it_was(spark: SparkSession) -> None:
    rows = [record(i, f"said {i}") for i in range(1, 4)]
    same = by_id(map_rows(frame(spark, *rows), lambda: lambda row: row, ROW_SCHEMA))
    expected = pa.Table.from_pylist(rows, schema=ROW_SCHEMA).to_pylist()
    assert [same[row["record_id"]] for row in expected] == expected


def test_missing_keys_are_null_and_maps_may_be_dicts_or_pairs(spark: SparkSession) -> None:
    def make() -> Callable[[Row], Row]:
        def change(row: Row) -> Row:
            last = row["record_id"][-1]
            return {"record_id": row["record_id"], "by": {"1": {"a": 1}, "2": [("b", 2)], "3": {}}.get(last)}

        return change

    made = by_id(map_rows(frame(spark, *(record(i, "x") for i in range(1, 5))), make, COUNTS))
    assert [made[f"id{i}"]["by"] for i in range(1, 5)] == [[("a", 1)], [("b", 2)], [], None]
    assert {row["n"] for row in made.values()} == {None}


def test_what_is_dear_is_built_once_a_partition(spark: SparkSession) -> None:
    def convert(batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        built = 1
        for rows in batches:
            yield [{"record_id": row["record_id"], "n": built} for row in rows]
            built += 1

    spread = frame(spark, *(record(i, "x") for i in range(6))).repartition(2)
    assert {row["n"] for row in by_id(map_batches(spread, convert, COUNTS)).values()} == {1}


def test_a_partition_without_rows_gives_none(spark: SparkSession) -> None:
    assert map_rows(frame(spark, record(1, "x")).where("false"), lambda: lambda row: row, ROW_SCHEMA).count() == 0


def test_a_row_that_a_function_fails_on_is_quarantined_without_its_text(spark: SparkSession) -> None:
    def make() -> Callable[[Row], Row]:
        def change(row: Row) -> Row:
            said = row["messages"][0]["content"]
            if SECRET in said:
                raise ValueError(f"cannot make head or tail of {said}")
            return {**row, "messages": [{**row["messages"][0], "content": said.upper()}]}

        return guarded("remove_pii", change)

    rows = [record(1, "good"), record(2, f"call {SECRET}"), record(3, "well")]
    made = by_id(map_rows(frame(spark, *rows), make, ROW_SCHEMA))
    assert [made[i]["messages"][0]["content"] for i in ("id1", "id3")] == ["GOOD", "WELL"]
    assert made["id1"]["quarantine"] is None
    bad = made["id2"]
    assert bad["quarantine"] == {
        "uri": "a.json",
        "line": 12,
        "path": "$",
        "reason": "remove_pii_failed",
        "detail": "ValueError",
        "raw": None,
    }
    assert (bad["kind"], bad["source"]["row"]) == ("chat", 2)
    # A hash of a short text can be guessed back to it, so it goes with the text.
    assert (bad["messages"], bad["text"], bad["extras"], bad["content_hash"]) == (None, None, None, None)
    assert SECRET not in str(bad)
