"""MinHash with banding: which pairs of rows are worth comparing.

P(two rows agree in one signature value) = J, their Jaccard similarity (Broder 1997). With ``bands`` groups of ``rows``
values each, two rows become candidates when some group agrees throughout: P = 1 - (1 - J^rows)^bands, the S-curve
(Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4). Candidates are then verified with the exact Jaccard, so
the S-curve decides recall and cost, never what is called a duplicate.

Hash p of a shingle x is ((x xor s_p) * a_p) mod 2^32 with random s_p and odd a_p: a permutation of 32-bit values, so
that the minimum names one shingle; x itself is well mixed already. Follows the S-curve (tests/similarity).

From text to keys in one pass of compiled code (``band_keys_of``). Measured by ``python -m bench.minhash``, 108
permutations, rows per CPU second of one core: 780,000 Chinese rows of 60 characters, 130,000 of 500, 14,000 of 5,000,
186,000 English of 500; 61 to 76 times datasketch 2.0 and 265 to 760 times datatrove 0.10.1 in the same run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from jobs.similarity.folding import TOKENISATION
from jobs.similarity.shingles import DEFAULT_WIDTH, Shingles, Texts, read_utf8

# The key of a row that has no shingles: it belongs to no bucket. A real key equals it with probability 2^-64.
NO_BUCKET = np.int64(np.iinfo(np.int64).min)
# Raised whenever a signature of the same text would come out different; part of ``MinHashConfig.stamp``.
ALGORITHM = "multiply-shift-32/2"


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
        numbers = f"bands={self.bands} rows={self.rows} seed={self.seed} width={self.width}"
        return f"minhash {ALGORITHM} tokens {TOKENISATION} {numbers}"

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


def band_keys_of(texts: Texts, config: MinHashConfig) -> npt.NDArray[np.int64]:
    """(n, bands) int64 bucket keys of ``texts`` in one pass; rows with an equal key are candidates.

    The band's number is part of the key, so that the keys of all bands may stand in one column. A text of fewer tokens
    than the width has ``NO_BUCKET`` throughout. Shingles exist only in a buffer that the next row reuses.
    """
    from jobs.similarity.kernels_text import band_key_rows

    keys: npt.NDArray[np.int64] = band_key_rows(
        *read_utf8(texts).arguments, config.width, *_hash_family(config), config.bands
    )
    return keys


def jaccard(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> float:
    """|a and b| / |a or b| of two sorted arrays of distinct hashes; 0 when both are empty (nothing to compare)."""
    return float(jaccard_pairs(Shingles.from_arrays([a, b]), np.zeros(1, np.int64), np.ones(1, np.int64))[0])


def jaccard_pairs(
    shingles: Shingles, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """(pairs,) exact Jaccard of rows ``left[k]`` and ``right[k]``, each pair by one merge of two sorted runs."""
    from jobs.similarity.kernels import fixed
    from jobs.similarity.kernels_sets import shared_counts

    left, right = fixed(left, np.int64), fixed(right, np.int64)
    counts = shingles.counts
    shared = shared_counts(fixed(shingles.values), fixed(shingles.offsets), left, right)
    total = counts[left] + counts[right] - shared
    return np.divide(shared, total, out=np.zeros(len(left)), where=total > 0)


@lru_cache(maxsize=8)
def _hash_family(config: MinHashConfig) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    # PCG64's raw stream is fixed across NumPy versions, which Generator's distributions are not.
    raw = np.random.PCG64(config.seed).random_raw(2 * config.num_perm)
    words = (raw >> np.uint64(32)).astype(np.uint32)
    return words[: config.num_perm], words[config.num_perm :] | np.uint32(1)
