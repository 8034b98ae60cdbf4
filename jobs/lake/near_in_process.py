"""Near duplicates of rows that fit this process: signed, compared and decided without Spark, in Arrow's columns.

Spark moves each row's text to Python and back for some 40 microseconds of the JVM's time and needs a dozen jobs; half a
million rows cost it four times the CPU that they cost here. What fits is bounded (``RowFiles.fit``); above it the stage
goes over all tasks, with the same answer.
"""

from __future__ import annotations

import dataclasses
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.band_index import Signed, lists_of
from jobs.lake.increment import INDEXED_SCHEMA
from jobs.lake.packed import to_lines
from jobs.lake.row_files import RowFiles
from jobs.lake.schemas import DECISION_SCHEMA, EVIDENCE
from jobs.lake.survivors_on_spark import PAIR_SCHEMA, solve_batches
from jobs.similarity.candidates import distinct
from jobs.similarity.in_process import propose, verified
from jobs.similarity.keys import By
from jobs.similarity.rounds import Pairs
from jobs.similarity.shared_text import MIN_ROWS, find_shared, sample_bound
from jobs.similarity.survivors import keep_order
from jobs.similarity.verify import Comparison

_I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Rows that tell which text many rows share: their places, and the share from which on it counts."""

    places: _I64
    share: float

    @classmethod
    def of(cls, places: _I64, ids: pa.Array, share: float) -> Sample:
        """Those of the rows with these ``ids`` that ``sample_bound`` names."""
        bound = sample_bound(len(ids))
        hashes = np.fromiter((zlib.crc32(name.encode()) for name in ids.to_pylist()), np.int64, len(ids))
        return cls(places[hashes < bound], share)


def solve_signed(
    files: RowFiles, signed: Signed, rank: _I64, by: By, comparison: Comparison, sample: Sample | None, settled: int = 0
) -> pa.RecordBatch | None:
    """``SOLVED_SCHEMA`` of the rows of ``signed`` that are alike, by rank; None where no two are.

    Args:
        rank: (n,) keep order of ``signed``.
        sample: where shared text is looked for; None asks nothing more than the threshold.
        settled: rows of smaller rank have been compared with each other before.
    """
    proposed = propose(signed.bands, rank, comparison.max_all_pairs, settled)
    left, right, _ = proposed
    if not len(left):
        return None
    place = np.empty(len(rank), np.int64)
    place[rank] = signed.place
    wanted = [place[distinct(np.concatenate([left, right]))], sample.places if sample else np.empty(0, np.int64)]
    held = files.texts(by, distinct(np.concatenate(wanted)))
    if sample:
        _, texts = held.take(sample.places)
        comparison = dataclasses.replace(comparison, shared=find_shared(texts, sample.share, MIN_ROWS))
    return solve_alike(verified(proposed, held, place, comparison, settled))


def solve_alike(pairs: Pairs) -> pa.RecordBatch | None:
    """``SOLVED_SCHEMA`` of verified pairs; None where there is none."""
    columns = [pa.array(column) for column in (pairs.left, pairs.right, pairs.similarity)]
    return next(solve_batches([pa.RecordBatch.from_arrays(columns, schema=PAIR_SCHEMA)]), None)


def decisions_of(signed: Signed, rank: _I64, solved: pa.RecordBatch | None, reason: str, rule: str) -> pa.Table:
    """``DECISION_SCHEMA`` of the rows of ``signed``, line by line; what goes, goes for ``reason`` by ``rule``."""
    rows = len(signed)
    witness, cluster = np.full(rows, -1, np.int64), np.full(rows, -1, np.int64)
    similarity = np.zeros(rows)
    if solved is not None:
        by_rank = np.argsort(rank)
        at = by_rank[solved.column("rank").to_numpy()]
        gone = solved.column("witness").is_valid().to_numpy(zero_copy_only=False)
        witness[at[gone]] = by_rank[solved.column("witness").drop_null().to_numpy()]
        similarity[at[gone]] = solved.column("similarity").drop_null().to_numpy()
        cluster[at] = by_rank[solved.column("cluster").to_numpy()]
    kept, in_pair = witness < 0, cluster >= 0
    said = [
        _named(signed.record_id, witness),
        pa.array(similarity, mask=kept),
        pc.if_else(pa.array(kept), pa.scalar(None, pa.string()), pa.scalar(rule)),
        pa.nulls(rows, pa.string()),
        _named(signed.record_id, cluster),
    ]
    evidence = pa.StructArray.from_arrays(said, fields=list(EVIDENCE), mask=pa.array(~in_pair))
    why = pc.if_else(pa.array(kept), pa.scalar(None, pa.string()), pa.scalar(reason))
    columns = [signed.record_id, signed.source, pa.array(kept), why, evidence]
    return pa.Table.from_arrays(columns, schema=DECISION_SCHEMA)


def index_of(signed: Signed, kept: npt.NDArray[np.bool_]) -> pa.StructArray:
    """The ``index`` of each decision, as ``jobs.lake.increment.index_column`` makes it."""
    gone = pa.array(~kept)
    columns = [
        signed.content,
        pa.array(signed.characters, mask=~kept),
        pc.if_else(gone, pa.scalar(None, pa.list_(pa.float64())), lists_of(signed.priority)),
        to_lines(signed.bands, signed.short | ~kept),
    ]
    return pa.StructArray.from_arrays(columns, fields=list(INDEXED_SCHEMA.field("index").type))


def keep_ranks(signed: Signed) -> _I64:
    """(n,) place of each row in keep order, ties by record id."""
    return keep_order(signed.priority, signed.record_id)


def _named(ids: pa.Array, at: _I64) -> pa.Array:
    """The ids at these lines; null where the line is -1."""
    return ids.take(pa.array(at, mask=at < 0))
