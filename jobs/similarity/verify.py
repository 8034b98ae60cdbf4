"""Exact verification: which of the proposed pairs of texts are near copies, and that no guard tells apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.similarity.candidates import MAX_ALL_PAIRS, distinct
from jobs.similarity.folding import PART
from jobs.similarity.guards import NEAR_GUARDS, may_merge
from jobs.similarity.minhash import MinHashConfig, jaccard_pairs
from jobs.similarity.rounds import Pairs
from jobs.similarity.shared_text import alike_apart, own_texts
from jobs.similarity.shingles import Shingles, shingle
from jobs.similarity.turns import to_mask

_I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """What makes two rows alike, and which pairs are asked for at all.

    Attributes:
        threshold: exact Jaccard of ``config.width``-token shingles from which on two rows are alike.
        guards: differences that forbid a merge (``jobs.similarity.guards``).
        shared: sorted hashes of text that many rows share (``jobs.similarity.shared_text.choose``): pairs that say
            something of their own besides it must be alike in that too.
        max_all_pairs: the largest bucket of which every pair is compared.
    """

    threshold: float
    config: MinHashConfig
    guards: Sequence[str] = NEAR_GUARDS
    shared: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    max_all_pairs: int = MAX_ALL_PAIRS


@dataclass(frozen=True)
class Texts:
    """n texts as one task holds them: ``ranks`` of each, in any order, each once."""

    ranks: _I64
    texts: pa.LargeStringArray
    shingles: Shingles
    comparison: Comparison

    @classmethod
    def of(cls, ranks: _I64, texts: pa.ChunkedArray, comparison: Comparison) -> Texts:
        """From (n,) ranks in any order, each once, and their texts."""
        column = texts.cast(pa.large_string())
        whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.large_string())
        return cls(ranks, whole, shingle(whole, comparison.config.width), comparison)

    def verify(self, left: _I64, right: _I64) -> Pairs:
        """The alike ones of pairs of ranks, each once. Guards and shared text are read of those alone."""
        by_rank = np.argsort(self.ranks)
        left, right = (by_rank[np.searchsorted(self.ranks[by_rank], side)] for side in (left, right))
        # Bands propose a pair again and again. Places are dense, so a pair is one number.
        once = distinct(left * len(self.ranks) + right)
        left, right = once // max(1, len(self.ranks)), once % max(1, len(self.ranks))
        # |a and b| is at most min(|a|, |b|), |a or b| at least max(|a|, |b|): rows of other lengths are not merged.
        counts = self.shingles.counts
        fewer, more = np.minimum(counts[left], counts[right]), np.maximum(counts[left], counts[right])
        possible = fewer >= self.comparison.threshold * more * (1 - 1e-12)
        left, right = left[possible], right[possible]
        similarity = jaccard_pairs(self.shingles, left, right)
        alike = np.flatnonzero(similarity >= self.comparison.threshold)
        left, right, similarity = left[alike], right[alike], similarity[alike]
        free = self._unguarded(left, right)
        return Pairs(self.ranks[left[free]], self.ranks[right[free]], similarity[free])

    def _unguarded(self, left: _I64, right: _I64) -> npt.NDArray[np.bool_]:
        asks = self.comparison.guards or len(self.comparison.shared)
        if not asks and not to_mask(pc.match_substring(self.texts, PART)).any():
            return np.ones(len(left), dtype=bool)
        rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
        texts = self.texts.take(pa.array(rows))
        left, right = place[: len(left)], place[len(left) :]
        free = may_merge(texts.to_pylist(), left, right, self.comparison.guards)
        if len(self.comparison.shared):
            free &= alike_apart(own_texts(texts, self.comparison.shared), left, right)
        return free
