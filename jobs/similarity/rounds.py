"""Further rounds of candidates among rows still kept, for buckets too large to be paired in full (``candidates``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.candidates import bucket_pairs
from jobs.similarity.survivors import solve

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Verified pairs: ``left`` and ``right`` ranks in keep order, and their exact ``similarity``."""

    left: _I64
    right: _I64
    similarity: _F64

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of crowded buckets: a row's ``rank``, the bucket's ``key``, and ``chain``, the row's next key."""

    rank: _I64
    key: _I64
    chain: _I64


def until_stable(
    found: Pairs,
    entries: Entries,
    verify: Callable[[_I64, _I64], Pairs],
    max_all_pairs: int,
    settled: int = 0,
) -> Pairs:
    """The pairs that further rounds add to ``found``, round after round until one finds nothing.

    Survivors are solved anew on all pairs found so far, so that a witness that falls in a later round never stands. A
    row whose witness fell comes back and has to be compared again: that a round paired in full does not end them.

    Args:
        verify: the alike ones of pairs given by rank.
        settled: rows of smaller rank have been compared with each other before.
    """
    added = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    while True:
        removed = _removed(_together(found, added))
        kept = ~np.isin(entries.rank, removed)
        proposed = bucket_pairs(
            entries.key[kept], entries.rank[kept], neighbours=entries.chain[kept], max_all_pairs=max_all_pairs
        )
        new = proposed.right >= settled
        more = verify(proposed.left[new], proposed.right[new])
        added = _together(added, more)
        if not len(more):
            return added


def _removed(pairs: Pairs) -> _I64:
    ranks, places = np.unique(np.concatenate([pairs.left, pairs.right]), return_inverse=True)
    first, second = places[: len(pairs)], places[len(pairs) :]
    return ranks[~solve(np.arange(len(ranks)), first, second, pairs.similarity).kept]


def _together(a: Pairs, b: Pairs) -> Pairs:
    return Pairs(
        np.concatenate([a.left, b.left]),
        np.concatenate([a.right, b.right]),
        np.concatenate([a.similarity, b.similarity]),
    )
