"""From rows in cells to the pairs that decide, on Spark: compare, hold the guards against what is alike, and go on
where a crowd was not seen in full.

In a crowd (more alike rows than ``MOST`` before one of them) a row stops looking, so that a template copied 50,000
times costs and yields a linear number of pairs. What it did not see matters only if all that it saw leaves or is held
apart by a guard, so crowded cells are compared again among the rows still in, parted by what the guards read, until a
round finds nothing. The survivors are then those of all pairs: each removed row has an earlier kept row that is alike,
no two kept rows are, and the greedy independent set is the only set of which both hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.cells import Compare, compare_cells
from jobs.lake.schemas import to_spark
from jobs.lake.survivors_on_spark import PAIR_SCHEMA, PAIRS_IN_ONE_TASK, SOLVED_SCHEMA, solve_batches, solve_pairs
from jobs.similarity.cosine_blocks import CosinePairs
from jobs.similarity.crowds import MOST, MOST_AT_LAST, Crowd, further_rounds
from jobs.similarity.guards import guard_keys, may_merge

CROWD_BYTES = 128 << 20
# Texts of pairs that go whole to every task: 40 MB at 2 kB a text. More are sorted, and meet their pairs that way.
_TEXTS_TO_EVERY_TASK = 20_000
# ``sure``: reaches the cosine from which on rows are removed.
SURE_SCHEMA = pa.schema([*PAIR_SCHEMA, ("sure", pa.bool_())])
_STEPS_SCHEMA = pa.schema([*SOLVED_SCHEMA, ("step", pa.int64())])
_FACTS_SCHEMA = pa.schema([("rank", pa.int64()), ("facts", pa.list_(pa.int64()))])


@dataclass(frozen=True)
class Search:
    """How the rows of one way are compared.

    Attributes:
        entries: ``jobs.lake.cells.ENTRY_SCHEMA``, persisted.
        compare: makes the comparison at a threshold, of so many rows before each.
        texts: a frame with ``rank`` -> ``rank``, ``text`` of those rows.
        remove, flag: the way's thresholds; None removes nothing.
        crowd_bytes: up to so much of texts and payloads of crowded rows one task goes on with.
    """

    entries: DataFrame
    compare: Callable[[float, int], Compare]
    texts: Callable[[DataFrame], DataFrame]
    guards: Sequence[str]
    remove: float | None
    flag: float
    rows_a_block: int
    crowd_bytes: int = CROWD_BYTES


def alike_pairs(search: Search) -> DataFrame:
    """``PAIR_SCHEMA``: pairs of ranks from the flag's threshold on that no guard tells apart, each once; persisted."""
    entries = search.entries.withColumn("cell", F.xxhash64("cell", "strict"))
    compared = compare_cells(entries, search.compare(min(search.flag, search.remove or 1.0), MOST), search.rows_a_block)
    compared = compared.persist(StorageLevel.MEMORY_AND_DISK)
    crowded = compared.where("crowded is not null").select(F.col("crowded").alias("cell")).distinct()
    crowds = crowded.count()
    found = _unguarded(_once(compared), search).persist(StorageLevel.MEMORY_AND_DISK)
    if not crowds:
        return found
    rows = entries.join(F.broadcast(crowded), "cell", "left_semi").persist(StorageLevel.MEMORY_AND_DISK)
    texts = search.texts(rows.select("rank").distinct()).persist(StorageLevel.MEMORY_AND_DISK)
    size = texts.agg(F.coalesce(F.sum(F.octet_length("text")), F.lit(0))).collect()[0][0]
    size += rows.agg(F.coalesce(F.sum(F.octet_length("payload")), F.lit(0))).collect()[0][0]
    if size <= search.crowd_bytes and found.count() <= PAIRS_IN_ONE_TASK:
        return _rounds_in_one_task(found, rows.join(texts, "rank"), search)
    # Guards part the rows of a crowd: only rows that no single text's facts tell apart meet again.
    facts = _facts(texts, search.guards)
    rows = rows.join(facts, "rank").withColumn("cell", F.xxhash64("cell", "facts")).drop("facts")
    rows = rows.persist(StorageLevel.MEMORY_AND_DISK)
    if search.remove is not None:
        found = _until_stable(found, rows, search, search.remove, _removed)
    return _until_stable(found, rows, search, search.flag, _removed_or_flagged)


@dataclass(frozen=True)
class Units:
    """Rows of equal text and strict key are one *unit*, named by the rank kept first.

    Attributes:
        all: the rows: ``rank``, ``strict``, ``text_hash``, ``text``.
        rows: those that name a unit; there are ``count``.
        first: ``text_hash``, ``strict``, ``first``, one line a unit.
    """

    all: DataFrame
    rows: DataFrame
    first: DataFrame
    count: int

    @classmethod
    def of(cls, rows: DataFrame) -> Units:
        """The units of ``rows``."""
        first = rows.groupBy("text_hash", "strict").agg(F.min("rank").alias("first"))
        first = first.persist(StorageLevel.MEMORY_AND_DISK)
        return cls(rows, rows.join(first.select(F.col("first").alias("rank")), "rank"), first, first.count())

    def pairs(self, search: Callable[[Units], Search]) -> DataFrame:
        """``PAIR_SCHEMA`` of all rows from what is found among the units; persisted."""
        pairs = alike_pairs(search(self))
        both = ["text_hash", "strict"]
        mine = self.all.select("rank", *both).join(self.first, both).where("rank > first")
        copies = mine.select("first", "rank").persist(StorageLevel.MEMORY_AND_DISK)
        # A copy is like its unit's first row, and like what that is like before it.
        likewise = pairs.join(copies.withColumnRenamed("first", "right"), "right").select("left", "rank", "similarity")
        selves = copies.select("first", "rank", F.lit(1.0).alias("similarity"))
        return pairs.unionAll(likewise).unionAll(selves).persist(StorageLevel.MEMORY_AND_DISK)


def solve_in_two_steps(pairs: DataFrame, in_one_task: int = PAIRS_IN_ONE_TASK) -> tuple[DataFrame, DataFrame]:
    """``solve_pairs`` of the pairs that are ``sure``, and of all pairs among the rows that those leave.

    Args:
        pairs: ``SURE_SCHEMA``, persisted.
    """
    if pairs.count() <= in_one_task:
        both = pairs.coalesce(1).mapInArrow(_solve_twice, to_spark(_STEPS_SCHEMA)).persist(StorageLevel.MEMORY_AND_DISK)
        removed, flagged = (both.where(F.col("step") == step).drop("step") for step in (0, 1))
        return removed, flagged
    removed = solve_pairs(pairs.where("sure").select(*PAIR_SCHEMA.names), in_one_task)
    left = flaggable(pairs, with_witness(removed)).persist(StorageLevel.MEMORY_AND_DISK)
    return removed, solve_pairs(left, in_one_task)


def _solve_twice(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    present = [batch for batch in batches if batch.num_rows]
    if present:
        pairs = pa.Table.from_batches(present).combine_chunks()
        gone = pa.array([], pa.int64())
        for step in (0, 1):
            left = pairs.filter(pc.invert(pc.or_(*(pc.is_in(pairs.column(end), gone) for end in ("left", "right")))))
            mine = pairs.filter(pairs.column("sure")) if step == 0 else left
            for solved in solve_batches(mine.to_batches()):
                gone = solved.column("rank").filter(solved.column("witness").is_valid())
                columns = [*solved.columns, pa.array(np.full(len(solved), step, dtype=np.int64))]
                yield pa.RecordBatch.from_arrays(columns, schema=_STEPS_SCHEMA)


def flaggable(pairs: DataFrame, removed: DataFrame) -> DataFrame:
    """``pairs`` without those of a row that ``removed`` (column ``rank``) takes out."""
    for end in ("left", "right"):
        pairs = pairs.join(removed.withColumnRenamed("rank", end), end, "left_anti")
    return pairs.select(*PAIR_SCHEMA.names)


def with_witness(solved: DataFrame) -> DataFrame:
    """One column ``rank``: the rows that another stands for."""
    return solved.where("witness is not null").select("rank")


def _removed(found: DataFrame, search: Search) -> DataFrame:
    return with_witness(solve_pairs(found.where(F.col("similarity") >= F.lit(search.remove))))


def _removed_or_flagged(found: DataFrame, search: Search) -> DataFrame:
    if search.remove is None:
        return with_witness(solve_pairs(found))
    removed = _removed(found, search).persist(StorageLevel.MEMORY_AND_DISK)
    left = flaggable(found, removed).persist(StorageLevel.MEMORY_AND_DISK)
    return removed.unionAll(with_witness(solve_pairs(left)))


def _until_stable(
    found: DataFrame,
    rows: DataFrame,
    search: Search,
    threshold: float,
    gone: Callable[[DataFrame, Search], DataFrame],
) -> DataFrame:
    """``found`` and what rounds among the rows that are not ``gone`` add to it, until one adds nothing.

    Each round solves anew on all pairs: a row may come back in when its witness leaves.
    """
    most, rows = MOST, rows.localCheckpoint()
    while True:
        # Without checkpoints each round would plan all rounds before it.
        found = found.localCheckpoint()
        left = rows.join(gone(found, search).localCheckpoint(), "rank", "left_anti").localCheckpoint()
        compared = compare_cells(left, search.compare(threshold, most), search.rows_a_block).localCheckpoint()
        new = _once(compared).join(found.select("left", "right"), ["left", "right"], "left_anti")
        new = _unguarded(new.localCheckpoint(), search).localCheckpoint()
        if not new.isEmpty():
            found = found.unionAll(new)
        elif most >= MOST_AT_LAST or compared.where("crowded is not null").isEmpty():
            return found
        else:
            # All that these rows saw is held apart by guards that read two texts: they have to see more.
            most *= 8


def _rounds_in_one_task(found: DataFrame, rows: DataFrame, search: Search) -> DataFrame:
    columns = (*PAIR_SCHEMA.names, "rank", "cell", "payload", "text")
    parts = [
        frame.select([F.col(name) if name in frame.columns else F.lit(None).alias(name) for name in columns])
        for frame in (found, rows)
    ]
    comparison, guards, remove, flag = search.compare, search.guards, search.remove, search.flag

    def finish(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        table = pa.Table.from_batches(batches).combine_chunks()
        pairs, entries = (table.filter(table.column(name).is_valid()) for name in ("left", "rank"))
        ends = [pairs.column(name).to_numpy() for name in ("left", "right")]
        held, line = np.unique(entries.column("rank").to_numpy(), return_index=True)
        # Rows outside the crowds only stand for others: they are solved with the rest and never compared.
        ranks = np.unique(np.concatenate([held, *ends]))
        place = np.searchsorted(ranks, held)
        texts, payloads = [""] * len(ranks), entries.column("payload").combine_chunks()
        for k, text in zip(place.tolist(), entries.column("text").take(pa.array(line)).to_pylist(), strict=True):
            texts[k] = text
        where = np.zeros(len(ranks), dtype=np.int64)
        where[place] = line

        def compare(numbers: npt.NDArray[np.int64], threshold: float, most: int) -> CosinePairs:
            return comparison(threshold, most)(payloads.take(pa.array(where[numbers])), numbers, None, None)

        left, right = (np.searchsorted(ranks, end) for end in ends)
        known = (np.minimum(left, right), np.maximum(left, right), pairs.column("similarity").to_numpy())
        members = np.searchsorted(ranks, entries.column("rank").to_numpy())
        crowd = Crowd(texts, compare, guards, remove, flag)
        left, right, cosine = further_rounds(crowd, known, members, entries.column("cell").to_numpy(), MOST)
        columns = [pa.array(ranks[left]), pa.array(ranks[right]), pa.array(cosine)]
        yield pa.RecordBatch.from_arrays(columns, schema=PAIR_SCHEMA)

    together = parts[0].unionAll(parts[1]).coalesce(1)
    return together.mapInArrow(finish, to_spark(PAIR_SCHEMA)).persist(StorageLevel.MEMORY_AND_DISK)


def _once(compared: DataFrame) -> DataFrame:
    """A pair is found in every cell that its rows share; its similarity is the same in all."""
    return compared.groupBy("left", "right").agg(F.first("similarity").alias("similarity"))


def _unguarded(pairs: DataFrame, search: Search) -> DataFrame:
    """The pairs that no guard tells apart. Guards are read of rows that stand in a pair, and of no other row."""
    pairs = pairs.persist(StorageLevel.MEMORY_AND_DISK)
    texts = search.texts(pairs.select(F.explode(F.array("left", "right")).alias("rank")).distinct())
    texts = texts.persist(StorageLevel.MEMORY_AND_DISK)
    everywhere = texts.count() <= _TEXTS_TO_EVERY_TASK
    for end in ("left", "right"):
        side = texts.withColumnsRenamed({"rank": end, "text": f"{end}_text"})
        pairs = pairs.join(F.broadcast(side) if everywhere else side, end)
    guards = search.guards

    def free(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            ends = np.concatenate([batch.column(end).to_numpy() for end in ("left", "right")])
            _, first, place = np.unique(ends, return_index=True, return_inverse=True)
            spoken = pa.concat_arrays([batch.column("left_text"), batch.column("right_text")])
            left, right = np.split(place, 2)
            may = may_merge(spoken.take(pa.array(first)).to_pylist(), left, right, guards)
            yield batch.select(PAIR_SCHEMA.names).filter(pa.array(may))

    return pairs.select(*PAIR_SCHEMA.names, "left_text", "right_text").mapInArrow(free, to_spark(PAIR_SCHEMA))


def _facts(texts: DataFrame, guards: Sequence[str]) -> DataFrame:
    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            keys = [guard_keys(text, guards) for text in batch.column("text").to_pylist()]
            yield pa.RecordBatch.from_arrays(
                [batch.column("rank"), pa.array(keys, pa.list_(pa.int64()))], schema=_FACTS_SCHEMA
            )

    return texts.select("rank", "text").mapInArrow(read, to_spark(_FACTS_SCHEMA))
