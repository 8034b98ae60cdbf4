"""Verification on Spark: each cell holds the texts of its rows and the pairs that it has to verify."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.near_candidates import Proposed
from jobs.lake.packed import to_cells, unpack
from jobs.lake.schemas import to_spark
from jobs.lake.survivors_on_spark import PAIR_SCHEMA
from jobs.similarity.rounds import Pairs
from jobs.similarity.verify import Comparison, Texts


def verified(proposed: Proposed, texts: DataFrame, cells: int, comparison: Comparison) -> DataFrame:
    """``PAIR_SCHEMA`` of the proposed pairs whose texts are alike, each once; persisted.

    Args:
        texts: ``rank``, ``cells`` (those that need the row), ``text``.
    """
    dealt = texts.select(F.explode("cells").alias("cell"), "rank", "text", F.lit(None).cast("binary").alias("packed"))
    no_rank, no_text = F.lit(None).cast("long").alias("rank"), F.lit(None).cast("string").alias("text")
    pairs = proposed.pairs.select("cell", no_rank, no_text, "packed")

    def verify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        present = [batch for batch in batches if batch.num_rows]
        if present:
            cell = pa.Table.from_batches(present)
            here = texts_of(cell, comparison)
            yield pairs_to_arrow(here.verify(*unpack([cell.column("packed")], 2)))

    return (
        to_cells(pairs.unionAll(dealt), cells)
        .mapInArrow(verify, to_spark(PAIR_SCHEMA))
        .persist(StorageLevel.MEMORY_AND_DISK)
    )


def texts_of(table: pa.Table, comparison: Comparison) -> Texts:
    """The lines of ``table`` that have a ``text``, by their ``rank``."""
    lines = table.filter(table.column("text").is_valid())
    return Texts.of(lines.column("rank").to_numpy(), lines.column("text"), comparison)


def pairs_to_arrow(pairs: Pairs) -> pa.RecordBatch:
    """``PAIR_SCHEMA``."""
    columns = [pa.array(column) for column in (pairs.left, pairs.right, pairs.similarity)]
    return pa.RecordBatch.from_arrays(columns, schema=PAIR_SCHEMA)
