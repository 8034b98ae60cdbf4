"""``jobs.lake.increment`` for rows that fit this process: the earlier decisions are read once, in Arrow's columns.

The same steps with the same answer (tests/stages/test_near_incremental.py): what has changed, which kept rows share a
bucket with it, and the earlier lines carried on beside the batch's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.band_index import Signed
from jobs.lake.increment import INDEXED_SCHEMA, label_clusters
from jobs.lake.packed import lines_of
from jobs.lake.schemas import EVIDENCE
from jobs.similarity.candidates import distinct
from jobs.similarity.minhash import NO_BUCKET

_I64 = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
# One bit in so many slots for each key of the batch: 90,000 keys leave one other key in 180 to be looked up in full.
_SLOTS = 1 << 24


@dataclass(frozen=True)
class Changed:
    """What has changed since an earlier version of n lines, among m rows that are in now.

    Attributes:
        stands: (n,) lines of the earlier version that still stand.
        now: (n,) the row that says what the line says, -1 where there is none.
        batch: (k,) rows to compare: new, changed, or removed for a row that has left.
    """

    stands: _Mask
    now: _I64
    batch: _I64


def changed_since(earlier: pa.Table, ids: pa.Array, content: pa.Array) -> Changed:
    """Compares ids and content hashes of ``earlier`` (``INDEXED_SCHEMA``) with those of the (m,) rows that are in."""
    old_ids, old_content = _column(earlier, "record_id"), _field(earlier, "index", "content")
    at = pc.index_in(ids, value_set=old_ids)
    was = old_content.take(at)
    equal = pc.or_(pc.fill_null(pc.equal(was, content), False), pc.and_(was.is_null(), content.is_null()))
    same = _mask(pc.and_(at.is_valid(), equal))
    line = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    now = np.full(len(old_ids), -1, np.int64)
    now[line[same]] = np.flatnonzero(same)
    unchanged = now >= 0
    # A removed row is compared anew when the row that it was removed for has left.
    left = old_ids.filter(pa.array(~unchanged))
    witness = _field(earlier, "evidence", "witness")
    orphan = unchanged & ~_mask(_column(earlier, "kept")) & _mask(pc.is_in(witness, value_set=left))
    batch = np.union1d(np.flatnonzero(~same), now[orphan])
    return Changed(unchanged & ~orphan, now, batch)


def met_rows(earlier: pa.Table, changed: Changed, batch: Signed, place: _I64) -> Signed:
    """The kept rows of ``earlier`` that share a bucket with a row of ``batch``.

    Args:
        place: (m,) where the rows that are in are read.
    """
    bands = _field(earlier, "index", "bands")
    there = _mask(bands.is_valid())
    stays = (changed.stands & _mask(_column(earlier, "kept")))[there]
    lines, keys = np.flatnonzero(there), lines_of(bands)
    if not stays.all():
        lines, keys = lines[stays], keys[stays]
    wanted = distinct(batch.bands[batch.bands != NO_BUCKET])
    if not len(wanted) or not len(lines):
        keys, lines = keys[:0], lines[:0]
    else:
        near = np.zeros(_SLOTS, dtype=bool)
        near[wanted & (_SLOTS - 1)] = True
        maybe = np.flatnonzero(near[keys & (_SLOTS - 1)].any(axis=1))
        found = np.minimum(np.searchsorted(wanted, keys[maybe]), len(wanted) - 1)
        meets = maybe[(wanted[found] == keys[maybe]).any(axis=1)]
        keys, lines = keys[meets], lines[meets]
    at = pa.array(lines)
    priority = _field(earlier, "index", "priority").take(at)
    return Signed(
        place=place[changed.now[lines]],
        record_id=_column(earlier, "record_id").take(at),
        source=_column(earlier, "source").take(at),
        content=_field(earlier, "index", "content").take(at),
        priority=priority.flatten().to_numpy(zero_copy_only=False).reshape(len(lines), batch.priority.shape[1]),
        characters=_field(earlier, "index", "characters").take(at).to_numpy(zero_copy_only=False),
        bands=keys.reshape(len(lines), batch.bands.shape[1]),
    )


def carried_on(earlier: pa.Table, changed: Changed, batch: pa.Table, met: pa.Table) -> tuple[pa.Table, bool]:
    """``INDEXED_SCHEMA`` of all rows, the earlier lines that stand first; and whether these stand as they stood.

    Args:
        batch, met: ``INDEXED_SCHEMA`` of the batch, and the decisions of the earlier rows that it met.
    """
    tied = met.filter(_field(met, "evidence", "cluster").is_valid())
    own, now = _column(tied, "record_id"), _field(tied, "evidence", "cluster")
    line = pc.index_in(own, value_set=_column(earlier, "record_id"))
    was = _field(earlier, "evidence", "cluster").take(line)
    # A kept row that was like no other and now is has no cluster yet: its own name stands for it.
    fresh = was.is_null()
    links = pa.RecordBatch.from_arrays([was.drop_null(), now.filter(was.is_valid())], names=["was", "met"])
    labels = label_clusters(links)
    stands = earlier.select(INDEXED_SCHEMA.names)
    evidence = _column(stands, "evidence")
    renamed = pc.and_(pc.not_equal(labels.column("from"), labels.column("to")), pc.is_in(labels.column("from"), was))
    as_it_stood = bool(changed.stands.all()) and not _mask(renamed).any()
    if _mask(fresh).any():
        as_it_stood = False
        evidence = _with_cluster(evidence, line.filter(fresh), now.filter(fresh))
    stands = stands.set_column(4, INDEXED_SCHEMA.field("evidence"), evidence)
    if not changed.stands.all():
        stands = stands.filter(pa.array(changed.stands))
    out = pa.concat_tables([stands.cast(INDEXED_SCHEMA), batch.select(INDEXED_SCHEMA.names).cast(INDEXED_SCHEMA)])
    return _renamed(out, labels), as_it_stood


def _with_cluster(evidence: pa.StructArray, lines: pa.Array, cluster: pa.Array) -> pa.StructArray:
    """``evidence`` with this ``cluster``, and nothing else, at ``lines``."""
    mask = np.zeros(len(evidence), dtype=bool)
    at = lines.to_numpy(zero_copy_only=False)
    mask[at] = True
    nothing = [pa.nulls(len(cluster), field.type) for field in EVIDENCE][:-1]
    new = pa.StructArray.from_arrays([*nothing, cluster], fields=list(EVIDENCE))
    place = np.arange(len(evidence))
    place[at] = len(evidence) + np.arange(len(cluster))
    return pa.concat_arrays([evidence.cast(EVIDENCE), new]).take(pa.array(place))


def _renamed(table: pa.Table, labels: pa.RecordBatch) -> pa.Table:
    if not len(labels):
        return table
    evidence = _column(table, "evidence")
    cluster = evidence.field("cluster")
    at = pc.index_in(cluster, value_set=labels.column("from"))
    cluster = pc.coalesce(labels.column("to").take(at), cluster)
    fields = [*(evidence.field(k) for k in range(len(EVIDENCE) - 1)), cluster]
    named = pa.StructArray.from_arrays(fields, fields=list(EVIDENCE), mask=evidence.is_null())
    return table.set_column(4, INDEXED_SCHEMA.field("evidence"), named)


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def _field(table: pa.Table, name: str, field: str) -> pa.Array:
    return pc.struct_field(_column(table, name), field)


def _mask(column: pa.Array) -> _Mask:
    mask: _Mask = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return mask
