"""Remove personal data: every finding becomes a typed placeholder that is the same throughout one dialogue."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession

from jobs.lake.batches import Row, guarded, map_rows
from jobs.lake.job import StageJob
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.privacy.analyzer import Analyzer
from jobs.privacy.params import PrivacyParams
from jobs.privacy.placeholders import Desensitiser
from jobs.record import content_hash
from jobs.record_schema import ROW_SCHEMA
from jobs.text.mojibake import repair_mojibake


class Params(PrivacyParams):
    """Which personal data are looked for, in which languages, and from which score on."""


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Rows with placeholders; ``changes`` counts findings by entity. A row that a recognizer fails on is quarantined
    without its text: it never passes uncleaned, and its text stays in the raw zone."""

    def make() -> Callable[[Row], Row]:
        analyzer = Analyzer.from_params(params)
        desensitiser = Desensitiser(analyzer, repair_mojibake)

        def change(row: Row) -> Row:
            cleaned, counts = desensitiser.desensitise_row(row)
            return {**cleaned, "content_hash": content_hash(cleaned), "changes": counts}

        return guarded("remove_pii", change)

    return map_rows(rows, make, ROW_SCHEMA)


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Desensitises the rows that are in and commits them."""
    return apply(spark, job, transform, Params)
