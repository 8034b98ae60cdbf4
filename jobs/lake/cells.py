"""Rows that share a cell are compared, on Spark, in pieces of bounded memory: cells that are too large go in blocks.

What a row is compared by (a vector as bytes) travels once to each cell that it belongs to, and within a large cell once
to each block.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.schemas import to_spark
from jobs.similarity.cosine_blocks import CosinePairs

_I64 = npt.NDArray[np.int64]
# One row a cell that a row belongs to. ``payload`` is what rows are compared by.
ENTRY_SCHEMA = pa.schema([("rank", pa.int64()), ("strict", pa.int64()), ("payload", pa.binary()), ("cell", pa.int64())])
# ``crowded``: the cell, where rows of it stopped looking before they had seen all; else null.
FOUND_SCHEMA = pa.schema(
    [("left", pa.int64()), ("right", pa.int64()), ("similarity", pa.float64()), ("crowded", pa.int64())]
)

# Finds alike rows, named by rank: payloads and ascending ranks of some rows, and of others or None for themselves.
Compare = Callable[[pa.Array, _I64, pa.Array | None, _I64 | None], CosinePairs]


def compare_cells(entries: DataFrame, compare: Compare, rows_a_block: int) -> DataFrame:
    """``FOUND_SCHEMA``: the pairs that ``compare`` finds among the rows of each cell; once for each cell they share.

    Args:
        entries: ``ENTRY_SCHEMA``, ranks unique within a cell. Read twice: persist it.
        rows_a_block: a task holds two blocks of so many rows, however many a cell has.
    """
    sizes = entries.groupBy("cell").agg(F.count("*").alias("size")).where("size > 1")
    blocks = F.ceil(F.col("size") / rows_a_block)
    dealt = entries.join(F.broadcast(sizes), "cell").withColumn("block", F.pmod(F.xxhash64("rank"), blocks))
    dealt = dealt.withColumn("other", F.explode(F.sequence(F.lit(0), blocks - 1)))
    first, second = F.least("block", "other"), F.greatest("block", "other")
    tasks = dealt.select("cell", "rank", "payload", "block", first.alias("first"), second.alias("second"))

    def meet(key: tuple[pa.Scalar, ...], table: pa.Table) -> pa.Table:
        ranks = table.column("rank").to_numpy()
        order = np.argsort(ranks)
        ranks, payloads = ranks[order], table.column("payload").take(pa.array(order)).combine_chunks()
        if key[1] == key[2]:
            found = compare(payloads, ranks, None, None)
        else:
            here = table.column("block").to_numpy()[order] == key[1].as_py()
            mine, theirs = np.flatnonzero(here), np.flatnonzero(~here)
            found = compare(payloads.take(pa.array(mine)), ranks[mine], payloads.take(pa.array(theirs)), ranks[theirs])
        crowded = pa.array(
            np.full(len(found), key[0].as_py(), dtype=np.int64), mask=np.full(len(found), not found.truncated)
        )
        columns = [pa.array(found.left), pa.array(found.right), pa.array(found.cosine), crowded]
        return pa.table(columns, schema=FOUND_SCHEMA)

    return tasks.groupBy("cell", "first", "second").applyInArrow(meet, to_spark(FOUND_SCHEMA))
