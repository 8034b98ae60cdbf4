"""Which sparse vectors can be alike at all: those that share a feature of their *prefixes*. Nothing is missed.

Order features from rare to frequent, and let a row's prefix be those features f for which what the row holds from f on
is at least as long as the threshold t. If f is the rarest feature that x and y share, all they share lies from f on, so
x.y <= |x from f on||y from f on| by Cauchy-Schwarz. For rows of length 1 with x.y >= t both factors reach t, so f lies
in both prefixes (Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007, with the lengths of suffixes
for their bound). At t = 0.9 a prefix holds the rarest features that make up a fifth of a row's square length.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from jobs.similarity.cosine_blocks import DECIMALS, CosinePairs

_I64 = npt.NDArray[np.int64]
# Rows hold float32 weights and cosines are rounded, so a prefix reaches a little further than the threshold asks.
_SLACK = 1e-4
# Rows that would fall into one group if each went to one; they go to four. Measured on 30,000 Chinese sentences: groups
# of some 1,000 cost 1.1 CPU seconds in all, of 330 1.3 and of 115 3.7, because each costs two milliseconds to begin.
_ROWS_A_GROUP = 256
_MOST_GROUPS = 1 << 15


def groups_for(rows: int) -> int:
    """Into how many groups features are put for a set of ``rows``: some thousand rows come together."""
    return max(1, min(rows // _ROWS_A_GROUP, _MOST_GROUPS))


def prefix_groups(rows: csr_matrix, frequencies: _I64, threshold: float, groups: int) -> tuple[_I64, _I64]:
    """Row numbers and groups, one entry for each group that a row's prefix touches, sorted and each once.

    Two rows whose cosine reaches ``threshold`` have a group in common.

    Args:
        rows: (n, f) rows of length 1; an empty row has no entry.
        frequencies: (f,) in how many rows of the whole set each feature occurs; any numbers give right answers.
        threshold: cosine in (0, 1].
        groups: features are dealt to so many, by their number.
    """
    owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    features = rows.indices.astype(np.int64)
    order = np.lexsort((features, frequencies[features], owner))
    owner, features = owner[order], features[order]
    # What a row holds from each of its features on: sums from the back, less those of the rows behind it.
    squares = rows.data[order].astype(np.float64) ** 2
    from_back = np.append(np.cumsum(squares[::-1])[::-1], 0.0)
    suffix = from_back[:-1] - from_back[rows.indptr[1:]][owner]
    # Sums over a million rows leave an error far below the slack.
    inside = np.sqrt(np.maximum(suffix, 0.0)) >= threshold - _SLACK - 10.0**-DECIMALS
    entries = np.unique(owner[inside] * groups + features[inside] % groups)
    return entries // groups, entries % groups


def pack_rows(rows: csr_matrix) -> pa.Array:
    """(n,) binary: of each row its features (int32), then their weights (float32)."""
    parts = np.empty(2 * rows.nnz, dtype=np.int32)
    width = np.diff(rows.indptr)
    place = np.arange(rows.nnz) + np.repeat(rows.indptr[:-1], width)
    parts[place] = rows.indices
    parts[place + np.repeat(width, width)] = rows.data.astype(np.float32).view(np.int32)
    offsets = (rows.indptr * 8).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), rows.shape[0], [None, pa.py_buffer(offsets), pa.py_buffer(parts)])


def unpack_rows(*packed: pa.Array) -> list[csr_matrix]:
    """What ``pack_rows`` took, with features numbered anew from 0 over all of ``packed``: products are the same."""
    parts = []
    for column in packed:
        _, offsets, data = column.buffers()
        edges = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1] // 4
        numbers = (
            np.frombuffer(data, dtype=np.int32)[edges[0] : edges[-1]] if data is not None else np.empty(0, np.int32)
        )
        width = np.diff(edges) // 2
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(width)])
        place = np.arange(indptr[-1]) + np.repeat(indptr[:-1], width)
        weights = numbers[place + np.repeat(width, width)].view(np.float32)
        parts.append((numbers[place], weights, indptr))
    names, features = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    starts = np.cumsum([0, *[len(part[0]) for part in parts]])
    return [
        csr_matrix((weights, features[start : start + len(weights)], indptr), shape=(len(indptr) - 1, len(names)))
        for start, (_, weights, indptr) in zip(starts[:-1].tolist(), parts, strict=True)
    ]


def earliest(left: _I64, right: _I64, cosine: npt.NDArray[np.float64], most: int | None) -> CosinePairs:
    """Pairs by rank, the smaller as ``left``; for each later row only the first ``most`` earlier ones."""
    first, second = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((first, second))
    first, second, cosine = first[order], second[order], cosine[order]
    inside = np.ones(len(first), dtype=bool)
    if most is not None:
        inside = np.arange(len(second)) - np.searchsorted(second, second) < most
    return CosinePairs(first[inside], second[inside], cosine[inside], not inside.all())
