"""From verified pairs to decisions, on Spark: keep order, survivors, and what each row's decision rests on.

Rows are named by their rank in keep order (0 is kept first) while pairs are worked on: eight bytes instead of an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.lake.schemas import to_spark
from jobs.similarity.components import component_roots
from jobs.similarity.survivors import solve

PAIR_SCHEMA = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("similarity", pa.float64())])
_SOLVED_SCHEMA = pa.schema(
    [("rank", pa.int64()), ("witness", pa.int64()), ("similarity", pa.float64()), ("cluster", pa.int64())]
)


def with_rank(index: DataFrame) -> DataFrame:
    """``index`` with ``rank``: unique, and ascending in keep order (``priority``, an array of doubles; ties by id).

    The sort is by ranges over all tasks and the number is the place in it, so no task sees all rows.
    """
    return index.orderBy("priority", "record_id").withColumn("rank", F.monotonically_increasing_id())


def column(batches: Sequence[pa.RecordBatch], name: str) -> npt.NDArray[np.int64]:
    """One numeric column of all batches."""
    return np.concatenate([batch.column(name).to_numpy(zero_copy_only=False) for batch in batches])


def solve_pairs(pairs: DataFrame) -> DataFrame:
    """One line for each row of a pair: ``rank``, ``witness`` (null where kept), ``similarity``, ``cluster``.

    One task solves the graph: 24 bytes a verified pair and 100 a row in it, so ten million pairs take about a
    gigabyte. Rows that are like no other never reach it.
    """
    return pairs.coalesce(1).mapInArrow(_solve, to_spark(_SOLVED_SCHEMA))


@dataclass(frozen=True)
class Finding:
    """Rows with a witness (``solve_pairs``), and what is said of them."""

    solved: DataFrame
    reason: Column
    rule: Column


def decide(index: DataFrame, removed: Finding, flagged: Finding | None = None) -> DataFrame:
    """Decisions over all rows of ``index`` (record_id, source, rank, and what reasons and rules read).

    Args:
        removed: rows with a witness here go.
        flagged: rows with a witness here are kept and flagged; solved among the rows that ``removed`` leaves.
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
    return out.select("record_id", "source", (~goes).alias("kept"), reason.alias("reason"), evidence.alias("evidence"))


def _with_finding(index: DataFrame, finding: Finding, name: str) -> DataFrame:
    """``index`` with a struct column ``name`` in the shape of a decision's evidence; null for rows in no pair."""
    names = index.select(F.col("rank").alias("other"), F.col("record_id").alias("name"))
    solved = finding.solved.join(
        names.withColumnsRenamed({"other": "witness", "name": "witness_id"}), "witness", "left"
    ).join(names.withColumnsRenamed({"other": "cluster", "name": "cluster_id"}), "cluster", "left")
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
        index.join(found, "rank", "left")
        .withColumn(name, F.when(F.col("cluster_id").isNotNull(), evidence))
        .drop("witness_id", "similarity", "cluster_id")
    )


def _solve(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    present = [batch for batch in batches if batch.num_rows]
    if not present:
        return
    left, right = column(present, "left"), column(present, "right")
    similarity = column(present, "similarity").astype(np.float64)
    # Ranks have gaps (rows that are like no other); the solver wants 0..n-1 in the same order.
    ranks, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    first, second = places[: len(left)], places[len(left) :]
    survivors = solve(np.arange(len(ranks)), first, second, similarity)
    clusters = ranks[component_roots(len(ranks), first, second)]
    kept = survivors.kept
    yield pa.RecordBatch.from_arrays(
        [
            pa.array(ranks),
            pa.array(ranks[np.maximum(survivors.witness, 0)], mask=kept),
            pa.array(survivors.similarity, mask=kept),
            pa.array(clusters),
        ],
        schema=_SOLVED_SCHEMA,
    )
