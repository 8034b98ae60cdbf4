"""The gate's column ``trained_turns`` asks of Spark what ``trains_something`` asks of Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.formats.trained import trains_something
from jobs.lake.data_docs import DocsStore
from jobs.lake.gate import judge
from jobs.lake.judged_rows import flatten
from jobs.lake.schemas import to_spark
from jobs.lake.suites import load_suite
from jobs.lake.summary import StageSummary
from jobs.lake.versions import TableVersion
from jobs.record import Message, Record, Source
from jobs.record_schema import RECORD_SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]


def answer(content: str | None, **more: Any) -> Message:
    return Message("assistant", content, **more)


def test_spark_and_python_agree_on_what_trains_something(spark: SparkSession) -> None:
    ask = Message("user", "hi")
    records = [
        Record("text", text="a"),
        Record("text", text=" \u3000\n"),
        Record("text"),
        Record("chat", messages=[ask, answer("hello")]),
        Record("chat", messages=[ask, answer("\u3000 ")]),
        Record("chat", messages=[ask, answer(None)]),
        Record("chat", messages=[ask, answer(None, tool_calls="[{}]")]),
        Record("chat", messages=[ask, answer("hello", train=False)]),
        Record("chat", messages=[ask, answer("hello", train=False), ask, answer("yes", train=True)]),
        Record("chat", messages=[ask]),
        Record("chat"),
        Record("preference", messages=[ask, answer("x"), ask], chosen=[answer("y")], rejected=[answer("z")]),
        Record("preference", messages=[ask, answer("x"), ask], chosen=[answer("")], rejected=[answer("z")]),
        Record("unpaired_preference", messages=[ask, answer("x")], label=False),
        Record("chat", messages=[Message("user", "hi", train=True)]),
        Record("chat", messages=[Message("user", " ", train=True)]),
        Record("prompt", messages=[ask]),
        Record("prompt", messages=[Message("user", "\u3000")]),
    ]
    rows = [{**record.to_dict(), "record_id": f"{i:02}"} for i, record in enumerate(records)]
    seen = flatten(spark.createDataFrame(rows, to_spark(RECORD_SCHEMA))).select("record_id", "trained_turns").collect()
    counted = {row["record_id"]: row["trained_turns"] for row in seen}
    assert {i: count > 0 for i, count in counted.items()} == {row["record_id"]: trains_something(row) for row in rows}
    assert counted["08"] == 1


def test_the_gate_after_publish_is_closed_by_a_row_that_trains_nothing(spark: SparkSession, tmp_path: Path) -> None:
    ask, source = Message("user", "hi"), Source("logs", "internal", "a.jsonl", 1, licence="CC0")
    good = Record("chat", messages=[ask, answer("hello")], source=source, record_id="good")
    bad = Record("chat", messages=[ask, answer("hello", train=False)], source=source, record_id="mute")
    schema = to_spark(RECORD_SCHEMA).add("split", "string")
    suite = load_suite(ROOT / "expectations" / "publish.yaml")
    results = {}
    for name, records in (("whole", [good]), ("mute", [good, bad])):
        rows = [{**record.to_dict(), "split": "train"} for record in records]
        counts = StageSummary(stage="publish", rows_in=len(rows), kept=len(rows), sources={})
        table = TableVersion(path=str(tmp_path / "publish"), version=1)
        frame = spark.createDataFrame(rows, schema)
        results[name] = judge(suite, counts, {}, frame, table, DocsStore(tmp_path / "docs" / name))
    assert results["whole"].worst == "ok"
    assert not results["mute"].passed
    assert [(check.column, check.row_ids) for check in results["mute"].failed] == [("trained_turns", ("mute",))]
