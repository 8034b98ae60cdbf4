"""Delta through Spark: what is pinned is read as it was, and a commit carries where it came from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import Inputs, StageJob
from jobs.lake.schemas import DECISION_SCHEMA, decision_schema, row_schema
from jobs.lake.tables import commit, read, read_current, removed_ids
from jobs.lake.versions import TableVersion, commit_of, history
from jobs.record import Record, Source
from jobs.record_schema import ROW_SCHEMA

STARTED = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def rows(spark: SparkSession, *ids: str, broken: tuple[str, ...] = ()) -> DataFrame:
    """A rows table with these ids; those among ``broken`` are quarantined."""
    source = Source(name="logs", kind="internal", uri="a.json", row=1)
    good = [Record(kind="text", text=f"text of {i}", source=source, record_id=i).to_dict() for i in ids]
    bad = {"uri": "a.json", "line": 3, "path": "$", "reason": "truncated", "detail": "expected }", "raw": b"{"}
    values = [*good, *({"record_id": i, "quarantine": bad} for i in broken)]
    return spark.createDataFrame(pa.Table.from_pylist(values, schema=ROW_SCHEMA), schema=row_schema())


def decisions(spark: SparkSession, **kept: bool) -> DataFrame:
    """A decisions table: id -> whether it stays."""
    values = [{"record_id": i, "source": "logs", "kept": k, "reason": None if k else "copy"} for i, k in kept.items()]
    return spark.createDataFrame(pa.Table.from_pylist(values, schema=DECISION_SCHEMA), schema=decision_schema())


def job(lake: Path, stage: str, fingerprint: str, inputs: Inputs | None = None) -> StageJob:
    return StageJob(
        dataset="shop",
        stage=stage,
        params={"seed": 1},
        inputs=inputs or Inputs(),
        table=str(lake / "clean" / "shop" / stage),
        run_id="run-1",
        code_commit="c0ffee",
        configuration_hash="0" * 32,
        fingerprint=fingerprint,
    )


def ids(frame: DataFrame) -> list[str]:
    return sorted(row["record_id"] for row in frame.select("record_id").collect())


def test_a_commit_carries_run_stage_code_configuration_and_inputs(spark: SparkSession, lake: Path) -> None:
    inputs = Inputs(
        rows=TableVersion(path=str(lake / "rows"), version=4),
        decisions=(TableVersion(path=str(lake / "exact"), version=2), TableVersion(path=str(lake / "near"), version=0)),
        split=TableVersion(path=str(lake / "split"), version=1),
    )
    table = commit(decisions(spark, a=True), job(lake, "publish", "one", inputs), STARTED)
    made = commit_of(table)
    assert made is not None
    told: dict[str, Any] = made.provenance.model_dump()
    assert told.pop("inputs") == tuple(version.model_dump() for version in inputs.pinned())
    assert told == {
        "run_id": "run-1",
        "dataset": "shop",
        "stage": "publish",
        "code_commit": "c0ffee",
        "configuration_hash": "0" * 32,
        "fingerprint": "one",
        "started_at": "2026-11-22T08:00:00+00:00",
        "params": {"seed": 1},
        "index": None,
        "note": "",
    }


def test_each_commit_is_one_version_and_an_old_one_stays_readable(spark: SparkSession, lake: Path) -> None:
    first = commit(rows(spark, "a", "b"), job(lake, "normalize_text", "one"), STARTED)
    second = commit(rows(spark, "c"), job(lake, "normalize_text", "two"), STARTED)
    assert (first.version, second.version) == (0, 1)
    assert len(history(first.path)) == 2
    assert (ids(read(spark, first)), ids(read(spark, second))) == (["a", "b"], ["c"])


def test_a_commit_may_change_the_tables_columns(spark: SparkSession, lake: Path) -> None:
    first = commit(decisions(spark, a=True).drop("evidence"), job(lake, "split", "one"), STARTED)
    second = commit(decisions(spark, a=True).select("record_id"), job(lake, "split", "two"), STARTED)
    assert read(spark, second).columns == ["record_id"]
    assert "kept" in read(spark, first).columns


def test_what_goes_on_is_rows_less_quarantined_less_removed_by_any_decision(spark: SparkSession, lake: Path) -> None:
    rows_table = commit(rows(spark, "a", "b", "c", "d", broken=("x",)), job(lake, "collect", "one"), STARTED)
    first = commit(decisions(spark, a=True, b=False, c=True, d=True), job(lake, "exact", "one"), STARTED)
    second = commit(decisions(spark, a=True, c=False, d=True), job(lake, "near", "one"), STARTED)
    assert ids(read_current(spark, Inputs(rows=rows_table))) == ["a", "b", "c", "d"]
    assert ids(read_current(spark, Inputs(rows=rows_table, decisions=(first, second)))) == ["a", "d"]
    assert ids(removed_ids(read(spark, first))) == ["b"]


def test_pinned_inputs_do_not_see_a_later_commit(spark: SparkSession, lake: Path) -> None:
    pinned = Inputs(rows=commit(rows(spark, "a", "b"), job(lake, "collect", "one"), STARTED))
    commit(rows(spark, "z"), job(lake, "collect", "two"), STARTED)
    assert ids(read_current(spark, pinned)) == ["a", "b"]


def test_a_stage_without_rows_to_read_is_told(spark: SparkSession) -> None:
    with pytest.raises(ValueError, match="no earlier stage wrote any"):
        read_current(spark, Inputs())
