"""From solved pairs to decisions, on Spark: keep order, and what each row's decision rests on.

Rows are named by their rank in keep order (0 is kept first) while pairs are worked on: eight bytes instead of an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# A side of a join of at most so many rows goes whole to every task: at some 100 bytes a row 100 MB. Spark cannot know
# the size of what Python gives back, takes it for huge, and would sort both sides, texts and all.
_ROWS_TO_EVERY_TASK = 1_000_000


def with_rank(index: DataFrame) -> DataFrame:
    """``index`` with ``rank``: unique, and ascending in keep order (``priority``, an array of doubles; ties by id).

    The sort is by ranges over all tasks and the number is the place in it, so no task sees all rows. Spark reads
    ``index`` twice for it: persist what is dear to compute.
    """
    return index.orderBy("priority", "record_id").withColumn("rank", F.monotonically_increasing_id())


def is_small(rows: int) -> bool:
    """Whether a side of a join with so many rows may go whole to every task."""
    return rows <= _ROWS_TO_EVERY_TASK


def small_join(large: DataFrame, small: DataFrame, on: str, rows: int, how: str = "inner") -> DataFrame:
    """``large`` joined with ``small``, which goes to every task where its ``rows`` are few; else both are dealt."""
    return large.join(F.broadcast(small) if is_small(rows) else small, on, how)


@dataclass(frozen=True)
class Finding:
    """Rows with a witness (``survivors_on_spark.solve_pairs``), and what is said of them."""

    solved: DataFrame
    reason: Column
    rule: Column


def decide(
    index: DataFrame, removed: Finding, flagged: Finding | None = None, also: Sequence[Column] = ()
) -> DataFrame:
    """Decisions over all rows of ``index`` (record_id, source, rank, and what reasons and rules read).

    Args:
        removed: rows with a witness here go.
        flagged: rows with a witness here are kept and flagged; solved among the rows that ``removed`` leaves.
        also: more columns, over those of ``index`` and the verdict ``kept``.
    """
    out = _with_finding(index, removed, "removed")
    goes = F.col("removed.witness").isNotNull()
    reason, evidence = F.when(goes, removed.reason), F.when(goes, F.col("removed"))
    if flagged is not None:
        out = _with_finding(out, flagged, "flagged")
        seen = ~goes & F.col("flagged.witness").isNotNull()
        reason = reason.when(seen, flagged.reason)
        # A kept row that others were flagged for is evidence of their cluster too.
        evidence = evidence.when(F.col("flagged.cluster").isNotNull(), F.col("flagged"))
    # So is one that a chain of removed rows ties to another: the two ends must not fall on two sides of a split.
    evidence = evidence.otherwise(F.col("removed"))
    verdict = {"kept": ~goes, "reason": reason, "evidence": evidence}
    return out.withColumns(verdict).select("record_id", "source", *verdict, *also)


def _with_finding(index: DataFrame, finding: Finding, name: str) -> DataFrame:
    """``index`` with a struct column ``name`` in the shape of a decision's evidence; null for rows in no pair."""
    solved = finding.solved.persist(StorageLevel.MEMORY_AND_DISK)
    rows = solved.count()
    # Witnesses and clusters are rows of pairs themselves: their names are looked up among those, not among all rows.
    named = small_join(index.select("rank", "record_id"), solved, "rank", rows).persist(StorageLevel.MEMORY_AND_DISK)
    for role in ("witness", "cluster"):
        names = named.select(F.col("rank").alias(role), F.col("record_id").alias(f"{role}_id"))
        solved = small_join(solved, names, role, rows, "left")
    found = solved.select("rank", "witness_id", "similarity", "cluster_id")
    has_witness = F.col("witness_id").isNotNull()
    evidence = F.struct(
        F.col("witness_id").alias("witness"),
        F.when(has_witness, F.col("similarity")).alias("similarity"),
        F.when(has_witness, finding.rule).alias("rule"),
        F.lit(None).cast("string").alias("detail"),
        F.col("cluster_id").alias("cluster"),
    )
    return (
        small_join(index, found, "rank", rows, "left")
        .withColumn(name, F.when(F.col("cluster_id").isNotNull(), evidence))
        .drop("witness_id", "similarity", "cluster_id")
    )
