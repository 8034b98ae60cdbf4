"""Remove personal data: every finding becomes what the policy says, the same throughout one row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession

from jobs.cleaning.steps import remover
from jobs.lake.batches import map_rows
from jobs.lake.job import StageJob
from jobs.lake.layout import mapping_table
from jobs.lake.tables import apply, commit, read_current
from jobs.lake.versions import TableVersion
from jobs.privacy.params import PrivacyParams
from jobs.privacy.policy import entities_looked_for, operator_of
from jobs.privacy.residual import kinds_to_count
from jobs.record_schema import ROW_SCHEMA

# A row, and the sealed mapping from what stands in it to what stood there (``jobs.privacy.mapping``).
SEALED_SCHEMA = ROW_SCHEMA.append(pa.field("sealed", pa.binary()))


class Params(PrivacyParams):
    """Which personal data are looked for, and what is put in their place."""


def transform(rows: DataFrame, params: Params, schema: pa.Schema = ROW_SCHEMA) -> DataFrame:
    """Rows without their personal data; ``changes`` counts findings by entity. A row that a recognizer fails on, or
    that the policy drops, is quarantined without its text: it never passes uncleaned, and its text stays in the raw
    zone.

    Args:
        schema: of the result; ``SEALED_SCHEMA`` for the mapping too.
    """
    # Read here, in the driver: executors get salt and key inside the function, and need no variable and no file.
    secrets = params.secrets()
    return map_rows(rows, lambda: remover(params, secrets), schema)


def residual_kinds(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Of ``jobs.privacy.residual``, the kinds that parameters as committed leave nothing of. No salt is asked for.

    Surrogates that can be told from a person's values are not counted there; kinds of which they cannot are left out.
    """
    policy = params.get("policy") or {}
    looked_for = entities_looked_for(params.get("entities"), policy)
    operators = {name: operator_of(policy, name) for name in looked_for}
    return kinds_to_count(
        {name for name, operator in operators.items() if operator != "keep"},
        {name for name, operator in operators.items() if operator == "surrogate"},
    )


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Desensitises the rows that are in and commits them, the mapping first where one is asked for."""
    params = Params.model_validate(job.params)
    if params.mapping:
        return _run_with_mapping(spark, job, params)
    return apply(spark, job, transform, Params)


def _run_with_mapping(spark: SparkSession, job: StageJob, params: Params) -> TableVersion:
    """Two commits from rows that are worked out once. A partition that is lost in between is worked out again, to the
    same replacements: they follow from the row, the policy and the salt. Without its rows a mapping does no harm, so it
    goes first: rows never stand there without theirs."""
    started_at = datetime.now(UTC)
    where = mapping_table(job.table) if params.mapping is True else str(Path(str(params.mapping)).expanduser())
    _refuse_another_table(where)
    cleaned = transform(read_current(spark, job.inputs), params, SEALED_SCHEMA).persist(StorageLevel.DISK_ONLY)
    try:
        sealed = cleaned.where("sealed IS NOT NULL").select("record_id", "sealed")
        commit(sealed, job.model_copy(update={"table": where}), started_at)
        return commit(cleaned.drop("sealed"), job, started_at)
    finally:
        cleaned.unpersist()


def _refuse_another_table(where: str) -> None:
    """A mapping replaces the one of the run before, and no table of another kind."""
    if not DeltaTable.is_deltatable(where):
        return
    columns = [field.name for field in DeltaTable(where).schema().fields]
    if columns != ["record_id", "sealed"]:
        raise ValueError(f"mapping: {where} holds another table, of {', '.join(columns)}; name a folder of its own")
