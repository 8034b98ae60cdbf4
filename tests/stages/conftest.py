"""Rows by the handful, as frames or as pinned tables, and the jobs that stages run on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import Inputs, SourceFile, StageJob
from jobs.lake.schemas import DECISION_SCHEMA, row_schema
from jobs.lake.versions import TableVersion
from jobs.record import Message, Meta, Record, Source, content_hash
from jobs.record_schema import ROW_SCHEMA
from jobs.spec import SourceSpec

Row = dict[str, Any]


def make_row(number: int, *turns: str, **changes: Any) -> Row:
    """A chat of ``turns`` (user first, in turn), with ``number`` for its id; ``changes`` replace whole columns."""
    roles = ("user", "assistant")
    messages = [Message(roles[i % 2], text) for i, text in enumerate(turns)]
    source = Source(name=changes.pop("source", "logs"), kind="internal", uri="logs.json", row=number)
    meta = Meta(dialogue_id=changes.pop("dialogue", None))
    record = Record("chat", messages=messages, meta=meta, source=source, record_id=f"{number:032x}")
    row = {**dict.fromkeys(ROW_SCHEMA.names), **record.to_dict(), **changes}
    return {**row, "content_hash": content_hash(row)}


def make_frame(spark: SparkSession, rows: Iterable[Row], partitions: int = 2) -> DataFrame:
    """The rows as Spark reads them from a rows table, dealt round to ``partitions``."""
    names = ROW_SCHEMA.names
    values = [tuple(row.get(name) for name in names) for row in rows]
    return spark.createDataFrame(values, row_schema()).repartition(partitions)


def make_table(path: Path, rows: list[Row], schema: pa.Schema = ROW_SCHEMA) -> TableVersion:
    """Commits the rows as the next version of the Delta table at ``path``, without Spark."""
    write_deltalake(str(path), pa.Table.from_pylist(rows, schema=schema), mode="overwrite")
    return TableVersion(path=str(path), version=DeltaTable(str(path)).version())


def make_decision(number: int, kept: bool = True, **changes: Any) -> Row:
    """One line of a decisions table."""
    return {"record_id": f"{number:032x}", "source": "logs", "kept": kept, "reason": None, "evidence": None, **changes}


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    return make_row


@pytest.fixture(scope="session")
def decision() -> Callable[..., Row]:
    return make_decision


@pytest.fixture(scope="session")
def frame(spark: SparkSession) -> Callable[..., DataFrame]:
    """``frame(rows, partitions=2)``."""
    return lambda rows, partitions=2: make_frame(spark, rows, partitions)


@pytest.fixture
def inputs(tmp_path: Path) -> Callable[..., Inputs]:
    """``inputs(rows, quality=[...], near=[...])``: the rows and each stage's decisions on them, as pinned tables."""

    def make(rows: list[Row], **decisions: list[Row]) -> Inputs:
        decided = tuple(make_table(tmp_path / name, told, DECISION_SCHEMA) for name, told in decisions.items())
        return Inputs(rows=make_table(tmp_path / "input_rows", rows), decisions=decided)

    return make


@pytest.fixture
def job(lake: Path) -> Callable[..., StageJob]:
    """``job(stage, inputs, sources=..., files=..., **params)``: what a build would ask of the stage."""

    def make(
        stage: str,
        inputs: Inputs | None = None,
        sources: Iterable[SourceSpec] = (),
        files: Iterable[SourceFile] = (),
        **params: Any,
    ) -> StageJob:
        return StageJob(
            dataset="shop",
            stage=stage,
            params=params,
            inputs=inputs or Inputs(),
            table=str(lake / stage),
            run_id="run-1",
            code_commit="c0ffee",
            configuration_hash="0" * 32,
            fingerprint=f"{stage}-1",
            sources=tuple(sources),
            files=tuple(files),
        )

    return make
