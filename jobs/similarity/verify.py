"""Exact verification: which of the proposed pairs of texts are near copies, and that no guard tells apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.similarity.candidates import MAX_ALL_PAIRS
from jobs.similarity.guards import NEAR_GUARDS, may_merge
from jobs.similarity.minhash import MinHashConfig, jaccard_pairs
from jobs.similarity.rounds import Pairs
from jobs.similarity.shared_text import alike_apart, own_texts
from jobs.similarity.shingles import Shingles, shingle

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
    """n texts by rank, as one task holds them: ``ranks`` ascending, each once."""

    ranks: _I64
    texts: pa.LargeStringArray
    shingles: Shingles
    comparison: Comparison

    @classmethod
    def of(cls, ranks: _I64, texts: pa.ChunkedArray, comparison: Comparison) -> Texts:
        """From (n,) ranks in any order, each once, and their texts."""
        order = np.argsort(ranks)
        ordered = texts.cast(pa.large_string()).take(pa.array(order)).combine_chunks()
        if isinstance(ordered, pa.ChunkedArray):
            ordered = pa.concat_arrays(ordered.chunks) if ordered.num_chunks else pa.array([], pa.large_string())
        return cls(ranks[order], ordered, shingle(ordered, comparison.config.width), comparison)

    def verify(self, left: _I64, right: _I64) -> Pairs:
        """The alike ones of pairs of ranks, each once. Guards and shared text are read of those alone."""
        left, right = np.searchsorted(self.ranks, left), np.searchsorted(self.ranks, right)
        # Bands propose a pair again and again. Places are dense, so a pair is one number.
        once = np.unique(left * len(self.ranks) + right)
        left, right = once // max(1, len(self.ranks)), once % max(1, len(self.ranks))
        similarity = jaccard_pairs(self.shingles, left, right)
        alike = np.flatnonzero(similarity >= self.comparison.threshold)
        left, right, similarity = left[alike], right[alike], similarity[alike]
        free = self._unguarded(left, right)
        return Pairs(self.ranks[left[free]], self.ranks[right[free]], similarity[free])

    def _unguarded(self, left: _I64, right: _I64) -> npt.NDArray[np.bool_]:
        rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
        texts = self.texts.take(pa.array(rows))
        left, right = place[: len(left)], place[len(left) :]
        free = may_merge(texts.to_pylist(), left, right, self.comparison.guards)
        if len(self.comparison.shared):
            free &= alike_apart(own_texts(texts, self.comparison.shared), left, right)
        return free
