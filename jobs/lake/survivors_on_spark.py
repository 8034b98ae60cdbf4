"""Survivors and clusters of a graph of any size: small graphs in one task, larger ones in rounds over all tasks.

Both give the same answer (tests/lake/test_survivors_on_spark.py). The rounds follow Blelloch, Fineman and Shun, "Greedy
sequential maximal independent set and matching are parallel on average" (2012): a row none of whose earlier neighbours
is undecided or kept is kept, the neighbours of what is kept go, and so on; O(log^2 n) rounds when the keep order is not
made against it. Clusters are the large-star small-star of Kiveris et al., "Connected components in MapReduce and
beyond" (2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.schemas import to_spark
from jobs.similarity.components import component_roots
from jobs.similarity.survivors import solve

PAIR_SCHEMA = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("similarity", pa.float64())])
SOLVED_SCHEMA = pa.schema(
    [("rank", pa.int64()), ("witness", pa.int64()), ("similarity", pa.float64()), ("cluster", pa.int64())]
)
_EDGES = to_spark(pa.schema([("first", pa.int64()), ("second", pa.int64())]))
# A verified pair takes 24 bytes and each row in it some 100 while they are solved: 600 MB in the one task at most.
PAIRS_IN_ONE_TASK = 5_000_000


def solve_pairs(pairs: DataFrame, in_one_task: int = PAIRS_IN_ONE_TASK) -> DataFrame:
    """One line for each row of a pair: ``rank``, ``witness`` (null where kept), ``similarity``, ``cluster``.

    Args:
        pairs: ``PAIR_SCHEMA``; ranks in keep order, so that of each pair the smaller is kept first. A pair may come
            more than once and either way round. They are counted, so the caller persists what is dear to compute.
        in_one_task: up to so many pairs are solved in one task.

    Returns:
        ``witness`` is the most similar kept row of smaller rank (the smallest between equals), ``cluster`` the smallest
        rank that pairs lead to.
    """
    if pairs.count() <= in_one_task:
        return pairs.coalesce(1).mapInArrow(solve_batches, to_spark(SOLVED_SCHEMA))
    return _solve_in_rounds(pairs, in_one_task)


def solve_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """``SOLVED_SCHEMA`` of the pairs (``PAIR_SCHEMA``) in all ``batches``; what ``solve_pairs`` does in one task."""
    present = [batch for batch in batches if batch.num_rows]
    if not present:
        return
    table = pa.Table.from_batches(present)
    left, right = table.column("left").to_numpy(), table.column("right").to_numpy()
    # Ranks have gaps (rows that are like no other); the solver wants 0..n-1 in the same order.
    ranks, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    first, second = places[: len(left)], places[len(left) :]
    survivors = solve(np.arange(len(ranks)), first, second, table.column("similarity").to_numpy())
    clusters = ranks[component_roots(len(ranks), first, second)]
    kept = survivors.kept
    yield pa.RecordBatch.from_arrays(
        [
            pa.array(ranks),
            pa.array(ranks[np.maximum(survivors.witness, 0)], mask=kept),
            pa.array(survivors.similarity, mask=kept),
            pa.array(clusters),
        ],
        schema=SOLVED_SCHEMA,
    )


def _solve_in_rounds(pairs: DataFrame, in_one_task: int) -> DataFrame:
    edges = pairs.select(
        F.least("left", "right").alias("first"), F.greatest("left", "right").alias("second"), "similarity"
    ).where("first < second")
    edges = edges.persist(StorageLevel.DISK_ONLY)
    gone = _removed(edges.select("first", "second"), in_one_task)
    # Of a removed row every neighbour that is not removed itself is kept, and the earlier ones stand for it.
    standing = edges.join(gone.withColumnRenamed("rank", "second"), "second", "left_semi")
    standing = standing.join(gone.withColumnRenamed("rank", "first"), "first", "left_anti")
    best = standing.groupBy("second").agg(F.min(F.struct((-F.col("similarity")).alias("unlike"), "first")).alias("b"))
    witnesses = best.select(
        F.col("second").alias("rank"), F.col("b.first").alias("witness"), (-F.col("b.unlike")).alias("similarity")
    )
    clusters = _clusters(edges.select("first", "second"), in_one_task)
    return clusters.join(witnesses, "rank", "left").select(*SOLVED_SCHEMA.names)


def _removed(edges: DataFrame, in_one_task: int) -> DataFrame:
    """The ranks that are not in the greedy independent set, one column ``rank``."""
    open_edges, removed = edges, []
    while True:
        left = open_edges.count()
        if left == 0:
            break
        if left <= in_one_task:
            pairs = open_edges.toDF("left", "right").withColumn("similarity", F.lit(1.0))
            rest = pairs.coalesce(1).mapInArrow(solve_batches, to_spark(SOLVED_SCHEMA))
            removed.append(rest.where("witness is not null").select("rank"))
            break
        waits = open_edges.select(F.col("second").alias("rank")).distinct()
        stays = open_edges.select(F.col("first").alias("rank")).distinct().join(waits, "rank", "left_anti")
        goes = (
            open_edges.join(stays.withColumnRenamed("rank", "first"), "first", "left_semi")
            .select(F.col("second").alias("rank"))
            .distinct()
            .localCheckpoint()
        )
        removed.append(goes)
        # A removed row decides nothing more, on either side; what is kept has only removed neighbours behind it.
        open_edges = open_edges.join(goes.withColumnRenamed("rank", "second"), "second", "left_anti")
        open_edges = open_edges.join(goes.withColumnRenamed("rank", "first"), "first", "left_anti")
        # Without a checkpoint each round would compute all rounds before it.
        open_edges = open_edges.select("first", "second").localCheckpoint()
    out = removed[0] if removed else edges.select(F.col("first").alias("rank")).limit(0)
    for part in removed[1:]:
        out = out.unionAll(part)
    return out.distinct().localCheckpoint()


def _clusters(edges: DataFrame, in_one_task: int) -> DataFrame:
    """``rank`` and ``cluster`` (the smallest rank of its component) for every row of an edge."""
    rows = edges.select(F.explode(F.array("first", "second")).alias("rank")).distinct()
    edges = edges.distinct().localCheckpoint()
    seen = None
    while True:
        # Rounds end when one changes nothing; a sum of hashes tells two sets of edges of one size apart.
        state = edges.agg(F.count("*"), F.sum(F.xxhash64("first", "second").cast("decimal(38,0)"))).collect()[0]
        if state[0] <= in_one_task:
            edges = edges.coalesce(1).mapInArrow(_stars, _EDGES)
            break
        if state == seen:
            break
        seen = state
        edges = _small_star(_large_star(edges)).localCheckpoint()
    roots = edges.select(F.col("second").alias("rank"), F.col("first").alias("cluster"))
    return rows.join(roots, "rank", "left").select("rank", F.coalesce("cluster", "rank").alias("cluster"))


def _large_star(edges: DataFrame) -> DataFrame:
    """Every later neighbour of a row is tied to the row's earliest neighbour, or to the row when that is earlier."""
    both = edges.unionAll(edges.select(F.col("second").alias("first"), F.col("first").alias("second")))
    least = both.groupBy("first").agg(F.least(F.col("first"), F.min("second")).alias("root"))
    later = both.where("second > first").join(least, "first")
    return later.select(F.col("root").alias("first"), "second").distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Every earlier neighbour of a row, and the row, are tied to the earliest of them."""
    least = edges.groupBy("second").agg(F.min("first").alias("root"))
    tied = edges.join(least, "second").select(F.col("root").alias("first"), F.col("first").alias("other"))
    own = least.select(F.col("root").alias("first"), F.col("second").alias("other"))
    return tied.where("first < other").unionAll(own).toDF("first", "second").distinct()


def _stars(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    present = [batch for batch in batches if batch.num_rows]
    if present:
        table = pa.Table.from_batches(present)
        first, second = table.column("first").to_numpy(), table.column("second").to_numpy()
        ranks, places = np.unique(np.concatenate([first, second]), return_inverse=True)
        roots = component_roots(len(ranks), places[: len(first)], places[len(first) :])
        yield pa.RecordBatch.from_arrays([pa.array(ranks[roots]), pa.array(ranks)], names=["first", "second"])
