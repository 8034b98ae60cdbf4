"""Remove personal data: every finding becomes a typed placeholder that is the same throughout one dialogue."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession

from jobs.lake.batches import Row, guarded, map_rows
from jobs.lake.fingerprint import digest
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
            return {**_keep_apart(row, cleaned), "content_hash": content_hash(cleaned), "changes": counts}

        return guarded("remove_pii", change)

    return map_rows(rows, make, ROW_SCHEMA)


def _keep_apart(row: Row, cleaned: Row) -> Row:
    """Dialogues stay apart where their number was personal data (a customer's phone), for the split groups by it.

    24 bits of a hash: thousands of phone numbers share each value, so none can be guessed back from it, and of ten
    thousand dialogues some three pairs meet, which the split then merely keeps on one side.
    """
    number, shown = (row.get("meta") or {}).get("dialogue_id"), (cleaned.get("meta") or {}).get("dialogue_id")
    if number == shown:
        return cleaned
    return {**cleaned, "meta": {**cleaned["meta"], "dialogue_id": f"{shown}#{digest(number)[:6]}"}}


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Desensitises the rows that are in and commits them."""
    return apply(spark, job, transform, Params)
