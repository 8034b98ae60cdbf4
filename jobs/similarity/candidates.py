"""From buckets to pairs: which rows of one bucket are compared, in time linear in the bucket however hot it is.

Up to ``max_all_pairs`` rows: every pair. Larger buckets (a template, boilerplate, one row copied 5% of the time): a
star from each row to the first in keep order, and a chain through rows whose next key is alike, so 2m pairs instead of
m^2 / 2.

What a large bucket then loses in one round: a pair of which neither is the bucket's first and that do not stand side by
side in the chain. Two things bring most of them back. True near copies share nearly every band, and the bands in
which the hot part does not decide lie in small buckets (a pair at J = .95 of a template with J = .7 has 88% of its
bands outside: 1 - .7^6). And the caller repeats with the rows still kept (``truncated`` says whether there is anything
to gain): removed rows leave the bucket, the first of those left becomes its star, until a round finds nothing new. At
that fixpoint no two kept rows that a further round would compare are alike, so running on the result removes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.minhash import NO_BUCKET

_I64 = npt.NDArray[np.int64]
# All pairs of 16 are 120, star and chain 30. Measured on template-heavy real rows at J >= 0.7: 16 removes the same 213
# rows as all pairs, 8 removes 211, 4 removes 209.
MAX_ALL_PAIRS = 16


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Pairs worth comparing: ``left[k] < right[k]``, each once, sorted. ``truncated``: not every bucket in full."""

    left: _I64
    right: _I64
    truncated: bool

    def __len__(self) -> int:
        return len(self.left)


def bucket_pairs(
    keys: _I64, rows: _I64, *, neighbours: _I64 | None = None, max_all_pairs: int = MAX_ALL_PAIRS
) -> CandidatePairs:
    """The candidate pairs of the rows that share a bucket. The answer does not depend on the order of the input.

    Args:
        keys: (m,) bucket of each entry (``band_keys``, all bands in one column or one band at a time); ``NO_BUCKET``
            is skipped.
        rows: (m,) rank of each entry's row in keep order (0 is kept first), unique a row.
        neighbours: (m,) a second key that orders the chain of a large bucket; rows that share it too stand side by
            side. ``chain_keys`` makes it from the next band. By default the chain follows the keep order.
        max_all_pairs: the largest bucket of which every pair is taken, at least 2.

    Raises:
        ValueError: ``max_all_pairs`` below 2.
    """
    if max_all_pairs < 2:
        raise ValueError(f"max_all_pairs: expected at least 2; got {max_all_pairs}")
    used = keys != NO_BUCKET
    keys, rows = keys[used], rows[used]
    near = rows if neighbours is None else neighbours[used]
    order = np.lexsort((rows, near, keys))
    keys, rows = keys[order], rows[order]
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), dtype=bool), keys[1:] != keys[:-1]]))
    sizes = np.diff(np.append(starts, len(keys)))
    small = (sizes >= 2) & (sizes <= max_all_pairs)
    large = sizes > max_all_pairs
    left, right = [], []
    for size in np.unique(sizes[small]):
        members = rows[starts[small & (sizes == size)][:, None] + np.arange(size)]
        i, j = np.triu_indices(int(size), k=1)
        left.append(members[:, i].ravel())
        right.append(members[:, j].ravel())
    if large.any():
        bucket = np.repeat(np.arange(len(starts)), sizes)
        inside = large[bucket]
        first = np.repeat(np.minimum.reduceat(rows, starts), sizes)
        left.append(first[inside])
        right.append(rows[inside])
        linked = np.flatnonzero((keys[1:] == keys[:-1]) & inside[1:])
        left.append(rows[linked])
        right.append(rows[linked + 1])
    return CandidatePairs(*_distinct(left, right), truncated=bool(large.any()))


def chain_keys(band_keys: _I64) -> _I64:
    """(n, bands) for each bucket key the row's key in the next band: rows alike there too are likely near copies."""
    return np.roll(band_keys, -1, axis=1)


def _distinct(left: list[_I64], right: list[_I64]) -> tuple[_I64, _I64]:
    a = np.concatenate([*left, np.empty(0, np.int64)])
    b = np.concatenate([*right, np.empty(0, np.int64)])
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    new = np.concatenate([np.ones(min(1, len(low)), dtype=bool), (low[1:] != low[:-1]) | (high[1:] != high[:-1])])
    new &= low != high
    return low[new], high[new]
