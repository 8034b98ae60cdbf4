"""Near duplicates of a set of texts in one process: the whole chain from shingles to survivors.

The Spark stage runs the same functions piece by piece over partitions; this is its oracle in tests, and what the
command line uses on a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.candidates import MAX_ALL_PAIRS, bucket_pairs, chain_keys, separate_by
from jobs.similarity.guards import NEAR_GUARDS, may_merge
from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys_of, jaccard_pairs
from jobs.similarity.shingles import shingle
from jobs.similarity.survivors import Survivors, solve

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """``survivors`` of n rows, and the verified pairs (row indices, exact Jaccard) that decided them."""

    survivors: Survivors
    left: _I64
    right: _I64
    similarity: _F64
    rounds: int


def near_duplicates(
    texts: Sequence[str],
    rank: _I64,
    threshold: float,
    *,
    config: MinHashConfig | None = None,
    guards: Sequence[str] = NEAR_GUARDS,
    strict: _I64 | None = None,
    max_all_pairs: int = MAX_ALL_PAIRS,
) -> NearDuplicates:
    """Rows whose exact Jaccard with a kept row reaches ``threshold`` and that no guard tells apart.

    Args:
        texts: (n,) comparison texts (``jobs.similarity.keys.key_texts``).
        rank: (n,) keep order (``keep_order``).
        threshold: Jaccard similarity in (0, 1].
        config: default ``MinHashConfig.for_threshold(threshold)``.
        guards: names in ``jobs.similarity.guards.GUARDS``, read only for rows of pairs that reach the threshold: they
            cost 50 to 100 us a row, a thousand times a comparison.
        strict: (n,) ``strict_keys`` of the rows; rows with different ones are never duplicates.
    """
    config = config or MinHashConfig.for_threshold(min(threshold, 0.99))
    shingles = shingle(texts, config.width)
    buckets = band_keys_of(texts, config)
    if strict is not None:
        buckets = separate_by(np.asarray(strict, dtype=np.int64), buckets)
    by_rank = np.argsort(rank)

    def verify(left: _I64, right: _I64) -> tuple[_I64, _I64, _F64]:
        left, right = by_rank[left], by_rank[right]
        value = jaccard_pairs(shingles, left, right)
        alike = value >= threshold
        left, right, value = left[alike], right[alike], value[alike]
        free = may_merge(texts, left, right, guards)
        return left[free], right[free], value[free]

    return _until_stable(rank, buckets, verify, max_all_pairs)


def _until_stable(
    rank: _I64, buckets: _I64, verify: Callable[[_I64, _I64], tuple[_I64, _I64, _F64]], max_all_pairs: int
) -> NearDuplicates:
    """Candidates among the rows still kept, until a round finds no similar pair.

    Survivors are solved anew on all pairs found so far, so that a witness that falls in a later round never stands.
    A row whose witness fell comes back and has to be compared again, so only a first round in full is the last.
    """
    none = np.empty(0, dtype=np.int64)
    left, right, similarity = none, none, np.empty(0, dtype=np.float64)
    survivors = solve(rank, left, right, similarity)
    chain = chain_keys(buckets)
    rounds = 0
    while True:
        rounds += 1
        rows = np.flatnonzero(survivors.kept)
        keys = buckets[rows].ravel()
        ranks = np.repeat(rank[rows], buckets.shape[1])
        used = keys != NO_BUCKET
        pairs = bucket_pairs(keys[used], ranks[used], neighbours=chain[rows].ravel()[used], max_all_pairs=max_all_pairs)
        new_left, new_right, value = verify(pairs.left, pairs.right)
        left, right = np.concatenate([left, new_left]), np.concatenate([right, new_right])
        similarity = np.concatenate([similarity, value])
        if len(new_left):
            survivors = solve(rank, left, right, similarity)
        if not len(new_left) or (rounds == 1 and not pairs.truncated):
            return NearDuplicates(survivors, left, right, similarity, rounds)
