"""Incremental near deduplication: a decisions table that is its own index, and what a later run takes from it.

Each line of such a table carries an ``index``: the row's content hash, and of a kept row its bucket keys and its place
in keep order. Decisions, witnesses and signatures are one commit, so they cannot come apart, and time travel reaches
all of them. A later run compares only what is new: with the kept rows that share a bucket with it, and with itself.

Rows kept earlier come first in keep order. So they stay kept, and removed rows stay removed with the evidence they had
as long as their witness stays. What has left the input (a deletion request, a rollback), or says something else under
its old id, leaves the index; rows that were removed for it are compared anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.lake.band_index import INDEX_SCHEMA
from jobs.lake.packed import lines_of
from jobs.lake.pairs import is_small
from jobs.lake.schemas import DECISION_SCHEMA, to_spark
from jobs.lake.versions import TableVersion, history
from jobs.similarity.components import cluster_ids

_INDEX = pa.struct(
    [
        ("content", pa.string()),
        ("characters", pa.int32()),
        ("priority", pa.list_(pa.float64())),
        ("bands", pa.binary()),
    ]
)
# Decisions that an incremental run writes and the next one reads.
INDEXED_SCHEMA = DECISION_SCHEMA.append(pa.field("index", _INDEX))
_LABEL_SCHEMA = pa.schema([("from", pa.string()), ("to", pa.string())])
# Keys of the batch that every task holds at once: 144 MB of a million rows in 18 bands.
_BATCH_HELD = 1_000_000


def index_column() -> Column:
    """The ``index`` of a decision, over a row of the index frame and its verdict ``kept``."""
    stays = F.col("kept")
    return F.struct(
        F.col("content"),
        F.when(stays, F.col("characters")).alias("characters"),
        F.when(stays, F.col("priority")).alias("priority"),
        F.when(stays, F.col("bands")).alias("bands"),
    ).alias("index")


@dataclass(frozen=True)
class Changes:
    """What has changed since an earlier version; small frames of ``record_id``, persisted.

    Attributes:
        leaving: lines of the earlier version that do not stand any more.
        batch: rows to compare: new, changed, or removed for a row that has left.
        batch_size: how many these are.
        rows: how many rows there are now.
        changed: at most so many rows are in each of the frames.
    """

    leaving: DataFrame
    batch: DataFrame
    batch_size: int
    rows: int
    changed: int

    def small(self, frame: DataFrame) -> DataFrame:
        """``frame``, one of these or part of one, which goes whole to every task where that may be."""
        return small(frame, self.changed)


class OtherIndexError(RuntimeError):
    """The index was made with other parameters than those that rows are to be added with."""


def find_index(table: str, stamp: Mapping[str, Any], *, refuse: bool) -> tuple[TableVersion | None, str]:
    """The newest version of ``table`` where it carries an index made with ``stamp``, and why not where it does not.

    Raises:
        OtherIndexError: it was made otherwise, and ``refuse`` says that this is a mistake.
    """
    newest = next(iter(history(table)), None)
    if newest is None:
        return None, ""
    made_with = newest.provenance.index
    if made_with == stamp:
        return newest.table, ""
    if made_with is None:
        return None, f"{newest.table} carries no index: all rows are compared anew"
    other = [name for name in sorted({*made_with, *stamp}) if made_with.get(name) != stamp.get(name)]
    differing = "; ".join(f"{name} was {made_with.get(name)}, is {stamp.get(name)}" for name in other)
    if refuse:
        raise OtherIndexError(
            f"the index of {newest.table} was made otherwise ({differing}); set these back, or other_index: rebuild"
        )
    return None, f"the index of {newest.table} was made otherwise ({differing}): all rows are compared anew"


def changes_since(earlier: DataFrame, rows: DataFrame) -> Changes:
    """Compares ids and content hashes of ``earlier`` (``INDEXED_SCHEMA``) and ``rows`` (a rows table)."""
    before = earlier.select("record_id", F.col("index.content").alias("old"), F.lit(True).alias("was"))
    now = rows.select("record_id", F.col("content_hash").alias("new"), F.lit(True).alias("is"))
    same = F.col("was") & F.col("is") & F.col("old").eqNullSafe(F.col("new"))
    unchanged = F.coalesce(same, F.lit(False))
    both = before.join(now, "record_id", "full").select("record_id", "was", "is", unchanged.alias("same"))
    changed = both.where("not same").persist(StorageLevel.MEMORY_AND_DISK)
    count = changed.count()
    left = changed.where("was").select("record_id")
    # A removed row is compared anew when the row that it was removed for has left.
    removed = earlier.where("not kept").select("record_id", F.col("evidence.witness").alias("witness"))
    orphans = removed.join(small(left.toDF("witness"), count), "witness", "left_semi").select("record_id")
    orphans = orphans.join(small(changed.select("record_id"), count), "record_id", "left_anti")
    batch = changed.where("is").select("record_id").unionAll(orphans).persist(StorageLevel.MEMORY_AND_DISK)
    leaving = left.unionAll(orphans).persist(StorageLevel.MEMORY_AND_DISK)
    size = batch.count()
    return Changes(leaving, batch, size, rows.count(), count + size)


def small(frame: DataFrame, rows: int) -> DataFrame:
    """``frame``, which goes whole to every task where its ``rows`` are few."""
    return F.broadcast(frame) if is_small(rows) else frame


def touched(earlier: DataFrame, changes: Changes, batch: DataFrame) -> DataFrame:
    """The kept rows of ``earlier`` that share a bucket with a row of ``batch`` (its index frame, persisted).

    One scan of packed keys against the batch's, sorted; without a shuffle.
    """
    stays = earlier.where("kept and index.bands is not null").select(
        "record_id", "source", *(f"index.{name}" for name in INDEX_SCHEMA.names[2:])
    )
    stays = stays.join(changes.small(changes.leaving), "record_id", "left_anti")
    if changes.batch_size > _BATCH_HELD:
        return stays
    bands = batch.where("bands is not null").select("bands").toArrow().column("bands").combine_chunks()
    keys = earlier.sparkSession.sparkContext.broadcast(np.unique(lines_of(_one_array(bands))))

    def meet(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        wanted = keys.value
        for part in batches:
            if part.num_rows and len(wanted):
                own = lines_of(part.column("bands"))
                place = np.minimum(np.searchsorted(wanted, own), len(wanted) - 1)
                yield part.filter(pa.array((wanted[place] == own).any(axis=1)))

    return stays.mapInArrow(meet, to_spark(INDEX_SCHEMA))


def carry_on(earlier: DataFrame, changes: Changes, decided: DataFrame) -> DataFrame:
    """``INDEXED_SCHEMA`` of all rows: the earlier lines that stand, and the batch's, in clusters that hold both.

    Args:
        decided: ``INDEXED_SCHEMA`` of the batch and of the kept rows that it met; persisted.
    """
    batch = decided.join(changes.small(changes.batch), "record_id", "left_semi")
    met = decided.where("evidence.cluster is not null").select("record_id", F.col("evidence.cluster").alias("met"))
    met = met.join(changes.small(changes.batch), "record_id", "left_anti").persist(StorageLevel.MEMORY_AND_DISK)
    count = met.count()
    stands = earlier.join(changes.small(changes.leaving), "record_id", "left_anti").select(*INDEXED_SCHEMA.names)
    links = stands.select("record_id", F.col("evidence.cluster").alias("was")).join(small(met, count), "record_id")
    links = links.where("was is not null").select("was", "met").persist(StorageLevel.MEMORY_AND_DISK)
    labels = links.coalesce(1).mapInArrow(_labels, to_spark(_LABEL_SCHEMA)).persist(StorageLevel.MEMORY_AND_DISK)
    # A kept row that was like no other and now is has no evidence yet.
    fresh = F.when(F.col("met").isNotNull(), F.struct(*_no_witness(), F.col("met").alias("cluster")))
    evidence = F.coalesce("evidence", fresh).alias("evidence")
    stands = stands.join(small(met, count), "record_id", "left")
    stands = stands.select("record_id", "source", "kept", "reason", evidence, "index")
    out = stands.unionByName(batch.select(*INDEXED_SCHEMA.names))
    # No more labels than rows that were met, old names and new.
    out = out.join(small(labels, 2 * count), F.col("evidence.cluster") == F.col("from"), "left")
    named = F.col("evidence").withField("cluster", F.coalesce("to", "evidence.cluster"))
    evidence = F.when(F.col("evidence").isNotNull(), named).alias("evidence")
    return out.select("record_id", "source", "kept", "reason", evidence, "index")


def _no_witness() -> list[Column]:
    fields = (("witness", "string"), ("similarity", "double"), ("rule", "string"), ("detail", "string"))
    return [F.lit(None).cast(kind).alias(name) for name, kind in fields]


def _labels(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    present = [batch for batch in batches if batch.num_rows]
    if present:
        yield label_clusters(pa.Table.from_batches(present))


def label_clusters(links: pa.RecordBatch | pa.Table) -> pa.RecordBatch:
    """``from`` and ``to``: one name for all clusters that ``links`` tie together.

    Args:
        links: ``was``, a cluster of an earlier version, and ``met``, the new one that holds a row of it. A group takes
            the name of an earlier cluster, so that its rows need no other.
    """
    # "~" sorts behind every id: the smallest name of a group is an earlier cluster's.
    was, met = links.column("was").to_pylist(), [f"~{name}" for name in links.column("met").to_pylist()]
    names = [*sorted(set(was)), *sorted(set(met))]
    labels = [str(label) for label in cluster_ids(names, was, met)]
    # A row that begins both an earlier cluster and a new one stands for both, and is tied to itself.
    of_name = dict(zip((name.removeprefix("~") for name in names), labels, strict=True))
    columns = [pa.array(list(of_name), pa.string()), pa.array(list(of_name.values()), pa.string())]
    return pa.RecordBatch.from_arrays(columns, schema=_LABEL_SCHEMA)


def _one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column
