"""Further rounds of candidates among rows still kept, for buckets too large to be paired in full (``candidates``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.candidates import bucket_pairs, distinct
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
    asked: tuple[_I64, _I64] | None = None,
) -> Pairs:
    """The pairs that further rounds add to ``found``, round after round until one finds nothing.

    Survivors are solved anew on all pairs found so far, so that a witness that falls in a later round never stands. A
    row whose witness fell comes back and is proposed again: that a round paired in full does not end them.

    Args:
        verify: the alike ones of pairs given by rank. No pair is asked for twice: those found alike are known to the
            solver, and the others stay what they are.
        settled: rows of smaller rank have been compared with each other before.
        asked: pairs that were verified before, as ranks.
    """
    ranks = distinct(np.concatenate([found.left, found.right, entries.rank]))
    # Places among these rows stand for their ranks, which have gaps and may fill 63 bits.
    first, second, row = (np.searchsorted(ranks, column) for column in (found.left, found.right, entries.rank))
    done = _codes(ranks, *asked) if asked else np.empty(0, np.int64)
    known, added = found, Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    while True:
        kept = solve(np.arange(len(ranks)), first, second, known.similarity).kept[row]
        proposed = bucket_pairs(
            entries.key[kept], row[kept], neighbours=entries.chain[kept], max_all_pairs=max_all_pairs
        )
        codes = proposed.left * len(ranks) + proposed.right
        new = (ranks[proposed.right] >= settled) & ~_is_among(codes, done)
        more = verify(ranks[proposed.left[new]], ranks[proposed.right[new]])
        if not len(more):
            return added
        known, added, done = together(known, more), together(added, more), np.sort(np.concatenate([done, codes[new]]))
        first = np.concatenate([first, np.searchsorted(ranks, more.left)])
        second = np.concatenate([second, np.searchsorted(ranks, more.right)])


def _codes(ranks: _I64, left: _I64, right: _I64) -> _I64:
    """A number for each pair, in order; pairs with a row that is not among ``ranks`` are left out."""
    inside = _is_among(left, ranks) & _is_among(right, ranks)
    return np.sort(np.searchsorted(ranks, left[inside]) * len(ranks) + np.searchsorted(ranks, right[inside]))


def _is_among(values: _I64, ordered: _I64) -> npt.NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    found: npt.NDArray[np.bool_] = ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values
    return found


def together(*parts: Pairs) -> Pairs:
    """The pairs of all ``parts``, one after another."""
    return Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.similarity for part in parts]),
    )
