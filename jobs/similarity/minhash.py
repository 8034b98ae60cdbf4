"""MinHash with banding: which pairs of rows are worth comparing.

P(two rows agree in one signature value) = J, their Jaccard similarity (Broder 1997). With ``bands`` groups of ``rows``
values each, two rows become candidates when some group agrees throughout: P = 1 - (1 - J^rows)^bands, the S-curve
(Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4). Candidates are then verified with the exact Jaccard, so
the S-curve decides recall and cost, never what is called a duplicate.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.shingles import DEFAULT_WIDTH, Shingles

# The key of a row that has no shingles: it belongs to no bucket. A real key equals it with probability 2^-64.
NO_BUCKET = np.int64(np.iinfo(np.int64).min)
# Raised whenever a signature of the same text would come out different; part of ``MinHashConfig.stamp``.
ALGORITHM = "multiply-shift-32/1"

_BLOCK_VALUES = 1 << 15  # shingles at a time: 32-bit inputs and products stay in the second-level cache


@dataclass(frozen=True, slots=True)
class MinHashConfig:
    """All that a signature depends on. Rows signed with different configurations must never be compared.

    Attributes:
        bands, rows: groups, and signature values a group; ``num_perm`` = bands * rows values in all.
        seed: of the hash family.
        width: tokens a shingle (``jobs.similarity.shingles``).

    Raises:
        ValueError: a number below 1.
    """

    bands: int = 18
    rows: int = 6
    seed: int = 20261122
    width: int = DEFAULT_WIDTH

    def __post_init__(self) -> None:
        for name in ("bands", "rows", "width"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected at least 1; got {getattr(self, name)}")

    @property
    def num_perm(self) -> int:
        """Values in a signature."""
        return self.bands * self.rows

    @property
    def stamp(self) -> str:
        """What an index of signatures is marked with; an index with another stamp must be made anew."""
        return f"minhash {ALGORITHM} bands={self.bands} rows={self.rows} seed={self.seed} width={self.width}"

    @classmethod
    def for_threshold(
        cls,
        threshold: float,
        recall: float = 0.995,
        *,
        max_perm: int = 128,
        seed: int = 20261122,
        width: int = DEFAULT_WIDTH,
    ) -> MinHashConfig:
        """The steepest S-curve that finds at least ``recall`` of pairs whose Jaccard is exactly ``threshold``.

        1 - (1 - t^r)^b >= recall needs b = ceil(ln(1 - recall) / ln(1 - t^r)) bands of r values. More values a band
        mean fewer needless candidates and more bands, so r is the largest with b * r <= ``max_perm``. For t = 0.8 and
        recall 0.995: r = 6, t^6 = .262, b = ceil(5.298 / .304) = 18, 108 values; a pair at J = 0.5 is a candidate in
        25% of cases, at 0.3 in 1.3%.

        Raises:
            ValueError: threshold or recall outside (0, 1), or no curve within ``max_perm`` values reaches the recall.
        """
        for name, value in (("threshold", threshold), ("recall", recall)):
            if not 0 < value < 1:
                raise ValueError(f"{name}: expected a number between 0 and 1; got {value}")
        best = None
        for rows in range(1, max_perm + 1):
            bands = max(1, math.ceil(math.log(1 - recall) / math.log1p(-(threshold**rows))))
            if bands * rows <= max_perm:
                best = cls(bands=bands, rows=rows, seed=seed, width=width)
        if best is None:
            raise ValueError(
                f"threshold {threshold} at recall {recall} needs more than {max_perm} signature values: "
                "lower the recall, raise the threshold or raise max_perm"
            )
        return best

    def s_curve(self, jaccard: float) -> float:
        """The probability that two rows of this Jaccard similarity become candidates."""
        return 1 - (1 - jaccard**self.rows) ** self.bands

    def describe(self) -> str:
        """The S-curve as a table for reports: Jaccard, and the share of such pairs that is found."""
        lines = [f"{self.bands} bands x {self.rows} rows = {self.num_perm} values, shingles of {self.width} tokens"]
        lines += [f"  J {step / 20:.2f}  found {self.s_curve(step / 20):.4f}" for step in range(4, 21)]
        return "\n".join(lines)


def signatures(shingles: Shingles, config: MinHashConfig) -> npt.NDArray[np.uint32]:
    """(n, num_perm) uint32 MinHash signatures; a text without shingles has all ones, and no bucket later.

    Hash p of a shingle x is ((x xor s_p) * a_p) mod 2^32 with random s_p and odd a_p: a permutation of 32-bit values,
    so that the minimum names one shingle; x itself is well mixed already. Follows the S-curve (tests/similarity).
    """
    out = np.full((len(shingles), config.num_perm), np.uint32(0xFFFFFFFF), dtype=np.uint32)
    filled = np.flatnonzero(shingles.counts)
    if not len(filled):
        return out
    flips, factors = _hash_family(config)
    starts = shingles.offsets[:-1][filled]
    for first, last in _blocks(starts, len(shingles.values)):
        lo = starts[first]
        hi = starts[last] if last < len(starts) else len(shingles.values)
        values, within = shingles.values[lo:hi], starts[first:last] - lo
        scratch = np.empty_like(values)
        for p in range(config.num_perm):
            np.bitwise_xor(values, flips[p], out=scratch)
            np.multiply(scratch, factors[p], out=scratch)
            out[filled[first:last], p] = np.minimum.reduceat(scratch, within)
    return out


def band_keys(signature: npt.NDArray[np.uint32], config: MinHashConfig) -> npt.NDArray[np.int64]:
    """(n, bands) int64 bucket keys; rows with an equal key are candidates. ``NO_BUCKET`` for a text without shingles.

    The band's number is part of the key, so that the keys of all bands may stand in one column.

    Raises:
        ValueError: the signature has another number of values than the configuration.
    """
    if signature.shape[1] != config.num_perm:
        raise ValueError(f"signature: expected {config.num_perm} values a row; got {signature.shape[1]}")
    grouped = signature.reshape(len(signature), config.bands, config.rows).astype(np.uint64)
    keys = np.broadcast_to(np.arange(1, config.bands + 1, dtype=np.uint64), grouped.shape[:2]).copy()
    for k in range(config.rows):
        keys = (keys ^ grouped[:, :, k]) * np.uint64(0xBF58476D1CE4E5B9)
        keys ^= keys >> np.uint64(29)
    out = keys.view(np.int64)
    out[(signature == np.uint32(0xFFFFFFFF)).all(axis=1)] = NO_BUCKET
    return out


def jaccard(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> float:
    """|a and b| / |a or b| of two sorted arrays of distinct hashes; 0 when both are empty (nothing to compare)."""
    if not len(a) or not len(b):
        return 0.0
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    place = np.searchsorted(long, short)
    shared = int(np.count_nonzero(long[np.minimum(place, len(long) - 1)] == short))
    return shared / (len(a) + len(b) - shared)


def jaccard_pairs(
    shingles: Shingles, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], block: int = 1 << 22
) -> npt.NDArray[np.float64]:
    """(pairs,) exact Jaccard of rows ``left[k]`` and ``right[k]``; memory is bounded by ``block`` hashes at a time."""
    counts = shingles.counts
    total = counts[left] + counts[right]
    shared = np.zeros(len(left), dtype=np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(total)])
    first = 0
    while first < len(left):
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + block, side="right")) - 1)
        rows = np.concatenate([left[first:last], right[first:last]])
        pair = np.tile(np.arange(last - first, dtype=np.uint64), 2)
        keyed = (np.repeat(pair, counts[rows]) << np.uint64(32)) | _gather(shingles, rows)
        keyed.sort()
        twice = keyed[1:][keyed[1:] == keyed[:-1]] >> np.uint64(32)
        shared[first:last] = np.bincount(twice.astype(np.int64), minlength=last - first)
        first = last
    return np.divide(shared, total - shared, out=np.zeros(len(left)), where=total > shared)


def _gather(shingles: Shingles, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The hashes of ``rows`` one after another."""
    counts = shingles.counts[rows]
    ends = np.cumsum(counts)
    index = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(shingles.offsets[rows] - (ends - counts), counts)
    return shingles.values[index].astype(np.uint64)


def _hash_family(config: MinHashConfig) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    # PCG64's raw stream is fixed across NumPy versions, which Generator's distributions are not.
    raw = np.random.PCG64(config.seed).random_raw(2 * config.num_perm)
    words = (raw >> np.uint64(32)).astype(np.uint32)
    return words[: config.num_perm], words[config.num_perm :] | np.uint32(1)


def _blocks(starts: npt.NDArray[np.int64], end: int) -> list[tuple[int, int]]:
    """Index ranges of rows that hold about ``_BLOCK_VALUES`` shingles each (one row alone may hold more)."""
    edges = np.unique(np.searchsorted(starts, np.arange(0, end, _BLOCK_VALUES)))
    edges = np.append(edges[edges < len(starts)], len(starts))
    return list(itertools.pairwise(edges.tolist()))
