"""Filter by quality rules: each row is judged by one table of rules, and each removal says which one spoke, and why."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from jobs.cleaning.steps import judge
from jobs.lake.batches import map_rows
from jobs.lake.job import StageJob
from jobs.lake.schemas import DECISION_SCHEMA
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.text.quality import QualityRules
from jobs.text.quality_params import QualityParams


class Params(QualityParams):
    """The table of rules."""


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Decisions: a row that breaks a rule goes, or is flagged.

    The first rule in the table's order that removes the row, or else the first that flags it, is the reason; all are
    evidence.

    Raises:
        HookError: a list of words or a scorer that a rule names cannot be loaded.
    """
    QualityRules(params)  # A list or a scorer that is not there is told here, and not by each task.
    return map_rows(rows.selectExpr(*_READ), lambda: judge(params), DECISION_SCHEMA)


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Judges the rows that are in and commits the decisions."""
    return apply(spark, job, transform, Params)


def _turns(name: str) -> str:
    called = "if(m.tool_calls is null or m.tool_calls = '', null, '-')"
    turn = f"named_struct('role', m.role, 'content', m.content, 'tool_calls', {called})"
    return f"transform({name}, m -> {turn}) as {name}"


# What rules read, and no more: a twentieth of the CPU time went into handing the other columns to Python.
_READ = (
    "record_id",
    "named_struct('name', source.name) as source",
    *map(_turns, ("messages", "chosen", "rejected")),
    "text",
    "label",
    "if(tools is null or tools = '', null, '-') as tools",
)
