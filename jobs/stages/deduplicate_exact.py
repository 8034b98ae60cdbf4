"""Exact duplicates: rows that say the same up to white space; one of them stays and is the others' witness."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.batches import Row, map_rows
from jobs.lake.job import StageJob
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.similarity.keep import KeepParams
from jobs.similarity.keys import By, exact_key
from jobs.similarity.survivors import priority

_KEYS = pa.schema(
    [("record_id", pa.string()), ("source", pa.string()), ("key", pa.string()), ("priority", pa.list_(pa.float64()))]
)


class Params(KeepParams):
    """What makes two rows the same, and which of them stays.

    Attributes:
        by: the part of a row that is compared.
    """

    by: By = "dialogue"


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Decisions: a row whose key another row has goes, unless it comes first in keep order.

    The first of each key is a minimum, so it is found task by task first: a row copied a million times does no harm.
    """
    keys = map_rows(rows, lambda: _key_of(params), _KEYS)
    order = F.struct("priority", "record_id")
    several = keys.where("key is not null").groupBy("key").agg(F.min(order).alias("first"), F.count("*").alias("n"))
    first = several.where("n > 1").select("key", F.col("first.record_id").alias("witness"))
    goes = F.coalesce(F.col("witness") != F.col("record_id"), F.lit(False))
    evidence = F.struct(
        F.col("witness"),
        # Null where nothing goes, as the schema of decisions has it: a literal would make the columns non-null.
        F.when(goes, 1.0).alias("similarity"),
        F.when(goes, f"same {params.by}").alias("rule"),
        F.lit(None).cast("string").alias("detail"),
        F.col("witness").alias("cluster"),
    )
    return keys.join(first, "key", "left").select(
        "record_id",
        "source",
        (~goes).alias("kept"),
        F.when(goes, "exact_copy").alias("reason"),
        F.when(goes, evidence).alias("evidence"),
    )


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in and commits the decisions."""
    return apply(spark, job, transform, Params)


def _key_of(params: Params) -> Callable[[Row], Row]:
    policy = params.policy()

    def key(row: Row) -> Row:
        return {
            "record_id": row["record_id"],
            "source": row["source"]["name"],
            "key": exact_key(row, params.by),
            "priority": list(priority(row, policy)),
        }

    return key
