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
# The square of one more is above what 63 bits hold.
_RANKS_IN_A_PAIR = 3_037_000_000


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Pairs worth comparing: ``left[k] < right[k]``, each once, sorted.

    ``crowded``: the positions, in the input, of the entries whose bucket was too large to be paired in full.
    """

    left: _I64
    right: _I64
    crowded: _I64

    def __len__(self) -> int:
        return len(self.left)

    @property
    def truncated(self) -> bool:
        """Whether a bucket was not paired in full, so that a further round among fewer rows may find more."""
        return len(self.crowded) > 0


def bucket_pairs(
    keys: _I64, rows: _I64, *, neighbours: _I64 | None = None, max_all_pairs: int = MAX_ALL_PAIRS
) -> CandidatePairs:
    """The candidate pairs of the rows that share a bucket. The answer does not depend on the order of the input.

    Args:
        keys: (m,) bucket of each entry (``band_keys_of``, all bands in one column or one band at a time); ``NO_BUCKET``
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
    shared = _shared_entries(keys)
    keys, members = keys[shared], rows[shared]
    starts = _run_starts(keys)
    sizes = np.diff(np.append(starts, len(keys)))
    large = sizes > max_all_pairs
    left, right = [], []
    for size in np.flatnonzero(np.bincount(sizes[~large])):
        bucket = members[starts[sizes == size][:, None] + np.arange(size)]
        i, j = np.triu_indices(int(size), k=1)
        left.append(bucket[:, i].ravel())
        right.append(bucket[:, j].ravel())
    crowded = shared[np.repeat(large, sizes)]
    if len(crowded):
        near = (rows if neighbours is None else neighbours)[crowded]
        keys, members = keys[np.repeat(large, sizes)], rows[crowded]
        order = np.lexsort((members, near, keys))
        keys, members = keys[order], members[order]
        starts = _run_starts(keys)
        left.append(np.repeat(np.minimum.reduceat(members, starts), np.diff(np.append(starts, len(keys)))))
        right.append(members)
        linked = np.flatnonzero(keys[1:] == keys[:-1])
        left.append(members[linked])
        right.append(members[linked + 1])
    return CandidatePairs(*_distinct(left, right), crowded=crowded)


def chain_keys(band_keys: _I64) -> _I64:
    """(n, bands) for each bucket key the row's key in the next band: rows alike there too are likely near copies."""
    return np.roll(band_keys, -1, axis=1)


def separate_by(strict: _I64, band_keys: _I64) -> _I64:
    """(n, bands) keys under which only rows of one ``strict`` key meet: what can never be merged shares no bucket.

    Args:
        strict: (n,) ``strict_keys``; two different ones give the same bucket with probability 2^-64.
        band_keys: (n, bands); ``NO_BUCKET`` stays what it is.
    """
    # SplitMix64's finaliser: an odd factor and shifts, so that each strict key moves every bit of the bucket's.
    mixed = strict.astype(np.int64).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0x94D049BB133111EB)
    keys = band_keys ^ (mixed ^ (mixed >> np.uint64(29))).view(np.int64)[:, None]
    return np.where(band_keys == NO_BUCKET, NO_BUCKET, keys)


def _shared_entries(keys: _I64) -> _I64:
    """Positions of the entries whose key another entry has: most keys are met once, and are not sorted again."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    none = np.zeros(min(1, len(keys)), dtype=bool)
    shared = (np.concatenate([none, same]) | np.concatenate([same, none])) & (ordered != NO_BUCKET)
    return order[shared]


def _run_starts(keys: _I64) -> _I64:
    """Where each run of equal keys begins."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), dtype=bool), keys[1:] != keys[:-1]]))


def _distinct(left: list[_I64], right: list[_I64]) -> tuple[_I64, _I64]:
    """Each pair once, the smaller rank left, sorted."""
    a = np.concatenate([*left, np.empty(0, np.int64)])
    b = np.concatenate([*right, np.empty(0, np.int64)])
    low, high = np.minimum(a, b), np.maximum(a, b)
    # As one number a pair is sorted in one pass; places stand for ranks that are too large for that.
    count = int(high.max(initial=0)) + 1
    if count < _RANKS_IN_A_PAIR:
        pairs = distinct((low * count + high)[low != high])
        return pairs // count, pairs % count
    ranks = distinct(np.concatenate([low, high]))
    low, high = np.searchsorted(ranks, low), np.searchsorted(ranks, high)
    pairs = distinct((low * len(ranks) + high)[low != high])
    return ranks[pairs // len(ranks)], ranks[pairs % len(ranks)]


def distinct(values: _I64) -> _I64:
    """``values`` in order, each once. NumPy's own hashes them, at five times the cost of sorting."""
    ordered = np.sort(values)
    return ordered[_run_starts(ordered)]
