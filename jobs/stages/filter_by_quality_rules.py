"""Filter by quality rules: each row is judged by one table of rules, and each removal says which one spoke, and why."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession

from jobs.lake.batches import Row, map_rows
from jobs.lake.job import StageJob
from jobs.lake.schemas import DECISION_SCHEMA
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.text.params import QualityParams
from jobs.text.quality import QualityRules


class Params(QualityParams):
    """The bounds of the rules."""


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Decisions: a row that breaks a rule goes. The first rule in the table's order is the reason; all are evidence."""
    return map_rows(rows, lambda: _judge(params), DECISION_SCHEMA)


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Judges the rows that are in and commits the decisions."""
    return apply(spark, job, transform, Params)


def _judge(params: Params) -> Callable[[Row], Row]:
    rules = QualityRules(params)

    def judge(row: Row) -> Row:
        broken = rules.judge(row)
        return {
            "record_id": row["record_id"],
            "source": row["source"]["name"],
            "kept": not broken,
            "reason": broken[0].reason if broken else None,
            "evidence": {
                "witness": None,
                "similarity": None,
                "rule": broken[0].rule,
                "detail": "; ".join(f"{v.rule}: {v.value} (bound {v.bound})" for v in broken),
                "cluster": None,
            }
            if broken
            else None,
        }

    return judge
