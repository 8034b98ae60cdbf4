"""Normalise text: encoding damage, HTML, widths, control characters, runs of marks, blanks."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession

from jobs.lake.batches import Row, guarded, map_rows
from jobs.lake.job import StageJob
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.record import content_hash
from jobs.record_schema import ROW_SCHEMA
from jobs.text.normalize import normalize_row
from jobs.text.params import NormalizeParams


class Params(NormalizeParams):
    """Which steps run."""


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Normalised rows; ``changes`` counts by step what was changed."""

    def make() -> Callable[[Row], Row]:
        def change(row: Row) -> Row:
            normal, counts = normalize_row(row, params)
            return {**normal, "content_hash": content_hash(normal), "changes": counts}

        return guarded("normalize_text", change)

    return map_rows(rows, make, ROW_SCHEMA)


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Normalises the rows that are in and commits them."""
    return apply(spark, job, transform, Params)
