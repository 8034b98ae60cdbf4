"""Verified pairs of near copies, on Spark: candidates, the texts of their rows, exact Jaccard, guards, rounds.

Only rows that stand in a candidate pair are read again, each travels once to each task that needs it, and guards are
read of rows whose pair is alike already. Further rounds go on among what is still kept of buckets that were too large
to be paired in full, until a round finds nothing: no two kept rows that were compared are alike, so running on the
result removes nothing.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.near_candidates import Dealing, propose
from jobs.lake.near_rounds import Bounds, further_rounds
from jobs.lake.near_verify import verified
from jobs.lake.pairs import is_small, small_join
from jobs.similarity.shared_text import MIN_ROWS, find_shared, sample_bound
from jobs.similarity.verify import Comparison

# Texts of all rows that one verifying task would hold if every row stood in a pair; with their shingles some 400 MB.
_TEXT_A_CELL = 128 << 20

# Reads texts: a frame with ``record_id`` and other columns -> the other columns and ``text`` of those rows.
ReadTexts = Callable[[DataFrame], DataFrame]


@dataclass(frozen=True)
class Index:
    """Rows that are compared.

    Attributes:
        frame: ``rank``, ``record_id``, ``bands``.
        rows, characters: how many rows, and of how many bytes of text in all.
        settled: rows of smaller rank are not compared with each other.
    """

    frame: DataFrame
    rows: int
    characters: int
    settled: int = 0

    def dealing(self, max_all_pairs: int) -> Dealing:
        """Cells by the text that they would hold at worst."""
        cores = self.frame.sparkSession.sparkContext.defaultParallelism
        wanted = math.ceil(self.characters / _TEXT_A_CELL)
        return Dealing(max(wanted, min(cores, 1 + self.rows // 5_000)), max_all_pairs, self.settled)


@dataclass(frozen=True)
class SharedText:
    """Where text that many rows share is looked for.

    Attributes:
        rows: ``record_id`` of all rows that there are, ``count`` of them.
        share: of the rows that hold a piece of text from which on it counts as shared.
    """

    rows: DataFrame
    count: int
    share: float

    def sample(self) -> DataFrame:
        """``record_id`` of about ``SAMPLE_ROWS`` rows, the same ones whatever their order; all of a small set."""
        place = F.crc32(F.col("record_id").cast("binary"))
        return self.rows.select("record_id").where(place < sample_bound(self.count))


def similar_pairs(
    index: Index,
    read_texts: ReadTexts,
    comparison: Comparison,
    shared: SharedText | None = None,
    bounds: Bounds | None = None,
) -> DataFrame:
    """``left``, ``right`` (ranks, left the smaller), ``similarity`` of every pair verified as alike; persisted."""
    dealing = index.dealing(comparison.max_all_pairs)
    proposed = propose(index.frame, index.rows, comparison.config.bands, dealing)
    wanted = proposed.rows().persist(StorageLevel.MEMORY_AND_DISK)
    count = wanted.count()
    named = small_join(index.frame.select("rank", "record_id"), wanted, "rank", count)
    named = named.withColumn("sampled", F.lit(False))
    if shared is not None and count:
        named = _with_sample(named, shared.sample())
    # Texts of the sample come with the others, so that the rows are read once more and not twice.
    texts = read_texts(F.broadcast(named) if is_small(count) else named).persist(StorageLevel.DISK_ONLY)
    if shared is not None and count:
        sampled = texts.where("sampled").select("text").toArrow().column("text")
        comparison = dataclasses.replace(comparison, shared=find_shared(sampled, shared.share, MIN_ROWS))
    texts = texts.where("rank is not null").drop("sampled")
    found = verified(proposed, texts, dealing.cells, comparison)
    if not proposed.is_crowded():
        return found
    return further_rounds(found, proposed, texts.select("rank", "text"), dealing, comparison, bounds or Bounds())


def _with_sample(named: DataFrame, sample: DataFrame) -> DataFrame:
    """``record_id``, ``rank``, ``cells`` (null for a row of the sample alone), ``sampled``; each row once."""
    no_rank, no_cells = F.lit(None).cast("long").alias("rank"), F.lit(None).cast("array<int>").alias("cells")
    both = named.unionByName(sample.select("record_id", no_rank, no_cells, F.lit(True).alias("sampled")))
    columns = [F.max(name).alias(name) for name in ("rank", "cells", "sampled")]
    return both.groupBy("record_id").agg(*columns)
