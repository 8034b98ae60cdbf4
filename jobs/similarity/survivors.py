"""Who stays: the greedy independent set in keep order, and for each row that goes, the kept row that stands for it.

Rows are taken in keep order; a row is removed when a row already kept is similar to it, else it is kept. So no two kept
rows are similar (of the pairs given), every removed row has a kept witness, and the answer is one function of the pairs
and the order. Components with one row kept each would be simpler and wrong: a chain a ~ b ~ c would remove c for a,
which it does not resemble (FACTS: 7% of the rows removed so were unlike the row kept).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Survivors:
    """For each of n rows: ``kept``; ``witness``, the kept row that stands for it, and ``similarity`` with that row.

    ``witness`` is -1 and ``similarity`` NaN where the row is kept.
    """

    kept: npt.NDArray[np.bool_]
    witness: _I64
    similarity: _F64


def keep_order(priorities: _F64 | Sequence[Sequence[float]], record_ids: Sequence[str] | pa.Array) -> _I64:
    """(n,) rank of each row in keep order, 0 kept first; ties by record id.

    Args:
        priorities: (n, criteria), smaller is kept first (``jobs.similarity.keep.priorities``).

    Raises:
        ValueError: a record id occurs twice, so that the order would depend on that of the input.
    """
    ids = record_ids if isinstance(record_ids, pa.Array) else pa.array(record_ids, pa.large_string())
    if len(pc.unique(ids)) != len(ids):
        raise ValueError(f"record_ids: expected {len(ids)} different ids; got {len(pc.unique(ids))}")
    by_id = pc.array_sort_indices(ids).to_numpy()
    if not len(ids):
        return np.empty(0, dtype=np.int64)
    keys = np.asarray(priorities, dtype=np.float64).reshape(len(ids), -1)[by_id]
    # Rows stand by id already, and the sort is stable.
    order = by_id[np.lexsort(keys.T[::-1])] if keys.shape[1] else by_id
    rank = np.empty(len(ids), dtype=np.int64)
    rank[order] = np.arange(len(ids))
    return rank


def solve(rank: _I64, left: _I64, right: _I64, similarity: _F64) -> Survivors:
    """The greedy independent set of the graph of similar pairs.

    Args:
        rank: (n,) keep order, a permutation of 0..n-1 (``keep_order``).
        left, right: (m,) rows of each similar pair, in any order; a pair may be given more than once.
        similarity: (m,) the exact similarity of each pair.

    Returns:
        The witness is the most similar kept row of higher priority; between equals the one kept first. Linear in n + m.
    """
    from jobs.similarity.kernels import fixed
    from jobs.similarity.kernels_sets import greedy_cover

    rank = np.asarray(rank, dtype=np.int64)
    by_rank = np.empty(len(rank), dtype=np.int64)
    by_rank[rank] = np.arange(len(rank))
    cover, found = greedy_cover(len(rank), fixed(rank[left]), fixed(rank[right]), fixed(similarity, np.float64))
    kept = cover < 0
    witness = np.where(kept, -1, by_rank[cover])
    return Survivors(kept[rank], witness[rank], found[rank])
