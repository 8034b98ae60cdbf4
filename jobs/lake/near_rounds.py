"""Further rounds for crowded buckets, in one task where their rows fit, over all tasks where they do not.

A round on Spark costs as much as pairing a million entries, and most crowds (a template, boilerplate) are a small share
of the rows. Both ways give the same pairs (tests/stages/test_near_stage.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.near_candidates import Dealing, Proposed, propose_again
from jobs.lake.near_verify import pairs_to_arrow, texts_of, verified
from jobs.lake.pairs import small_join
from jobs.lake.schemas import to_spark
from jobs.lake.survivors_on_spark import PAIR_SCHEMA, PAIRS_IN_ONE_TASK, solve_pairs
from jobs.similarity.rounds import Entries, Pairs, until_stable
from jobs.similarity.verify import Comparison

_ENTRY = ("rank", "key", "chain")


@dataclass(frozen=True)
class Bounds:
    """What one task may hold: verified ``pairs`` (24 bytes each, and 100 a row in them), and bytes of ``text`` of rows
    in crowded buckets (with their shingles three times as much). Above it the work is done over all tasks."""

    pairs: int = PAIRS_IN_ONE_TASK
    text: int = 256 << 20


def further_rounds(
    found: DataFrame, proposed: Proposed, texts: DataFrame, dealing: Dealing, comparison: Comparison, bounds: Bounds
) -> DataFrame:
    """``found`` and what rounds among the rows still kept of crowded buckets add to it; persisted.

    Args:
        texts: ``rank``, ``text`` of every row of a pair, and so of every row of a crowded bucket: each is paired with
            its bucket's first.
    """
    entries = proposed.crowded.persist(StorageLevel.MEMORY_AND_DISK)
    rows = entries.select("rank").distinct().persist(StorageLevel.MEMORY_AND_DISK)
    held = small_join(texts, rows, "rank", rows.count()).persist(StorageLevel.DISK_ONLY)
    size = held.agg(F.coalesce(F.sum(F.octet_length("text")), F.lit(0))).collect()[0][0]
    if size <= bounds.text and found.count() <= bounds.pairs:
        return found.unionAll(_in_one_task(found, entries, held, dealing, comparison))
    return _on_spark(found, entries, held, dealing, comparison, bounds)


def _in_one_task(
    found: DataFrame, entries: DataFrame, texts: DataFrame, dealing: Dealing, comparison: Comparison
) -> DataFrame:
    columns = (*PAIR_SCHEMA.names, *_ENTRY, "text")
    parts = [
        frame.select([F.col(name) if name in frame.columns else F.lit(None).alias(name) for name in columns])
        for frame in (found, entries, texts)
    ]

    def finish(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = pa.Table.from_batches(batches)
        pairs, keys = (table.filter(table.column(name).is_valid()) for name in ("left", "key"))
        added = until_stable(
            Pairs(*(pairs.column(name).to_numpy() for name in PAIR_SCHEMA.names)),
            Entries(*(keys.column(name).to_numpy() for name in _ENTRY)),
            texts_of(table, comparison).verify,
            dealing.max_all_pairs,
            dealing.settled,
        )
        yield pairs_to_arrow(added)

    together = parts[0].unionAll(parts[1]).unionAll(parts[2]).coalesce(1)
    return together.mapInArrow(finish, to_spark(PAIR_SCHEMA)).persist(StorageLevel.MEMORY_AND_DISK)


def _on_spark(
    found: DataFrame, entries: DataFrame, texts: DataFrame, dealing: Dealing, comparison: Comparison, bounds: Bounds
) -> DataFrame:
    """Survivors are solved anew on all pairs, so that no witness falls later. Checkpoints keep plans from growing."""
    count = entries.count()
    texts, found = texts.localCheckpoint(), found.localCheckpoint()
    while True:
        removed = solve_pairs(found, bounds.pairs).where("witness is not null").select("rank")
        left = entries.join(removed, "rank", "left_anti").localCheckpoint()
        proposed = propose_again(left, count, dealing)
        wanted = proposed.rows().persist(StorageLevel.MEMORY_AND_DISK)
        again = small_join(texts, wanted, "rank", wanted.count()).select("rank", "cells", "text")
        more = verified(proposed, again, dealing.cells, comparison)
        grown = more.count()
        found = found.unionAll(more).localCheckpoint()
        for done in (proposed.packed, wanted, more, left):
            done.unpersist()
        if not grown:
            return found
