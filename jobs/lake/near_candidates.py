"""Candidate pairs from bucket keys, on Spark: linear in the entries however hot a bucket is, and no row a band.

A task cuts its rows' keys into entries (key, rank, next key), packs them by the task that each key goes to, and that
task sorts them and pairs each run of equal keys (``jobs.similarity.candidates``). What comes out is packed again, by
the task that will verify a pair; entries of buckets too large to be paired in full come out too, for a further round.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.packed import (
    ENTRIES_A_PACKAGE,
    PACKED_SCHEMA,
    cells_of,
    gathered,
    lines_of,
    pack,
    to_cells,
    unpack,
)
from jobs.lake.schemas import to_spark
from jobs.similarity.candidates import bucket_pairs, chain_keys
from jobs.similarity.minhash import NO_BUCKET

_I64 = npt.NDArray[np.int64]
# Entries that one task pairs: 144 MB packed, and some 300 MB while they are sorted.
_ENTRIES_A_TASK = 6_000_000
# The cell of what no task verifies: entries of crowded buckets.
_CROWDED = -1
_ENTRY_SCHEMA = pa.schema([("rank", pa.int64()), ("key", pa.int64()), ("chain", pa.int64())])
_WANTED_SCHEMA = pa.schema([("rank", pa.int64()), ("cell", pa.int32())])


@dataclass(frozen=True)
class Dealing:
    """How the work is dealt to tasks.

    Attributes:
        cells: tasks that verify pairs; a pair goes to the cell of its later row, so that a row that thousands are
            compared with is in every cell and no cell holds all of them.
        max_all_pairs: the largest bucket of which every pair is taken.
        settled: rows of smaller rank have been compared with each other before: their pairs are left out.
    """

    cells: int
    max_all_pairs: int
    settled: int = 0


@dataclass(frozen=True)
class Proposed:
    """Candidate pairs packed by cell, and the entries of crowded buckets; computed once and persisted."""

    packed: DataFrame

    @property
    def pairs(self) -> DataFrame:
        """``cell``, ``packed``: ranks of pairs (left, right); a pair may come several times within its cell."""
        return self.packed.where(F.col("cell") != _CROWDED)

    @property
    def crowded(self) -> DataFrame:
        """``rank``, ``key``, ``chain``: the entries of buckets that were not paired in full."""
        return self.packed.where(F.col("cell") == _CROWDED).mapInArrow(_open_entries, to_spark(_ENTRY_SCHEMA))

    def is_crowded(self) -> bool:
        """Whether a bucket was not paired in full."""
        return self.packed.where(F.col("cell") == _CROWDED).limit(1).count() > 0

    def rows(self) -> DataFrame:
        """``rank``, ``cells``: each row of a pair, and the cells that need it."""
        needed = self.pairs.mapInArrow(_rows_of_pairs, to_spark(_WANTED_SCHEMA))
        return needed.groupBy("rank").agg(F.collect_set("cell").alias("cells"))


def propose(index: DataFrame, rows: int, bands: int, dealing: Dealing) -> Proposed:
    """The pairs of rows that share a bucket.

    Args:
        index: ``rank`` and ``bands``, the row's keys as binary (``packed.to_lines``), null for a row without buckets.
        rows: how many rows there are, to bound what a task holds.
    """
    tasks = _tasks(index, rows * bands)

    def cut(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for table in gathered(batches, max(1, ENTRIES_A_PACKAGE // bands)):
            keys = lines_of(table.column("bands").combine_chunks())
            rank = np.repeat(table.column("rank").to_numpy(), bands)
            yield _entries(keys.ravel(), rank, chain_keys(keys).ravel(), tasks)

    packed = index.where("bands is not null").select("rank", "bands").mapInArrow(cut, to_spark(PACKED_SCHEMA))
    return _pair(packed, tasks, dealing)


def propose_again(entries: DataFrame, count: int, dealing: Dealing) -> Proposed:
    """The pairs of what is left of crowded buckets (``Proposed.crowded``).

    Args:
        count: how many entries there are at most, to bound what a task holds.
    """
    tasks = _tasks(entries, count)

    def cut(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for table in gathered(batches, ENTRIES_A_PACKAGE):
            key, rank, chain = (table.column(name).to_numpy() for name in ("key", "rank", "chain"))
            yield _entries(key, rank, chain, tasks)

    return _pair(entries.mapInArrow(cut, to_spark(PACKED_SCHEMA)), tasks, dealing)


def _tasks(frame: DataFrame, entries: int) -> int:
    """Few tasks, for each costs the start of its Python; but none with more entries than it can hold."""
    cores = frame.sparkSession.sparkContext.defaultParallelism
    wanted = math.ceil(entries / _ENTRIES_A_TASK)
    return wanted if wanted > cores else min(cores, 1 + entries // 100_000)


def _entries(key: _I64, rank: _I64, chain: _I64, tasks: int) -> pa.RecordBatch:
    used = key != NO_BUCKET
    if not used.all():
        key, rank, chain = key[used], rank[used], chain[used]
    return pack(cells_of(key, tasks), [key, rank, chain])


def _pair(packed: DataFrame, tasks: int, dealing: Dealing) -> Proposed:
    def pair(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        key, rank, chain = unpack((batch.column("packed") for batch in batches), 3)
        if not len(key):
            return
        found = bucket_pairs(key, rank, neighbours=chain, max_all_pairs=dealing.max_all_pairs)
        new = found.right >= dealing.settled
        left, right = found.left[new], found.right[new]
        if len(left):
            yield pack(cells_of(right, dealing.cells), [left, right])
        if found.truncated:
            at = found.crowded
            yield pack(np.full(len(at), _CROWDED), [rank[at], key[at], chain[at]])

    paired = to_cells(packed, tasks).mapInArrow(pair, to_spark(PACKED_SCHEMA))
    return Proposed(paired.persist(StorageLevel.MEMORY_AND_DISK))


def _open_entries(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        columns = unpack([batch.column("packed")], 3)
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=_ENTRY_SCHEMA)


def _rows_of_pairs(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for cell, package in zip(batch.column("cell").to_pylist(), batch.column("packed"), strict=True):
            ranks = np.unique(np.concatenate(unpack([pa.array([package])], 2)))
            cells = np.full(len(ranks), cell, dtype=np.int32)
            yield pa.RecordBatch.from_arrays([pa.array(ranks), pa.array(cells)], schema=_WANTED_SCHEMA)
