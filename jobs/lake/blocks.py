"""All pairs of a frame's rows, exactly, in pieces of bounded memory: every two blocks of rows meet in one task."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.pairs import PAIR_SCHEMA
from jobs.lake.schemas import to_spark

# Finds alike rows: (payload of some rows, payload of others or None for themselves) -> positions and similarities.
Compare = Callable[
    [pa.Array, pa.Array | None], tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]
]


def compare_all(rows: DataFrame, payload: str, count: int, compare: Compare, rows_a_block: int) -> DataFrame:
    """Pairs (left, right: ranks, similarity) of all rows that ``compare`` finds alike; none is missed.

    The work grows with the square of ``count``; a task holds two blocks, and each row travels once to each block.

    Args:
        rows: ``rank`` and the column ``payload``.
        count: how many rows there are.
    """
    blocks = max(1, math.ceil(count / rows_a_block))
    block = F.pmod(F.xxhash64("rank"), F.lit(blocks))
    dealt = rows.select("rank", F.col(payload).alias("payload"), block.alias("block")).withColumn(
        "other", F.explode(F.sequence(F.lit(0), F.lit(blocks - 1)))
    )
    first, second = F.least("block", "other"), F.greatest("block", "other")
    tasks = dealt.select("rank", "payload", "block", first.alias("first"), second.alias("second"))

    def meet(key: tuple[pa.Scalar, ...], table: pa.Table) -> pa.Table:
        ranks = table.column("rank").to_numpy()
        payloads = table.column("payload").combine_chunks()
        if key[0] == key[1]:
            left, right, similarity = compare(payloads, None)
            return _pairs(ranks[left], ranks[right], similarity)
        here = table.column("block").to_numpy() == key[0].as_py()
        mine, theirs = np.flatnonzero(here), np.flatnonzero(~here)
        left, right, similarity = compare(payloads.take(pa.array(mine)), payloads.take(pa.array(theirs)))
        return _pairs(ranks[mine[left]], ranks[theirs[right]], similarity)

    return tasks.groupBy("first", "second").applyInArrow(meet, to_spark(PAIR_SCHEMA))


def _pairs(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], similarity: npt.NDArray[np.float64]) -> pa.Table:
    return pa.table([pa.array(left), pa.array(right), pa.array(similarity)], schema=PAIR_SCHEMA)
