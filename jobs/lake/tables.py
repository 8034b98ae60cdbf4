"""Delta tables through Spark: read what is pinned, commit once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any, TypeVar

import pyarrow as pa
from deltalake import ColumnProperties, CommitProperties, DeltaTable, WriterProperties, write_deltalake
from pydantic import BaseModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.job import Inputs, StageJob
from jobs.lake.retention import TABLE_PROPERTIES
from jobs.lake.versions import TableVersion, find_commit

P = TypeVar("P", bound=BaseModel)
# What never repeats needs no dictionary.
_UNIQUE = ColumnProperties(dictionary_enabled=False)
_WRITER = WriterProperties(compression="SNAPPY", column_properties={"record_id": _UNIQUE, "index.bands": _UNIQUE})


def read(spark: SparkSession, table: TableVersion) -> DataFrame:
    """The table as it stood at that version, for ever."""
    return spark.read.format("delta").option("versionAsOf", table.version).load(table.path)


def read_current(spark: SparkSession, inputs: Inputs) -> DataFrame:
    """The rows that are still in: the rows table less quarantined rows and less every removed id.

    Raises:
        ValueError: there is no rows table.
    """
    rows = read(spark, inputs.rows_to_read()).where(F.col("quarantine").isNull())
    removed = [removed_ids(read(spark, table)) for table in inputs.decisions]
    if not removed:
        return rows
    return rows.join(reduce(DataFrame.unionAll, removed), "record_id", "left_anti")


def removed_ids(decisions: DataFrame) -> DataFrame:
    """One column, ``record_id``: what a decision table took out."""
    return decisions.where(~F.col("kept")).select("record_id")


def apply(
    spark: SparkSession, job: StageJob, transform: Callable[[DataFrame, P], DataFrame], params: type[P]
) -> TableVersion:
    """Runs a stage that needs nothing but the rows that are in: reads them, transforms them, commits once."""
    started_at = datetime.now(UTC)
    try:
        return commit(transform(read_current(spark, job.inputs), params.model_validate(job.params)), job, started_at)
    finally:
        # What a transform kept for its own use, such as signatures, is of no use to the next stage.
        spark.catalog.clearCache()


def commit(
    df: DataFrame, job: StageJob, started_at: datetime, changes: Mapping[str, Any] | None = None
) -> TableVersion:
    """Writes ``df`` as the next version of the job's table, in one commit that carries its provenance.

    The whole table is replaced: a version holds what one run of one stage produced, and time travel the rest.

    Args:
        changes: fields of the provenance that the stage knows better than its job.
    """
    provenance = job.provenance(started_at).model_copy(update=changes)
    (
        df.write.format("delta")
        .mode("overwrite")
        .option("overwriteSchema", "true")
        .option("userMetadata", provenance.model_dump_json())
        .save(job.table)
    )
    return _written(job)


def commit_arrow(
    table: pa.Table,
    job: StageJob,
    started_at: datetime,
    changes: Mapping[str, Any] | None = None,
    *,
    append: bool = False,
) -> TableVersion:
    """``commit`` of what this process holds, without Spark.

    Args:
        append: ``table`` is added to the lines of the newest version, which all stay.
    """
    provenance = job.provenance(started_at).model_copy(update=changes)
    exists = DeltaTable.is_deltatable(job.table)
    write_deltalake(
        job.table,
        table,
        mode="append" if append else "overwrite",
        schema_mode=None if append or not exists else "overwrite",
        configuration=None if exists else TABLE_PROPERTIES,
        writer_properties=_WRITER,
        commit_properties=CommitProperties(custom_metadata={"userMetadata": provenance.model_dump_json()}),
    )
    return _written(job)


def _written(job: StageJob) -> TableVersion:
    written = find_commit(job.table, job.fingerprint)
    if written is None:
        raise RuntimeError(
            f"the commit of stage {job.stage} to {job.table} is not in the table's history: does something else write "
            "to this folder, or clean it up? Build again when nothing does"
        )
    return written.table
